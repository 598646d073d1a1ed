"""The widget's appearance: phones and desktops, light and dark, other languages, checked by axe."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.support.blog import Site
from tests.support.slow import CHECK

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.engine]

WIDTHS = (320, 768, 1280)
MIN_TARGET = 24  # CSS pixels: WCAG 2.2, 2.5.8
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
MAX_SHIFT = 0.02
SHIFTS = """
  window.shifted = 0
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value
  }).observe({type: 'layout-shift', buffered: true})
"""
NIGHT = "<style>body { background: #14161a; color: #d8d6d2 } a { color: #9cc4ff }</style>"
ESSAY = "<p>" + "A long essay, as long as such essays are. " * 400 + "</p>"
RESERVED = "<style>afterword-comments { display: block; min-height: 90vh }</style>"
LONG = "W" * 300

Scheme = Literal["light", "dark"]


def lively(site: Site) -> None:
    """A thread six levels deep, with everything a comment can have, and words that can't be broken."""
    parent = None
    for depth in range(6):
        text = f"Answer {depth}: {LONG} `{LONG}`\n\n> quoted\n\n1. one\n2. two\n\n```\n{LONG}\n```"
        parent = site.world.published(text, parent=parent, name=f"Reader {LONG[:70]}", link="https://a.example/")
        site.world.clock.forward(minutes=1)
    site.world.published("שלום עולם, a word in two directions", name="نور")


def empty(site: Site) -> None:
    site.visit(head=NIGHT)


def reading(site: Site) -> None:
    lively(site)
    site.visit(head=NIGHT)


def composing(site: Site) -> None:
    site.visit(head=NIGHT)
    site.button("Write a comment").click()
    site.fill(f"A **bold** {LONG}", Name="Ann")
    site.button("Preview").click()
    expect(site.page.locator(".preview strong")).to_be_visible()


def waiting(site: Site) -> None:
    site.visit(head=NIGHT)
    site.write("A word of mine", Name="Ann")
    expect(site.button("Edit")).to_be_visible()


def refused(site: Site) -> None:
    site.visit(head=NIGHT)
    site.write("A word of mine", Website="not a website")
    expect(site.page.get_by_role("alert")).not_to_be_empty()


def reporting(site: Site) -> None:
    site.world.published("A foul word")
    site.visit(head=NIGHT)
    site.button("Report").click()
    expect(site.page.get_by_label("Abuse")).to_be_visible()


def withdrawing(site: Site) -> None:
    waiting(site)
    site.button("Withdraw").click()
    expect(site.button("Keep it")).to_be_focused()


def failing(site: Site) -> None:
    site.page.route("**/v1/comments?**", lambda route: route.abort())
    site.visit("<afterword-comments><a href='x'>Read them there</a></afterword-comments>", head=NIGHT)


def arabic(site: Site) -> None:
    lively(site)
    site.visit(lang="ar", head=NIGHT)
    expect(site.page.locator("afterword-comments .root")).to_have_attribute("dir", "rtl")
    site.page.locator(".reply").first.click()
    expect(site.composer).to_be_visible()


SCREENS = (empty, reading, composing, waiting, refused, reporting, withdrawing, failing, arabic)


def audited(site: Site) -> list[str]:
    """The violations that axe finds, each with its first element."""
    if not AXE.exists():
        reason = "needs axe-core: make widget"
        pytest.fail(reason) if CHECK in os.environ else pytest.skip(reason)
    site.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = site.page.evaluate("axe.run('afterword-comments')")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


def too_small(site: Site) -> list[str]:
    """Controls that are too small for a finger; a link in a sentence may be as high as its line."""
    alone = site.page.locator("afterword-comments :is(button, input, select, textarea):visible:not([inert] *)")
    boxes = [(each.get_attribute("class"), each.bounding_box()) for each in alone.all()]
    return [
        f"{name}: {box}"
        for name, box in boxes
        if box and min(box["width"], box["height"]) < MIN_TARGET and name is not None
    ]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: str(screen.__name__))
