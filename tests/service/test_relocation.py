"""Relocations of many comments: in several requests, stopped anywhere, while people read and decide."""

from collections import Counter
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import pytest

from chalicelib.core.comments import Comment, Status
from chalicelib.core.relocation import MAX_BATCH_COMMENTS, MAX_BATCH_ITEMS, batches
from tests.support.invariants import check_table, read_truth
from tests.support.read_invariants import check_public, pages
from tests.support.relocation import (
    NEW,
    SETTLED,
    begin_move,
    comment_ids,
    continue_job,
    finish_job,
    post_details,
    undo_move,
    unfinished_jobs,
)
from tests.support.threads import comment, grow_forest, store, tombstoned
from tests.support.world import POST, World, key22

pytestmark = pytest.mark.slow

LONG = [None, *range(5), *[1] * 60, None, 66]  # a thread of 66, and one of two


def relocations_of(world: World) -> Any:
    """The store that moves comments; tests intercept it."""
    return world.runtime.relocation.relocations


def stop_after(world: World, writes: int) -> None:
    """Let a request's time be over after so many writes."""
    done, relocations = [0], relocations_of(world)
    relocate = relocations.relocate

    def relocate_and_count(*arguments: Any) -> None:
        relocate(*arguments)
        done[0] += 1

    relocations.relocate = relocate_and_count
    world.runtime.relocation.stopwatch = lambda: 7.0 if done[0] >= writes else 0.0


def with_child_counts(comments: list[Comment]) -> list[Comment]:
    """The comments with the number of replies that each has."""
    children = Counter(each.parent for each in comments)
    return [replace(each, children=children[each.id]) for each in comments]


def remove_time_limit(world: World) -> None:
    world.runtime.relocation.stopwatch = lambda: 0.0


def test_a_thread_moves_as_a_whole_if_it_fits() -> None:
    comments = grow_forest([None, *[0] * 29, None, *[30] * 14])

    assert [len(batch) for batch in batches(reversed(comments))] == [30, 15]
    assert [each for batch in batches(comments) for each in batch] == comments


def test_short_threads_move_together() -> None:
    assert [len(batch) for batch in batches(grow_forest([None] * 100))] == [40, 40, 20]


def test_a_thread_too_long_for_one_write_moves_from_its_start() -> None:
    found = list(batches(grow_forest(LONG)))

    assert [len(batch) for batch in found] == [MAX_BATCH_COMMENTS, 28]
    assert [each.path for batch in found for each in batch] == sorted(each.path for each in grow_forest(LONG))


def test_long_comments_move_in_smaller_batches() -> None:
    texts = [comment(number, text="x" * 40_000, html="x" * 65_000) for number in range(60)]
    places = [tombstoned(comment(number)) for number in range(60)]

    assert [len(batch) for batch in batches(texts)] == [27, 27, 6]
    assert all(3 * len(batch) <= MAX_BATCH_ITEMS for batch in batches(places))


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_a_half_moved_thread_is_readable_on_both_posts(world: World, back: bool) -> None:
    comments = with_child_counts(grow_forest(LONG))
    store(world, comments)
    if back:
        row = begin_move(world)["row"]
        finish_job(world, row)
        stop_after(world, 1)
        job = world.undo(decision=row).json["job"]
    else:
        stop_after(world, 1)
        job = begin_move(world)["job"]

    world.clock.forward(seconds=3)
    source, target = (NEW, POST) if back else (POST, NEW)
    assert (post_details(world, source)["count"], post_details(world, target)["count"]) == (28, 40)
    for key, count in ((source, 28), (target, 40)):
        shown: set[str] = set()
        for sort in ("newest", "oldest", "top"):
            for limit in ("3", "25", "100"):
                found = list(pages(world, "/v1/comments", post=key, sort=sort, limit=limit))
                listed = [each["id"] for response in found for each in response.json["comments"]]
                assert len(listed) == len(set(listed)) == count, (key, sort, limit)
                shown |= set(listed)
        for route in ("/thread", "/v1/feed.atom"):
            assert world.get(route, query={"post": key}).status == 200
        for each in sorted(shown)[:5]:
            path = {"comment_id": each}
            assert world.get("/v1/comments/{comment_id}", path=path).status == 200
            assert world.get("/v1/comments/{comment_id}/replies", path=path).status == 200
    assert set(comment_ids(world, target)) == {each.id for each in sorted(comments, key=lambda each: each.path)[:40]}

    remove_time_limit(world)
    finish_job(world, job)
    assert comment_ids(world, target) == [each.id for each in sorted(comments, key=lambda each: each.path)]
    check_table(read_truth(world))


