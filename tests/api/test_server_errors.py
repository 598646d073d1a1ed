"""Server errors: a response that says so, a log line with the location, and no personal data in either."""

import json

import pytest

from tests.support.world import POST, World


def test_a_server_error_is_logged_only_by_its_location(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError("Ann said so")

    monkeypatch.setattr(type(world.runtime.threads), "page", broken)

    response = world.get("/v1/comments", query={"post": POST})

    assert (response.status, response.json["code"]) == (500, "internal_error")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    entry = json.loads(line)
    assert entry["error"] == "ZeroDivisionError"
    assert entry["where"][-1].startswith("test_server_errors.py:")
    assert "Ann" not in caplog.text + response.text
