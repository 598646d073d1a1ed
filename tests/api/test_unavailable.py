"""What fails in AWS: reading never needs the secret, and a 503 says why in the log, never in the response."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.store.engine.clients import aws
from ops.openapi.document import endpoints
from tests.support.faults import ALWAYS, Fault, FaultKind, Faults, events_of, without_retry_delays
from tests.support.world import POST, Response, World, new_world, shared_client

ASSET = min(path.name for path in Path("chalicelib/static/widget/assets").iterdir())
READS: dict[str, dict[str, Any]] = {  # every route that anybody can read without a key of theirs
    "/.well-known/security.txt": {},
    "/assets/{name}": {"path": {"name": ASSET}},
    "/count.js": {},
    "/healthz": {},
    "/moderate": {},
    "/openapi.json": {},
    "/thread": {"query": {"post": POST}},
    "/v1/comments": {"query": {"post": POST, "limit": "1"}},
    "/v1/comments/{comment_id}": {"path": {}},
    "/v1/comments/{comment_id}/replies": {"path": {}},
    "/v1/counts": {"query": {"post": POST}},
    "/v1/feed.atom": {"query": {"post": POST}},
    "/v1/latest": {},
    "/widget.js": {},
}
UNSET = ("/.well-known/security.txt",)  # the owner of this service names no contact
THROTTLED = {"Code": "ThrottlingException", "Message": "Rate exceeded"}
FAULTS = {
    FaultKind.THROTTLED: "ProvisionedThroughputExceededException",
    FaultKind.FAILED: "InternalServerError",
    FaultKind.LOST_REQUEST: "ReadTimeoutError",
    FaultKind.CLOSED: "ConnectionClosedError",
}


def throttled_parameters() -> tuple[Any, list[str]]:
    """A client of Systems Manager whose calls all fail, after the SDK's own tries, and their list."""
    client, calls = aws("ssm"), list[str]()

    def refuse(model: Any, **_event: object) -> tuple[Any, dict[str, Any]]:
        calls.append(model.name)
        return SimpleNamespace(status_code=400), {"Error": THROTTLED, "ResponseMetadata": {"RetryAttempts": 2}}

    events_of(client).register_first("before-call.ssm", refuse)
    return client, calls


def without_secret(world: World) -> tuple[World, list[str]]:
    """A fresh process that can't read its secret, and the calls that try."""
    client, calls = throttled_parameters()
    settings = replace(world.runtime.settings, secret="", secret_parameter="/afterword/dev/secret")
    return replace(world, runtime=replace(world.runtime, settings=settings, aws=lambda _service: client)), calls


def said(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What the log says about unavailability."""
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "afterword"]
    return [line["unavailable"] for line in lines if "unavailable" in line]


def test_every_public_read_of_a_cold_process_works_while_the_secret_cannot_be_read(world: World) -> None:
    comment_id = world.published()
    world.published()
    gets = [each for each in endpoints() if each.method == "GET" and not each.scope]
    public = {each.path for each in gets if not each.author or each.author_optional}

    assert public - set(READS) == {"/thread/form", "/v1/form"}, "these hand out a token that the secret signs"
    for route, arguments in READS.items():
        own = {**arguments, "path": {"comment_id": comment_id}} if "{comment_id}" in route else arguments
        reader, calls = without_secret(world)
        with reader.open():
            first = reader.get(route, **own)
            assert first.status == (404 if route in UNSET else 200), (route, first.text)
            if route == "/v1/comments":
                query = {**own["query"], "cursor": first.json["next"]}
                assert reader.get(route, query=query).status == 200
            assert calls == [], route


@pytest.mark.parametrize("route", ["/v1/form", "/thread/form"])
def test_a_secret_that_cannot_be_read_is_named_in_the_log_and_not_in_the_response(
    world: World, caplog: pytest.LogCaptureFixture, route: str
) -> None:
    reader, _ = without_secret(world)
    with reader.open():
        response = reader.get(route, query={"post": POST})

    assert response.status == 503
    assert said(caplog) == [{"operation": "GetParameter", "aws": "ThrottlingException", "tries": 3}]
    assert tells_nothing(response)


@pytest.fixture
def faulty() -> Iterator[tuple[World, Faults]]:
    with mock_aws(), Faults(shared_client()) as faults:
        world = new_world(shared_client())
        world.runtime.check_secret()
        with replace(world, runtime=without_retry_delays(world.runtime)).open() as opened:
            yield opened, faults


@pytest.mark.parametrize("kind", FAULTS)
def test_a_failed_read_says_why_in_the_log(
    faulty: tuple[World, Faults], caplog: pytest.LogCaptureFixture, kind: FaultKind
) -> None:
    world, faults = faulty

    with faults.plan(Fault(kind, times=ALWAYS)):
        response = world.get("/v1/comments", query={"post": POST})

    [why] = said(caplog)
    assert response.status == 503
    assert (why["operation"].replace("_", "").lower(), why["aws"]) in {
        (name, FAULTS[kind]) for name in ("query", "getitem", "batchgetitem")
    }
    assert why["tries"] >= 1
    assert tells_nothing(response)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(FaultKind.THROTTLED, "ProvisionedThroughputExceededException"), (FaultKind.CONFLICT, "TransactionConflict")],
)
def test_a_failed_write_says_why_in_the_log(
    faulty: tuple[World, Faults], caplog: pytest.LogCaptureFixture, kind: FaultKind, code: str
) -> None:
    world, faults = faulty

    with faults.plan(Fault(kind, times=ALWAYS)):
        response = world.submit()

    [why] = said(caplog)
    assert response.status == 503
    assert code in why["aws"]
    assert tells_nothing(response)


def tells_nothing(response: Response) -> bool:
    """Whether a response names neither a call of AWS nor an error code of AWS."""
    words = ("operation", "ThrottlingException", "GetParameter", "Conflict", "Exceeded", "Query", "Error", "aws")
    return not [word for word in words if word in response.text]
