"""Sorting by votes, then newest; paginated, up to 500 comments."""

from typing import Any

from chalicelib.core.totals import Totals
from tests.support.world import POST, World


def all_pages(world: World, **query: Any) -> list[str]:
    ids: list[str] = []
    cursor = {"cursor": query.pop("cursor")} if "cursor" in query else {}
    while True:
        page = world.listed(sort="top", **query, **cursor)
        ids += [each["id"] for each in page["comments"]]
        if page["next"] is None:
            return ids
        cursor = {"cursor": page["next"]}


def test_threads_are_sorted_by_the_votes_of_their_first_comment_then_newest(world: World) -> None:
    ids = [world.published(f"Number {number}.") for number in range(5)]
    reply = world.published("Reply.", parent=ids[1])
    world.vote(ids[1], 1, author="ann")
    world.vote(ids[3], -1, author="ann")

    expected = [ids[1], reply, ids[4], ids[2], ids[0], ids[3]]

    assert all_pages(world) == expected
    assert all_pages(world, limit="2") == expected
    assert all_pages(world, limit="1") == expected


def test_a_thread_longer_than_a_page_continues_on_the_next(world: World) -> None:
    root = world.published("Root.")
    replies = [world.published(f"Reply {number}.", parent=root) for number in range(6)]
    other = world.published("Other.")
    world.vote(root, 1, author="ann")

    assert all_pages(world, limit="3") == [root, *replies, other]


def test_above_500_comments_it_is_neither_offered_nor_accepted(world: World) -> None:
    world.published()
    world.runtime.posts.recount(world.runtime.posts.get(POST), Totals(count=501, size=1))

    assert world.listed()["sorts"] == ["newest", "oldest"]
    response = world.get("/v1/comments", query={"post": POST, "sort": "top"})
    assert (response.status, response.json["code"]) == (422, "sort_unavailable")


def test_votes_between_two_pages_neither_hide_nor_repeat_a_thread(world: World) -> None:
    ids = [world.published(f"Number {number}.") for number in range(6)]
    first = world.listed(sort="top", limit="2")
    shown = [each["id"] for each in first["comments"]]
    assert shown == [ids[5], ids[4]]

    world.vote(ids[0], 1, author="ann")
    world.vote(ids[5], -1, author="ann")
    world.clock.forward(seconds=30)
    rest = all_pages(world, limit="2", cursor=first["next"])

    assert rest == [ids[3], ids[2], ids[1], ids[0]]
    world.clock.forward(seconds=60)
    assert all_pages(world) == [ids[0], ids[4], ids[3], ids[2], ids[1], ids[5]]


def test_a_new_thread_is_inserted_into_a_cached_order(world: World) -> None:
    old = [world.published(f"Number {number}.") for number in range(2)]
    world.vote(old[0], 1, author="ann")
    all_pages(world)

    new = world.published("New.")

    assert all_pages(world) == [old[0], new, old[1]]
