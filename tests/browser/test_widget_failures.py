"""The widget beside a service that fails: no error reaches the page, what it showed stays, and a draft is kept."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

import app
from dev.server import running
from tests.support.blog import Blog, Site
from tests.support.page_errors import Traffic
from tests.support.response_checks import fresh_world
from tests.support.world import POST, World, key22

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OPEN = {"Access-Control-Allow-Origin": "*"}
FALLBACK = '<afterword-comments page-size="1"><a href="https://blog.example/c">Read them there</a></afterword-comments>'
COUNT = '<p><afterword-count post="/one">some</afterword-count></p>'
TIMEOUT = 16_000  # milliseconds: longer than the widget waits for an answer
LONG = 1_800_000  # milliseconds
CLOCKED_TIMEOUT = """AbortSignal.timeout = (time) => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), time)
  return controller.signal
}"""
ODD = (
    '{"post": 5, "count": "x", "sorts": 5, "comments": {"map": 1}, "next": [], "counts": [], "html": 5, "token": {},'
    ' "work": {"bits": "many"}, "limits": 5, "id": {"toString": 1}, "errors": 5, "detail": {"toString": 1}}'
)

Fault = Callable[[Route], None]


def reply(body: str, status: int = 200, kind: str = "application/json") -> Fault:
    return lambda route: route.fulfill(
        status=status, body=body, content_type=kind, headers={**OPEN, "Content-Type": kind}
    )


def hang(_: Route) -> None:
    """Answer never."""


def same_origin(route: Route) -> None:
    """Answer without the headers that let another origin read it."""
    route.fulfill(status=200, body="{}")


FAULTS: dict[str, Fault] = {
    "unreachable": lambda route: route.abort(),
    "hanging": hang,
    "without CORS": same_origin,
    "HTML": reply("<!DOCTYPE html><title>Sign in to the hotel</title>", kind="text/html"),
    "truncated": reply('{"post": "/one", "comments": ['),
    "empty": reply(""),
    "null": reply("null"),
    "a number": reply("5"),
    "a list": reply("[]"),
    "an empty object": reply("{}"),
    "wrong types": reply(ODD),
    "no such page": reply('{"code": "not_found"}', 404),
    "too many": reply(ODD, 429),
    "refused with wrong types": reply(ODD, 422),
    "broken": reply("<h1>Internal Server Error</h1>", 500, "text/html"),
    "unavailable": reply('{"message": null}', 503),
}
MODULE_FAULTS: dict[str, Fault] = {
    "unreachable": FAULTS["unreachable"],
    "hanging": hang,
    "HTML": FAULTS["HTML"],
    "no such page": FAULTS["no such page"],
    "truncated": reply("export class Author {", kind="text/javascript"),
    "throwing": reply("throw new Error('broken')", kind="text/javascript"),
    "without exports": reply("export {}", kind="text/javascript"),
}
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
every_module_fault = pytest.mark.parametrize("fault", MODULE_FAULTS.values(), ids=MODULE_FAULTS)


@pytest.fixture
def world() -> Iterator[World]:
    """On moto, which is there sooner than the engine."""
    with fresh_world() as world:
        yield world


@pytest.fixture
def site(world: World, blog: Blog, page: Page) -> Iterator[Site]:
    """A reader's browser in which the time until the widget gives up is the page's clock's, too."""
    page.clock.install(time=world.clock())
    page.add_init_script(CLOCKED_TIMEOUT)
    with running(app.app, "/api") as service:
        yield Site(world, blog, page, service)


@pytest.fixture
def traffic(page: Page) -> Traffic:
    return Traffic(page, but="/v1/counts")  # a count waits as long as the browser does


def fallback(site: Site) -> Locator:
    return site.page.get_by_role("link", name="Read them there")


def open_page(site: Site, tag: str = FALLBACK, **more: str) -> None:
    """A page with the widget, and a count of comments."""
    script = f'<script type="module" src="{site.service}/count.js"></script>'
    site.write_page(tag + COUNT, head=script, **more)
    site.page.goto(site.blog.url + POST)


def publish_thread(world: World) -> None:
    for text in ("Older words", "Newer words"):
        world.published(text, name="Ann")
        world.clock.forward(minutes=1)


def show_own_comment(site: Site) -> None:
    """A page with others' comments, more of them to come, and one of the reader's own that waits."""
    publish_thread(site.world)
    open_page(site)
    site.write("My own words")
    expect(site.page.get_by_text("Waiting for a moderator.")).to_be_visible()
    expect(site.button("Edit")).to_be_visible()


