"""The widget for authors: nothing that was written is lost, and nothing is sent twice."""

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.support.blog import Site
from tests.support.world import POST

pytestmark = [pytest.mark.browser, pytest.mark.engine]

KEPT = "It wasn\N{RIGHT SINGLE QUOTATION MARK}t sent, but it is kept here. Please try again."
WAITS = "Waiting for a moderator. Only you can see it."


def waiting(site: Site) -> list[str]:
    return [entry["text"] for entry in site.world.queue()]


def later(site: Site, **by: float) -> None:
    """Let time pass for the reader and for the service."""
    site.world.clock.forward(**by)
    site.page.clock.set_system_time(site.world.clock())


def test_a_held_comment_is_visible_to_its_author_now_and_after_a_reload(site: Site) -> None:
    site.visit()

    site.write("I *was* there.", Name="Ann", Website="ann.example")

    mine = site.comment("I was there.")
    expect(mine.get_by_text(WAITS)).to_be_visible()
    expect(mine.get_by_role("link", name="Ann")).to_have_attribute("href", "https://ann.example/")
    expect(site.heading).to_have_text("No comments yet")
    expect(site.composer).to_have_count(0)
    assert waiting(site) == ["I *was* there."]
    site.reload()
    expect(mine.get_by_text(WAITS)).to_be_visible()
    assert site.world.listed()["comments"] == []


def test_an_approved_comment_is_like_any_other_but_its_author_can_withdraw_it(site: Site) -> None:
    site.visit()
    site.write("I was there.")
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    site.world.decide("approve", site.world.queue()[0]["id"])

    site.reload()

    expect(site.heading).to_have_text("1 comment")
    expect(site.page.get_by_text(WAITS)).to_have_count(0)
    expect(site.comment("I was there.").get_by_role("button", name="Agree")).to_have_count(0)
    site.button("Withdraw").click()
    site.button("Yes, withdraw it").click()
    expect(site.heading).to_have_text("No comments yet")
    expect(site.heading).to_be_focused()
    assert site.world.listed()["count"] == 0


def test_without_moderation_a_comment_is_public_at_once(site: Site) -> None:
    site.world.policy(every_comment=False)
    site.visit()

    site.write("I was there.")

    expect(site.heading).to_have_text("1 comment")
    expect(site.comment("I was there.")).to_be_visible()
    assert site.world.listed()["count"] == 1


def test_a_reply_is_written_below_its_parent(site: Site) -> None:
    parent = site.world.published("A question?", name="Ann")
    site.visit()

    site.button("Reply to Ann").click()
    expect(site.page.locator(".list > li > .composer")).to_have_attribute("aria-label", "Reply to Ann")
    expect(site.page.get_by_label("Comment", exact=True)).to_be_focused()
    site.fill("An answer.")
    site.button("Send").click()

    expect(site.page.locator(".list > li > .replies > li")).to_contain_text("An answer.")
    [entry] = site.world.queue()
    assert entry["parent"] == parent


def test_selected_text_is_quoted(site: Site) -> None:
    site.world.published("Some words to quote", name="Ann")
    site.visit()
    site.comment("Some words to quote").locator(".text").click(click_count=3)

    site.button("Reply to Ann").click()

    expect(site.page.get_by_label("Comment", exact=True)).to_have_value("> Some words to quote\n\n")


@pytest.mark.parametrize("remember", [False, True], ids=["in this tab", "on this device"])
def test_a_draft_is_kept_until_it_is_sent(site: Site, remember: bool) -> None:
    site.visit()
    site.button("Write a comment").click()
    site.page.get_by_label("Remember me on this device").set_checked(remember)
    site.fill("A long thought", Name="Ann")
    site.page.clock.run_for(1_000)

    site.reload()

    expect(site.page.get_by_label("Comment", exact=True)).to_have_value("A long thought")
    expect(site.page.get_by_label("Name")).to_have_value("Ann")
    assert len(site.kept("localStorage")) == remember
    assert len(site.kept("sessionStorage")) == (not remember)
    site.button("Send").click()
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    site.reload()
    expect(site.composer).to_have_count(0)


