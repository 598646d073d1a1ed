"""Many comments on their way: piece by piece, stopped anywhere, while people go on reading and deciding."""

from collections import Counter
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import pytest

from chalicelib.core.comments import Comment, Status
from chalicelib.core.relocation import MAX_PARTS, MAX_TOGETHER, batches
from tests.invariants import check_table, read_truth
from tests.moves import NEW, SETTLED, begin, finish, go_on, ids, post, undo, unfinished
from tests.readings import check_public, pages
from tests.store.trees import comment, gone, grown, store
from tests.world import POST, World, key22

pytestmark = pytest.mark.thorough

LONG = [None, *range(5), *[1] * 60, None, 66]  # a thread of 66, and one of two


def carrying(world: World) -> Any:
    """What writes: a test may stand in its way."""
    return world.runtime.moving.moves


def stop_after(world: World, writes: int) -> None:
    """Let the time be over after so many writes."""
    done, moves = [0], carrying(world)
    carry = moves.carry

    def carry_and_count(*about: Any) -> None:
        carry(*about)
        done[0] += 1

    moves.carry = carry_and_count
    world.runtime.moving.stopwatch = lambda: 7.0 if done[0] >= writes else 0.0


def counted(comments: list[Comment]) -> list[Comment]:
    """With the number of replies that each has."""
    children = Counter(each.parent for each in comments)
    return [replace(each, children=children[each.id]) for each in comments]


def go_on_freely(world: World) -> None:
    world.runtime.moving.stopwatch = lambda: 0.0


def test_a_thread_goes_as_a_whole_where_it_fits() -> None:
    comments = grown([None, *[0] * 29, None, *[30] * 14])

    assert [len(batch) for batch in batches(reversed(comments))] == [30, 15]
    assert [each for batch in batches(comments) for each in batch] == comments


def test_short_threads_go_together() -> None:
    assert [len(batch) for batch in batches(grown([None] * 100))] == [40, 40, 20]


def test_of_a_thread_too_long_for_one_write_the_beginning_goes_first() -> None:
    found = list(batches(grown(LONG)))

    assert [len(batch) for batch in found] == [MAX_TOGETHER, 28]
    assert [each.path for batch in found for each in batch] == sorted(each.path for each in grown(LONG))


def test_what_is_long_goes_in_smaller_pieces() -> None:
    texts = [comment(number, text="x" * 40_000, html="x" * 65_000) for number in range(60)]
    places = [gone(comment(number)) for number in range(60)]

    assert [len(batch) for batch in batches(texts)] == [27, 27, 6]
    assert all(3 * len(batch) <= MAX_PARTS for batch in batches(places))


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_half_a_thread_on_either_side_is_read_without_a_fault(world: World, back: bool) -> None:
    comments = counted(grown(LONG))
    store(world, comments)
    if back:
        row = begin(world)["row"]
        finish(world, row)
        stop_after(world, 1)
        job = world.undo(decision=row).json["job"]
    else:
        stop_after(world, 1)
        job = begin(world)["job"]

    world.clock.forward(seconds=3)
    source, target = (NEW, POST) if back else (POST, NEW)
    assert (post(world, source)["count"], post(world, target)["count"]) == (28, 40)
    for key, count in ((source, 28), (target, 40)):
        shown: set[str] = set()
        for sort in ("newest", "oldest", "top"):
            for limit in ("3", "25", "100"):
                found = list(pages(world, "/v1/comments", post=key, sort=sort, limit=limit))
                listed = [each["id"] for reply in found for each in reply.json["comments"]]
                assert len(listed) == len(set(listed)) == count, (key, sort, limit)
                shown |= set(listed)
        for route in ("/thread", "/v1/feed.atom"):
            assert world.get(route, query={"post": key}).status == 200
        for each in sorted(shown)[:5]:
            path = {"comment_id": each}
            assert world.get("/v1/comments/{comment_id}", path=path).status == 200
            assert world.get("/v1/comments/{comment_id}/replies", path=path).status == 200
    assert set(ids(world, target)) == {each.id for each in sorted(comments, key=lambda each: each.path)[:40]}

    go_on_freely(world)
    finish(world, job)
    assert ids(world, target) == [each.id for each in sorted(comments, key=lambda each: each.path)]
    check_table(read_truth(world))


