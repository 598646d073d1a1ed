"""Attacks in the queue are shown to the moderator as text, and do nothing."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

import app
from chalicelib.core.accounts import Role
from dev.server import running
from tests.browser.test_widget_safety import PAGE, PLAINLY, Watch, fields_of, rows
from tests.support.pages import Console, one_prefix
from tests.support.response_checks import batches, fresh_world

pytestmark = pytest.mark.browser

FIRST = 25  # comments, of a queue
FOREIGN = """() => {
  const made = new Set(('a article bdi blockquote br button code del details div em form h3 input label li ol p pre ' +
    'section span strong summary textarea time ul').split(' '))
  const found = []
  for (const element of document.querySelectorAll('#list *')) {
    if (!made.has(element.localName)) found.push(element.localName)
    for (const {name} of element.attributes) if (/^(on|style$|src)/.test(name)) found.push(name)
    const {href, protocol} = element
    if (element.localName === 'a' && href && !/^(https?|mailto):$/.test(protocol)) found.push(href)
  }
  return found
}"""


@pytest.fixture
def service_url() -> Iterator[str]:
    """The service's address, with whatever world is open."""
    with running(app.app, "/api") as service:
        yield service


def test_held_attacks_are_shown_as_text_and_do_nothing(page: Page, service_url: str) -> None:
    firing, others = rows()
    payloads = [row["payload"] for row in [*firing, *others][::PLAINLY]]
    watch, accepted = Watch(page, {urlsplit(service_url).netloc}), 0

    for several in batches(payloads, PAGE):
        with fresh_world() as world:
            sent = [world.submit(**fields) for fields in map(fields_of, several) if "text" in fields]
            waiting = sum(response.status < 400 for response in sent)
            _, link = world.runtime.accounts_service.invite("Ada", Role.MODERATOR)
            page.goto("about:blank")
            page.goto(f"{service_url}/moderate#{link}")
            page.get_by_role("button", name="Sign in").click()
            cards = page.locator("#list > li")
            if waiting > FIRST:
                page.get_by_role("button", name="Load more").click()
            expect(cards).to_have_count(waiting)
            for source in page.locator("#list summary:visible").all():
                source.evaluate("each => (each.parentElement.open = true)")
            assert watch.settled() == [f"page {service_url}/moderate"]
            assert page.evaluate(FOREIGN) == []
            page.evaluate("sessionStorage.clear()")
        accepted += waiting

    assert accepted > 0.8 * len(payloads)


@one_prefix
def test_a_card_shows_the_rendered_comment_its_source_and_its_link_targets(console: Console) -> None:
    console.world.submit("Read [my bank](https://b\u0430nk.example/in) *now*.", name="P\u0430ul")
    console.sign_in()
    card = console.card("my bank")

    expect(card.locator("em")).to_have_text("now")
    expect(card.get_by_role("link", name="my bank")).to_have_attribute("href", "https://b\u0430nk.example/in")
    expect(card).to_contain_text("[xn--bnk-6cd.example]")
    expect(card.locator(".name .marked-character")).to_have_attribute("data-number", "U+0430")
    expect(card.get_by_text("*now*")).to_be_hidden()
    card.get_by_text("Source").click()
    expect(card.get_by_text("*now*")).to_be_visible()


@one_prefix
def test_plain_text_has_no_separate_source(console: Console) -> None:
    console.world.submit("Just words, \u041f\u0440\u0438\u0432\u0435\u0442 and words.")
    console.sign_in()

    expect(console.card("Just words").get_by_text("Source")).to_be_hidden()
    expect(console.card("Just words").locator(".marked-character")).to_have_count(0)
