"""The moderation console in a real browser."""

import re

import pytest
from playwright.sync_api import Route, ViewportSize, expect

from tests.support.pages import Console, one_prefix
from tests.support.world import POST, World

pytestmark = pytest.mark.browser

HOSTILE = {
    "a tag": "<img src=x onerror='document.title = 1'>",
    "a script": "<script>document.title = 1</script>",
    "the end of the page": "</p></article></template></main></html><h1>Mine now</h1>",
    "a link": "[here](javascript:document.title=1) <a href='javascript:document.title=1'>here</a>",
    "an entity": "&lt;b&gt; &#60;b&#62; &amp;",
    "a template": "${document.title = 1} {{1}}",
    "one long word": "W" * 2_000,
    "the other direction": "שלום (hello) עולם!",
}
NARROW: ViewportSize = {"width": 320, "height": 640}
MIN_TARGET = 44  # CSS pixels: what a thumb needs


def test_a_moderator_signs_in_decides_undoes_and_signs_out(console: Console) -> None:
    page, world = console.page, console.world
    good, bad = world.submit("A fine word.", name="Ann").json["id"], world.submit("A foul word.", name="Bob").json["id"]
    link = console.link()

    page.goto(link)
    assert page.url == f"{console.url}/moderate"
    page.get_by_role("button", name="Sign in").click()
    expect(console.card("A fine word.").get_by_role("heading", name="Ann")).to_be_visible()
    expect(console.card("A fine word.").get_by_role("link")).to_have_attribute("href", f"https://blog.example{POST}")

    console.decide("A fine word.", "Approve")
    console.says("“\u2068Ann\u2069” is now published.")
    console.decide("A foul word.", "Reject")
    console.says("“\u2068Bob\u2069” is now rejected.")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert (console.status(good), console.status(bad)) == ("published", "rejected")

    page.get_by_role("button", name="Undo").click()
    console.says("Undone")
    expect(console.card("A foul word.")).to_be_focused()
    assert (console.status(good), console.status(bad)) == ("published", "pending")

    console.decide("A foul word.", "Spam")
    console.says("is now spam")
    console.tab("Spam")
    expect(console.card("A foul word.").locator(".decisions").get_by_role("button")).to_have_text(["Approve", "Reject"])
    console.tab("Published")
    expect(console.card("A fine word.")).to_be_visible()
    expect(console.card("A foul word.")).to_be_hidden()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert console.stored("sessionStorage") == 0
    expect(page.get_by_role("article")).to_have_count(0)

    page.goto(link)  # in the same tab, so that only the fragment changes
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This link no longer works")).to_be_visible()
    expect(page.get_by_text(f"afterword --stage STAGE moderator link {console.moderator}")).to_be_visible()


@one_prefix
def test_opening_a_link_does_not_use_it_up(console: Console) -> None:
    link = console.link()
    sent: list[str] = []
    console.page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))

    console.page.goto(link)
    expect(console.page.get_by_role("button", name="Sign in")).to_be_visible()
    console.page.goto("about:blank")
    console.page.goto(link)
    assert not any("v1/" in request or "aw_link_" in request for request in sent)

    console.page.get_by_role("button", name="Sign in").dblclick()
    expect(console.page.get_by_text("Signed in as Ada")).to_be_visible()


@one_prefix
@pytest.mark.parametrize(("keep", "where"), [(False, "sessionStorage"), (True, "localStorage")])
def test_a_session_is_stored_where_the_moderator_chose(console: Console, keep: bool, where: str) -> None:
    console.sign_in(keep=keep)

    assert {name for name in ("sessionStorage", "localStorage") if console.stored(name)} == {where}
    console.page.reload()
    expect(console.page.get_by_text("Signed in as Ada")).to_be_visible()


@one_prefix
def test_a_session_that_ended_leads_to_a_new_link(console: Console) -> None:
    console.world.submit("Left alone.", name="Ann")
    console.sign_in()
    console.world.clock.forward(hours=13)

    console.decide("Left alone.", "Approve")

    expect(console.page.get_by_text("Your session has ended.")).to_be_focused()
    expect(console.page.get_by_text("afterword --stage STAGE moderator link")).to_contain_text(console.moderator)
    assert console.stored("sessionStorage") == 0


