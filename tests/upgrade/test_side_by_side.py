"""While an upgrade, or the way back, is under way, an earlier version and this one work on one table."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.store.attributes import item_from_wire
from chalicelib.store.items import SCHEMA
from chalicelib.store.parts import Update
from tests.engine import engine_client, engine_world
from tests.upgrade.earlier import Earlier, earlier_version
from tests.world import POST, Reply, World, key22

__all__ = ["engine_client", "engine_world"]  # fixtures
pytestmark = pytest.mark.engine
COMMENT = "/v1/comments/{comment_id}"
MEMO = 1.1  # seconds until the earlier version looks again


@pytest.fixture
def world(engine_world: World) -> World:
    """This version, at the time that the other one has too."""
    engine_world.clock.time = datetime.now(UTC)
    return engine_world


@pytest.fixture
def earlier(world: World, tmp_path: Path) -> Iterator[Earlier]:
    with earlier_version(world, tmp_path / "earlier") as earlier:
        yield earlier


def submitted(version: World | Earlier, text: str, **more: Any) -> Reply:
    headers = {"Idempotency-Key": key22(text)}
    return version.request("POST", "/v1/comments", json_body={"post": POST, "text": text, **more}, headers=headers)


def decided(version: World | Earlier, token: str, comment: Any, decision: str) -> Any:
    wish = {"id": comment["id"], "version": comment["version"], "decision": decision}
    reply = version.request("POST", "/v1/moderation/decisions", json_body={"decisions": [wish]}, token=token)
    [result] = reply.json["results"]
    return result


def listed(version: World | Earlier) -> Any:
    time.sleep(MEMO)
    return version.request("GET", "/v1/comments", query={"post": POST}).json


@pytest.mark.parametrize("first", ["the earlier", "this"])
def test_what_one_version_takes_the_other_approves_and_both_show_the_same(
    world: World, earlier: Earlier, first: str
) -> None:
    one, other = (earlier, world) if first == "the earlier" else (world, earlier)

    comment = submitted(one, "I was there.").json
    [waiting] = other.request("GET", "/v1/moderation/queue", query={"status": "pending"}, token=world.token).json[
        "comments"
    ]
    assert waiting["id"] == comment["id"]
    assert decided(other, world.token, waiting, "approve")["outcome"] == "done"

    assert [each["id"] for each in listed(one)["comments"]] == [comment["id"]]
    assert listed(one)["comments"] == listed(other)["comments"]
    assert main(["table", "check"]) == 0


@pytest.mark.parametrize("first", ["the earlier", "this"])
def test_what_one_version_decided_the_other_takes_back(world: World, earlier: Earlier, first: str) -> None:
    one, other = (earlier, world) if first == "the earlier" else (world, earlier)
    comment = submitted(one, "I was there.").json
    result = decided(one, world.token, {**comment, "version": 1}, "reject")
    assert result["outcome"] == "done"

    body = {"comment": comment["id"], "decision": result["decision"]}
    undone = other.request("POST", "/v1/moderation/undo", json_body=body, token=world.token)

    assert undone.status == 200, undone.text
    route = "/v1/moderation/comments/{comment_id}"
    for version in (one, other):
        about = version.request("GET", route, path={"comment_id": comment["id"]}, token=world.token).json
        assert about["comment"]["status"] == "pending"
    assert main(["table", "check"]) == 0


@pytest.mark.parametrize("first", ["the earlier", "this"])
def test_a_repeat_at_the_other_version_is_the_same_comment(world: World, earlier: Earlier, first: str) -> None:
    one, other = (earlier, world) if first == "the earlier" else (world, earlier)

    sent, again = submitted(one, "I was there."), submitted(other, "I was there.")

    assert (sent.status, sent.json["id"]) == (again.status, again.json["id"])
    assert len(world.queue()) == 1


def test_replies_votes_and_withdrawals_go_to_and_fro(world: World, earlier: Earlier) -> None:
    world.hold("never")
    ann, bob = f"aw_author_{key22('Ann')}", f"aw_author_{key22('Bob')}"
    headers = {"Idempotency-Key": key22("root")}
    root = earlier.request(
        "POST", "/v1/comments", json_body={"post": POST, "text": "A root.", **signed(world)}, headers=headers, token=ann
    ).json
    assert root["status"] == "published", root
    reply = world.request(
        "POST",
        "/v1/comments",
        json_body={"post": POST, "text": "A reply.", "parent": root["id"], **signed(world)},
        headers={"Idempotency-Key": key22("reply")},
        token=bob,
    ).json
    vote: Any = {"path": {"comment_id": root["id"]}, "json_body": {"vote": 1}, "token": bob}
    assert earlier.request("PUT", f"{COMMENT}/vote", **vote).status == 200
    assert earlier.request("DELETE", COMMENT, path={"comment_id": root["id"]}, token=ann).status == 204

    for version in (world, earlier):
        assert [(each["id"], each["gone"]) for each in listed(version)["comments"]] == [
            (root["id"], True),
            (reply["id"], False),
        ]
    assert world.request("DELETE", COMMENT, path={"comment_id": reply["id"]}, token=bob).status == 204
    assert listed(earlier)["comments"] == []
    assert main(["table", "check"]) == 0


def signed(world: World) -> dict[str, str]:
    """What the form gives, old enough that a person could have written."""
    token = world.get("/v1/form", query={"post": POST}).json["token"]
    time.sleep(3)
    world.clock.time = datetime.now(UTC)
    return {"form": token}


def test_what_a_newer_version_noted_on_a_comment_outlasts_what_an_earlier_one_does(
    world: World, earlier: Earlier
) -> None:
    comment = submitted(world, "I was there.").json
    key = (f"C#{comment['id']}", "C")
    world.runtime.table.write(Update(key=key, set={"v": SCHEMA + 1, "mood": "calm"}))

    assert decided(earlier, world.token, {**comment, "version": 1}, "approve")["outcome"] == "done"
    assert decided(earlier, world.token, {**comment, "version": 2}, "spam")["outcome"] == "done"

    item = world.runtime.table.get(key)
    assert item is not None
    assert (item["mood"], item["v"], item["status"]) == ("calm", SCHEMA + 1, "spam")


def test_every_item_says_by_which_version_of_the_table_it_was_written(world: World, earlier: Earlier) -> None:
    submitted(earlier, "One.")
    comment = submitted(world, "Two.").json
    decided(world, world.token, {**comment, "version": 1}, "approve")

    scan = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]

    without = {item["sk"] for item in map(item_from_wire, scan) if "v" not in item}
    assert without <= {"R", "A"}, "counters and records alone, which hold numbers"
