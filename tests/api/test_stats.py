"""Statistics: exact numbers, day by day."""

from typing import Any

import pytest

from chalicelib.core.accounts import Role
from chalicelib.core.comments import Status
from chalicelib.store import queue
from chalicelib.store.engine.keys import shard
from tests.support.threads import grow_forest, store
from tests.support.wire_guard import key_of, watched, written_items
from tests.support.world import World


def test_the_stats_show_held_comments_and_decisions_by_moderator(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(5)]
    world.clock.forward(hours=2)
    world.decide("approve", ids[0])
    world.decide("reject", ids[1])
    world.clock.forward(days=1)
    world.decide("spam", ids[2])
    world.decide("approve", ids[1])

    stats = world.get("/v1/moderation/stats", query={"days": "3"}, token=world.token).json

    [ada] = [each["id"] for each in world.get("/v1/moderation/moderators", token=world.token).json["moderators"]]
    assert (stats["waiting"], stats["waiting_more"]) == (2, False)
    assert stats["oldest_waiting"] == world.queue()[0]["created"]
    assert stats["spam_share"] == 0.25
    assert [day["decisions"] for day in stats["days"]] == [
        {"spam": 1, "approve": 1},
        {"approve": 1, "reject": 1},
        {},
    ]
    assert [day["by"] for day in stats["days"]] == [{ada: 2}, {ada: 2}, {}]
    assert stats["names"] == {ada: "Ada"}
    assert [day["seconds_to_decision"] for day in stats["days"]] == [26 * 3600, 2 * 3600, None]
    assert [day["waiting"] for day in stats["days"]] == [0, 2, 0]


def test_a_decision_sent_again_is_counted_once(world: World) -> None:
    comment_id = world.submit().json["id"]
    for _ in range(2):
        world.decide("approve", comment_id, versions={comment_id: 1})

    stats = world.get("/v1/moderation/stats", query={"days": "1"}, token=world.token).json

    assert stats["days"][0]["decisions"] == {"approve": 1}


def test_an_empty_site_has_empty_stats(world: World) -> None:
    stats = world.get("/v1/moderation/stats", token=world.token).json

    assert (stats["waiting"], stats["oldest_waiting"], stats["spam_share"]) == (0, None, None)
    assert len(stats["days"]) == 30


def test_a_first_decision_is_counted_once(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.decide("spam", comment_id)
    world.decide("restore", comment_id)
    world.clock.forward(days=7)
    world.decide("approve", comment_id)

    days = world.get("/v1/moderation/stats", token=world.token).json["days"]

    assert [days[0]["seconds_to_decision"], days[7]["seconds_to_decision"]] == [None, 0]


def test_simultaneous_moderators_are_counted_in_separate_items(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(2)]
    ben = world.moderator("Ben", Role.MODERATOR)
    counted: list[tuple[str, str]] = []

    def look(operation: str, body: object) -> None:
        counted.extend(key for _, part in written_items(operation, body) if (key := key_of(part))[0].startswith("S#"))  # type: ignore[arg-type]

    with watched(world.runtime.table.client, look):
        world.decide("approve", ids[0])
        request = {"id": ids[1], "version": 1, "decision": "reject"}
        world.request("POST", "/v1/moderation/decisions", json_body={"decisions": [request]}, token=ben)

    stats = world.get("/v1/moderation/stats", query={"days": "1"}, token=world.token).json
    assert len(set(counted)) == len(counted) == 2
    assert sorted(stats["days"][0]["by"].values()) == [1, 1]


def test_stats_span_months(world: World) -> None:
    world.decide("approve", world.submit().json["id"])
    world.clock.forward(days=80)
    world.decide("reject", world.submit().json["id"])

    days = world.get("/v1/moderation/stats", query={"days": "90"}, token=world.token).json["days"]

    assert {number: day["decisions"] for number, day in enumerate(days) if day["decisions"]} == {
        0: {"reject": 1},
        80: {"approve": 1},
    }


@pytest.mark.parametrize(("waiting", "more"), [(250, False), (251, True)])
def test_the_count_is_marked_as_a_minimum_only_when_there_are_more(world: World, waiting: int, more: bool) -> None:
    comments = grow_forest([None] * 1_400, status=Status.PENDING, published="")
    store(world, [each for each in comments if shard(each.id) == 0][:waiting])

    stats = world.get("/v1/moderation/stats", token=world.token).json

    assert (stats["waiting"], stats["waiting_more"]) == (250, more)


def test_each_list_is_counted(world: World) -> None:
    """Except for a decision a moment ago: the index is eventually consistent."""
    first = world.published("Is out.", key="one")
    world.published("Is out, too.", key="two")
    world.decide("spam", world.submit(key="three").json["id"])
    world.flag(first, "spam", author="bob")

    def listed(status: str) -> Any:
        return world.get("/v1/moderation/stats", query={"days": "1", "status": status}, token=world.token).json[
            "listed"
        ]

    counts = {"pending": 0, "flagged": 1, "published": 2, "rejected": 0, "spam": 1}
    assert {status: listed(status)["count"] for status in counts} == counts
    everything = world.get("/v1/moderation/stats", query={"days": "1", "lists": "true"}, token=world.token).json
    assert everything["lists"] == {status: {"count": count, "more": False} for status, count in counts.items()}
    assert not listed("published")["more"]
    assert world.get("/v1/moderation/stats", query={"status": "deleted"}, token=world.token).status == 422


def test_a_long_list_is_counted_so_far(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_COUNTED", 1)
    for number in range(9):
        world.submit(key=f"number {number}")

    stats = world.get("/v1/moderation/stats", query={"status": "pending"}, token=world.token).json

    assert stats["listed"] == {"count": stats["waiting"], "more": True}
    assert 0 < stats["waiting"] < 9
    assert stats["waiting_more"]