def test_a_move_of_many_takes_several_requests_and_loses_none(world: World) -> None:
    store(world, grown([None] * 30))
    waiting = [world.submit(f"canary{number}x").json["id"] for number in range(30)]
    world.runtime.moving.looking.most = 7

    begun = begin(world)
    done, requests = begun["moved"], 1
    while True:
        world.clock.forward(seconds=SETTLED)
        told = go_on(world, begun["job"])
        done, requests = done + told["done"], requests + 1
        truth = read_truth(world)
        check_table(truth)
        if not told["left"]:
            break
        assert unfinished(world)

    assert (begun["comments"], begun["published"], done) == (60, 30, 60)
    assert requests > 8
    assert {each["id"] for each in world.queue(post=NEW, limit="100")} == set(waiting)
    world.clock.forward(seconds=3)
    check_public(world, truth)


def test_what_could_not_be_counted_in_time_is_said_to_be_more(world: World) -> None:
    store(world, grown([None] * 5))
    world.runtime.moving.stopwatch = lambda: next(seconds)
    seconds = chain([0.0], repeat(0.0, 9), repeat(3.0))

    body = {"from": POST, "to": NEW, "dry_run": True}
    told = world.request("POST", "/v1/moderation/posts/move", json_body=body, token=world.token).json

    assert told["at_least"]
    assert told["comments"] <= 5
    assert told["published"] == 5


def test_what_is_decided_during_a_pass_is_not_missed(world: World) -> None:
    """It goes from a list that was not read yet to one that was: the audit tells."""
    world.runtime.moving.looking.most = 3
    store(world, grown([None] * 4))
    rejected = world.submit("canary1x").json["id"]
    world.decide("reject", rejected)
    job = begin(world)["job"]
    world.clock.forward(seconds=SETTLED)
    looking: Any = world.runtime.moving.looking
    step = looking._step  # noqa: SLF001  between two reads of lists
    met: list[str] = []

    def restore_in_between(source: str, look: Any, most: int) -> Any:
        if look.step == 9 and not met:
            met.append(rejected)
            world.decide("restore", rejected)
        return step(source, look, most)

    looking._step = restore_in_between  # noqa: SLF001
    while go_on(world, job)["left"]:
        world.clock.forward(seconds=SETTLED)

    assert met
    assert world.comment(rejected)["comment"]["post"] == NEW
    assert unfinished(world) == []


def test_two_moderators_who_go_on_at_once_move_each_comment_once(world: World) -> None:
    store(world, grown([None] * 50))
    stop_after(world, 1)
    job = begin(world)["job"]
    go_on_freely(world)
    moves = carrying(world)
    carry, met = moves.carry, list[str]()

    def meanwhile(*about: Any) -> None:
        if not met:
            met.append(job)
            world.runtime.moving.finish(job, "another")
        carry(*about)

    moves.carry = meanwhile
    go_on(world, job)
    finish(world, job)

    truth = read_truth(world)
    check_table(truth)
    assert all(len(truth.moves_of(key)) == 1 for key in truth.comments)
    assert post(world, NEW)["count"] == 50


def test_a_move_that_somebody_turned_round_meanwhile_stops(world: World) -> None:
    store(world, grown([None] * 50))
    stop_after(world, 1)
    row = begin(world)["row"]
    go_on_freely(world)
    moves = carrying(world)
    carry, met = moves.carry, list[str]()

    def meanwhile(*about: Any) -> None:
        if not met:
            met.append(row)
            assert world.undo(decision=row).status == 200
        carry(*about)

    moves.carry = meanwhile
    told = go_on(world, row)
    moves.carry = carry
    undo(world, row)

    assert told["left"] is False
    assert (post(world, POST)["count"], post(world, NEW)["count"]) == (50, 0)
    check_table(read_truth(world))


def test_moderators_answer_meanwhile_and_their_answers_follow(world: World) -> None:
    store(world, grown([None]))
    [root] = ids(world, POST)
    carrying(world).carry = lambda *_: None
    job = begin(world)["job"]
    del carrying(world).carry
    answers = []
    for number, about in enumerate(({"parent": root}, {})):
        headers = {"Idempotency-Key": key22(f"answer {number}")}
        body = {"post": POST, "text": "Thank you.", **about}
        reply = world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)
        assert reply.status == 201, reply.text
        answers.append(reply.json["id"])

    finish(world, job)

    assert set(ids(world, NEW)) == {root, *answers}
    check_table(read_truth(world))


@pytest.mark.parametrize("status", Status)
def test_a_comment_of_any_status_moves_and_comes_back(world: World, status: Status) -> None:
    one = comment(0, status=status)
    one = one if one.is_public else replace(one, published="")
    store(world, [one])
    before = read_truth(world).comments

    row = begin(world)["row"]
    finish(world, row)
    assert read_truth(world).comments[one.id]["post"] == NEW
    undo(world, row)

    assert read_truth(world).comments == before
