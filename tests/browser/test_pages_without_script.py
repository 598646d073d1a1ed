"""The pages without JavaScript, in a Chromium with scripts disabled; on phones and in dark mode."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

import app
from dev.server import running
from tests.support.world import POST, World

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SCREENS = [(width, scheme) for width in (320, 1280) for scheme in ("light", "dark")]
MIN_TARGET = 24  # CSS pixels: WCAG 2.2, 2.5.8
ALONE = ":is(a, button, input, textarea):not(.text a, .soft a, .trap *, [type=hidden])"  # not within a sentence

Scheme = Literal["light", "dark"]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]} {screen[1]}")
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab without JavaScript; a violation of the content security policy fails the test."""
    width, scheme = request.param
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    tab, said = context.new_page(), list[str]()
    tab.on("console", lambda message: said.append(message.text))
    yield tab
    context.close()
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.fixture
def url(world: World) -> Iterator[str]:
    del world  # it only has to be there
    with running(app.app, "/api") as address:
        yield address


def look(page: Page, folder: Path, name: str) -> None:
    """Take a screenshot, and check that the page fits the screen and that targets are large enough."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    boxes = [(each.inner_text(), each.bounding_box()) for each in page.locator(ALONE).all()]
    assert [words for words, box in boxes if box and min(box["width"], box["height"]) < MIN_TARGET] == []


def test_a_reader_without_scripts_submits_waits_and_is_published(
    page: Page, url: str, world: World, tmp_path: Path
) -> None:
    page.goto(f"{url}/thread?post={POST}")
    look(page, tmp_path, "empty")
    page.get_by_role("link", name="Write a comment").click()
    look(page, tmp_path, "form")

    page.get_by_label("Website").fill("javascript:alert(1)")
    page.get_by_label("Comment", exact=True).fill("I was **there**.\n\nNobody ran.")
    page.get_by_label("Name").fill("Ann")
    page.get_by_role("button").click()
    look(page, tmp_path, "wrong")
    assert page.get_by_role("alert").is_visible()
    page.get_by_label("Website").fill("ann.example")
    page.get_by_role("button").click()
    look(page, tmp_path, "waiting")
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you. Your comment is awaiting moderation."
    page.get_by_role("link", name="Back to the comments").click()
    assert page.get_by_role("heading", level=1).inner_text() == "No comments yet"

    [queued] = world.queue()
    world.decide("approve", queued["id"])
    page.reload()
    look(page, tmp_path, "one")
    assert page.get_by_role("heading", level=1).inner_text() == "1 comment"
    assert page.get_by_role("article", name="Comment by Ann").get_by_text("Nobody ran.").is_visible()


def test_the_widest_text_and_the_deepest_thread_fit_the_screen(
    page: Page, url: str, world: World, tmp_path: Path
) -> None:
    world.published("W" * 900 + "\n\n```\n" + "code " * 90 + "\n```", name="N" * 80)
    above = world.published("مرحبا **بالعالم** `code`.", name="أحمد", link="https://example.org/")
    for level in range(7):
        above = world.published(f"> Said on level {level}\n\n1. Yes\n2. https://example.org/{'x' * 90}", parent=above)

    page.goto(f"{url}/thread?post={POST}")

    look(page, tmp_path, "deep")
    narrowest = min(box["width"] for each in page.locator(".text").all() if (box := each.bounding_box()))
    assert narrowest > 200


def test_the_honeypot_is_hidden_from_sight_screen_readers_and_tab_order(page: Page, url: str) -> None:
    page.goto(f"{url}/thread/form?post={POST}")

    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    assert reached == [POST, "text", "name", "link", "Submit comment", "Back to the comments"]
    box = page.locator(".trap").bounding_box()
    assert box is not None
    assert max(box["width"], box["height"]) <= 1
    assert not re.search("Leave this field", page.locator("main").aria_snapshot())
