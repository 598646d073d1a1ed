"""Walks through pages, and what must hold of them."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chalicelib.core.comments import Comment
from chalicelib.store.threads import Page, Place, Sort
from tests.store.trees import in_order, store
from tests.wire_guard import watched
from tests.world import POST, World, new_world, shared_client

Paged = list[list[str]]
Table = Callable[[Sequence[Comment]], World]  # makes a world with some comments in it


def filled(comments: Sequence[Comment]) -> World:
    world = new_world(shared_client())
    store(world, comments)
    return world


def pages_of(world: World, sort: Sort, limit: int) -> Paged:
    """By the store, which must do with two queries a page."""
    pages: list[Page] = []
    after: Place | None = None
    queries: list[str] = []
    with watched(world.runtime.table.client, lambda operation, _body: queries.append(operation)):
        while not pages or after:
            queries.clear()
            pages.append(world.runtime.threads.page(POST, sort, limit, after))
            after = pages[-1].next
            assert queries == ["Query"] * len(queries)
            assert len(queries) <= (4 if sort is Sort.TOP else 2)
    return [[row.comment.id for row in page.rows] for page in pages]


def answers(world: World, route: str, **query: Any) -> Iterator[Any]:
    """By the API."""
    path = {"comment_id": query.pop("comment_id")} if "comment_id" in query else None
    cursor: str | None = ""
    while cursor is not None:
        reply = world.get(route, path=path, query={**query, "cursor": cursor} if cursor else query)
        assert reply.status == 200, reply.text
        assert len(reply.text.encode()) <= 1_048_576
        yield reply.json
        cursor = reply.json["next"]


def listed(world: World, route: str, **query: Any) -> Paged:
    return [[each["id"] for each in answer["comments"]] for answer in answers(world, route, **query)]


def extra(limit: int) -> int:
    """What a page may hold beyond its limit, to keep a thread whole."""
    return max(2, limit * 2 // 5) + 1


def check(pages: Paged, comments: Sequence[Comment], sort: Sort, limit: int) -> None:
    """Every visible comment once, in order; no page too long, none empty for nothing, no short thread broken."""
    roots = {each.id: each.path.split("#")[0] for each in comments}
    visible = in_order(comments, newest=sort is not Sort.OLDEST)  # nobody voted

    assert [one for page in pages for one in page] == visible
    assert max(map(len, pages)) <= limit + extra(limit)
    assert all(pages) or pages == [[]] or ends_with_a_long_thread(pages[-2], roots, limit)
    assert all(pages[:-1])
    for page, following in itertools.pairwise(pages):
        if following and roots[page[-1]] == roots[following[0]]:
            length = sum(roots[one] == roots[page[-1]] for one in visible)
            assert length >= limit + extra(limit) + 1 - (limit - 1) // 2


def ends_with_a_long_thread(page: list[str], roots: dict[str, str], limit: int) -> bool:
    """Two queries were spent on it, so that none was left to see whether anything follows."""
    return sum(roots[one] == roots[page[-1]] for one in page) * 2 > limit
