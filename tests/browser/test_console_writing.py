"""Moderators' replies, edits and notes, which are never lost; and invisible characters in comments."""

import pytest
from playwright.sync_api import expect

from tests.support.pages import Console, one_prefix
from tests.support.world import POST

pytestmark = [pytest.mark.slow, pytest.mark.browser, one_prefix]


def test_a_reply_is_published_with_its_parent(console: Console) -> None:
    comment_id, page = console.world.submit("Who ran?", name="Ann").json["id"], console.page
    console.sign_in()

    page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.type("*Nobody* ran.")
    page.keyboard.press("Control+Enter")

    console.says("“\u2068Ann\u2069” is now published, and so is your reply.")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    shown = console.world.get("/v1/comments", query={"post": [POST]}).json["comments"]
    assert [(each["id"] == comment_id, each["moderator"]) for each in shown] == [(True, False), (False, True)]
    assert console.stored("sessionStorage") == 1  # the session alone


def test_a_reply_whose_response_was_lost_is_stored_once(console: Console) -> None:
    console.world.published("Who ran?", name="Ann")
    console.sign_in()
    console.tab("Published")
    card = console.card("Who ran?")
    card.get_by_role("button", name="Reply", exact=True).click()
    card.get_by_label("Your reply").fill("Nobody.")
    console.page.route("**/moderation/comments", lambda route: (route.fetch(), route.abort()), times=1)

    card.get_by_role("button", name="Publish").click()
    expect(card.get_by_role("alert")).to_contain_text("be reached")
    card.get_by_role("button", name="Publish").click()

    console.says("Your reply is published.")
    assert console.world.get("/v1/comments", query={"post": [POST]}).json["count"] == 2


def test_an_edit_is_marked_and_a_note_is_saved_with_the_decision(console: Console) -> None:
    comment_id = console.world.submit("He is an idiot, but right.", name="Ann").json["id"]
    console.sign_in()
    card = console.page.get_by_role("article")

    card.get_by_role("button", name="Edit").click()
    card.get_by_label("Edit text").fill("He is right.")
    card.get_by_role("button", name="Save").click()
    expect(card.locator(".content")).to_have_text("He is right.")
    expect(card).to_contain_text("edited")
    console.world.clock.forward(seconds=1)
    card.get_by_role("button", name="Note").click()
    card.get_by_label("A note").fill("Insult removed.")
    card.get_by_role("button", name="Approve").click()
    console.says("is now published")

    history = console.world.comment(comment_id)["history"]
    assert [(each["action"], each["note"]) for each in history[1:]] == [("edit", None), ("approve", "Insult removed.")]
    assert console.stored("sessionStorage") == 1


def test_unsent_text_survives_the_end_of_the_session(console: Console) -> None:
    console.world.submit("Who ran?", name="Ann")
    console.sign_in()
    card = console.card("Who ran?")
    card.get_by_role("button", name="Reply", exact=True).click()
    card.get_by_label("Your reply").fill("A long answer.")
    console.world.clock.forward(hours=13)

    card.get_by_role("button", name="Publish").click()
    expect(console.page.get_by_text("Your session has ended.")).to_be_focused()
    console.sign_in()

    expect(card.get_by_label("Your reply")).to_have_value("A long answer.")
    card.get_by_role("button", name="Publish").click()
    console.says("and so is your reply")


def test_invisible_characters_are_named(console: Console) -> None:
    text = "free\u200bmoney and Ad\u2060min"
    console.world.submit(text)
    console.sign_in()
    card = console.page.get_by_role("article")

    numbers = card.locator(".marked-character").evaluate_all(
        "all => all.map(each => getComputedStyle(each, '::after').content)"
    )

    assert [number.strip('"') for number in numbers] == ["U+200B", "U+2060"]
    assert card.locator(".content p").text_content() == text


def test_an_edit_of_a_comment_changed_meanwhile_shows_the_current_text_and_keeps_the_draft(console: Console) -> None:
    comment_id = console.world.submit("The first text.", name="Ann", author="ann").json["id"]
    console.sign_in()
    card = console.page.get_by_role("article")
    card.get_by_role("button", name="Edit").click()
    card.get_by_label("Edit text").fill("The moderator's text.")
    assert console.world.edit(comment_id, "The second text.", author="ann").status in {200, 202}

    card.get_by_role("button", name="Save").click()
    expect(card.get_by_role("alert")).to_contain_text("It was changed meanwhile, and stands above as it is now.")
    expect(card.locator(".content")).to_have_text("The second text.")
    expect(card.get_by_label("Edit text")).to_have_value("The moderator's text.")
    card.get_by_role("button", name="Save").click()

    console.says("is edited")
    expect(card.locator(".content")).to_have_text("The moderator's text.")


def test_a_note_has_the_same_limit_as_in_the_service(console: Console) -> None:
    comment_id = console.world.submit("Who ran?", name="Ann").json["id"]
    console.sign_in()
    card = console.card("Who ran?")
    card.get_by_role("button", name="Note").click()

    card.get_by_label("A note").fill("\U0001f600" * 501)
    expect(card.get_by_label("A note")).to_have_value("\U0001f600" * 500)
    card.get_by_role("button", name="Approve").click()
    console.says("is now published")

    assert console.world.comment(comment_id)["history"][-1]["note"] == "\U0001f600" * 500
