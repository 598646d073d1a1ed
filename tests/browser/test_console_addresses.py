"""Each view has an address: it can be opened, reloaded, and come back to; a sign-in link is never mistaken for one."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chalicelib.core.screening.engine import MESSAGES
from tests.browser.test_console_queue import waiting
from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.browser, one_prefix]

PUTS = """() => {
  globalThis.puts = []
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (value, name) {
    globalThis.puts.push(name)
    return put.call(this, value, name)
  }
}"""


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()


def address(page: Page) -> str:
    return page.url.partition("#")[2]


def test_back_forward_and_reload_show_what_the_address_names(console: Console) -> None:
    page = console.page
    console.sign_in()
    console.tab("Posts")
    heading(page, "Posts")
    console.tab("Rejected")
    heading(page, "Rejected")
    assert address(page) == "/queue/rejected"

    page.go_back()
    heading(page, "Posts")
    page.go_back()
    heading(page, "Waiting")
    page.go_forward()
    heading(page, "Posts")
    page.reload()
    heading(page, "Posts")
    assert address(page) == "/posts"
    expect(page.get_by_role("navigation").get_by_role("link", name="Posts")).to_have_attribute("aria-current", "page")


def test_an_address_narrows_the_list_and_is_what_a_filter_leads_to(console: Console) -> None:
    world, page = console.world, console.page
    for number, (post, text) in enumerate([("/one", "A pear."), ("/one", "A plum."), ("/two", "Another pear.")]):
        world.submit(text, post=post, key=f"{number}")
    console.sign_in()

    page.goto(f"{console.url}/moderate#/queue/pending?post=%2Fone&q=pear")
    expect(page.locator(".content")).to_have_text(["A pear."])
    heading(page, "Waiting: all under \u2068/one\u2069")
    expect(page.get_by_label("Search in text and name")).to_have_value("pear")
    page.reload()
    expect(page.locator(".content")).to_have_text(["A pear."])

    page.get_by_role("button", name="Clear filter").click()
    expect(page.get_by_role("article")).to_have_count(3)
    assert address(page) == "/queue/pending"
    page.go_back()
    expect(page.locator(".content")).to_have_text(["A pear."])


def test_what_is_searched_among_posts_and_in_activity_is_in_the_address(console: Console) -> None:
    for post in ("/apples", "/pears"):
        console.world.published("Out.", post=post, key=post)
    console.sign_in()

    console.page.goto(f"{console.url}/moderate#/posts?q=pear")
    expect(console.page.locator("#list article:visible .post")).to_have_text(["/pears"])
    console.page.get_by_label("Search in key and title").fill("apple")
    expect(console.page.locator("#list article:visible .post")).to_have_text(["/apples"])
    assert address(console.page) == "/posts?q=apple"

    console.page.goto(f"{console.url}/moderate#/activity?by=author")
    expect(console.page.get_by_text("There is nothing here.")).to_be_visible()
    expect(console.page.get_by_label("Who")).to_have_value("author")


def test_a_sign_in_link_in_an_open_tab_is_taken_from_the_address_and_opens_no_view(console: Console) -> None:
    page = console.page
    console.sign_in()
    console.tab("Posts")
    heading(page, "Posts")

    page.evaluate(f"location.hash = {console.link().partition('#')[2]!r}")

    expect(page.get_by_text("Your link is used only when you press the button.")).to_be_visible()
    assert page.url == f"{console.url}/moderate"
    page.get_by_role("button", name="Sign in").click()
    heading(page, "Waiting")


@pytest.mark.parametrize(
    ("fragment", "left"),
    [("/nonsense", "/nonsense"), ("aw_link_%20", ""), ("list", ""), ("/queue/pending?a=b", "/queue/pending?a=b")],
)
def test_an_address_that_names_no_view_shows_what_waits(console: Console, fragment: str, left: str) -> None:
    waiting(console, 1)
    console.sign_in()

    console.page.goto(f"{console.url}/moderate#{fragment}")

    heading(console.page, "Waiting")
    expect(console.page.get_by_role("article")).to_have_count(1)
    assert address(console.page) == left


def test_who_may_not_manage_finds_no_way_to_what_only_owners_see(console: Console) -> None:
    console.sign_in()
    console.tab("Settings")

    links = console.page.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(links).to_have_text(["Screening", "Your devices"])
    console.page.goto(f"{console.url}/moderate#/settings/team")
    heading(console.page, "Waiting")


def test_a_decision_writes_the_list_once_and_leaves_the_card_that_went_as_it_was(console: Console) -> None:
    waiting(console, 3)
    console.sign_in()
    console.page.evaluate(PUTS)
    console.page.evaluate("""() => {
      globalThis.drawn = 0
      const all = {attributes: true, characterData: true, childList: true, subtree: true}
      new MutationObserver(() => (globalThis.drawn += 1)).observe(document.querySelector('#list article'), all)
    }""")

    console.page.keyboard.press("j")
    console.page.keyboard.press("a")
    console.says("is now published")

    assert console.page.evaluate("puts.filter((name) => name.startsWith('list '))") == ["list pending"]
    assert console.page.evaluate("drawn") == 0


def found(rule: str, **parameters: int | str) -> dict[str, Any]:
    """A reason as the service sends it."""
    message = MESSAGES[rule]
    detail = message.fill(parameters)
    return {"rule": rule, "parameters": parameters, "template": message.template, "detail": detail}


def test_reasons_and_refusals_that_come_as_data_are_said_in_words(console: Console) -> None:
    waiting(console, 3)
    console.sign_in()
    one, two, three = console.world.queue()
    reasons = [
        [found("new_author", approved=1), found("form_not_opened")],
        [found("every_comment")],
        [{"rule": "of_tomorrow", "parameters": {"n": 1}, "template": "{n} new.", "detail": "Something new was found."}],
    ]
    comments = [{**each, "reasons": why} for each, why in zip((one, two, three), reasons, strict=True)]
    console.page.route("**/queue?**", lambda route: route.fulfill(json={"comments": comments, "scanned": 3}))
    refusal = {"code": "changed_meanwhile", "parameters": {}, "detail": "changed_meanwhile"}
    console.page.route("**/decisions", lambda route: route.fulfill(status=409, json=refusal))

    console.tab("Waiting")

    expect(console.page.locator(".reasons").nth(0)).to_have_text(
        "A new author: 1 comment approved so far. Submitted without opening the form (often a bot)."
    )
    expect(console.page.locator(".reasons").nth(1)).to_be_hidden()
    expect(console.page.locator(".reasons").nth(2)).to_have_text("Something new was found.")
    console.page.get_by_role("article").first.get_by_role("button", name="Approve").click()
    console.says("is back: Someone else changed this in the meantime.")
