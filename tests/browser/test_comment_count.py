"""`<afterword-count>`: how many comments each post of a list has."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route

import app
from dev.server import running
from tests.support.blog import Blog
from tests.support.page_errors import Traffic
from tests.support.world import World

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PATH = "/archive"
MOST = 50  # posts that the service counts at once
LONGEST = 6_000  # bytes of an address


class Archive:
    """A page of the blog that lists posts, and the URLs from which it requested counts."""

    def __init__(self, blog: Blog, page: Page, service: str) -> None:
        self.blog, self.page, self.service = blog, page, service
        self.asked: list[str] = []
        self.traffic = Traffic(page)
        page.on("request", self._begun)

    def open(self, *posts: str, inside: str = "…", tags: str = "") -> None:
        """Show a list with a tag for each post."""
        each = "".join(f'<li><afterword-count post="{post}">{inside}</afterword-count>' for post in posts)
        script = f'<script type="module" src="{self.service}/count.js"></script>'
        self.blog.pages[PATH] = f"<!DOCTYPE html><title>Archive</title>{script}<ul>{each}</ul>{tags}"
        self.page.goto(self.blog.url + PATH)
        self.page.evaluate("customElements.whenDefined('afterword-count').then(() => true)")

    def add(self, *posts: str) -> None:
        """Add tags by script; a key in JSON may contain half of a character."""
        self.page.evaluate(
            """posts => {
              for (const post of JSON.parse(posts)) {
                const element = document.createElement('afterword-count')
                element.setAttribute('post', post)
                document.body.append(element)
              }
            }""",
            json.dumps(posts),
        )

    def settled(self) -> list[str]:
        """The content of the tags when no request is in progress any more."""
        self.page.evaluate("new Promise((resolve) => setTimeout(resolve))")  # by now every tag has asked for its count
        self.traffic.settle()
        return self.page.locator("afterword-count").all_inner_texts()

    def _begun(self, request: Request) -> None:
        if "/v1/counts" in request.url:
            self.asked.append(request.url)

    @property
    def posts(self) -> list[list[str]]:
        """The posts of each request."""
        return [parse_qs(urlsplit(url).query).get("post", []) for url in self.asked]


@pytest.fixture
def archive(world: World, blog: Blog, page: Page) -> Iterator[Archive]:
    del world  # it only has to be there
    with running(app.app, "/api") as service:
        yield Archive(blog, page, service)


def test_each_post_shows_its_count(archive: Archive, world: World) -> None:
    for post in ("/one", "/two", "/two"):
        world.published("A word", post=post)

    archive.open("/one", "/two/", "/three", "a key of one's own")

    assert archive.settled() == ["1", "2", "0", "0"]
    assert len(archive.asked) == 1


def test_without_a_key_the_page_itself_is_counted(archive: Archive, world: World) -> None:
    world.published("A word", post=PATH)

    archive.open(tags="<afterword-count></afterword-count><afterword-count post=''></afterword-count>")

    assert archive.settled() == ["1", "1"]


def test_a_hundred_and_twenty_posts_are_three_requests(archive: Archive) -> None:
    archive.open(*(f"/{number}" for number in range(120)))

    assert archive.settled() == ["0"] * 120
    assert [len(posts) for posts in archive.posts] == [MOST, MOST, 20]


def test_long_keys_are_split_over_requests_with_short_urls(archive: Archive, world: World) -> None:
    keys = [f"/{number}/{'ü' * 200}" for number in range(20)]
    world.published("A word", post=keys[-1])

    archive.open(*keys)

    assert archive.settled() == ["0"] * 19 + ["1"]
    assert sorted(post for posts in archive.posts for post in posts) == sorted(keys)
    assert all(len(url) <= LONGEST for url in archive.asked)
    assert len(archive.asked) == 5


def test_a_post_listed_twice_is_requested_once(archive: Archive, world: World) -> None:
    world.published("A word", post="/one")

    archive.open("/one", "/two", "/one")

    assert archive.settled() == ["1", "0", "1"]
    assert archive.posts == [["/one", "/two"]]


def test_elements_added_later_are_requested_later(archive: Archive, world: World) -> None:
    world.published("A word", post="/two")
    archive.open("/one")
    assert archive.settled() == ["0"]

    archive.add("/two", "/three")

    assert archive.settled() == ["0", "1", "0"]
    assert archive.posts == [["/one"], ["/two", "/three"]]


def test_when_the_service_is_down_the_fallback_stays(archive: Archive) -> None:
    archive.page.route("**/v1/counts?**", lambda route: route.abort())

    archive.open("/one", inside="Comments")

    assert archive.settled() == ["Comments"]


WRONG = """<html>|null|5|[]|{}|{"counts": null}|{"counts": 5}|{"counts": {"/one": "<img src=x>"}}
|{"counts": {"/one": {}}}|{"counts": {"/one": 1.5}}|{"counts": {"/one": null}}|{"counts": {"/one": [1]}}|"""


@pytest.mark.parametrize("status", [200, 503])
def test_an_invalid_response_leaves_the_fallback(archive: Archive, status: int) -> None:
    answers = WRONG.split("|")

    def answer(route: Route) -> None:
        number = int(urlsplit(route.request.url).path.split("/")[1])
        route.fulfill(status=status, body=answers[number], headers={"Access-Control-Allow-Origin": "*"})

    archive.page.route("**/v1/counts?**", answer)
    services = [f"http://service.example/{number}" for number in range(len(answers))]

    archive.open(
        tags="".join(f'<afterword-count api="{each}" post="/one">Comments</afterword-count>' for each in services)
    )

    assert archive.settled() == ["Comments"] * len(answers)
    assert len(archive.asked) == len(answers)


def test_keys_that_look_like_markup_or_object_properties_are_plain_keys(archive: Archive, world: World) -> None:
    names = ["__proto__", "constructor", "toString", "a&amp;b=c", "50%", "&lt;img src=x onerror=alert(1)&gt;"]
    world.published("A word", post="a&b=c")

    archive.open(*names)

    assert archive.settled() == ["0", "0", "0", "1", "0", "0"]


@pytest.mark.parametrize(
    "bad",
    ["", " ", "\x01", "\ud800", "x" * 1_025, "x" * 7_000],
    ids=["empty", "blank", "a control", "half a letter", "too long", "longer than an address"],
)
def test_an_invalid_key_does_not_affect_other_posts(archive: Archive, world: World, bad: str) -> None:
    world.published("A word", post="/one")
    archive.open("/two")
    archive.settled()

    archive.add("/one", bad, "/three")
    shown = archive.settled()

    assert (shown[1], shown[3]) == ("1", "0")
    archive.add("/one")
    assert archive.settled()[4] == "1"


def test_it_works_under_the_strictest_csp(archive: Archive, world: World) -> None:
    world.published("A word", post="/one")
    origin = archive.service.removesuffix("/api")
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}; base-uri 'none'; form-action 'none'"
    archive.blog.headers["Content-Security-Policy"] = policy

    archive.open("/one")

    assert archive.settled() == ["1"]


def test_another_service_can_be_named_and_a_moved_element_keeps_its_count(archive: Archive, world: World) -> None:
    world.published("A word", post="/one")
    archive.open(tags=f'<afterword-count api="{archive.service}/" post="/one"></afterword-count>')
    assert archive.settled() == ["1"]

    archive.page.evaluate("document.body.prepend(document.querySelector('afterword-count'))")

    assert archive.settled() == ["1"]
