"""The moderation console in its moderators' languages."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import app
from chalicelib.core.accounts import Role
from dev.server import running
from tests.browser.test_console_queue import AXE, wrong
from tests.support.pages import Console
from tests.support.slow import CHECK
from tests.support.world import World
from tests.web.test_console_catalogues import catalogue

pytestmark = [pytest.mark.slow, pytest.mark.browser]

QUEUES = ("queue/pending", "queue/flagged", "queue/published", "queue/rejected", "queue/spam")
SETTINGS = ("settings/screening", "settings/team", "settings/devices", "settings/tokens")
TABS = (*QUEUES, "activity", "posts", "insights", *SETTINGS)
ENGLISH = """(keys) => {
  const found = []
  const seen = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (seen.nextNode()) {
    const {data, parentElement: parent} = seen.currentNode
    const words = data.replace(/\\s+/g, ' ').trim()
    if (parent.checkVisibility() && keys.includes(words)) found.push(words)
  }
  const labels = [...document.querySelectorAll('[aria-label]')].map(({ariaLabel}) => ariaLabel)
  return [...found, ...labels.filter(label => keys.includes(label))]
}"""

Speaking = Callable[..., Console]


@pytest.fixture
def speaking(browser: Browser, world: World) -> Iterator[Speaking]:
    """The page in a browser whose owner wants a language."""
    moderator, _ = world.runtime.accounts_service.invite("Ada", Role.OWNER)
    contexts = []
    with running(app.app, "/api") as url:

        def speak(lang: str, **more: Any) -> Console:
            context = browser.new_context(locale=lang, timezone_id="UTC", **more)
            contexts.append(context)
            return Console(world, context.new_page(), url, moderator.id)

        yield speak
        for context in contexts:
            context.close()


def enter(console: Console, lang: str) -> None:
    console.page.goto(console.link())
    console.page.get_by_role("button", name=translated("Sign in", lang)).click()
    expect(console.page.get_by_role("heading", name=translated("Waiting", lang), level=2)).to_be_visible()
    expect(console.page.locator("#end")).not_to_contain_text("…")


def translated(words: str, lang: str, **given: str) -> str:
    found: str = catalogue(lang)[words]
    for name, value in given.items():
        found = found.replace(f"{{{name}}}", value)
    return found


def show(console: Console, tab: str) -> None:
    if tab in SETTINGS:
        console.page.locator("#views .group").click()
    console.page.locator(f'nav a[href="#/{tab}"]:not(.group)').click()
    expect(console.page.locator("#end")).not_to_contain_text("…")


def a_site_with_everything(world: World) -> None:
    first = world.published("Is out.", key="published", name="Bo")
    world.submit("Answers it.", key="waits", name="Cy", parent=first, link="https://cy.example/")
    world.submit("A **word**.", key="waits too")
    world.decide("reject", world.submit("No.", key="rejected").json["id"], note="Rude.")
    world.decide("spam", world.submit("Buy!", key="spam").json["id"])
    route, body = "/v1/comments/{comment_id}/flags", {"reason": "off_topic", "note": "Odd."}
    token = "aw_author_" + "f" * 22
    assert world.request("POST", route, path={"comment_id": first}, json_body=body, token=token).status == 202


@pytest.mark.parametrize("lang", ["de", *(("ru", "pt-BR", "zh-CN", "fr", "ja") if CHECK in os.environ else ())])
def test_no_view_has_english_text(speaking: Speaking, lang: str) -> None:
    console = speaking(lang)
    a_site_with_everything(console.world)
    words = catalogue(lang)
    names = {"Ada", "Bo", "Cy"}
    other = json.dumps([each for each, theirs in words.items() if theirs != each and each not in names])
    enter(console, lang)

    for tab in TABS:
        show(console, tab)
        for summary in console.page.locator("#list summary:visible").all():
            summary.click()
        for button in console.page.query_selector_all(
            "#list .toggle, #list .actions button:is(.show-history, .show-parent, .reply, .edit)"
        ):
            if button.is_visible():
                button.click()
        assert console.page.evaluate(f"({ENGLISH})({other})") == [], tab
    assert console.page.evaluate("document.title") == translated("Moderation \N{EN DASH} Afterword", lang)
    assert console.page.evaluate("document.documentElement.lang") == lang


def test_confirmations_are_in_the_moderators_language(speaking: Speaking) -> None:
    console = speaking("de-AT")
    a_site_with_everything(console.world)
    enter(console, "de")
    page = console.page

    page.get_by_role("article").filter(has_text="A word").get_by_role(
        "button", name=translated("Approve", "de")
    ).click()

    name = translated("(no name)", "de")
    console.says(translated("{who} is now {status}.", "de", who=name, status=translated("published", "de")))
    page.get_by_role("button", name=translated("Undo", "de"), exact=True).click()
    console.says(translated("Undone: {who} is {status} again.", "de", who=name, status=translated("waiting", "de")))
    show(console, "posts")
    page.get_by_text(translated("Move comments to another post …", "de")).first.click()
    page.get_by_label(translated("New address", "de")).first.fill(page.locator("#list .post").first.inner_text())
    page.get_by_role("button", name=translated("Preview", "de")).first.click()
    expect(page.locator("#list .preview p").first).to_contain_text(translated("Some fields are invalid.", "de"))


@pytest.mark.parametrize("width", [320, 1280])
def test_right_to_left_everything_fits_and_axe_finds_nothing(speaking: Speaking, width: int) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: make widget")
    console = speaking("ar", viewport={"width": width, "height": 800})
    a_site_with_everything(console.world)
    enter(console, "ar")

    assert console.page.evaluate("document.documentElement.dir") == "rtl"
    console.page.evaluate(AXE.read_text(encoding="utf-8"))
    for tab in TABS:
        show(console, tab)
        assert wrong(console) == ([], True), tab


@pytest.mark.parametrize("lang", ["en", *(("de", "fr", "pl", "ru", "ar") if CHECK in os.environ else ())])
def test_all_tabs_fit_into_a_desktop_window(speaking: Speaking, lang: str) -> None:
    console = speaking(lang, viewport={"width": 1280, "height": 800})
    a_site_with_everything(console.world)
    console.page.goto(console.link())
    console.page.locator("#sign-in-button").click()
    for tab in QUEUES[1:]:
        link = console.page.locator(f'nav a[href="#/{tab}"]')
        link.click()
        expect(link.locator(".count")).to_be_visible()

    assert console.page.evaluate("(nav => nav.scrollWidth <= nav.clientWidth)(document.querySelector('nav'))")


@pytest.mark.parametrize(
    ("lang", "spoken"), [("pt-PT", "pt-BR"), ("zh-TW", "zh-CN"), ("sw", "en"), ("en-AU", "en"), ("fr-CA", "fr")]
)
def test_the_nearest_language_is_used(speaking: Speaking, lang: str, spoken: str) -> None:
    page = speaking(lang).page
    fetched = list[str]()
    page.on("request", lambda request: fetched.append(request.url))

    console_url = speaking(lang).url
    page.goto(f"{console_url}/moderate")

    expect(page.locator("#sign-in")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == spoken
    assert len([url for url in fetched if url.endswith(".json")]) == (spoken != "en")


def test_without_its_catalogue_the_page_is_in_english(speaking: Speaking) -> None:
    console = speaking("fr")
    console.page.route("**/*.json", lambda route: route.abort())

    console.sign_in()

    assert console.page.evaluate("document.documentElement.lang") == "en"


def test_offline_the_page_keeps_its_language(speaking: Speaking) -> None:
    console = speaking("it")
    enter(console, "it")
    console.page.evaluate("navigator.serviceWorker.ready")
    kept = "caches.open('afterword-moderate').then(cache => cache.keys()).then(all => all.map(({url}) => url).join())"
    console.page.wait_for_function(f"() => {kept}.then(urls => urls.includes('moderate-it.'))")

    console.page.context.set_offline(True)
    console.page.reload()

    expect(console.page.get_by_role("heading", name=translated("Waiting", "it"), level=2)).to_be_visible()
    assert ".json" in console.page.evaluate(kept)
    assert console.page.evaluate(kept).count(".json") == 1