@pytest.mark.parametrize("fault", ["offline", "reply lost", "503"])
def test_a_send_that_failed_keeps_the_text_and_sent_again_is_one_comment(site: Site, fault: str) -> None:
    def befall(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
        elif fault == "503":
            route.fulfill(status=503, headers={"Access-Control-Allow-Origin": "*", "Retry-After": "1"}, body="{}")
        else:
            if fault == "reply lost":
                route.fetch()
            route.abort()

    site.visit()
    site.page.route("**/v1/comments", befall)
    site.write("A long thought")
    expect(site.page.get_by_role("alert")).to_have_text(KEPT)
    expect(site.page.get_by_label("Comment", exact=True)).to_have_value("A long thought")
    site.page.unroute("**/v1/comments")
    site.reload()
    expect(site.page.get_by_label("Comment", exact=True)).to_have_value("A long thought")

    site.button("Send").click()

    expect(site.page.get_by_text(WAITS)).to_be_visible()
    assert waiting(site) == ["A long thought"]


def test_changed_text_after_a_lost_response_replaces_the_first(site: Site) -> None:
    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        route.fetch()
        route.abort()

    site.visit()
    site.page.route("**/v1/comments", lose)
    site.write("First words")
    expect(site.page.get_by_role("alert")).to_have_text(KEPT)
    site.page.unroute("**/v1/comments")

    site.fill("Better words")
    site.button("Send").click()

    expect(site.page.get_by_text(WAITS)).to_be_visible()
    assert waiting(site) == ["Better words"]


def test_a_rate_limit_says_when_to_try_again(site: Site) -> None:
    site.visit()
    site.page.route(
        "**/v1/comments",
        lambda route: (
            route.fallback()
            if route.request.method != "POST"
            else route.fulfill(
                status=429,
                body='{"code": "too_many_requests"}',
                headers={
                    "Access-Control-Allow-Origin": "*",
                    "Access-Control-Expose-Headers": "Retry-After",
                    "Retry-After": "42",
                },
            )
        ),
    )

    site.write("A long thought")

    expect(site.page.get_by_role("alert")).to_have_text("Too many at once. Please try again in 42 seconds.")


def test_an_error_is_shown_at_its_field(site: Site) -> None:
    site.visit()

    site.write("A thought", Website="not a website")

    link = site.page.get_by_label("Website")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("aria-invalid", "true")
    described = link.get_attribute("aria-describedby")
    expect(site.page.locator(f"#{described}")).to_have_text("This is not the address of a website.")
    expect(site.page.get_by_role("alert")).to_have_count(1)
    site.page.get_by_label("Website").fill("")
    site.button("Send").click()
    expect(site.page.get_by_text(WAITS)).to_be_visible()


def test_an_empty_comment_is_not_sent(site: Site) -> None:
    site.visit()

    site.write("   ")

    expect(site.page.get_by_label("Comment", exact=True)).to_be_focused()
    expect(site.page.get_by_role("alert")).to_have_text("Please write something.")
    assert waiting(site) == []


def test_a_post_that_closed_meanwhile_keeps_the_text(site: Site) -> None:
    site.visit()
    site.button("Write a comment").click()
    site.fill("A long thought")
    site.world.request(
        "PATCH", "/v1/moderation/posts", query={"post": POST}, json_body={"closed": True}, token=site.world.token
    )

    site.button("Send").click()

    expect(site.page.get_by_role("alert")).to_have_text("Comments were closed meanwhile. Your text is kept here.")
    expect(site.page.get_by_label("Comment", exact=True)).to_have_value("A long thought")


def test_an_author_can_edit_within_the_edit_window(site: Site) -> None:
    site.visit()
    site.write("First words")
    site.button("Edit").click()
    text = site.page.get_by_role("textbox", name="Edit", exact=True)
    expect(text).to_have_value("First words")

    text.fill("Second words")
    site.button("Save").click()

    expect(site.comment("Second words")).to_be_visible()
    assert waiting(site) == ["Second words"]
    later(site, minutes=16)
    site.reload()
    expect(site.button("Withdraw")).to_be_visible()
    expect(site.button("Edit")).to_have_count(0)


def test_an_edit_that_waits_leaves_the_published_words_in_their_place(site: Site) -> None:
    site.visit()
    site.write("Approved words")
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    [comment] = site.world.queue()
    site.world.decide("approve", comment["id"])
    later(site, minutes=1)
    site.reload()
    site.button("Edit").click()

    site.page.get_by_role("textbox", name="Edit", exact=True).fill("Words that wait")
    site.button("Save").click()

    expect(site.page.get_by_text("Your edit is saved.")).to_be_visible()
    expect(site.comment("Approved words")).to_be_visible()
    assert [each["pending_edit"]["text"] for each in site.world.queue()] == ["Words that wait"]
    later(site, minutes=1)
    site.reload()
    expect(site.comment("Approved words")).to_be_visible()
    expect(site.page.get_by_text("Words that wait")).to_have_count(0)


def test_withdrawing_asks_first_and_can_be_cancelled(site: Site) -> None:
    site.visit()
    site.write("First words")

    site.button("Withdraw").click()
    site.button("Keep it").click()
    expect(site.comment("First words")).to_be_visible()
    expect(site.button("Withdraw")).to_be_focused()
    site.button("Withdraw").click()
    site.button("Yes, withdraw it").click()

    expect(site.page.get_by_text("First words")).to_have_count(0)
    assert waiting(site) == []


def test_the_focus_goes_back_to_a_button_that_was_redrawn_meanwhile(site: Site) -> None:
    held: list[Route] = []
    site.visit()
    site.page.route("**/v1/mine?**", lambda route: held.append(route), times=1)  # noqa: PLW0108
    site.write("First words")

    site.button("Withdraw").click()
    with site.page.expect_response("**/v1/mine?**"):
        held.pop().continue_()
    expect(site.button("Edit")).to_be_visible()  # only the service tells until when it can be edited
    site.button("Keep it").click()

    expect(site.button("Withdraw")).to_be_focused()


def test_a_withdrawn_comment_with_replies_leaves_a_tombstone(site: Site) -> None:
    site.world.policy(every_comment=False)
    site.visit()
    site.write("First words")
    expect(site.heading).to_have_text("1 comment")
    site.world.published("An answer", parent=site.world.listed()["comments"][0]["id"])
    site.reload()

    site.button("Withdraw").click()
    site.button("Yes, withdraw it").click()

    expect(site.page.get_by_text("This comment was removed.")).to_be_visible()
    expect(site.comment("An answer")).to_be_visible()
    expect(site.heading).to_have_text("1 comment")


def test_the_preview_matches_what_the_service_renders(site: Site) -> None:
    site.visit()
    site.button("Write a comment").click()
    site.fill("I **was** there <script>alert(1)</script>")

    site.button("Preview").click()

    preview = site.page.get_by_role("region", name="Preview")
    expect(preview.locator("strong")).to_have_text("was")
    expect(preview.locator("script")).to_have_count(0)
    site.button("Preview").click()
    expect(preview).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "key", "made"),
    [("Bold", "b", "**word**"), ("Italic", "i", "*word*"), ("Code", "e", "`word`"), ("Link", "k", "[word](https://)")],
)
def test_the_toolbar_and_the_keyboard_format_text(site: Site, name: str, key: str, made: str) -> None:
    site.visit()
    site.button("Write a comment").click()
    text = site.page.get_by_label("Comment", exact=True)

    text.fill("word")
    text.select_text()
    site.button(name).click()
    expect(text).to_have_value(made)
    text.fill("word")
    text.select_text()
    text.press(f"Control+{key}")
    expect(text).to_have_value(made)


