"""Cards in the queue: what they show at once and on demand, and which characters they mark."""

import pytest
from playwright.sync_api import expect

from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.slow, pytest.mark.browser, one_prefix]

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ORDINARY = {
    "a heart": "I \u2764\ufe0f it",
    "a family": FAMILY,
    "Persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Hindi": "\u0915\u094d\u200d\u0937",
    "a key": "1\ufe0f\u20e3",
    "Russian": "\u043e\u043d \u0441\u043a\u0430\u0437\u0430\u043b \u0441\u043e \u043c\u043d\u043e\u0439",
    "a Greek letter": "the \u03b1 of it",
}
ODD = {
    "a joiner among Latin letters": ("Ad\u200dmin", ["U+200D"]),
    "a variation of a letter": ("a\ufe0fb", ["U+FE0F"]),
    "a second variation": ("\u2764\ufe0f\ufe0f", ["U+FE0F"]),
    "a joiner after an emoji": ("\U0001f468\u200d and", ["U+200D"]),
    "a word that passes for Latin": ("the \u0440\u0430\u0443 page", ["U+0440", "U+0430", "U+0443"]),
    "a letter that passes for Latin": ("P\u0430ul", ["U+0430"]),
}


def marked(console: Console) -> list[str]:
    marks = console.page.locator(".content .marked-character")
    numbers: list[str] = marks.evaluate_all("all => all.map(({dataset}) => dataset.number)")
    return numbers


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_characters_that_a_script_or_emoji_needs_are_not_marked(console: Console, text: str) -> None:
    console.world.submit(text)
    console.sign_in()

    expect(console.page.locator(".content")).to_have_text(text)
    assert marked(console) == []


@pytest.mark.parametrize(("text", "numbers"), ODD.values(), ids=ODD.keys())
def test_lookalike_characters_are_marked(console: Console, text: str, numbers: list[str]) -> None:
    console.world.submit(text)
    console.sign_in()

    expect(console.page.locator(".content .marked-character")).to_have_count(len(numbers))
    assert marked(console) == numbers


def test_a_short_comment_has_a_short_card_on_a_phone(console: Console) -> None:
    console.world.submit("Yes.", name="Ann", author="ann")
    console.page.set_viewport_size({"width": 375, "height": 700})
    console.sign_in()
    card = console.card("Yes.")
    box = card.bounding_box()
    assert box is not None
    assert box["height"] < 340
    expect(card.get_by_role("button", name="History")).to_be_hidden()

    more = card.get_by_role("button", name="More", exact=True)
    more.press("Enter")

    expect(more).to_have_attribute("aria-expanded", "true")
    expect(card.get_by_role("button", name="History")).to_be_visible()
    more.press("Enter")
    expect(card.get_by_role("button", name="History")).to_be_hidden()


def test_the_policy_is_not_repeated_as_a_reason_on_each_comment(console: Console) -> None:
    console.world.published("Out.")
    console.world.submit("In.")
    console.sign_in()
    expect(console.card("In.")).not_to_contain_text("Every comment waits")
    console.tab("Published")

    expect(console.card("Out.")).not_to_contain_text("Every comment waits")
    expect(console.card("Out.")).to_contain_text("Submitted without opening the form (often a bot).")


def test_a_card_shows_when_its_author_was_first_seen(console: Console) -> None:
    console.world.published("Before.", author="ann", key="before")
    console.world.clock.forward(days=40)
    console.world.submit("After.", author="ann", key="after")
    console.sign_in()

    expect(console.card("After.")).to_contain_text("This author: 1 approved, 0 rejected · first seen 1 Jan 2030")


def test_the_parent_is_shown_in_short_and_in_full_on_demand(console: Console) -> None:
    long = "word " * 60
    short_one, long_one = console.world.published("Who ran?", name="Bob"), console.world.published(long, name="Cy")
    console.world.submit("Nobody.", parent=short_one)
    console.world.submit("Words.", parent=long_one)
    console.sign_in()
    expect(console.card("Nobody.")).to_contain_text("In reply to “\u2068Bob\u2069”:")
    expect(console.card("Nobody.").locator(".parent blockquote")).to_have_text("Who ran?")
    answered = console.card("Words.").locator(".parent blockquote")
    expect(answered).to_contain_text("…")

    console.card("Nobody.").get_by_role("button", name="More", exact=True).click()
    expect(console.card("Nobody.").get_by_role("button", name="Show parent comment")).to_be_hidden()
    console.card("Words.").get_by_role("button", name="More", exact=True).click()
    console.card("Words.").get_by_role("button", name="Show parent comment").click()

    expect(answered).to_have_text(long.strip())


def test_the_text_before_an_edit_is_in_the_cards_history(console: Console) -> None:
    console.world.submit("A foul word.", name="Ann")
    console.sign_in()
    card = console.page.get_by_role("article").first
    card.get_by_role("button", name="Edit", exact=True).click()
    card.get_by_label("Edit text").fill("A fine word.")
    card.get_by_role("button", name="Save").click()
    expect(card.locator(".content")).to_have_text("A fine word.")

    card.get_by_role("button", name="More", exact=True).click()
    card.get_by_role("button", name="History").click()

    expect(card.get_by_role("list", name="History")).to_contain_text("wrote, before the edit of")
    expect(card.get_by_role("list", name="History").locator("blockquote")).to_have_text("A foul word.")


def test_deleting_warns_that_it_cant_be_undone_and_asks_first(console: Console) -> None:
    comment_id = console.world.submit("Away with it.", name="Ann").json["id"]
    console.sign_in()
    card = console.card("Away with it.")
    card.get_by_role("button", name="More", exact=True).click()
    card.get_by_role("button", name="Delete for good").press("Enter")
    expect(card.get_by_text("be undone: text, name")).to_be_focused()
    console.page.keyboard.press("Enter")  # pressed twice by mistake
    assert console.status(comment_id) == "pending"

    card.locator(".notice").get_by_role("button", name="Delete for good").click()

    console.says("“\u2068Ann\u2069” is now deleted.")
    expect(console.page.get_by_text("Nothing is waiting.")).to_be_visible()
    expect(console.page.get_by_role("button", name="Undo")).to_be_hidden()
    assert console.status(comment_id) == "deleted"


def test_a_comment_edited_meanwhile_is_not_deleted_unseen(console: Console) -> None:
    comment_id = console.world.submit("The first text.", author="ann").json["id"]
    console.sign_in()
    console.world.edit(comment_id, "The second text.", author="ann")
    card = console.page.get_by_role("article")
    card.get_by_role("button", name="More", exact=True).click()
    card.get_by_role("button", name="Delete for good").click()

    card.locator(".notice").get_by_role("button", name="Delete for good").click()

    expect(console.card("The second text.")).to_contain_text("changed meanwhile")
    assert console.status(comment_id) == "pending"
