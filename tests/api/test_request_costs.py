"""No request without a token reads more than 50 units, whatever it asks for and whatever is stored.

Every route that needs neither an author key nor a moderator's token is asked for the worst: posts of the longest
comments, in threads of all shapes, with every order, every size of a page, and cursors whose comments are gone or
belong elsewhere.  The units are those that DynamoDB documents, from the sizes of what was read (benchmarks/meter.py).
"""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from moto import mock_aws

from benchmarks.meter import read_units
from chalicelib.api.http.endpoints import Endpoint
from chalicelib.api.http.pagination import SIZES
from chalicelib.core.comments import Comment, Status
from chalicelib.core.networks import network_hash, network_of
from chalicelib.core.text.sanitize import MAX_LINK, MAX_NAME, MAX_TEXT
from chalicelib.core.totals import LONG, MAX_HTML
from ops.openapi.document import endpoints
from tests.support.threads import grow_forest, store
from tests.support.wire_guard import guarded
from tests.support.world import Response, World, key22, new_world, shared_client

MOST = 50  # read units
MOST_OF_LONGEST = 72  # where comments are as long as they can be: 10,000 emoji
USUAL = 24_576  # bytes of a long comment as text, and as HTML
ADDRESS = "203.0.113.7"
LONG_KEY = "/" + "k" * 1_023
ROWS = 150
Request = dict[str, Any]
Posts = dict[str, list[Comment]]
Requests = Callable[[World, Posts], Iterator[Request]]

SHAPES: dict[str, Sequence[int | None]] = {
    "flat": [None] * 60,
    "one thread": [None, *[0] * 59],
    "deep": [None if number % 6 == 0 else number - 1 for number in range(60)],
}
WORDS = {"name": "😀" * MAX_NAME, "link": "https://a.example/".ljust(MAX_LINK, "a")}


@pytest.fixture(scope="module", params=[USUAL, pytest.param(MAX_HTML, marks=pytest.mark.slow)])
def longest(request: pytest.FixtureRequest) -> int:
    """The bytes of the longest comment's HTML."""
    length: int = request.param
    return length


@pytest.fixture(scope="module")
def site(longest: int) -> Iterator[tuple[World, Posts]]:
    """A site with the worst posts, for all tests of this module: to fill it takes most of their time."""
    with mock_aws():
        world = new_world(shared_client())
        with world.open():
            world.submit("The first write of a process checks the keys.", post="/warm")
            world.policy(every_comment=False, network_rejected=True, links=True)
            yield world, worst_posts(world, longest)


@pytest.fixture
def world(site: tuple[World, Posts]) -> Iterator[World]:
    """The site."""
    with guarded(shared_client()), site[0].open():
        yield site[0]


@pytest.fixture
def posts(site: tuple[World, Posts]) -> Posts:
    """Its posts."""
    return site[1]