def test_lines_become_a_quote_or_a_list(site: Site) -> None:
    site.visit()
    site.button("Write a comment").click()
    text = site.page.get_by_label("Comment", exact=True)
    text.fill("one\ntwo")
    text.select_text()

    site.button("Quote").click()

    expect(text).to_have_value("> one\n> two")


def test_a_comment_can_be_written_and_sent_by_keyboard_alone(site: Site) -> None:
    site.visit()
    site.button("Write a comment").focus()
    site.page.keyboard.press("Enter")
    expect(site.page.get_by_label("Comment", exact=True)).to_be_focused()
    site.page.keyboard.type("By keyboard")

    site.page.keyboard.press("Control+Enter")

    expect(site.page.get_by_text(WAITS)).to_be_visible()


def test_escape_closes_a_reply_and_returns_focus_to_its_button(site: Site) -> None:
    site.world.published("A question?", name="Ann")
    site.visit()
    site.button("Reply to Ann").click()
    expect(site.page.get_by_label("Comment", exact=True)).to_be_focused()

    site.page.keyboard.press("Escape")

    expect(site.composer).to_have_count(0)
    expect(site.button("Reply to Ann")).to_be_focused()


def votes(site: Site) -> Locator:
    return site.page.get_by_role("button", name=re.compile("^Agree"))