def test_a_move_of_many_takes_several_requests_and_loses_none(world: World) -> None:
    store(world, grow_forest([None] * 30))
    waiting = [world.submit(f"canary{number}x").json["id"] for number in range(30)]
    world.runtime.relocation.scan.most = 7

    begun = begin_move(world)
    done, requests = begun["moved"], 1
    while True:
        world.clock.forward(seconds=SETTLED)
        response = continue_job(world, begun["job"])
        done, requests = done + response["done"], requests + 1
        truth = read_truth(world)
        check_table(truth)
        if not response["left"]:
            break
        assert unfinished_jobs(world)

    assert (begun["comments"], begun["published"], done) == (60, 30, 60)
    assert requests > 8
    assert {each["id"] for each in world.queue(post=NEW, limit="100")} == set(waiting)
    world.clock.forward(seconds=3)
    check_public(world, truth)


def test_an_incomplete_count_is_reported_as_a_minimum(world: World) -> None:
    store(world, grow_forest([None] * 5))
    world.runtime.relocation.stopwatch = lambda: next(seconds)
    seconds = chain([0.0], repeat(0.0, 9), repeat(3.0))

    body = {"from": POST, "to": NEW, "dry_run": True}
    response = world.request("POST", "/v1/moderation/posts/move", json_body=body, token=world.token).json

    assert response["at_least"]
    assert response["comments"] <= 5
    assert response["published"] == 5


def test_comments_decided_during_a_scan_are_not_missed(world: World) -> None:
    """The comment leaves a list that was not read yet for one that was: the audit log shows it."""
    world.runtime.relocation.scan.most = 3
    store(world, grow_forest([None] * 4))
    rejected = world.submit("canary1x").json["id"]
    world.decide("reject", rejected)
    job = begin_move(world)["job"]
    world.clock.forward(seconds=SETTLED)
    scan: Any = world.runtime.relocation.scan
    step = scan._step  # noqa: SLF001  between two reads of lists
    intercepted: list[str] = []

    def restore_in_between(source: str, progress: Any, most: int) -> Any:
        if progress.list_number == 9 and not intercepted:
            intercepted.append(rejected)
            world.decide("restore", rejected)
        return step(source, progress, most)

    scan._step = restore_in_between  # noqa: SLF001
    while continue_job(world, job)["left"]:
        world.clock.forward(seconds=SETTLED)

    assert intercepted
    assert world.comment(rejected)["comment"]["post"] == NEW
    assert unfinished_jobs(world) == []


def test_two_moderators_who_continue_at_once_move_each_comment_once(world: World) -> None:
    store(world, grow_forest([None] * 50))
    stop_after(world, 1)
    job = begin_move(world)["job"]
    remove_time_limit(world)
    relocations = relocations_of(world)
    relocate, intercepted = relocations.relocate, list[str]()

    def meanwhile(*arguments: Any) -> None:
        if not intercepted:
            intercepted.append(job)
            world.runtime.job_service.finish(job)
        relocate(*arguments)

    relocations.relocate = meanwhile
    continue_job(world, job)
    finish_job(world, job)

    truth = read_truth(world)
    check_table(truth)
    assert all(len(truth.moves_of(key)) == 1 for key in truth.comments)
    assert post_details(world, NEW)["count"] == 50


def test_a_move_that_someone_reverses_meanwhile_stops(world: World) -> None:
    store(world, grow_forest([None] * 50))
    stop_after(world, 1)
    row = begin_move(world)["row"]
    remove_time_limit(world)
    relocations = relocations_of(world)
    relocate, intercepted = relocations.relocate, list[str]()

    def meanwhile(*arguments: Any) -> None:
        if not intercepted:
            intercepted.append(row)
            assert world.undo(decision=row).status == 200
        relocate(*arguments)

    relocations.relocate = meanwhile
    response = continue_job(world, row)
    relocations.relocate = relocate
    undo_move(world, row)

    assert response["left"] is False
    assert (post_details(world, POST)["count"], post_details(world, NEW)["count"]) == (50, 0)
    check_table(read_truth(world))


def test_moderators_replies_during_a_move_move_too(world: World) -> None:
    store(world, grow_forest([None]))
    [root] = comment_ids(world, POST)
    relocations_of(world).relocate = lambda *_: None
    job = begin_move(world)["job"]
    del relocations_of(world).relocate
    replies = []
    for number, fields in enumerate(({"parent": root}, {})):
        headers = {"Idempotency-Key": key22(f"reply {number}")}
        body = {"post": POST, "text": "Thank you.", **fields}
        response = world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)
        assert response.status == 201, response.text
        replies.append(response.json["id"])

    finish_job(world, job)

    assert set(comment_ids(world, NEW)) == {root, *replies}
    check_table(read_truth(world))


@pytest.mark.parametrize("status", Status)
def test_a_comment_of_any_status_moves_and_moves_back(world: World, status: Status) -> None:
    one = comment(0, status=status)
    one = one if one.is_public else replace(one, published="")
    store(world, [one])
    before = read_truth(world).comments

    row = begin_move(world)["row"]
    finish_job(world, row)
    assert read_truth(world).comments[one.id]["post"] == NEW
    undo_move(world, row)

    assert read_truth(world).comments == before
