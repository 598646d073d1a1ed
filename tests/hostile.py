"""What every answer to a hostile request must be, and what it may cost."""

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
from tests.world import Reply, World, new_world, shared_client

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


def judge(reply: Reply, *, page: bool = False) -> Reply:
    """An answer, which is as every answer must be whatever was asked.  ``page``: to a person, in HTML."""
    headers = reply.headers
    assert reply.status < 500, reply
    assert set(headers) <= HEADERS, headers
    assert not any(LINE_BREAK.search(value) for value in headers.values()), headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert LOCATION.fullmatch(headers.get("Location", "")), headers
    assert not page or headers["Content-Type"] == "text/html; charset=utf-8"
    if reply.status >= 400:
        assert headers["Cache-Control"] == "no-store"
        if not page:
            _judge_problem(reply)
    return reply


def _judge_problem(reply: Reply) -> None:
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json["status"] == reply.status
    assert re.fullmatch("[a-z_]+", reply.json["code"])
    assert (reply.status == 422) == ("errors" in reply.json), reply
    assert all(each["field"] and each["message"] for each in reply.json.get("errors", []))


def wrong_fields(reply: Reply) -> set[str]:
    """The fields that a refusal names, without what stands inside them."""
    return {each["field"].partition(".")[0] for each in reply.json["errors"]}


@cache
def documented(method: str, route: str) -> set[int]:
    """The statuses that the OpenAPI document knows."""
    operation: dict[str, Any] = document()["paths"][route][method.lower()]
    return {int(status) for status in operation["responses"]}


@dataclass
class Calls:
    """The DynamoDB operations of a while, by name."""

    made: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """Those that change something."""
        return [name for name in self.made if name in WRITES]


@contextmanager
def counted() -> Iterator[Calls]:
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
    """What the service logged so far: one line of JSON each, with the facts of a request and nothing else."""
    records = [record for record in caplog.records if record.name == "afterword"]
    messages = [record.getMessage() for record in records]
    assert not any(
        LINE_BREAK.search(message) or record.exc_info for message, record in zip(messages, records, strict=True)
    )
    lines = [json.loads(message) for message in messages]
    assert all(set(line) == LOGGED for line in lines)
    return lines


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """From here on hear what the service logs."""
    caplog.set_level(logging.INFO, logger="afterword")
    caplog.clear()


@contextmanager
def fresh_world(**settings: Any) -> Iterator[World]:
    """An empty world in an empty moto, which copies all its tables for each transaction: small ones are quick."""
    with mock_aws(), new_world(shared_client(), **settings).open() as world:
        yield world


def batches(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """In portions."""
    rest = list(things)
    while rest:
        yield rest[:size]
        del rest[:size]
