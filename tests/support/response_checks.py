"""What every response must satisfy, whatever the request, and how many calls it may cost."""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from ops.openapi.document import document
from tests.support.world import Response, World, new_world, shared_client

LOGGED = {"method", "route", "status", "ms", "request"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
LINE_BREAK = re.compile("[\r\n\x85\u2028\u2029]")
LOCATION = re.compile(r"(?:comments/[\w-]{22})?")
HEADERS = {  # all that an answer may have
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Allow",
    "Cache-Control",
    "Content-Security-Policy",
    "Content-Type",
    "ETag",
    "Location",
    "Referrer-Policy",
    "Retry-After",
    "Service-Worker-Allowed",
    "Strict-Transport-Security",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Request-Id",
}


def check_response(response: Response, *, page: bool = False) -> Response:
    """Check what every response must satisfy, and return it.  ``page``: an HTML page."""
    headers = response.headers
    assert response.status < 500, response
    assert set(headers) <= HEADERS, headers
    assert not any(LINE_BREAK.search(value) for value in headers.values()), headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert LOCATION.fullmatch(headers.get("Location", "")), headers
    assert not page or headers["Content-Type"] == "text/html; charset=utf-8"
    if response.status >= 400:
        assert headers["Cache-Control"] == "no-store"
        if not page:
            _check_problem(response)
    return response


def _check_problem(response: Response) -> None:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json["status"] == response.status
    assert re.fullmatch("[a-z_]+", response.json["code"])
    assert (response.status == 422) == ("errors" in response.json), response
    assert all(each["field"] and each["message"] for each in response.json.get("errors", []))


def wrong_fields(response: Response) -> set[str]:
    """The top-level fields that a refusal names."""
    return {each["field"].partition(".")[0] for each in response.json["errors"]}


@cache
def documented_statuses(method: str, route: str) -> set[int]:
    """The statuses in the OpenAPI document."""
    operation: dict[str, Any] = document()["paths"][route][method.lower()]
    return {int(status) for status in operation["responses"]}


@dataclass
class Calls:
    """The recorded DynamoDB operations, by name."""

    made: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """The calls that write."""
        return [name for name in self.made if name in WRITES]


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Count the calls to DynamoDB, as botocore makes them."""
    calls, events = Calls(), shared_client().meta.events

    def note(model: Any, **_more: object) -> None:
        calls.made.append(model.name)

    events.register("before-call.dynamodb.*", note)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb.*", note)


def log_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The service's log lines so far, each checked to be JSON with only the facts of a request."""
    records = [record for record in caplog.records if record.name == "afterword"]
    messages = [record.getMessage() for record in records]
    assert not any(
        LINE_BREAK.search(message) or record.exc_info for message, record in zip(messages, records, strict=True)
    )
    lines = [json.loads(message) for message in messages]
    assert all(set(line) == LOGGED for line in lines)
    return lines


def capture_log(caplog: pytest.LogCaptureFixture) -> None:
    """Capture the service's log from here on."""
    caplog.set_level(logging.INFO, logger="afterword")
    caplog.clear()


@contextmanager
def fresh_world(**settings: Any) -> Iterator[World]:
    """An empty world in an empty moto: small tables keep its transactions fast."""
    with mock_aws(), new_world(shared_client(), **settings).open() as world:
        yield world


def batches(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Split into batches."""
    rest = list(things)
    while rest:
        yield rest[:size]
        del rest[:size]
