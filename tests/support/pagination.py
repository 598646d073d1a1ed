"""Reads lists page by page, and checks what must hold of the pages."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chalicelib.core.comments import Comment
from chalicelib.core.pages import Cursor, Page, parse_cursor
from chalicelib.store.room import Room
from chalicelib.store.threads import List, Sort
from tests.support.threads import in_order, store
from tests.support.wire_guard import watched
from tests.support.world import POST, World, new_world, shared_client

Pages = list[list[str]]
Table = Callable[[Sequence[Comment]], World]  # makes a world with some comments in it


def world_with(comments: Sequence[Comment]) -> World:
    world = new_world(shared_client())
    store(world, comments)
    return world


def page_at(world: World, sort: Sort, limit: int, cursor: Cursor | None) -> Page:
    """The page at a cursor, which travels as text."""
    received = parse_cursor(str(cursor), scored=sort is Sort.TOP) if cursor else None
    assert received == cursor
    room = Room()
    _, after = world.runtime.places.in_post(POST, received, room)
    return world.runtime.threads.page(List(POST, limit, room), sort, after)


def store_pages(world: World, sort: Sort, limit: int) -> Pages:
    """All pages read by the store, with at most one read of places and two queries each."""
    pages: list[Page] = []
    calls: list[str] = []
    with watched(world.runtime.table.client, lambda operation, _body: calls.append(operation)):
        while not pages or pages[-1].next:
            calls.clear()
            cursor = pages[-1].next if pages else None
            pages.append(page_at(world, sort, limit, cursor))
            first, *queries = calls
            assert first == ("BatchGetItem" if cursor else "GetItem")
            assert queries == ["Query"] * len(queries)
            assert len(queries) <= (4 if sort is Sort.TOP else 2)
    return [[row.comment.id for row in page.rows] for page in pages]


def response_bodies(world: World, route: str, **query: Any) -> Iterator[Any]:
    """All pages read by the API."""
    path = {"comment_id": query.pop("comment_id")} if "comment_id" in query else None
    cursor: str | None = ""
    while cursor is not None:
        response = world.get(route, path=path, query={**query, "cursor": cursor} if cursor else query)
        assert response.status == 200, response.text
        assert len(response.text.encode()) <= 1_048_576
        yield response.json
        cursor = response.json["next"]


def api_pages(world: World, route: str, **query: Any) -> Pages:
    return [[each["id"] for each in answer["comments"]] for answer in response_bodies(world, route, **query)]


def allowed_excess(limit: int) -> int:
    """How far a page may exceed its limit to keep a thread whole."""
    return max(2, limit // 5) + 1


def check_pages(pages: Pages, comments: Sequence[Comment], sort: Sort, limit: int) -> None:
    """Every visible comment once, in order; page sizes within limits, and short threads unbroken."""
    roots = {each.id: each.path.split("#")[0] for each in comments}
    visible = in_order(comments, newest=sort is not Sort.OLDEST)  # there are no votes

    assert [one for page in pages for one in page] == visible
    assert max(map(len, pages)) <= limit + allowed_excess(limit)
    assert all(pages) or pages == [[]] or ends_with_a_long_thread(pages[-2], roots, limit)
    assert all(pages[:-1])
    for page, following in itertools.pairwise(pages):
        if following and roots[page[-1]] == roots[following[0]]:
            length = sum(roots[one] == roots[page[-1]] for one in visible)
            assert length >= limit + allowed_excess(limit) + 1 - (limit - 1) // 2


def ends_with_a_long_thread(page: list[str], roots: dict[str, str], limit: int) -> bool:
    """Whether both queries were needed for a long thread, so that it is unknown whether anything follows."""
    return sum(roots[one] == roots[page[-1]] for one in page) * 2 > limit