@one_prefix
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_stay_text(console: Console, text: str) -> None:
    console.page.set_viewport_size(NARROW)
    assert console.world.submit(text, name=text[:80], link="https://example.org/?%3Cb%3E").status == 202

    console.sign_in()

    card = console.page.get_by_role("article")
    assert text in {card.locator(f"{place} p").first.text_content() for place in (".source", ".content")}
    assert card.get_by_role("heading").text_content() == text[:80]
    assert card.locator(".top a, .meta a, .website a").count() == 1  # the post's: a reader's website is no link
    expect(card).to_contain_text("Website: https://example.org/?%3Cb%3E")
    expect(console.page).to_have_title(re.compile("^Moderation"))
    assert console.page.locator("h1").count() == 1
    assert console.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


@one_prefix
def test_a_reply_is_approved_with_its_parent(console: Console) -> None:
    root = console.world.published("The question.", name="Ann")
    middle = console.world.published("The middle.", name="Bob", parent=root)
    leaf = console.world.submit("The answer.", name="Cy", parent=middle).json["id"]
    console.world.decide("reject", middle)
    console.world.decide("reject", root)
    console.sign_in()

    console.decide("The answer.", "Approve")
    expect(console.card("The answer.")).to_contain_text("In reply to “\u2068Bob\u2069”, which is not published")
    expect(console.card("The answer.").locator(".notice blockquote")).to_have_text("The middle.")
    assert console.status(leaf) == "pending"

    console.decide("The answer.", "Approve both")
    expect(console.card("The answer.").locator(".notice blockquote")).to_have_text("The question.")
    console.decide("The answer.", "Approve all 3")
    console.says("3 comments are now published.")
    assert {console.status(each) for each in (root, middle, leaf)} == {"published"}

    console.page.get_by_role("button", name="Undo").click()
    expect(console.card("The answer.")).to_be_focused()
    assert [console.status(each) for each in (root, middle, leaf)] == ["rejected", "rejected", "pending"]


def question_and_answer(world: World) -> list[str]:
    """Two that wait, of which the second answers the first."""
    question = world.published("The question.", name="Ann")
    answer = world.submit("The answer.", name="Bob", parent=question).json["id"]
    world.decide("reject", question)
    world.decide("restore", question)
    return [question, answer]