def test_a_vote_counts_once_and_can_be_taken_back(site: Site) -> None:
    site.world.published("A word")
    site.visit()

    votes(site).click()
    expect(votes(site)).to_have_attribute("aria-pressed", "true")
    expect(votes(site)).to_contain_text("1")
    expect(votes(site)).to_be_focused()
    assert site.world.listed()["comments"][0]["up"] == 1
    votes(site).click()

    expect(votes(site)).to_have_attribute("aria-pressed", "false")
    assert site.world.listed()["comments"][0]["up"] == 0


def test_a_comment_is_reported_with_a_reason(site: Site) -> None:
    site.world.published("A foul word")
    site.visit()

    site.button("Report").click()
    site.page.get_by_label("Abuse").check()
    site.page.get_by_label("Note").fill("It hurts.")
    site.page.locator(".panel").get_by_role("button", name="Report").click()

    expect(site.comment("A foul word")).to_contain_text("Thank you. A moderator will look at it.")
    [entry] = site.world.queue("flagged")
    assert [(flag["reason"], flag["note"]) for flag in entry["open_flags"]] == [("abuse", "It hurts.")]


def test_forget_me_leaves_no_data_in_the_browser(site: Site) -> None:
    site.visit()
    site.button("Write a comment").click()
    site.page.get_by_label("Remember me on this device").check()
    site.fill("A thought", Name="Ann")
    site.button("Send").click()
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    site.button("Write a comment").click()

    site.button("Forget me").click()

    assert (site.kept("localStorage"), site.kept("sessionStorage")) == ({}, {})
    expect(site.page.get_by_label("Name")).to_have_value("")


def test_nothing_is_stored_before_something_is_typed(site: Site) -> None:
    site.visit()

    site.button("Write a comment").click()
    expect(site.composer).to_contain_text("A moderator will look at it")

    assert (site.kept("localStorage"), site.kept("sessionStorage")) == ({}, {})


@pytest.mark.parametrize(
    "kept",
    ["{", "null", "[]", '{"key":"<img>","own":[["x","y"],1,null],"drafts":[["a",{"text":1}]],"name":{"a":1}}'],
    ids=["broken", "null", "a list", "of wrong types"],
)
def test_invalid_stored_data_is_ignored(site: Site, kept: str) -> None:
    site.world.published("A word")
    site.visit()
    site.page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [f"afterword {site.service}/", kept])

    site.reload()
    site.write("My own word")

    expect(site.page.get_by_text(WAITS)).to_be_visible()


def test_when_a_lazy_part_is_gone_the_newer_script_is_loaded_and_the_draft_is_kept(site: Site) -> None:
    gone: list[str] = []

    def once(route: Route) -> None:
        if gone:
            route.fallback()
        else:
            gone.append(route.request.url)
            route.fulfill(status=404, headers={"Access-Control-Allow-Origin": "*"}, body="")

    site.page.route("**/assets/author.*", once)
    site.visit()

    site.write("After the release")

    expect(site.page.get_by_text(WAITS)).to_be_visible()
    assert len(gone) == 1
