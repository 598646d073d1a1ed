"""A mistake of ours: an answer that says so, a line that says where, and no word of a person in either."""

import json

import pytest

from tests.world import POST, World


def test_a_mistake_is_told_by_its_place_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError("Ann said so")

    monkeypatch.setattr(type(world.runtime.threads), "page", broken)

    reply = world.get("/v1/comments", query={"post": POST})

    assert (reply.status, reply.json["code"]) == (500, "internal_error")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    told = json.loads(line)
    assert told["mistake"] == "ZeroDivisionError"
    assert told["where"][-1].startswith("test_mistakes.py:")
    assert "Ann" not in caplog.text + reply.text