@one_prefix
def test_a_parent_approved_with_its_reply_leaves_the_list_too(console: Console) -> None:
    ids = question_and_answer(console.world)
    console.sign_in()

    console.decide("The answer.", "Approve")
    console.decide("The answer.", "Approve both")

    console.says("2 comments are now published.")
    expect(console.page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert {console.status(each) for each in ids} == {"published"}


@one_prefix
def test_quick_decisions_are_sent_in_order(console: Console) -> None:
    ids, held = question_and_answer(console.world), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    console.sign_in()
    console.page.route("**/decisions", hold, times=1)
    console.page.get_by_role("article").first.get_by_role("button", name="Approve", exact=True).click()
    console.decide("The answer.", "Approve")
    console.page.wait_for_timeout(200)  # time for the second to overtake the first, if it could
    held[0].continue_()

    console.says("“\u2068Bob\u2069” is now published.")
    assert {console.status(each) for each in ids} == {"published"}


@one_prefix
def test_a_decision_undone_from_another_tab_returns_to_its_list(console: Console) -> None:
    console.world.submit("A word.", name="Ann")
    console.sign_in()
    console.decide("A word.", "Reject")
    console.says("is now rejected")
    console.tab("Published")
    expect(console.page.get_by_text("There is nothing here.")).to_be_visible()

    console.page.get_by_role("button", name="Undo").click()

    console.says("“\u2068Ann\u2069” is waiting again.")
    expect(console.page.get_by_role("article")).to_have_count(0)
    console.tab("Waiting")
    expect(console.card("A word.")).to_be_visible()


@one_prefix
def test_a_comment_edited_meanwhile_returns_with_its_current_text(console: Console) -> None:
    comment_id = console.world.submit("The first text.", name="Ann", author="ann").json["id"]
    console.sign_in()
    assert console.world.edit(comment_id, "The second text.", author="ann").status in {200, 202}

    console.decide("The first text.", "Approve")

    expect(console.card("The second text.")).to_contain_text("It was changed meanwhile")
    expect(console.card("The first text.")).to_be_hidden()
    assert console.status(comment_id) == "pending"
    console.decide("The second text.", "Approve")
    console.says("is now published")


@one_prefix
def test_a_decision_that_someone_else_made_meanwhile_stands(console: Console) -> None:
    comment_id = console.world.submit("Twice seen.", name="Ann").json["id"]
    console.sign_in()
    console.world.decide("reject", comment_id)

    console.decide("Twice seen.", "Approve")

    console.says("“\u2068Ann\u2069” is already rejected.")
    expect(console.page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert console.status(comment_id) == "rejected"


@one_prefix
def test_a_decision_that_did_not_arrive_is_sent_later(console: Console) -> None:
    for text in ("The first.", "The second.", "The third."):
        console.world.submit(text, name="Ann")
    console.sign_in()
    console.page.route("**/decisions", lambda route: route.abort())

    console.decide("The second.", "Approve")

    console.says("Offline: 1 decision is stored here and sent later.")
    expect(console.page.locator(".content")).to_have_text(["The first.", "The third."])
    console.page.unroute("**/decisions")
    console.page.evaluate("dispatchEvent(new Event('online'))")
    console.says("is now published")


@one_prefix
def test_a_failed_decision_returns_its_comment_to_the_list(console: Console) -> None:
    for text in ("The first.", "The second.", "The third."):
        console.world.submit(text, name="Ann")
    console.sign_in()
    console.page.route("**/decisions", lambda route: route.fulfill(status=503, json={"detail": "Too busy."}))

    console.decide("The second.", "Approve")

    expect(console.card("The second.")).to_contain_text("Too busy.")
    expect(console.page.locator(".content")).to_have_text(["The first.", "The second.", "The third."])
    console.page.unroute("**/decisions")
    console.decide("The second.", "Approve")
    console.says("is now published")


@one_prefix
def test_a_long_queue_is_paginated(console: Console) -> None:
    for number in range(27):
        console.world.submit(f"Number {number}.")
    console.sign_in()
    expect(console.page.get_by_role("article")).to_have_count(25)

    console.page.get_by_role("button", name="Load more").click()

    expect(console.page.get_by_role("article")).to_have_count(27)
    expect(console.card("Number 25.")).to_be_focused()
    expect(console.page.get_by_role("button", name="Load more")).to_be_hidden()


@one_prefix
def test_the_queue_can_be_cleared_by_keyboard_alone(console: Console) -> None:
    ids = [console.world.submit(f"Number {number}.").json["id"] for number in range(3)]
    page = console.page
    page.goto(console.link())
    for key in ("Tab", "Space", "Tab", "Enter"):  # the tick, the button
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Waiting", level=2)).to_be_focused()
    expect(page.get_by_role("article")).to_have_count(3)

    for _ in ids:
        for _ in ("the choice", "the post's link", "Approve"):
            page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        console.says("is now published")

    assert {console.status(each) for each in ids} == {"published"}
    expect(page.get_by_role("heading", name="Waiting", level=2)).to_be_focused()


@one_prefix
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_button_is_large_enough_on_a_small_phone(console: Console, scheme: str) -> None:
    console.page.set_viewport_size(NARROW)
    console.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    console.world.submit("Word. " * 300, name="N" * 80, link=f"https://example.org/{'x' * 200}")
    console.sign_in()

    links = console.page.get_by_role("navigation").get_by_role("link")
    targets = [*console.page.get_by_role("button").all(), *links.all()]
    boxes = [(each.text_content(), each.bounding_box()) for each in targets]

    assert len(boxes) == 9 + 9
    assert [name for name, box in boxes if not box or min(box["width"], box["height"]) < MIN_TARGET] == []
    assert console.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


@one_prefix
def test_a_double_click_decides_once(console: Console) -> None:
    first, second = (console.world.submit(f"Number {number}.", name="Ann").json["id"] for number in range(2))
    console.sign_in()

    console.card("Number 0.").get_by_role("button", name="Approve").dblclick()

    console.says("is now published")
    assert (console.status(first), console.status(second)) == ("published", "pending")