def use_everything(site: Site, settle: Callable[[], None]) -> None:
    """Press whatever can be pressed, and type a draft; what comes of each is not looked at."""
    others, own = site.comment("Newer words"), site.comment("My own words")
    steps: list[Callable[[], object]] = [
        site.button("More comments").click,
        lambda: site.page.locator("afterword-comments select").select_option("oldest"),
        others.get_by_role("button", name=re.compile("^Agree")).click,
        others.get_by_role("button", name="Report").click,
        site.page.locator(".panel").get_by_role("button", name="Report").click,
        own.get_by_role("button", name="Withdraw").click,
        site.button("Yes, withdraw it").click,
        site.button("Write a comment").click,
        lambda: site.page.locator(".footer textarea").fill("A long thought"),
        site.page.locator(".footer .toggle-preview").click,
        site.page.locator(".footer .send").click,
        others.get_by_role("button", name="Reply").click,
        lambda: site.page.evaluate("id => (location.hash = `#comment-${id}`)", key22("far")),
    ]
    for step in steps:
        step()
        settle()


@every_fault
def test_a_service_that_fails_from_the_start_leaves_what_the_page_has(
    site: Site, traffic: Traffic, fault: Fault
) -> None:
    advance = TIMEOUT if fault is hang else 0
    site.page.route("**/v1/**", fault)

    open_page(site)

    expect(site.page.locator("afterword-count")).to_have_text("some")
    traffic.settle(advance=advance)
    expect(site.page.get_by_role("alert")).to_contain_text("be loaded now.")
    expect(fallback(site)).to_be_visible()
    site.button("Try again").click()
    traffic.settle(advance=advance)
    expect(fallback(site)).to_be_visible()
    expect(site.page.locator("afterword-count")).to_have_text("some")


@every_fault
def test_a_service_that_fails_later_leaves_the_comments_and_the_draft(
    site: Site, traffic: Traffic, fault: Fault
) -> None:
    advance = TIMEOUT if fault is hang else 0
    show_own_comment(site)
    traffic.settle()
    site.page.route("**/v1/**", fault)

    use_everything(site, lambda: traffic.settle(advance=advance))
    site.page.clock.run_for(LONG)
    traffic.settle(advance=advance)

    expect(site.comment("Newer words")).to_be_visible()
    expect(site.page.locator(".footer textarea")).to_have_value("A long thought")
    expect(site.page.locator(".footer .composer > .error")).not_to_be_empty()
    site.page.unroute("**/v1/**")
    site.page.locator(".footer .send").click()
    expect(site.page.get_by_role("status").filter(has_text="Thank you")).to_be_attached()
    assert "A long thought" in [entry["text"] for entry in site.world.queue()]


@every_module_fault
def test_modules_that_can_not_be_had_leave_the_comments_and_say_so(site: Site, fault: Fault) -> None:
    traffic = Traffic(site.page, but="/assets/")  # an import waits as long as the browser does
    publish_thread(site.world)
    site.page.route("**/assets/**", fault)
    site.page.route("**/widget.js?*", fault)
    open_page(site, FALLBACK, lang="de")
    traffic.settle()
    site.page.clock.run_for(TIMEOUT)
    expect(site.comment("Newer words")).to_be_visible()

    failed = site.page.get_by_role("status").filter(has_text="be loaded now.")
    for step in (
        site.button("More comments").click,
        lambda: site.page.locator("afterword-comments select").select_option("oldest"),
        site.page.get_by_role("button", name=re.compile("^Agree")).click,
        site.page.get_by_role("button", name="Report").click,
        site.button("Reply to Ann").click,
        site.button("Write a comment").click,
    ):
        step()
        site.page.clock.run_for(TIMEOUT)
        expect(failed).to_be_visible()
    site.page.clock.run_for(LONG)
    traffic.settle()

    expect(site.comment("Newer words")).to_be_visible()


@every_module_fault
def test_an_author_whose_module_can_not_be_had_reads_like_anybody(site: Site, fault: Fault) -> None:
    traffic = Traffic(site.page, but="/assets/")
    show_own_comment(site)
    site.page.route("**/assets/**", fault)
    site.page.route("**/widget.js?*", fault)

    site.reload()
    traffic.settle()
    site.page.clock.run_for(TIMEOUT)
    traffic.settle()

    expect(site.comment("Newer words")).to_be_visible()
