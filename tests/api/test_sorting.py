"""Top: by votes, then newest; page by page, up to 500 comments."""

from typing import Any

from tests.world import POST, World


def walk(world: World, **query: Any) -> list[str]:
    ids: list[str] = []
    cursor = {"cursor": query.pop("cursor")} if "cursor" in query else {}
    while True:
        page = world.listed(sort="top", **query, **cursor)
        ids += [each["id"] for each in page["comments"]]
        if page["next"] is None:
            return ids
        cursor = {"cursor": page["next"]}


def test_threads_are_ordered_by_their_first_comments_votes_then_newest(world: World) -> None:
    ids = [world.published(f"Number {number}.") for number in range(5)]
    reply = world.published("Reply.", parent=ids[1])
    world.vote(ids[1], 1, author="ann")
    world.vote(ids[3], -1, author="ann")

    expected = [ids[1], reply, ids[4], ids[2], ids[0], ids[3]]

    assert walk(world) == expected
    assert walk(world, limit="2") == expected
    assert walk(world, limit="1") == expected


def test_a_thread_longer_than_a_page_goes_on_with_the_next(world: World) -> None:
    root = world.published("Root.")
    replies = [world.published(f"Reply {number}.", parent=root) for number in range(6)]
    other = world.published("Other.")
    world.vote(root, 1, author="ann")

    assert walk(world, limit="3") == [root, *replies, other]


def test_above_five_hundred_comments_it_is_neither_offered_nor_given(world: World) -> None:
    world.published()
    world.runtime.posts.recount(POST, seen=1, count=501)

    assert world.listed()["sorts"] == ["newest", "oldest"]
    reply = world.get("/v1/comments", query={"post": POST, "sort": "top"})
    assert (reply.status, reply.json["code"]) == (422, "sort_unavailable")


def test_votes_between_two_pages_neither_hide_nor_repeat_a_thread(world: World) -> None:
    ids = [world.published(f"Number {number}.") for number in range(6)]
    first = world.listed(sort="top", limit="2")
    shown = [each["id"] for each in first["comments"]]
    assert shown == [ids[5], ids[4]]

    world.vote(ids[0], 1, author="ann")
    world.vote(ids[5], -1, author="ann")
    world.clock.forward(seconds=30)
    rest = walk(world, limit="2", cursor=first["next"])

    assert rest == [ids[3], ids[2], ids[1], ids[0]]
    world.clock.forward(seconds=60)
    assert walk(world) == [ids[0], ids[4], ids[3], ids[2], ids[1], ids[5]]


def test_a_new_thread_takes_its_place_in_an_order_that_is_kept(world: World) -> None:
    old = [world.published(f"Number {number}.") for number in range(2)]
    world.vote(old[0], 1, author="ann")
    walk(world)

    new = world.published("New.")

    assert walk(world) == [old[0], new, old[1]]
