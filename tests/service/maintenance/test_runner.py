"""What the maintenance tasks change in a site, and what they do not."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.comments import Status
from chalicelib.core.maintenance import Task
from chalicelib.store import retention
from chalicelib.store.engine.parts import Put
from tests.support.invariants import check_table, read_truth
from tests.support.maintenance import comments_with_network_hash, run_maintenance, set_wrong_count, slow_calls, statuses
from tests.support.threads import comment, grow_forest, put, store, tombstoned
from tests.support.world import POST, START, World, new_world, shared_client


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


def in_every_status(world: World) -> dict[str, str]:
    """Create a comment in every status; returns their statuses by id."""
    made = {world.submit(f"Number {number}.", author=f"reader {number}").json["id"]: "pending" for number in range(5)}
    for comment_id, decision in zip(list(made)[1:], ("approve", "reject", "spam", "delete"), strict=True):
        world.decide(decision, comment_id)
        made[comment_id] = statuses(read_truth(world))[comment_id]
    return made


# Network hashes


def test_network_hashes_are_removed_after_30_days_in_every_status_and_nothing_else_changes(anywhere: World) -> None:
    in_every_status(anywhere)
    before = read_truth(anywhere).comments
    anywhere.clock.forward(days=29, hours=23)
    young = anywhere.submit("Later.").json["id"]

    assert run_maintenance(anywhere, Task.NETWORK_HASHES)[Task.NETWORK_HASHES]["cleared"] == 0
    anywhere.clock.forward(days=1)
    assert run_maintenance(anywhere, Task.NETWORK_HASHES)[Task.NETWORK_HASHES]["cleared"] == 4

    after = read_truth(anywhere)
    assert comments_with_network_hash(anywhere) == {young}
    wanted = {
        key: {name: value for name, value in item.items() if name not in {"npk", "nsk"}} for key, item in before.items()
    }
    assert {key: after.comments[key] for key in before} == wanted
    check_table(after)


def test_the_hash_of_the_48_around_an_ipv6_network_is_removed_with_the_other(world: World) -> None:
    for number in (1, 2):
        world.submit(f"Number {number}.", address=f"2001:db8:1:{number}::1")
    stored = read_truth(world).comments.values()
    assert len({item["npk"] for item in stored}) == 2
    assert len({item["wide"] for item in stored}) == 1
    assert not {item["npk"] for item in stored} & {item["wide"] for item in stored}
    world.clock.forward(days=31)

    run_maintenance(world, Task.NETWORK_HASHES)

    assert not [item for item in read_truth(world).comments.values() if {"npk", "nsk", "wide"} & item.keys()]


def test_removing_a_hash_causes_no_conflict_for_moderators(world: World) -> None:
    comment_id = world.submit().json["id"]
    seen = {comment_id: world.comment(comment_id)["comment"]["version"]}
    world.clock.forward(days=31)
    run_maintenance(world, Task.NETWORK_HASHES)

    [result] = world.decide("approve", comment_id, versions=seen)["results"]

    assert result["outcome"] == "done"
    assert not comments_with_network_hash(world)


def test_a_scan_continues_where_the_previous_run_ran_out_of_time(
    anywhere: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SCAN_PAGE", 3)
    store(anywhere, [replace(each, network=f"network {each.id}"[:22]) for each in grow_forest([None] * 20)])
    anywhere.clock.forward(days=31)

    with slow_calls(anywhere, seconds=5.0):
        runs = [run_maintenance(anywhere, Task.NETWORK_HASHES)[Task.NETWORK_HASHES]["cleared"] for _ in range(8)]

    assert sum(runs) == 20
    assert len([run for run in runs if run]) > 2
    assert not comments_with_network_hash(anywhere)


def test_a_scan_starts_once_a_day(world: World) -> None:
    world.submit()
    world.clock.forward(days=30)
    run_maintenance(world)
    world.clock.forward(hours=12)
    assert run_maintenance(world)[Task.NETWORK_HASHES]["cleared"] == 0
    assert comments_with_network_hash(world)
    world.clock.forward(hours=12)

    assert run_maintenance(world)[Task.NETWORK_HASHES]["cleared"] == 1


# Rejected comments


def test_only_rejected_comments_are_deleted_90_days_after_the_decision(anywhere: World) -> None:
    made = in_every_status(anywhere)
    anywhere.clock.forward(days=89)
    assert run_maintenance(anywhere)[Task.RETENTION]["erased"] == 0
    anywhere.clock.forward(days=2)

    assert run_maintenance(anywhere)[Task.RETENTION]["erased"] == 2

    truth = read_truth(anywhere)
    expected = {key: "deleted" if status in {"rejected", "spam"} else status for key, status in made.items()}
    assert statuses(truth) == expected
    check_table(truth)


def test_the_history_shows_that_the_timer_deleted_it(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.decide("spam", comment_id)
    days = world.get("/v1/moderation/stats", token=world.token).json["days"]
    world.clock.forward(days=91)

    run_maintenance(world)

    last = world.comment(comment_id)["history"][-1]
    entry = {name: last[name] for name in ("action", "actor", "before", "after")}
    assert entry == {
        "action": "delete",
        "actor": {"kind": "timer", "id": None, "name": None},
        "before": "spam",
        "after": "deleted",
    }
    audit = world.get("/v1/moderation/audit", query={"actor": "timer"}, token=world.token).json["entries"]
    assert [entry["comment"] for entry in audit] == [comment_id]
    assert days[0]["decisions"] == {"spam": 1}
    assert not any(day["decisions"] for day in world.get("/v1/moderation/stats", token=world.token).json["days"])


def test_the_days_count_from_the_last_change_not_the_submission(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.clock.forward(days=200)
    world.decide("reject", comment_id)
    world.clock.forward(days=60)
    world.decide("spam", comment_id)
    world.clock.forward(days=60)
    assert run_maintenance(world)[Task.RETENTION]["erased"] == 0

    world.clock.forward(days=31)

    assert run_maintenance(world)[Task.RETENTION]["erased"] == 1


@pytest.mark.parametrize(("days", "gone_after"), [(30, 31), (365, 366), (0, None)])
@pytest.mark.usefixtures("world")
def test_the_owner_chooses_how_long_rejected_comments_are_kept(days: int, gone_after: int | None) -> None:
    other = new_world(shared_client(), keep_rejected_days=days)
    with other.open():
        comment_id = other.submit().json["id"]
        other.decide("reject", comment_id)
        other.clock.forward(days=days - 1 if days else 3650)
        assert run_maintenance(other)[Task.RETENTION]["erased"] == 0
        other.clock.forward(days=2)

        assert run_maintenance(other)[Task.RETENTION]["erased"] == bool(gone_after)


def test_its_reactions_and_proposed_title_are_deleted_with_it(anywhere: World) -> None:
    comment_id = anywhere.published(author="ann", post_title="A title")
    anywhere.vote(comment_id, 1, author="ben")
    anywhere.flag(comment_id, author="cleo", note="Look at this.")
    anywhere.decide("reject", comment_id)
    anywhere.clock.forward(days=91)

    run_maintenance(anywhere)

    truth = read_truth(anywhere)
    left = sorted(item["sk"][0] for item in truth.items if item["pk"] == f"C#{comment_id}")
    assert set(left) == {"C", "L"}
    assert "proposed" not in truth.posts[POST]
    check_table(truth)


def test_a_rejected_comment_with_public_replies_keeps_its_tombstone(anywhere: World) -> None:
    root = anywhere.published("Root.")
    reply = anywhere.published("Reply.", parent=root)
    anywhere.decide("reject", root)
    anywhere.clock.forward(days=91)

    run_maintenance(anywhere)

    truth = read_truth(anywhere)
    assert statuses(truth) == {root: "deleted", reply: "published"}
    assert [each["id"] for each in anywhere.listed()["comments"]] == [root, reply]
    check_table(truth)


def test_a_full_scan_covers_all_lists_over_several_runs(anywhere: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LIST_PAGE", 2)
    tree = grow_forest([None] * 30)
    old = [replace(each, status=(Status.REJECTED, Status.SPAM)[n % 2], published="") for n, each in enumerate(tree)]
    store(anywhere, old)
    anywhere.clock.forward(days=91)

    with slow_calls(anywhere, seconds=3.0):
        runs = [run_maintenance(anywhere, Task.RETENTION)[Task.RETENTION]["erased"] for _ in range(30)]

    assert sum(runs) == 30
    assert max(runs) < 16
    assert set(statuses(read_truth(anywhere)).values()) == {"deleted"}


def test_a_comment_without_the_ulid_of_its_last_change_is_kept(world: World) -> None:
    store(world, [comment(1, status=Status.REJECTED, published="", operation="")])
    world.clock.forward(days=400)

    assert run_maintenance(world)[Task.RETENTION]["erased"] == 0


# Counts


def test_a_wrong_count_is_corrected(anywhere: World) -> None:
    store(anywhere, grow_forest([None, 0, 1], post="/right"))
    wrong = grow_forest([None, 0, 0, None], post="/wrong")
    store(anywhere, [tombstoned(wrong[0]), *wrong[1:]])
    set_wrong_count(anywhere, "/wrong", 17)

    assert run_maintenance(anywhere)[Task.RECOUNT] == {"counted": 2, "wrong": 1, "corrected": 1, "failed": 0}

    assert {key: post["n"] for key, post in read_truth(anywhere).posts.items()} == {"/right": 3, "/wrong": 3}
    anywhere.clock.forward(days=1)
    assert run_maintenance(anywhere)[Task.RECOUNT]["wrong"] == 0


def test_a_post_that_changes_meanwhile_is_left_for_another_day(world: World) -> None:
    store(world, grow_forest([None, 0], post="/a"))
    set_wrong_count(world, "/a", 17)
    maintenance = world.runtime.maintenance
    changes = iter([3, 17])
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        set_wrong_count(world, "/a", next(changes))

    found = {}
    for task, run in maintenance.tasks(""):
        maintenance.recount_task.pause = pause
        found[task] = run()

    assert found[Task.RECOUNT]["wrong"] == 0
    assert pauses == [20.0]
    assert read_truth(world).posts["/a"]["n"] == 3


def test_posts_being_moved_and_posts_that_are_too_large_are_skipped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for post, size in (("/moving", 2), ("/large", 4), ("/small", 3)):
        store(world, grow_forest([None] * size, post=post))
        set_wrong_count(world, post, 17)
    item = read_truth(world).posts["/moving"]
    put(world, [{**item, "moving": "01Q0000000000000000000000", "closed": True}])
    monkeypatch.setattr("chalicelib.store.recount.MAX_ENTRIES", 3)

    assert run_maintenance(world)[Task.RECOUNT] == {"counted": 1, "wrong": 1, "corrected": 1, "failed": 0}

    assert {key: post["n"] for key, post in read_truth(world).posts.items()} == {
        "/moving": 17,
        "/large": 17,
        "/small": 3,
    }


def test_every_post_is_counted_in_one_scan_over_several_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.service.maintenance.recount.PORTION", 2)
    for number in range(9):
        store(world, grow_forest([None], post=f"/{number}"))
        set_wrong_count(world, f"/{number}", 5)

    with slow_calls(world, seconds=2.0):
        runs = [run_maintenance(world, Task.RECOUNT)[Task.RECOUNT]["corrected"] for _ in range(12)]

    assert sum(runs) == 9
    assert max(runs) < 9
    assert {post["n"] for post in read_truth(world).posts.values()} == {1}


# A restore


def test_while_a_backup_is_being_restored_nothing_is_changed(world: World) -> None:
    in_every_status(world)
    world.clock.forward(days=100)
    set_wrong_count(world, POST, 17)
    marker: dict[str, Any] = {"pk": "CFG", "sk": "RESTORE", "done": 0, "at": START.isoformat(), "op": "x"}
    world.runtime.table.write(Put(item=marker))
    before = read_truth(world).items

    run_maintenance(world)

    assert read_truth(world).items == before
