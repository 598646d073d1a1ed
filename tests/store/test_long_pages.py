"""Pages of the longest texts end when there is no more room, even inside a thread, and show every comment once."""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from chalicelib.service.comments.submit import rendered
from chalicelib.store.threads import Sort
from tests.support.pagination import Table, api_pages, world_with
from tests.support.threads import grow_forest, in_order
from tests.support.wire_guard import guarded
from tests.support.world import POST, shared_client

pytestmark = pytest.mark.slow


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws(), guarded(shared_client()):
        yield world_with


WORST = {
    "ampersands": "&" * 4_900,
    "emoji": "\U0001f600" * 6_100,
    "links": "[a](http://a.io/b) " * 390,
}
SHAPES: dict[str, Callable[[int], list[int | None]]] = {
    "flat": lambda size: [None] * size,
    "one thread": lambda size: [None, *[0] * (size - 1)],
    "two deep threads": lambda size: [*deep(0, size // 2), *deep(size // 2, size)],
}
LISTINGS = [(Sort.NEWEST, 25), (Sort.NEWEST, 100), (Sort.OLDEST, 100)]


def deep(root: int, end: int) -> list[int | None]:
    """A thread of five levels, with all remaining comments on the last level."""
    return [None, *range(root, root + 4), *[root + 4] * (end - root - 5)]


@pytest.mark.parametrize("text", WORST)
@pytest.mark.parametrize("shape", SHAPES)
def test_pages_of_the_longest_texts_end_early_and_continue(table: Table, shape: str, text: str) -> None:
    html = rendered(WORST[text])
    comments = grow_forest(SHAPES[shape](2_000_000 // len(html.encode())), text=WORST[text], html=html)
    world, first = table(comments), comments[0]

    with world.open():
        listings = {
            listing: api_pages(world, "/v1/comments", post=POST, sort=str(listing[0]), limit=str(listing[1]))
            for listing in LISTINGS
        }
        below = api_pages(world, "/v1/comments/{comment_id}/replies", comment_id=first.id, limit="100")

    for (sort, _), pages in listings.items():
        assert [one for page in pages for one in page] == in_order(comments, newest=sort is Sort.NEWEST)
        assert all(pages[:-1])
        assert len(pages) > 1
    replies = [each for each in comments if each.path.startswith(f"{first.path}#")]
    assert [one for page in below for one in page] == in_order(replies, newest=False)


@pytest.mark.parametrize("text", WORST)
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_threads_of_long_texts_are_kept_whole_if_they_fit(table: Table, sort: Sort, text: str) -> None:
    html = rendered(WORST[text])
    size = 120_000 // len(html.encode())
    comments = grow_forest([number // size * size if number % size else None for number in range(size * 4)], html=html)
    world = table(comments)

    with world.open():
        pages = api_pages(world, "/v1/comments", post=POST, sort=str(sort), limit="100")

    assert [one for page in pages for one in page] == in_order(comments, newest=sort is not Sort.OLDEST)
    assert {len(page) % size for page in pages} == {0}


def test_comments_too_long_to_be_read_at_once_are_not_sorted_by_votes(table: Table) -> None:
    html = rendered(WORST["ampersands"])
    world = table(grow_forest([None] * (400_000 // len(html.encode())), text=WORST["ampersands"], html=html))

    with world.open():
        response = world.get("/v1/comments", query={"post": POST, "sort": "top"})

    assert (response.status, response.json["code"], [each["field"] for each in response.json["errors"]]) == (
        422,
        "sort_unavailable",
        ["sort"],
    )
