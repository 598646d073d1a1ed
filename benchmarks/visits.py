"""Opens pages with the widget in Chromium, each for the first time, and measures what the browser reports.

The page and the service (on ministack) have different origins.  Every visit starts with an empty cache, a minute after
the previous one, so the list is read from the table.  The slow connection is emulated by the browser.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

import app as service
from benchmarks.stage import AS_LONG_AS_REAL, stage, text_of
from chalicelib.core.comments import Comment
from chalicelib.core.ids import base64url
from chalicelib.service.comments.submit import rendered
from dev.server import running
from tests.browser.conftest import CHROMIUM, CHROMIUM_FLAGS
from tests.support.blog import Blog, running_blog
from tests.support.threads import grow_forest, in_order, store
from tests.support.world import World

LENGTH = 450  # characters
REPLY_SHARE = 0.6  # of the comments are replies
SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvw" for vowel in "aeiou"]
SETTLED = 400  # milliseconds after the first comment, until nothing moves
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}  # ms, bytes/s
LINES: dict[str, dict[str, Any]] = {"here": {}, "slow": SLOW}
TIMEOUT = 15_000  # milliseconds

STYLE = "body { max-width: 42rem; margin: 0 auto; padding: 1rem; font: 1.1rem/1.6 serif }"
RULE = "afterword-comments { display: block; min-height: 90vh }"
PARAGRAPH = f"<p>{text_of(900)}</p>"
PAGES = {"essay": (STYLE, PARAGRAPH * 12), "short": (STYLE + RULE, "<p>Only a question.</p>")}
FOOTER = "<footer><p>Older: The Footpath</p><p>All posts · Feed</p><p>Written by Ann Example</p></footer>"
PROBE = """
window.shifts = []
const placed = ({x, y, width, height}) => width ? `(${[x, y, width, height].map(Math.round)})` : 'out of sight'
const named = ({node, previousRect, currentRect}) => {
  const name = node ? [node.localName ?? node.nodeName, node.className].filter(Boolean).join('.') : 'what is gone'
  return `${name} from ${placed(previousRect)} to ${placed(currentRect)}`
}
new PerformanceObserver((list) => {
  for (const {value, hadRecentInput, sources} of list.getEntries())
    if (!hadRecentInput) shifts.push({value, sources: sources.map(named)})
}).observe({type: 'layout-shift', buffered: true})
window.shown = new Promise((done, fail) => {
  setTimeout(fail, %d, new Error('no comment was shown'))
  const painted = new MessageChannel()
  painted.port1.onmessage = () => done(performance.now())
  const look = () => {
    const found = document.querySelector('afterword-comments')?.shadowRoot?.querySelector('%s')
    if (found?.checkVisibility()) painted.port2.postMessage('')  // it comes after this frame is painted
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})
"""


@dataclass(frozen=True)
class Visit:
    """Milliseconds until the first comment was visible, and what was fetched from the service until then."""

    ms: float
    requests: int
    size: int  # bytes over the wire, with headers
    shift: float
    moved: Sequence[str]


@dataclass
class Wire:
    """The network traffic of one tab: URL and time in seconds of each request, and bytes of each response."""

    session: CDPSession
    begun: dict[str, tuple[str, float]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def watch(self, line: Mapping[str, Any]) -> None:
        """Start recording, over an emulated connection unless it is empty."""
        self.session.on("Network.requestWillBeSent", self._begin)
        self.session.on("Network.loadingFinished", self._end)
        self.session.send("Network.enable")
        if line:
            self.session.send("Network.emulateNetworkConditions", dict(line))

    def _begin(self, event: Mapping[str, Any]) -> None:
        self.begun.setdefault(event["requestId"], (event["request"]["url"], event["timestamp"]))

    def _end(self, event: Mapping[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def until(self, ms: float, address: str) -> list[int]:
        """Bytes of each request to that address that started within ``ms`` of the page's own."""
        end = min(time for _, time in self.begun.values()) + ms / 1_000
        meant = [name for name, (url, time) in self.begun.items() if url.startswith(address) and time <= end]
        return [self.sizes.get(name, 0) for name in meant]  # 0: not finished yet


@dataclass(frozen=True)
class Scene:
    """A browser, a blog, and the service; ``last`` is the id of each post's last comment."""

    world: World
    browser: Browser
    blog: Blog
    api: str
    last: dict[int, str] = field(default_factory=dict)

    def write(self, size: int) -> None:
        """Write that many comments into the table, and the pages that show them."""
        post, chance = f"/{size}.html", Random(size)  # noqa: S311  not a secret
        parents = [chance.randrange(at) if at and chance.random() < REPLY_SHARE else None for at in range(size)]
        like_real: Any = AS_LONG_AS_REAL
        comments = [reworded(each, chance) for each in grow_forest(parents, post=post, **like_real)]
        store(self.world, comments)
        if comments:
            self.last[size] = in_order(comments, newest=True)[-1]
        for name, (style, before) in PAGES.items():
            self.blog.pages[f"/{name}{post}"] = self._page(style, before, post)

    def _page(self, style: str, before: str, post: str) -> str:
        return (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The Van</title>'
            f'<link rel="icon" href="data:,"><style>{style}</style>'
            f'<script type="module" src="{self.api}/widget.js"></script></head>'
            f"<body><main><h1>The Van That Was Never There</h1>{before}"
            f'<afterword-comments post="{post}" page-size="100"></afterword-comments></main>{FOOTER}</body></html>'
        )

    def visit(self, page: str, size: int, line: str, *, linked: bool = False) -> Visit:
        """Visit a page for the first time.  ``linked``: by a link to its last comment."""
        self.world.clock.forward(minutes=1)
        fragment = f"#comment-{self.last[size]}" if linked else ""
        context = self.browser.new_context(locale="en-GB", timezone_id="UTC")
        context.add_init_script(PROBE % (TIMEOUT, "article" if size else ".heading"))
        tab = context.new_page()
        wire = Wire(context.new_cdp_session(tab))
        wire.watch(LINES[line])
        tab.goto(f"{self.blog.url}/{page}/{size}.html{fragment}", wait_until="commit")
        ms = tab.evaluate("shown")
        tab.wait_for_timeout(SETTLED)
        shifts = tab.evaluate("shifts")
        sizes = wire.until(ms, self.api)
        context.close()
        moved = [source for each in shifts for source in each["sources"]]
        return Visit(ms, len(sizes), sum(sizes), sum(each["value"] for each in shifts), moved)


def reworded(one: Comment, chance: Random) -> Comment:
    """A comment with a text of its own, because repeated texts would be compressed away."""
    text = prose(chance, LENGTH)
    avatar = base64url(chance.randbytes(6))
    return replace(one, name=prose(chance, 11), avatar=avatar, text=text, html=rendered(text))


def prose(chance: Random, length: int) -> str:
    """That many characters which look like words, and compress like real ones."""
    words = ("".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 3)))) for _ in range(length))
    return " ".join(words)[:length].strip().ljust(length, "a").capitalize()


@contextmanager
def scene() -> Iterator[Scene]:
    """The browser, the blog and the service, on two origins."""
    with (
        stage() as world,
        running(service.app, "/api") as api,
        running_blog() as blog,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield Scene(world, browser, blog, api)
        browser.close()
