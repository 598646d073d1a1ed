"""What the hourly timer does to a site, and what it leaves alone."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.comments import Status
from chalicelib.core.maintenance import Step
from chalicelib.store import retention as overdue
from chalicelib.store.engine.parts import Put
from tests.invariants import check_table, read_truth
from tests.store.trees import comment, gone, grown, put, store
from tests.tending import miscount, statuses, tend, with_hash
from tests.world import POST, START, World, new_world, shared_client


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


def in_every_status(world: World) -> dict[str, str]:
    """A comment in each; its status by its id."""
    made = {world.submit(f"Number {number}.", author=f"reader {number}").json["id"]: "pending" for number in range(5)}
    for comment_id, decision in zip(list(made)[1:], ("approve", "reject", "spam", "delete"), strict=True):
        world.decide(decision, comment_id)
        made[comment_id] = statuses(read_truth(world))[comment_id]
    return made


# Networks


def test_hashes_of_networks_go_after_30_days_in_every_status_and_nothing_else_changes(anywhere: World) -> None:
    in_every_status(anywhere)
    before = read_truth(anywhere).comments
    anywhere.clock.forward(days=29, hours=23)
    young = anywhere.submit("Later.").json["id"]

    assert tend(anywhere, Step.NETWORKS)[Step.NETWORKS]["forgotten"] == 0
    anywhere.clock.forward(days=1)
    assert tend(anywhere, Step.NETWORKS)[Step.NETWORKS]["forgotten"] == 4

    after = read_truth(anywhere)
    assert with_hash(anywhere) == {young}
    wanted = {
        key: {name: value for name, value in item.items() if name not in {"npk", "nsk"}} for key, item in before.items()
    }
    assert {key: after.comments[key] for key in before} == wanted
    check_table(after)


def test_a_comment_whose_hash_went_can_be_decided_on_by_whoever_saw_it_before(world: World) -> None:
    comment_id = world.submit().json["id"]
    seen = {comment_id: world.comment(comment_id)["comment"]["version"]}
    world.clock.forward(days=31)
    tend(world, Step.NETWORKS)

    [result] = world.decide("approve", comment_id, versions=seen)["results"]

    assert result["outcome"] == "done"
    assert not with_hash(world)


def test_a_pass_through_many_comments_goes_on_where_the_time_of_the_run_before_was_up(
    anywhere: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "ENTRIES", 3)
    store(anywhere, [replace(each, network=f"network {each.id}"[:22]) for each in grown([None] * 20)])
    anywhere.clock.forward(days=31)
    ticks = iter(range(10**6))
    anywhere.runtime.tending.stopwatch = lambda: next(ticks) * 5.0

    runs = [tend(anywhere, Step.NETWORKS)[Step.NETWORKS]["forgotten"] for _ in range(8)]

    assert sum(runs) == 20
    assert len([run for run in runs if run]) > 2
    assert not with_hash(anywhere)


def test_a_pass_begins_once_a_day(world: World) -> None:
    world.submit()
    world.clock.forward(days=30)
    tend(world)
    world.clock.forward(hours=12)
    assert tend(world)[Step.NETWORKS]["forgotten"] == 0
    assert with_hash(world)
    world.clock.forward(hours=12)

    assert tend(world)[Step.NETWORKS]["forgotten"] == 1


# What was rejected


def test_what_was_rejected_is_deleted_for_good_90_days_after_the_decision_and_nothing_else(anywhere: World) -> None:
    made = in_every_status(anywhere)
    anywhere.clock.forward(days=89)
    assert tend(anywhere)[Step.ERASE]["erased"] == 0
    anywhere.clock.forward(days=2)

    assert tend(anywhere)[Step.ERASE]["erased"] == 2

    truth = read_truth(anywhere)
    expected = {key: "deleted" if status in {"rejected", "spam"} else status for key, status in made.items()}
    assert statuses(truth) == expected
    check_table(truth)


def test_the_history_says_that_the_timer_deleted_it(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.decide("spam", comment_id)
    days = world.get("/v1/moderation/stats", token=world.token).json["days"]
    world.clock.forward(days=91)

    tend(world)

    last = world.comment(comment_id)["history"][-1]
    told = {name: last[name] for name in ("act", "by", "who", "automatic", "before", "after")}
    assert told == {
        "act": "delete",
        "by": None,
        "who": "timer",
        "automatic": True,
        "before": "spam",
        "after": "deleted",
    }
    audit = world.get("/v1/moderation/audit", query={"by": "timer"}, token=world.token).json["entries"]
    assert [entry["comment"] for entry in audit] == [comment_id]
    assert days[0]["decisions"] == {"spam": 1}
    assert not any(day["decisions"] for day in world.get("/v1/moderation/stats", token=world.token).json["days"])


def test_the_days_count_from_the_last_change_not_from_the_submission(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.clock.forward(days=200)
    world.decide("reject", comment_id)
    world.clock.forward(days=60)
    world.decide("spam", comment_id)
    world.clock.forward(days=60)
    assert tend(world)[Step.ERASE]["erased"] == 0

    world.clock.forward(days=31)

    assert tend(world)[Step.ERASE]["erased"] == 1


@pytest.mark.parametrize(("days", "gone_after"), [(30, 31), (365, 366), (0, None)])
@pytest.mark.usefixtures("world")
def test_the_owner_chooses_how_long_what_was_rejected_is_kept(days: int, gone_after: int | None) -> None:
    other = new_world(shared_client(), keep_rejected_days=days)
    with other.open():
        comment_id = other.submit().json["id"]
        other.decide("reject", comment_id)
        other.clock.forward(days=days - 1 if days else 3650)
        assert tend(other)[Step.ERASE]["erased"] == 0
        other.clock.forward(days=2)

        assert tend(other)[Step.ERASE]["erased"] == bool(gone_after)


def test_what_readers_left_under_it_and_its_title_go_with_it(anywhere: World) -> None:
    comment_id = anywhere.published(author="ann", post_title="A title")
    anywhere.vote(comment_id, 1, author="ben")
    anywhere.flag(comment_id, author="cleo", note="Look at this.")
    anywhere.decide("reject", comment_id)
    anywhere.clock.forward(days=91)

    tend(anywhere)

    truth = read_truth(anywhere)
    left = sorted(item["sk"][0] for item in truth.items if item["pk"] == f"C#{comment_id}")
    assert set(left) == {"C", "L"}
    assert "proposed" not in truth.posts[POST]
    check_table(truth)


def test_of_a_rejected_comment_with_public_replies_the_place_stays(anywhere: World) -> None:
    root = anywhere.published("Root.")
    reply = anywhere.published("Reply.", parent=root)
    anywhere.decide("reject", root)
    anywhere.clock.forward(days=91)

    tend(anywhere)

    truth = read_truth(anywhere)
    assert statuses(truth) == {root: "deleted", reply: "published"}
    assert [each["id"] for each in anywhere.listed()["comments"]] == [root, reply]
    check_table(truth)


def test_a_whole_pass_reaches_all_lists_over_several_runs(anywhere: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "PORTION", 2)
    tree = grown([None] * 30)
    old = [replace(each, status=(Status.REJECTED, Status.SPAM)[n % 2], published="") for n, each in enumerate(tree)]
    store(anywhere, old)
    anywhere.clock.forward(days=91)
    ticks = iter(range(10**6))
    anywhere.runtime.tending.stopwatch = lambda: next(ticks) * 3.0

    runs = [tend(anywhere, Step.ERASE)[Step.ERASE]["erased"] for _ in range(30)]

    assert sum(runs) == 30
    assert max(runs) < 16
    assert set(statuses(read_truth(anywhere)).values()) == {"deleted"}


def test_a_comment_without_the_ulid_of_its_last_change_is_kept(world: World) -> None:
    store(world, [comment(1, status=Status.REJECTED, published="", operation="")])
    world.clock.forward(days=400)

    assert tend(world)[Step.ERASE]["erased"] == 0


# Counts


def test_a_count_that_drifted_is_set_right(anywhere: World) -> None:
    store(anywhere, grown([None, 0, 1], post="/right"))
    wrong = grown([None, 0, 0, None], post="/wrong")
    store(anywhere, [gone(wrong[0]), *wrong[1:]])
    miscount(anywhere, "/wrong", 17)

    assert tend(anywhere)[Step.COUNTS] == {"counted": 2, "wrong": 1, "right": 1, "failed": 0}

    assert {key: post["n"] for key, post in read_truth(anywhere).posts.items()} == {"/right": 3, "/wrong": 3}
    anywhere.clock.forward(days=1)
    assert tend(anywhere)[Step.COUNTS]["wrong"] == 0


def test_a_post_that_changes_meanwhile_is_left_for_another_day(world: World) -> None:
    store(world, grown([None, 0], post="/a"))
    miscount(world, "/a", 17)
    tending = world.runtime.tending
    changes = iter([3, 17])
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        miscount(world, "/a", next(changes))

    found = {}
    for step, deed in tending.steps(""):
        tending.recounting.pause = pause
        found[step] = deed()

    assert found[Step.COUNTS]["wrong"] == 0
    assert pauses == [20.0]
    assert read_truth(world).posts["/a"]["n"] == 3


def test_posts_that_move_and_posts_that_are_too_large_are_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for post, size in (("/moving", 2), ("/large", 4), ("/small", 3)):
        store(world, grown([None] * size, post=post))
        miscount(world, post, 17)
    item = read_truth(world).posts["/moving"]
    put(world, [{**item, "moving": "01Q0000000000000000000000", "closed": True}])
    monkeypatch.setattr("chalicelib.store.recount.MAX_ENTRIES", 3)

    assert tend(world)[Step.COUNTS] == {"counted": 1, "wrong": 1, "right": 1, "failed": 0}

    assert {key: post["n"] for key, post in read_truth(world).posts.items()} == {
        "/moving": 17,
        "/large": 17,
        "/small": 3,
    }


def test_every_post_is_counted_in_one_pass_over_several_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.service.maintenance.recount.PORTION", 2)
    for number in range(9):
        store(world, grown([None], post=f"/{number}"))
        miscount(world, f"/{number}", 5)
    ticks = iter(range(10**6))
    world.runtime.tending.stopwatch = lambda: next(ticks) * 5.0

    runs = [tend(world, Step.COUNTS)[Step.COUNTS]["right"] for _ in range(12)]

    assert sum(runs) == 9
    assert max(runs) < 9
    assert {post["n"] for post in read_truth(world).posts.values()} == {1}


# A restore


def test_while_a_backup_is_being_restored_nothing_is_changed(world: World) -> None:
    in_every_status(world)
    world.clock.forward(days=100)
    miscount(world, POST, 17)
    marker: dict[str, Any] = {"pk": "CFG", "sk": "RESTORE", "v": 1, "done": 0, "at": START.isoformat(), "op": "x"}
    world.runtime.table.write(Put(item=marker))
    before = read_truth(world).items

    tend(world)

    assert read_truth(world).items == before
