"""The widget with hostile text, a hostile service and hostile pages: no script runs, nothing breaks."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect

import app
from chalicelib.core.text.sanitize import MAX_NAME, clean_link, clean_name, clean_text
from dev.server import running
from tests.support.attack_corpora import load
from tests.support.blog import TAG, Blog, Site
from tests.support.page_errors import Traffic, page_errors
from tests.support.response_checks import batches, fresh_world
from tests.support.slow import CHECK
from tests.support.world import POST, World, key22

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FILES = ("xss_collected.json", "xss_markdown_generated.json")
EVERY = 25  # of the payloads that don't fire by themselves
PLAINLY = 1 if os.environ.get(CHECK) else 24  # every so manyth is enough unless nothing may be skipped
CONTROLS = 575 if os.environ.get(CHECK) else 50
PAGE = 100  # comments
FRAMES = 25  # at a time: more of them load too slowly to be seen to fire
SETTLE = 250  # milliseconds after all has loaded
OPEN = {"Access-Control-Allow-Origin": "*"}
LARGE = f'<afterword-comments page-size="{PAGE}"></afterword-comments>'
FIRED = "FIRED"
WAITS = "Waiting for a moderator. Only you can see it."
BITS = 12  # of work: some thousand hashes

ROUNDS = 4
TRAPS = f"""
for (const name of ['alert', 'confirm', 'prompt', 'print']) globalThis[name] = () => console.debug('{FIRED}', self.name)
"""
FRAME = """async ([rows, settle]) => {
  const fired = new Set()
  onmessage = ({data}) => fired.add(data)
  const traps = (id) => `<script>for (const name of ['alert', 'confirm', 'prompt', 'print'])
    self[name] = () => parent.postMessage(${JSON.stringify(id)}, '*')</script>`
  const frames = rows.map(({id, payload}) => {
    const frame = document.createElement('iframe')
    Object.assign(frame, {sandbox: 'allow-scripts', width: 100, height: 100, srcdoc: traps(id) + payload})
    return frame
  })
  const loaded = frames.map((frame) => new Promise((resolve) => (frame.onload = resolve)))
  document.body.replaceChildren(...frames)
  await Promise.race([Promise.all(loaded), new Promise((resolve) => setTimeout(resolve, 5000))])
  await new Promise((resolve) => setTimeout(resolve, settle))
  return [...fired]
}"""
ALIVE = """() => {
  const made = ('a article b blockquote br button code del div em footer h2 header i label li ol option p pre ' +
    'section select span strong time ul').split(' ')
  const inert = ('class data-id datetime dir hidden href lang part rel role start tabindex title type value ' +
    'aria-label aria-expanded aria-pressed aria-hidden').split(' ')
  const found = []
  for (const element of document.querySelector('afterword-comments').shadowRoot.querySelectorAll('*')) {
    if (!made.includes(element.localName)) found.push(element.localName)
    for (const {name, value} of element.attributes) {
      const isFace = name === 'style' && element.className === 'avatar' && /^--face: \\d+;$/.test(value)
      if (!inert.includes(name) && !isFace) found.push(`${element.localName} ${name}=${value}`)
    }
    const {href, protocol} = element
    if (element.localName === 'a' && href && !/^(https?|mailto):$/.test(protocol)) found.push(href)
  }
  return found
}"""


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


@dataclass
class Watch:
    """What a page does that no comment may make it do."""

    page: Page
    hosts: set[str]
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(TRAPS)
        self.page.on("console", lambda line: self.seen.append(line.text) if line.text.startswith(FIRED) else None)
        self.page.on("dialog", self._dismiss)
        self.page.on("popup", lambda other: self.seen.append(f"popup {other.url}"))
        self.page.on("download", lambda file: self.seen.append(f"download {file.url}"))
        self.page.route(self._is_foreign, self._refuse)

    def settled(self) -> list[str]:
        """What was done until a while after everything had loaded, and where the page is then."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(SETTLE)
        return [*self.seen, *(f"page {frame.url}" for frame in self.page.frames)]

    def _dismiss(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog {dialog.type}")
        dialog.dismiss()

    def _is_foreign(self, url: str) -> bool:
        return urlsplit(url).netloc not in self.hosts

    def _refuse(self, route: Route) -> None:
        self.seen.append(f"request {route.request.url}")
        route.abort()


def answered(page: Page, pattern: str, answers: Sequence[Any]) -> None:
    """Answer each post, or each request, with the next of them."""
    others = count()

    def answer(route: Route) -> None:
        [post] = parse_qs(urlsplit(route.request.url).query).get("post", [""])
        number = int(post) if post.isdigit() else next(others)
        route.fulfill(json=answers[number % len(answers)], headers=OPEN)

    page.route(pattern, answer)


@dataclass
class Stage:
    """A page of a blog with hostile content, and the recorder of what happens on it."""

    blog: Blog
    page: Page
    service: str
    watch: Watch

    def on(self, world: World) -> Site:
        return Site(world, self.blog, self.page, self.service)

    def assert_quiet(self, site: Site, post: str, shown: int) -> None:
        """So many comments are to be seen, and nothing else happened."""
        expect(site.page.locator("article")).to_have_count(shown)
        assert self.watch.settled() == [f"page {self.blog.url}{post}"]
        assert self.page.evaluate(ALIVE) == []


@pytest.fixture
def stage(blog: Blog, page: Page) -> Iterator[Stage]:
    """The real service, with whatever world is open."""
    with running(app.app, "/api") as service:
        hosts = {urlsplit(url).netloc for url in (blog.url, service)}
        yield Stage(blog, page, service, Watch(page, hosts))


# Payloads


@cache
def rows() -> tuple[list[Mapping[str, str]], list[Mapping[str, str]]]:
    """Those that fire by themselves, and every 25th other."""
    every, live = [row for file in FILES for row in load(file)], set(load("live_auto_ids.json"))
    firing = [row for row in every if row["id"] in live]
    assert (len(every), len(firing)) == (7_238, 575)
    return firing, [row for row in every if row["id"] not in live][::EVERY]


def fields_of(payload: str) -> dict[str, Any]:
    """The payload in each field, as far as that takes it; a website has it in its address at least."""
    fields = {"text": payload, "name": payload[:MAX_NAME], "link": f"https://a.example/?q={quote(payload)}"}
    with suppress(ValueError):
        fields["link"] = clean_link(payload) and payload
    for name, clean in {"text": clean_text, "name": clean_name, "link": clean_link}.items():
        try:
            clean(fields[name])
        except ValueError:
            del fields[name]
    return fields


def publish(world: World, payloads: Sequence[str], post: str) -> int:
    """Submit all that is accepted, and approve it; how many that is."""
    sent = [world.submit(post=post, **fields) for fields in map(fields_of, payloads) if "text" in fields]
    ids = [response.json["id"] for response in sent if response.status < 400]
    for some in batches(ids, 25):  # in the time that a request has, also on a busy machine
        world.decide("approve", *some, versions=dict.fromkeys(some, 1))
    return len(ids)


def hostile(payload: str, number: int) -> dict[str, Any]:
    """A comment that is a payload in every field; every other time in what passes for a link and a date."""
    names = "post parent name link avatar html created published edited up down status moderator text edit_until"
    comment = {"id": key22(str(number)), **dict.fromkeys(names.split(), payload)}
    if number % 2:
        comment["link"] = f"https:{payload}"
        comment |= dict.fromkeys(("created", "published", "edited"), f"1 January 2030 ({payload.replace(')', '')})")
    return comment


def test_attacks_in_comments_are_shown_as_text_and_do_nothing(stage: Stage) -> None:
    firing, others = rows()
    payloads = [row["payload"] for row in [*firing, *others][::PLAINLY]]
    accepted = 0

    for number, several in enumerate(batches(payloads, PAGE)):
        post = f"/attacks/{number}"
        with fresh_world() as world:
            shown = publish(world, several, post)
            site = stage.on(world).visit(LARGE, path=post)
            stage.assert_quiet(site, post, shown)
        accepted += shown

    assert accepted > 0.8 * len(payloads)


def test_attacks_from_a_hostile_service_are_shown_and_do_nothing(stage: Stage, world: World) -> None:
    payloads = [row["payload"] for row in rows()[0]]
    site = stage.on(world)

    for number, several in enumerate(batches(payloads, PAGE)):
        post, sent = f"/attacks/{number}", [hostile(payload, index) for index, payload in enumerate(several)]
        answer = {"post": post, "count": several[0], "sorts": several, "next": several[0], "comments": sent}
        answered(stage.page, "**/v1/comments?**", [answer])
        site.visit(LARGE, path=post)
        stage.assert_quiet(site, post, len(several))


def test_the_same_attacks_fire_when_inserted_as_html(browser: Browser, blog: Blog) -> None:
    """The positive control: whoever watches would have seen them."""
    firing = rows()[0][:: 575 // CONTROLS][:CONTROLS]
    blog.pages["/"] = "<!DOCTYPE html><title>A page</title><body>"
    context = browser.new_context()
    page = context.new_page()
    page.route(lambda url: urlsplit(url).netloc != urlsplit(blog.url).netloc, lambda route: route.abort())
    page.goto(blog.url)

    fired: set[str] = set()
    for _ in range(ROUNDS):  # a machine that is busy with other things runs some of them too late
        for several in batches([row for row in firing if row["id"] not in fired], FRAMES):
            fired |= set(page.evaluate(FRAME, [several, SETTLE]))
    context.close()

    assert len({row["id"] for row in firing} & fired) >= 0.95 * len(firing)


def test_the_test_detects_scripts_that_the_page_runs_itself(browser: Browser, blog: Blog) -> None:
    blog.pages["/"] = "<!DOCTYPE html><title>A page</title><body>"
    context = browser.new_context()
    page = context.new_page()
    watch = Watch(page, {urlsplit(blog.url).netloc})
    page.goto(blog.url)

    page.evaluate("document.body.innerHTML = '<img src=https://a.example/x onerror=alert(1)><iframe></iframe>'")
    seen = watch.settled()
    context.close()

    assert seen == ["request https://a.example/x", "FIRED ", f"page {blog.url}/", "page about:blank"]


# Wrong answers

ODD: tuple[Any, ...] = (
    None,
    True,
    5,
    -1,
    1e300,
    "",
    "<b>",
    [],
    [[]],
    {},
    {"toString": 1},
    {"toString": 1, "valueOf": 1},
    ["newest"],
)
GOOD = {"id": key22("good"), "html": "<p>A word</p>", "created": "2030-01-01T00:00:00Z", "up": 1, "down": 0}
FIELDS = (*GOOD, "name", "link", "parent", "edited")
ANSWERS: list[Any] = [
    *ODD,
    *({"post": POST, "comments": [GOOD], name: odd} for name in ("comments", "count", "sorts") for odd in ODD),
    *({"post": POST, "comments": [GOOD], name: odd} for name in ("next", "post", "closed", "__proto__") for odd in ODD),
    *({"post": POST, "comments": [odd, GOOD]} for odd in ODD),
    *({"post": POST, "comments": [{**GOOD, name: odd}]} for name in FIELDS for odd in ODD),
    {"post": POST, "comments": [{**GOOD, "id": [key22("good")]}, GOOD, GOOD]},
    {"post": POST, "comments": [{**GOOD, "parent": key22("good")}]},
    {"post": POST, "sorts": {"includes": 5}, "comments": [GOOD]},
]  # fmt: skip


def test_responses_with_wrong_types_show_comments_or_an_error(site: Site) -> None:
    answered(site.page, "**/v1/comments?**", ANSWERS)

    site.visit("".join(f'<afterword-comments post="{number}"></afterword-comments>' for number in range(len(ANSWERS))))

    elements = site.page.locator("afterword-comments")
    expect(elements.locator(".heading, .note[role=alert]")).to_have_count(len(ANSWERS))
    site.page.clock.run_for(1_000)
    assert elements.locator(".note[role=alert]").count() < len(ANSWERS) / 2


def test_new_and_further_comments_with_wrong_types_break_nothing(site: Site) -> None:
    first: dict[str, Any] = {"count": 1, "sorts": ["newest", "oldest"], "next": "on", "comments": [GOOD]}
    others = [
        {**first, "count": 9, "comments": [{**GOOD, "id": key22("new"), "published": "2031-01-01", "name": odd}]}
        for odd in ODD
    ]
    further = [*ODD, *others]
    answered(site.page, "**/v1/comments?**", [{**first, "post": str(number)} for number in range(len(further))])
    site.visit("".join(f'<afterword-comments post="{number}"></afterword-comments>' for number in range(len(further))))
    elements = site.page.locator("afterword-comments")
    expect(elements.locator(".text")).to_have_count(len(further))
    site.page.unroute("**/v1/comments?**")
    answered(site.page, "**/v1/comments?**", further)
    answered(site.page, "**/v1/latest", further)

    traffic = Traffic(site.page)
    site.page.clock.run_for(21_000)  # what looks for news is loaded
    traffic.settle()
    site.page.clock.run_for(60_000)
    traffic.settle()
    for element in elements.all():
        element.get_by_role("button", name="More comments").click()
        element.get_by_label("Order").evaluate("each => (each.value = 'oldest', each.onchange())")
    traffic.settle()

    assert elements.count() == len(further)


def test_a_permalink_response_with_wrong_types_breaks_nothing(site: Site) -> None:
    site.world.published("A word")
    linked = [{"post": POST, "next": odd, "comments": [{**GOOD, "id": key22("far"), "name": odd}]} for odd in ODD]
    answered(site.page, "**/v1/comments/*", [*ODD, *linked])
    site.visit()

    traffic = Traffic(site.page)
    for number in range(2 * len(ODD)):
        site.page.evaluate("id => (location.hash = `#comment-${id}`)", key22(f"far {number}"))
        traffic.settle()

    expect(site.comment("A word").first).to_be_visible()


# Attributes


@pytest.mark.parametrize(
    ("attributes", "asked", "shown"),
    [
        ({"api": "javascript:alert(1)"}, {}, ".text"),
        ({"api": "data:application/json,{}"}, {}, ".text"),
        ({"api": "//other.example"}, {}, ".text"),
        ({"lang": "<img>"}, {}, '.root[lang="en"]'),
        ({"lang": "x" * 5_000}, {}, '.root[lang="en"]'),
        ({"page-size": "-1"}, {"limit": "25"}, ".text"),
        ({"page-size": "1000000"}, {"limit": "100"}, ".text"),
        ({"page-size": "many"}, {"limit": "25"}, ".text"),
        ({"heading": "9"}, {}, "h2.heading"),
        ({"heading": "1><img"}, {}, "h2.heading"),
        ({"sort": "x"}, {"sort": "newest"}, ".text"),
        ({"sort": "__proto__"}, {"sort": "newest"}, ".text"),
        ({"post": ""}, {"post": POST}, ".text"),
        ({"post": "x" * 5_000}, {"post": "x" * 5_000}, ".note[role=alert]"),
        ({"post": "\x01"}, {"post": "\x01"}, ".note[role=alert]"),
        ({"nonsense": "<img>", "class": "root"}, {}, ".text"),
    ],
    ids=lambda value: (
        " ".join(f"{name}={text[:16]}" for name, text in value.items()) if isinstance(value, dict) else ""
    ),
)
def test_invalid_attributes_are_ignored(
    site: Site, attributes: Mapping[str, str], asked: Mapping[str, str], shown: str
) -> None:
    site.world.published("A word")
    urls: list[str] = []
    site.page.on("request", lambda request: urls.append(request.url) if "/v1/comments" in request.url else None)
    site.write_page("")
    site.page.goto(site.blog.url + POST)

    site.page.evaluate(
        """attributes => {
          const element = document.createElement('afterword-comments')
          for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
          document.querySelector('main').append(element)
        }""",
        attributes,
    )

    expect(site.page.locator(f"afterword-comments {shown}")).to_be_visible()
    [url] = urls
    assert url.startswith(f"{site.service}/v1/comments?")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert {"post": POST, "sort": "newest", "limit": "25", **asked} == query


# Policies


def strict_policy(site: Site) -> None:
    origin = site.service.removesuffix("/api")
    parts = (
        "default-src 'none'",
        f"script-src {origin}",
        f"connect-src {origin}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    site.blog.headers["Content-Security-Policy"] = "; ".join(parts)


def test_reading_and_writing_need_only_one_host_in_the_pages_csp(site: Site) -> None:
    strict_policy(site)
    site.world.published("A question?", name="Ann", link="https://ann.example/")
    site.visit()
    question = site.comment("A question?")
    expect(question.get_by_role("link", name="Ann")).to_be_visible()
    assert question.locator(".avatar").evaluate("each => getComputedStyle(each).borderRadius") != "0px"

    site.button("Reply to Ann").click()
    site.fill("An *answer* <img src=x onerror=alert(1)>", Name="Bob", Website="bob.example")
    site.button("Preview").click()
    expect(site.page.get_by_role("region", name="Preview").locator("em")).to_have_text("answer")
    site.world.clock.forward(seconds=30)
    site.button("Send").click()
    expect(site.page.get_by_text(WAITS)).to_be_visible()
    question.get_by_role("button", name=re.compile("^Agree")).click()
    expect(question.get_by_role("button", name=re.compile("^Agree"))).to_have_attribute("aria-pressed", "true")
    question.get_by_role("button", name="Report").click()
    site.page.locator(".panel").get_by_role("button", name="Report").click()
    expect(question).to_contain_text("Thank you. A moderator will look at it.")

    assert [entry["name"] for entry in site.world.queue()] == ["Bob"]
    site.reload()
    site.button("Withdraw").click()
    site.button("Yes, withdraw it").click()
    expect(site.page.get_by_text(WAITS)).to_have_count(0)
    assert site.world.queue() == []
    assert [(each["up"], len(site.world.queue("flagged"))) for each in site.world.listed()["comments"]] == [(1, 1)]


# Work


@pytest.fixture
def working() -> Iterator[World]:
    """A service that asks for work."""
    with fresh_world(work=BITS) as world:
        yield world


def write_with_work(world: World, blog: Blog, page: Page, *, strictly: bool = False) -> list[str]:
    """Send a comment through the widget; the workers that it took."""
    workers: list[str] = []
    page.on("worker", lambda worker: workers.append(worker.url))
    with running(app.app, "/api") as service:
        site = Site(world, blog, page, service)
        if strictly:
            strict_policy(site)
        site.visit(TAG)
        site.write("It was worth the work.")
        expect(page.get_by_text(WAITS)).to_be_visible()
    return workers


def test_the_proof_of_work_runs_in_a_worker(working: World, blog: Blog, page: Page) -> None:
    workers = write_with_work(working, blog, page)

    assert [entry["text"] for entry in working.queue()] == ["It was worth the work."]
    assert [url.partition(":")[0] for url in workers] == ["blob"]


@pytest.fixture
def lenient(browser: Browser) -> Iterator[BrowserContext]:
    """Where the browser may tell that a policy forbids something."""
    context = browser.new_context()
    yield context
    context.close()


def test_where_workers_are_forbidden_the_proof_of_work_runs_in_the_page(
    working: World, blog: Blog, lenient: BrowserContext
) -> None:
    errors, page, messages = page_errors(lenient), lenient.new_page(), list[str]()
    page.on("console", lambda message: messages.append(message.text))

    write_with_work(working, blog, page, strictly=True)

    assert [entry["text"] for entry in working.queue()] == ["It was worth the work."]
    assert any("worker" in text for text in messages)
    assert [text for text in errors if "worker" not in text] == []