def test_a_screen_fits_every_width_and_axe_finds_nothing(
    site: Site, screen: Callable[[Site], None], tmp_path: Path
) -> None:
    site.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    screen(site)

    for width in WIDTHS:
        site.page.set_viewport_size({"width": width, "height": 800})
        site.page.screenshot(path=tmp_path / f"{screen.__name__}-{width}.png", timeout=20_000)
        assert site.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        assert too_small(site) == [], width
    assert audited(site) == []
    site.page.evaluate("document.querySelector('style').remove()")  # by day
    assert audited(site) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_default_theme_is_readable_on_any_page(site: Site, theme: str) -> None:
    lively(site)

    site.visit(f'<afterword-comments theme="{theme}"></afterword-comments>', head=NIGHT if theme == "light" else "")

    assert audited(site) == []


def test_the_page_decides_on_colours_and_type(site: Site) -> None:
    site.world.published("A word", link="https://a.example/", name="Ann")
    style = "afterword-comments { --afterword-accent: rgb(1, 2, 3); color: rgb(4, 5, 6); font-family: serif }"

    site.visit(head=f"<style>{style} afterword-comments::part(heading) {{ font-size: 40px }}</style>")

    css = "(each, name) => getComputedStyle(each)[name]"
    assert site.page.locator(".text").evaluate(css, "color") == "rgb(4, 5, 6)"
    assert site.page.locator(".text").evaluate(css, "fontFamily") == "serif"
    assert site.page.locator("a.time").evaluate("each => getComputedStyle(each).getPropertyValue('--accent')") != ""
    assert site.heading.evaluate(css, "fontSize") == "40px"


@pytest.mark.parametrize("comments", [0, 5, 100])
@pytest.mark.parametrize("where", ["at the top", "at a comment"])
@pytest.mark.parametrize("length", ["a long essay", "a short page"])
def test_nothing_moves_while_it_loads(site: Site, comments: int, where: str, length: str) -> None:
    made = [site.world.submit(f"Comment {number}").json["id"] for number in range(comments)]
    if made:
        site.world.decide("approve", *made)
    site.page.add_init_script(SHIFTS)
    page = {"before": ESSAY} if length == "a long essay" else {"head": RESERVED}

    at = f"#comment-{made[0]}" if made and where == "at a comment" else ""
    site.visit('<afterword-comments page-size="100"></afterword-comments>', at=at, **page)
    expect(site.page.locator("afterword-comments .root")).to_be_visible()
    site.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert site.page.evaluate("window.shifted") <= MAX_SHIFT


@pytest.mark.parametrize(
    ("lang", "heading", "write"),
    [
        ("de", "3 Kommentare", "Kommentar"),
        ("de-CH", "3 Kommentare", "Kommentar"),
        ("ru", "3 комментария", ""),
        ("pt", "3 comentários", ""),
        ("ja", "3", ""),
        ("tlh", "3 comments", "Write a comment"),
        ("not a language", "3 comments", "Write a comment"),
    ],
)
def test_the_messages_are_in_the_language_of_the_page(site: Site, lang: str, heading: str, write: str) -> None:
    for number in range(3):
        site.world.published(f"Comment {number}")

    site.visit(lang=lang)

    expect(site.heading).to_contain_text(heading)
    expect(site.page.locator(".write")).to_contain_text(write)


def test_the_pages_author_can_set_custom_strings(site: Site) -> None:
    words = json.dumps(
        {"read": {"empty": "Nobody has answered", "write": "Answer the essay"}, "write": {"send": "Post it"}}
    )

    site.visit(f'<afterword-comments><script type="application/json">{words}</script></afterword-comments>')

    expect(site.heading).to_have_text("Nobody has answered")
    site.button("Answer the essay").click()
    expect(site.button("Post it")).to_be_visible()


def test_printed_pages_have_no_buttons(site: Site) -> None:
    site.world.published("A word")
    site.visit()

    site.page.emulate_media(media="print")

    expect(site.page.get_by_text("A word")).to_be_visible()
    assert site.page.locator("afterword-comments :is(button, select):visible").count() == 0


def test_with_forced_colours_buttons_have_borders(site: Site) -> None:
    site.page.emulate_media(forced_colors="active", contrast="more")

    site.visit()

    border = site.button("Write a comment").evaluate("each => getComputedStyle(each).borderTopWidth")
    assert border == "1px"


def test_changes_are_announced_by_events(site: Site) -> None:
    site.visit()

    site.write("A word of mine")

    expect(site.page.get_by_role("status").filter(has_text="Thank you")).to_have_text(
        "Thank you. A moderator will look at your comment."
    )
