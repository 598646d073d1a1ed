"""The figures: exact, and told day by day."""

from typing import Any

import pytest

from chalicelib.core.accounts import Role
from chalicelib.core.comments import Status
from chalicelib.store import queue
from chalicelib.store.engine.keys import shard
from tests.store.trees import grown, store
from tests.wire_guard import key_of, watched, written
from tests.world import World


def test_the_figures_tell_what_waits_and_what_was_decided_by_whom(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(5)]
    world.clock.forward(hours=2)
    world.decide("approve", ids[0])
    world.decide("reject", ids[1])
    world.clock.forward(days=1)
    world.decide("spam", ids[2])
    world.decide("approve", ids[1])

    figures = world.get("/v1/moderation/stats", query={"days": "3"}, token=world.token).json

    [ada] = [each["id"] for each in world.get("/v1/moderation/moderators", token=world.token).json["moderators"]]
    assert (figures["waiting"], figures["waiting_more"]) == (2, False)
    assert figures["oldest_waiting"] == world.queue()[0]["created"]
    assert figures["spam_share"] == 0.25
    assert [day["decisions"] for day in figures["days"]] == [
        {"spam": 1, "approve": 1},
        {"approve": 1, "reject": 1},
        {},
    ]
    assert [day["by"] for day in figures["days"]] == [{ada: 2}, {ada: 2}, {}]
    assert figures["names"] == {ada: "Ada"}
    assert [day["seconds_to_decision"] for day in figures["days"]] == [26 * 3600, 2 * 3600, None]
    assert [day["waiting"] for day in figures["days"]] == [0, 2, 0]


def test_a_decision_sent_again_is_counted_once(world: World) -> None:
    comment_id = world.submit().json["id"]
    for _ in range(2):
        world.decide("approve", comment_id, versions={comment_id: 1})

    figures = world.get("/v1/moderation/stats", query={"days": "1"}, token=world.token).json

    assert figures["days"][0]["decisions"] == {"approve": 1}


def test_an_empty_site_has_empty_figures(world: World) -> None:
    figures = world.get("/v1/moderation/stats", token=world.token).json

    assert (figures["waiting"], figures["oldest_waiting"], figures["spam_share"]) == (0, None, None)
    assert len(figures["days"]) == 30


def test_a_comment_is_decided_for_the_first_time_once(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.decide("spam", comment_id)
    world.decide("restore", comment_id)
    world.clock.forward(days=7)
    world.decide("approve", comment_id)

    days = world.get("/v1/moderation/stats", token=world.token).json["days"]

    assert [days[0]["seconds_to_decision"], days[7]["seconds_to_decision"]] == [None, 0]


def test_moderators_who_decide_at_once_count_in_items_of_their_own(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(2)]
    ben = world.moderator("Ben", Role.MODERATOR)
    counted: list[tuple[str, str]] = []

    def look(operation: str, body: object) -> None:
        counted.extend(key for _, part in written(operation, body) if (key := key_of(part))[0].startswith("S#"))  # type: ignore[arg-type]

    with watched(world.runtime.table.client, look):
        world.decide("approve", ids[0])
        wish = {"id": ids[1], "version": 1, "decision": "reject"}
        world.request("POST", "/v1/moderation/decisions", json_body={"decisions": [wish]}, token=ben)

    figures = world.get("/v1/moderation/stats", query={"days": "1"}, token=world.token).json
    assert len(set(counted)) == len(counted) == 2
    assert sorted(figures["days"][0]["by"].values()) == [1, 1]


def test_figures_reach_over_the_end_of_months(world: World) -> None:
    world.decide("approve", world.submit().json["id"])
    world.clock.forward(days=80)
    world.decide("reject", world.submit().json["id"])

    days = world.get("/v1/moderation/stats", query={"days": "90"}, token=world.token).json["days"]

    assert {number: day["decisions"] for number, day in enumerate(days) if day["decisions"]} == {
        0: {"reject": 1},
        80: {"approve": 1},
    }


@pytest.mark.parametrize(("waiting", "more"), [(250, False), (251, True)])
def test_more_wait_than_are_counted_only_if_they_do(world: World, waiting: int, more: bool) -> None:
    comments = grown([None] * 1_400, status=Status.PENDING, published="")
    store(world, [each for each in comments if shard(each.id) == 0][:waiting])

    figures = world.get("/v1/moderation/stats", token=world.token).json

    assert (figures["waiting"], figures["waiting_more"]) == (250, more)


def test_each_list_is_counted(world: World) -> None:
    """But for what was decided a moment ago: the index lags."""
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
    monkeypatch.setattr(queue, "COUNTED", 1)
    for number in range(9):
        world.submit(key=f"number {number}")

    figures = world.get("/v1/moderation/stats", query={"status": "pending"}, token=world.token).json

    assert figures["listed"] == {"count": figures["waiting"], "more": True}
    assert 0 < figures["waiting"] < 9
    assert figures["waiting_more"]
