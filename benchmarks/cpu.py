"""Measures the CPU time of a warm request, without the table's: ``python -m benchmarks.cpu``.

DynamoDB's responses are recorded once from ministack, as bytes, and replayed below botocore.  So the results include
signing, sending, parsing and all of our code, but not the engine and the network.  The last column compares with a
minimal Chalice endpoint in the same process.  Exits with 1 if a limit is exceeded.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from botocore.awsrequest import AWSResponse
from chalice import Chalice

import app as service
from benchmarks.stage import fill, stage, text_of
from tests.support.world import Context, World, key22, rest_event

LENGTH = 450  # characters
SIZE = 300  # comments of the post that is listed
POST = "/2024/07/panic.html"
FROM_MEMO, NONE = 2.0, float("inf")  # limits: ms
WITH_QUERY = {25: 3.0, 100: 8.0}  # comments → ms
ROUNDS = 7
TIMES = 40  # requests in a round

Event = dict[str, Any]
Answer = dict[str, Any]
Door = Callable[[Event, Any], Answer]


@dataclass
class Recorded:
    """Replaces botocore's HTTP session: first it records responses, then it replays them."""

    session: Any
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    replaying: Iterator[tuple[int, dict[str, str], bytes]] | None = None

    def send(self, request: Any) -> AWSResponse:  # noqa: ANN401  botocore's own
        """Respond to one request."""
        if self.replaying is None:
            response = self.session.send(request)
            self.answers.append((response.status_code, dict(response.headers), response.content))
            return response  # type: ignore[no-any-return]
        status, headers, body = next(self.replaying)
        return AWSResponse(request.url, status, headers, Body(body))  # type: ignore[arg-type]

    def replay(self) -> None:
        """Replay from the first response."""
        self.replaying = iter(self.answers)


@dataclass(frozen=True)
class Body:
    """A response's body, as botocore reads it."""

    data: bytes

    def stream(self) -> Iterator[bytes]:
        """The whole body."""
        yield self.data


@contextmanager
def recorded(world: World) -> Iterator[Recorded]:
    """Record the calls of a world; restores the session at the end."""
    endpoint: Any = world.runtime.table.client._endpoint  # type: ignore[attr-defined]  # noqa: SLF001  no other way in
    plain = endpoint.http_session
    endpoint.http_session = found = Recorded(plain)
    try:
        yield found
    finally:
        endpoint.http_session = plain


@dataclass(frozen=True)
class Figure:
    """Milliseconds of CPU, calls to DynamoDB, bytes of the response."""

    ms: float
    calls: int
    size: int


def measure(world: World, event: Event, *, stale: bool = False) -> Figure:
    """Measure one kind of request.  ``stale``: the response is never in the memo."""

    def request() -> Answer:
        if stale:
            world.clock.forward(minutes=1)
        answer: Answer = service.app(event, Context())
        return answer

    def repeat() -> None:
        table.replay()
        request()

    with recorded(world) as table:
        answer = request()
        calls, took = len(table.answers), fastest(repeat)
        table.replay()
        again = request()
    if (again["statusCode"], len(again["body"])) != (answer["statusCode"], len(answer["body"])):
        raise SystemExit(f"{answer['body']}\n{again['body']}")
    return Figure(took, calls, len(answer["body"].encode()))


def fastest(request: Callable[[], object]) -> float:
    """The milliseconds of one request, in the fastest round."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = process_time()
        for _ in range(TIMES):
            request()
        best = min(best, (process_time() - began) / TIMES * 1_000)
    return best


def bare_chalice() -> Figure:
    """A minimal Chalice endpoint."""
    door = Chalice("bare_chalice")

    @door.route("/bare_chalice")
    def ok() -> dict[str, bool]:
        return {"ok": True}

    event = rest_event("GET", "/bare_chalice")
    return Figure(fastest(lambda: door(event, Context())), 0, len(door(event, Context())["body"]))


def listing(limit: int, **headers: str) -> Event:
    """A request for a page of comments."""
    return rest_event("GET", "/v1/comments", query={"post": POST, "limit": str(limit)}, headers=headers)


def sending(method: str, route: str, body: object, **headers: str) -> Event:
    """A request with a body."""
    return rest_event(method, route, headers={"Content-Type": "application/json", **headers}, body=json.dumps(body))


def figures(world: World) -> Iterator[tuple[str, float, Figure]]:
    """Each kind of request, with its limit."""
    for limit, most in WITH_QUERY.items():
        etag = service.app(listing(limit), Context())["headers"]["ETag"]
        yield f"list of {limit}, from the memo", FROM_MEMO, measure(world, listing(limit))
        unchanged = listing(limit, **{"If-None-Match": etag})
        yield f"list of {limit}, from the memo, unchanged", FROM_MEMO, measure(world, unchanged)
        yield f"list of {limit}, with the query", most, measure(world, listing(limit), stale=True)
    author = f"Bearer aw_author_{key22('ann')}"
    draft = {"post": POST, "text": text_of(LENGTH), "name": "Ann Example"}
    headers = {"Idempotency-Key": key22("one"), "Authorization": author}
    yield "submit, held", NONE, measure(world, sending("POST", "/v1/comments", draft, **headers))
    waiting = world.submit(text_of(LENGTH), author="ann").json["id"]
    request = {"decisions": [{"id": waiting, "version": 1, "decision": "approve"}]}
    bearer = {"Authorization": f"Bearer {world.token}"}
    yield "decide", NONE, measure(world, sending("POST", "/v1/moderation/decisions", request, **bearer))


def main() -> int:
    """Print all results."""
    with stage() as world, open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  os.devnull is no Path
        logging.getLogger("afterword").handlers = [logging.StreamHandler(nowhere)]
        fill(world, POST, SIZE, LENGTH)
        world.submit("The first write of a process asks for the keys.", post="/warm")
        least = bare_chalice()
        rows = [("a minimal Chalice endpoint", NONE, least), *figures(world)]
    print(f"{'':38}{'CPU ms':>8}  {'limit':9}{'calls':>7}{'bytes':>9}{'times minimal':>15}")
    for name, bar, found in rows:
        shown = f"{bar:g} ms {'✓' if found.ms <= bar else '✗'}" if bar < NONE else ""
        print(f"{name:38}{found.ms:8.3f}  {shown:9}{found.calls:7}{found.size:9,}{found.ms / least.ms:15.1f}")
    return int(any(found.ms > bar for _, bar, found in rows))


if __name__ == "__main__":
    sys.exit(main())
