"""The widget on pages that take it away, browsers that keep nothing, and browsers that lack something."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

import app
from dev.server import running
from tests.support.blog import Blog, Site
from tests.support.page_errors import Traffic
from tests.support.response_checks import fresh_world
from tests.support.world import World

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FALLBACK = '<afterword-comments page-size="1"><a href="https://blog.example/c">Read them there</a></afterword-comments>'
WAITS = "Waiting for a moderator. Only you can see it."
LONG = 1_800_000  # milliseconds
STORAGE = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {%s})"
REFUSED_STORAGE = {
    "denied": STORAGE % "get() { throw new DOMException('denied', 'SecurityError') }",
    "absent": STORAGE % "value: null",
    "undefined": STORAGE % "value: undefined",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
    "broken": "for (const name of ['getItem', 'setItem', 'removeItem']) "
    "Storage.prototype[name] = () => { throw new DOMException('broken', 'InvalidStateError') }",
}
BREAKING = {
    "style sheets": "CSSStyleSheet.prototype.replaceSync = () => { throw new Error('no sheets') }",
    "combined signals": "delete AbortSignal.any",
    "timeouts": "delete AbortSignal.timeout",
    "plurals": "delete Intl.PluralRules",
    "relative times": "delete Intl.RelativeTimeFormat",
    "templates": "HTMLTemplateElement.prototype.__defineGetter__('content', () => { throw new Error('no template') })",
    "fetch": "window.fetch = () => { throw new Error('no fetch') }",
    "frames": "window.requestAnimationFrame = () => { throw new Error('no frames') }",
    "a good address": "addEventListener('DOMContentLoaded', () => document.head.insertAdjacentHTML('beforeend',"
    " '<link rel=canonical href=\"http://[\">'))",
}


@pytest.fixture
def world() -> Iterator[World]:
    """On moto, which is there sooner than the engine."""
    with fresh_world() as world:
        yield world


@pytest.fixture
def site(world: World, blog: Blog, page: Page) -> Iterator[Site]:
    """As elsewhere, on moto."""
    page.clock.install(time=world.clock())
    with running(app.app, "/api") as service:
        yield Site(world, blog, page, service)


@pytest.fixture
def traffic(page: Page) -> Traffic:
    return Traffic(page)


@pytest.mark.parametrize("script", REFUSED_STORAGE.values(), ids=REFUSED_STORAGE)
def test_without_storage_a_reader_writes_edits_and_withdraws(site: Site, traffic: Traffic, script: str) -> None:
    site.page.add_init_script(script)
    site.visit(FALLBACK)

    site.write("First words", Name="Ann")
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    site.button("Edit").click()
    site.page.get_by_role("textbox", name="Edit", exact=True).fill("Second words")
    site.button("Save").click()
    expect(site.comment("Second words")).to_be_visible()
    assert [entry["text"] for entry in site.world.queue()] == ["Second words"]
    site.button("Withdraw").click()
    site.button("Yes, withdraw it").click()

    expect(site.page.get_by_text("Second words")).to_have_count(0)
    traffic.settle()
    assert site.world.queue() == []


def test_a_storage_that_is_full_loses_nothing_that_it_holds(site: Site, traffic: Traffic) -> None:
    site.visit(FALLBACK)
    site.write("My own words")
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    site.page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') } }"
    )
    site.button("Write a comment").click()
    site.fill("More words")
    site.page.clock.run_for(1_000)
    traffic.settle()

    site.reload()

    expect(site.page.get_by_text(WAITS)).to_be_visible()


@pytest.mark.parametrize("script", BREAKING.values(), ids=BREAKING)
def test_whatever_breaks_inside_the_page_shows_comments_or_what_the_tag_has(
    site: Site, traffic: Traffic, script: str
) -> None:
    site.world.published("A word")
    site.page.add_init_script(script)
    site.write_page(FALLBACK)

    site.page.goto(f"{site.blog.url}/2024/07/panic.html")
    traffic.settle()

    shown = site.comment("A word").or_(site.page.get_by_role("link", name="Read them there"))
    expect(shown).to_be_visible()
    site.page.clock.run_for(60_000)
    traffic.settle()


def load(site: Site) -> None:
    site.page.evaluate("document.querySelector('afterword-comments').setAttribute('sort', 'oldest')")


def change_language(site: Site) -> None:
    site.page.evaluate("document.querySelector('afterword-comments').setAttribute('lang', 'fr')")


def ask_for_more(site: Site) -> None:
    site.button("More comments").click()


def sort(site: Site) -> None:
    site.page.get_by_label("Order").select_option("oldest")


def follow_link(site: Site) -> None:
    site.page.evaluate("location.hash = '#comment-AAAAAAAAAAAAAAAAAAAAAA'")


def look_for_news(site: Site) -> None:
    site.page.clock.run_for(21_000)


def vote(site: Site) -> None:
    site.page.locator(".vote").first.click()


def report(site: Site) -> None:
    site.button("Report").click()


def reply(site: Site) -> None:
    site.page.locator(".reply").first.click()


def send(site: Site) -> None:
    if not site.composer.is_visible():
        site.button("Write a comment").click()
    site.fill("Some words")
    site.button("Preview").click()
    site.button("Send").click()


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "failed"])
@pytest.mark.parametrize("pattern", ["**/v1/**", "**/assets/**"], ids=["the service", "a module"])
@pytest.mark.parametrize(
    "action", [load, change_language, ask_for_more, sort, follow_link, look_for_news, vote, report, reply, send]
)
def test_an_element_that_is_taken_away_in_the_middle_leaves_no_error(
    site: Site, traffic: Traffic, action: Callable[[Site], None], pattern: str, answered: bool
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    site.world.published("A word")
    site.world.published("Another word")
    site.visit(FALLBACK)
    if pattern != "**/v1/**" and action is send:
        site.button("Write a comment").click()
        expect(site.composer).to_be_visible()
    traffic.settle()
    site.page.route(pattern, hold)
    action(site)

    site.page.evaluate("document.querySelector('afterword-comments').remove()")
    for route in held:
        route.continue_() if answered else route.abort()
    site.page.unroute(pattern)
    traffic.settle()
    site.page.clock.run_for(LONG)
    traffic.settle()

    assert site.page.locator("afterword-comments").count() == 0


def test_an_element_that_comes_back_shows_its_comments_again(site: Site, traffic: Traffic) -> None:
    site.world.published("A word")
    site.visit(FALLBACK)

    site.page.evaluate(
        """() => {
          const element = document.querySelector('afterword-comments')
          for (let times = 0; times < 20; times += 1) {
            element.remove()
            document.body.append(element)
          }
        }"""
    )
    traffic.settle()

    expect(site.comment("A word")).to_be_visible()
