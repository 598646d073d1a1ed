"""Searching, filtering and counting comments, and shortcuts on other keyboard layouts."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_console_queue import statuses, waiting
from tests.browser.test_console_undo import hold
from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.slow, pytest.mark.browser, one_prefix]

PAGE = 25  # comments that are loaded first


def counts(console: Console, **wanted: int) -> None:
    for tab, count in wanted.items():
        expect(console.page.get_by_role("navigation").get_by_role("link", name=tab)).to_have_text(f"{tab}{count}")


def test_each_list_shows_its_count_from_the_start(console: Console) -> None:
    world = console.world
    world.published("Out.", key="out")
    for number in range(2):
        world.decide("spam", world.submit(f"Buy {number}!", key=f"spam {number}").json["id"])

    console.sign_in()

    counts(console, Waiting=0, Flagged=0, Published=1, Rejected=0, Spam=2)


def test_the_counts_are_updated_with_one_request(console: Console) -> None:
    waiting(console, 4)
    console.sign_in()
    counts(console, Waiting=4, Published=0)
    expect(console.page.get_by_text("Oldest waiting since")).to_be_visible()
    asked = list[str]()
    console.page.on("request", lambda request: asked.append(request.url) if "/stats" in request.url else None)

    console.page.keyboard.press("j")
    for key in "arsa":
        console.page.keyboard.press(key)

    counts(console, Waiting=0, Published=2, Rejected=1, Spam=1)
    expect(console.page.get_by_text("Oldest waiting since")).to_be_hidden()
    assert len(asked) <= 2
    console.page.keyboard.press("u")
    counts(console, Waiting=1, Published=1)


def test_a_search_filters_loaded_comments_at_once_and_then_searches_the_rest(console: Console) -> None:
    texts = [*(f"Plain {number}." for number in range(PAGE - 1)), "A pineapple.", *["More."] * PAGE, "Late pineapple."]
    for number, text in enumerate(texts):
        console.world.submit(text, key=f"{number}")
    console.sign_in()
    release = hold(console, "**/queue?**")

    console.page.get_by_label("Search in text and name").fill("Pineapple")
    console.page.keyboard.press("Enter")

    expect(console.page.get_by_role("article")).to_have_count(1)
    expect(console.card("A pineapple.")).to_be_visible()
    expect(console.page.get_by_text("Loading")).to_be_visible()
    release()
    expect(console.page.get_by_role("article")).to_have_count(2)
    expect(console.page.get_by_role("button", name="Load more")).to_be_hidden()


def test_a_search_continues_until_the_page_is_full_and_says_how_far_it_searched(console: Console) -> None:
    waiting(console, 2)
    console.sign_in()
    [found] = console.world.queue()[:1]
    pages = [{"comments": [], "scanned": 500, "next": f"{number}"} for number in range(3)]
    full = [{**found, "id": f"{number:022}", "text": "Pear."} for number in range(PAGE)]
    answers = [*pages, {"comments": full, "scanned": 500, "next": "more"}]
    console.page.route("**/queue?**", lambda route: route.fulfill(json=answers.pop(0)))

    console.page.get_by_label("Search in text and name").fill("pear")
    console.page.keyboard.press("Enter")

    expect(console.page.get_by_role("article")).to_have_count(PAGE)
    expect(console.page.get_by_text("2,000 searched so far.")).to_be_visible()
    expect(console.page.get_by_role("button", name="Load more")).to_be_visible()
    assert answers == []


def test_a_filter_replaces_the_previous_filter_and_the_search(console: Console) -> None:
    for number, (name, post) in enumerate((("Ann", "/one"), ("Bob", "/one"), ("Ann", "/two"))):
        console.world.submit(f"{name} on {post}.", name=name, author=name, post=post, key=f"{number}")
    console.sign_in()
    articles, field = console.page.get_by_role("article"), console.page.get_by_label("Search in text and name")
    field.fill("Ann on /one")
    field.press("Enter")
    expect(articles).to_have_count(1)

    console.unfold("Ann on /one.")
    articles.get_by_role("button", name="All by").click()
    expect(articles).to_have_count(2)
    expect(field).to_have_value("")
    console.unfold("Ann on /one.")
    console.card("Ann on /one.").get_by_role("button", name="All under this post").click()
    expect(articles).to_have_count(2)
    expect(console.card("Bob on /one.")).to_be_visible()

    field.fill("Bob")
    field.press("Enter")
    expect(articles).to_have_count(1)
    console.page.get_by_role("button", name="Clear filter").click()
    expect(articles).to_have_count(3)
    expect(field).to_have_value("")


def test_a_key_pressed_in_a_select_decides_nothing(console: Console) -> None:
    ids = waiting(console, 2)
    console.sign_in()
    console.page.get_by_role("checkbox", name="Reader 0").check()
    console.page.evaluate("document.querySelector('#list').before(document.createElement('select'))")
    console.page.locator("#list").locator("xpath=preceding-sibling::select").focus()

    console.page.keyboard.press("r")

    console.page.wait_for_timeout(300)
    assert statuses(console, ids) == ["pending", "pending"]


def test_shortcuts_work_on_a_layout_without_latin_letters(console: Console) -> None:
    ids, page = waiting(console, 2), console.page
    console.sign_in()
    press = """([key, code]) => {
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))
    }"""

    page.evaluate(press, ["\u043e", "KeyJ"])  # as on a Russian keyboard
    page.evaluate(press, ["\u0444", "KeyA"])
    console.says("is now published")
    page.evaluate(press, ["z", "KeyA"])  # a Latin layout means what it says

    page.wait_for_timeout(300)
    assert statuses(console, ids) == ["published", "pending"]


def test_a_list_can_be_opened_during_a_decision_and_omits_decided_comments(console: Console) -> None:
    waiting(console, 3)
    console.sign_in()
    release = hold(console)
    console.decide("number 0.", "Approve")

    console.tab("Waiting")

    expect(console.page.get_by_text("Loading")).to_be_hidden()
    expect(console.page.get_by_role("article")).to_have_count(2)
    release()
    console.says("is now published")
    expect(console.page.get_by_role("article")).to_have_count(2)