def worst_posts(world: World, length: int) -> Posts:
    """Posts of the longest comments, of comments that are just not long, and of many short ones under a long key."""
    network = network_hash(world.runtime.keys.network, network_of(ADDRESS))
    html, text = "x" * length, "y" * MAX_TEXT + "😀" * (min(length - MAX_TEXT, 3 * MAX_TEXT) // 4)
    long: Any = {"html": html, "text": text, "network": network, "vetted": True, **WORDS}
    filled = {f"/{name}": grow_forest(shape, post=f"/{name}", **long) for name, shape in SHAPES.items()}
    medium: Any = {"html": "x" * (LONG - 1_400), **WORDS}
    filled["/medium"] = grow_forest([None] * ROWS, post="/medium", **medium)
    filled[LONG_KEY] = grow_forest([None] * ROWS, post=LONG_KEY, html="x" * 900)
    mixed = grow_forest([None] * ROWS, post="/mixed", html="x" * 100)
    filled["/mixed"] = [replace(each, **long) if number % 9 == 0 else each for number, each in enumerate(mixed)]
    filled["/top"] = grow_forest([None] * 480, post="/top", html="x" * 450)
    for comments in filled.values():
        store(world, comments)
    hidden = grow_forest([None] * 6, post="/hidden", status=Status.REJECTED, published="", **long)
    store(world, hidden)
    return filled | {"/hidden": hidden}


def cursors(posts: Posts, post: str, mark: str, score: str = "") -> Iterator[str]:
    """Cursors of up to three long comments that are hidden or elsewhere, before one of the post's own."""
    elsewhere = posts["/flat"] if post != "/flat" else posts["/deep"]
    here = posts[post][-1]
    for strangers in (posts["/hidden"], elsewhere):
        for number in range(3):
            names = [*strangers[:number], here, *strangers[2:4]][:3]
            yield ".".join(f"{mark}{each.id}{score}" for each in names)


def lists(_world: World, posts: Posts) -> Iterator[Request]:
    for post, sort, limit in itertools.product(posts, ("newest", "oldest", "top"), ("25", "99")):
        query = {"post": post, "sort": sort, "limit": limit}
        yield {"query": {**query}}
        for cursor in cursors(posts, post, "r", "~0" if sort == "top" else "") if limit == "99" else ():
            yield {"query": {**query, "cursor": cursor}}


def pages(world: World, posts: Posts) -> Iterator[Request]:
    for request in lists(world, posts):
        if request["query"].pop("limit") == "99":
            yield request


def permalinks(_world: World, posts: Posts) -> Iterator[Request]:
    for comments in posts.values():
        for each in (*comments[:7], comments[-1]):
            yield {"path": {"comment_id": each.id}}


def replies(_world: World, posts: Posts) -> Iterator[Request]:
    for post, comments in posts.items():
        for each in (comments[0], comments[5]):
            yield {"path": {"comment_id": each.id}, "query": {"limit": "100"}}
            for cursor in cursors(posts, post, "r"):
                yield {"path": {"comment_id": each.id}, "query": {"limit": "100", "cursor": cursor}}


def each_post(_world: World, posts: Posts) -> Iterator[Request]:
    yield {}
    for post in posts:
        yield {"query": {"post": post}}


def forms(_world: World, posts: Posts) -> Iterator[Request]:
    for post, comments in posts.items():
        yield {"query": {"post": post, "parent": comments[0].id}}


def drafts(_world: World, posts: Posts) -> Iterator[Request]:
    for number, (post, comments) in enumerate(posts.items()):
        for parent in comments[:6]:
            headers = {"Idempotency-Key": key22(f"{number} {parent.id}")}
            yield {"json_body": {"post": post, "text": "So?", "parent": parent.id}, "headers": headers}


def submitted_forms(world: World, posts: Posts) -> Iterator[Request]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for post, comments in posts.items():
        for parent in comments[:6]:
            token = world.runtime.submission.form_token(post)
            fields = {
                "post": post,
                "text": "So?",
                "parent": parent.id,
                "key": key22(f"form {parent.id}"),
                "form": token,
            }
            yield {"body": urlencode(fields), "headers": headers}


def always(*requests: Request) -> Requests:
    return lambda _world, _posts: iter([{}, *requests])


WORST: dict[tuple[str, str], Requests] = {
    ("GET", "/v1/comments"): lists,
    ("GET", "/v1/comments/{comment_id}"): permalinks,
    ("GET", "/v1/comments/{comment_id}/replies"): replies,
    ("GET", "/v1/counts"): lambda _world, posts: iter([{"query": {"post": [*posts, *(f"/{n}" for n in range(40))]}}]),
    ("GET", "/v1/form"): each_post,
    ("POST", "/v1/comments"): drafts,
    ("POST", "/v1/preview"): always({"json_body": {"text": "*So*" * 2_500}}),
    ("GET", "/v1/latest"): always({"query": {"limit": "50"}}),
    ("GET", "/v1/feed.atom"): each_post,
    ("GET", "/thread"): pages,
    ("GET", "/thread/form"): forms,
    ("POST", "/thread"): submitted_forms,
    ("POST", "/v1/moderation/sessions"): always({"json_body": {"link": f"aw_link_{key22('x')}"}}),
    ("GET", "/moderate"): always(),
    ("GET", "/widget.js"): always(),
    ("GET", "/count.js"): always(),
    ("GET", "/assets/{name}"): always(),
    ("GET", "/healthz"): always(),
    ("GET", "/.well-known/security.txt"): always(),
    ("GET", "/openapi.json"): always(),
}


def anonymous(endpoint: Endpoint) -> bool:
    """Whether a request needs neither an author key nor a moderator's token."""
    return endpoint.scope is None and (not endpoint.author or endpoint.author_optional)


@contextmanager
def metered(world: World) -> Iterator[list[float]]:
    """The units of each call that reads."""
    events, bodies, units = world.runtime.table.client.meta.events, list[Any](), list[float]()

    def begin(params: Any, **_: Any) -> None:
        bodies.append(json.loads(params["body"]))

    def end(model: Any, parsed: Any, **_: Any) -> None:
        units.append(read_units(model.name, bodies.pop(), parsed))

    events.register("before-call.dynamodb", begin)
    events.register("after-call.dynamodb", end)
    try:
        yield units
    finally:
        events.unregister("before-call.dynamodb", begin)
        events.unregister("after-call.dynamodb", end)


def asked(world: World, route: tuple[str, str], request: Request) -> tuple[float, Response]:
    """What one request read, with nothing kept from others."""
    world.clock.forward(minutes=5)
    with metered(world) as units:
        response = world.request(*route, address=ADDRESS, **request)
    return sum(units), response


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", [*filter(anonymous, endpoints())], ids=lambda each: f"{each.method} {each.path}")
def test_no_request_without_a_token_reads_more_than_50_units(
    world: World, posts: Posts, longest: int, endpoint: Endpoint
) -> None:
    route, most = (endpoint.method, endpoint.path), MOST if longest == USUAL else MOST_OF_LONGEST

    found = [(*asked(world, route, request), request) for request in WORST[route](world, posts)]

    assert found
    assert not any(response.status >= 500 for _, response, _ in found)
    assert {str(request)[:200]: units for units, _, request in found if units > most} == {}


def test_top_is_offered_exactly_where_it_can_be_asked_for(world: World, posts: Posts) -> None:
    for post in posts:
        offered = "top" in world.listed(post=post)["sorts"]
        units, response = asked(world, ("GET", "/v1/comments"), {"query": {"post": post, "sort": "top"}})

        assert response.status == (200 if offered else 422), post
        assert offered or units <= 1.5, post
    assert "top" in world.listed(post="/top")["sorts"]


def test_all_sizes_and_pages_of_the_order_by_votes_cost_one_reading(world: World, posts: Posts) -> None:
    assert posts["/top"]
    with metered(world) as units:
        for limit in range(1, 101):
            page = world.listed(post="/top", sort="top", limit=str(limit))

    assert len(page["comments"]) == SIZES[-1]
    assert sum(units) < MOST + 2 * len(SIZES)


def test_a_refusal_that_was_read_for_is_kept(world: World, posts: Posts) -> None:
    stranger = posts["/flat"][0].id
    query = {"post": "/deep", "cursor": f"r{stranger}.r{stranger}.r{stranger}"}
    with metered(world) as first:
        refused = world.get("/v1/comments", query=query)
    with metered(world) as again:
        repeated = world.get("/v1/comments", query=query)

    assert (refused.status, refused.text) == (422, repeated.text)
    assert sum(first) > 10
    assert again == []
