"""During an upgrade, or a way back, a released version and this one serve requests from one table."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli.main import main
from tests.support.engine import engine_client, engine_world
from tests.support.world import POST, Response, World, key22
from tests.upgrade.released import ARCHIVES, Released, released_version

__all__ = ["engine_client", "engine_world"]  # fixtures
COMMENT = "/v1/comments/{comment_id}"
QUEUE, DECISIONS, UNDO = "/v1/moderation/queue", "/v1/moderation/decisions", "/v1/moderation/undo"
MEMO = 1.1  # seconds until the released version reads the table again
NONE_YET = "no version has been released yet: make release keeps its code in tests/upgrade/released"

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not ARCHIVES, reason=NONE_YET),
    pytest.mark.parametrize("version", sorted(ARCHIVES) or ["none"]),
    pytest.mark.parametrize("released_first", [True, False], ids=["released first", "this first"]),
]
Version = World | Released


@pytest.fixture
def pair(
    engine_world: World, tmp_path: Path, version: str, *, released_first: bool
) -> Iterator[tuple[Version, Version]]:
    """Both versions on one table, in the order in which a test uses them."""
    engine_world.clock.time = datetime.now(UTC)  # which the other one has too
    with released_version(version, engine_world, tmp_path / "released") as released:
        yield (released, engine_world) if released_first else (engine_world, released)


def submitted(version: Version, text: str) -> Response:
    headers = {"Idempotency-Key": key22(text)}
    return version.request("POST", "/v1/comments", json_body={"post": POST, "text": text}, headers=headers)


def decided(version: Version, token: str, comment: Any, decision: str) -> Any:
    choice = {"id": comment["id"], "version": comment["version"], "decision": decision}
    reply = version.request("POST", DECISIONS, json_body={"decisions": [choice]}, token=token)
    [result] = reply.json["results"]
    return result


def listed(version: Version) -> Any:
    time.sleep(MEMO)
    return version.request("GET", "/v1/comments", query={"post": POST}).json["comments"]


def test_a_comment_sent_to_one_version_is_approved_in_the_other_and_shown_by_both(
    pair: tuple[Version, Version], engine_world: World
) -> None:
    one, other = pair

    comment = submitted(one, "I was there.").json
    queue = other.request("GET", QUEUE, query={"status": "pending"}, token=engine_world.token)
    [waiting] = queue.json["comments"]
    assert decided(other, engine_world.token, waiting, "approve")["outcome"] == "done"

    assert [each["id"] for each in listed(one)] == [comment["id"]]
    assert [each["id"] for each in listed(other)] == [comment["id"]]
    assert main(["table", "check"]) == 0


def test_a_decision_made_in_one_version_is_undone_in_the_other(
    pair: tuple[Version, Version], engine_world: World
) -> None:
    one, other = pair
    comment = submitted(one, "I was there.").json
    result = decided(one, engine_world.token, {**comment, "version": 1}, "reject")
    assert result["outcome"] == "done"

    body = {"comment": comment["id"], "decision": result["decision"]}
    undone = other.request("POST", UNDO, json_body=body, token=engine_world.token)

    assert undone.status == 200, undone.text
    assert engine_world.comment(comment["id"])["comment"]["status"] == "pending"
    assert main(["table", "check"]) == 0


def test_a_comment_sent_to_both_versions_is_stored_once(pair: tuple[Version, Version], engine_world: World) -> None:
    one, other = pair

    sent, again = submitted(one, "I was there."), submitted(other, "I was there.")

    assert (sent.status, sent.json["id"]) == (again.status, again.json["id"])
    assert len(engine_world.queue()) == 1


def test_a_comment_submitted_to_one_version_is_withdrawn_in_the_other(
    pair: tuple[Version, Version], engine_world: World
) -> None:
    one, other = pair
    author, headers = f"aw_author_{key22('Ann')}", {"Idempotency-Key": key22("one")}
    body = {"post": POST, "text": "I was there."}
    comment = one.request("POST", "/v1/comments", json_body=body, headers=headers, token=author).json

    gone = other.request("DELETE", COMMENT, path={"comment_id": comment["id"]}, token=author)

    assert gone.status == 204, gone.text
    assert engine_world.queue() == []
    assert main(["table", "check"]) == 0
