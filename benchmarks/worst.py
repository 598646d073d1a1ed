"""Measures the CPU time of the most expensive requests without a token: ``python -m benchmarks.worst``.

The units that they read are asserted by ``tests/api/test_request_costs.py``; time can't be, on a busy machine.
As in benchmarks/cpu.py, DynamoDB's responses are recorded and replayed.  Exits with 1 if a request takes longer.
"""

import logging
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from benchmarks.cpu import Event, Figure, measure, sending
from benchmarks.stage import stage
from chalicelib.core.text.sanitize import MAX_TEXT
from chalicelib.core.totals import MAX_HTML
from tests.support.threads import grow_forest, store
from tests.support.world import World, key22, rest_event

MOST = 50.0  # ms
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LINKS = "[a.bc](http://d.io) " * (MAX_TEXT // 20)
SHORT, LONG, FEED = "/short", "/long", "/feed"


def filled(world: World) -> None:
    """Posts of 500 comments that can be ordered by votes, of the longest ones, and of as many as a feed reads."""
    for post, number, length in ((SHORT, 500, 450), (LONG, 60, MAX_HTML), (FEED, 1_200, 40)):
        html: Any = "<p>" + "x &amp; " * (length // 8) + "</p>"
        parents = [at - 1 if at % 6 else None for at in range(number)]
        store(world, grow_forest(parents, post=post, html=html, name="Ann Example"))


def reading() -> Iterator[tuple[str, Event]]:
    """Requests that read."""
    for post in (SHORT, LONG):
        for sort in ("newest", "top") if post == SHORT else ("newest", "oldest"):
            query = {"post": post, "sort": sort, "limit": "100"}
            yield f"list of 100, {sort}, {post}", rest_event("GET", "/v1/comments", query=query)
        yield f"page, {post}", rest_event("GET", "/thread", query={"post": post})
    yield "page, top", rest_event("GET", "/thread", query={"post": SHORT, "sort": "top"})
    for post in (SHORT, FEED, LONG):
        yield f"feed of a post, {post}", rest_event("GET", "/v1/feed.atom", query={"post": post})
    yield "feed of the site", rest_event("GET", "/v1/feed.atom")
    yield "latest 50", rest_event("GET", "/v1/latest", query={"limit": "50"})
    posts = [f"/{number}{'é' * 100}" for number in range(50)]
    yield "counts of 50 posts", rest_event("GET", "/v1/counts", query={"post": posts})


def writing(world: World) -> Iterator[tuple[str, Event]]:
    """Requests that render, and bodies that are only looked at."""
    for name, text in (("links", LINKS), ("letters with marks", "e\u0301" * 5_000), ("quotes", "> " * 5_000)):
        yield f"preview, {name}", sending("POST", "/v1/preview", {"text": text})
    headers = {"Idempotency-Key": key22("once")}
    yield "submit, far too long", sending("POST", "/v1/comments", {"post": SHORT, "text": "é" * 40_000}, **headers)
    names = {f"{number}": number for number in range(13_000)}
    yield "submit, unknown fields", sending("POST", "/v1/comments", names, **headers)
    fields = {"post": SHORT, "text": "<" * 50_000, "form": world.form(SHORT), "key": key22("form")}
    yield "form, far too long", rest_event("POST", "/thread", headers=FORM, body=urlencode(fields)[:160_000])


def main() -> int:
    """Print all results."""
    with stage() as world, open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  os.devnull is no Path
        logging.getLogger("afterword").handlers = [logging.StreamHandler(nowhere)]
        filled(world)
        world.submit("The first write of a process asks for the keys.", post="/warm")
        found: list[tuple[str, Figure]] = []
        for name, event in (*reading(), *writing(world)):
            found.append((name, measure(world, event, stale=True)))
    print(f"{'':32}{'CPU ms':>8}  {'limit':9}{'calls':>7}{'bytes':>11}")
    for name, figure in found:
        print(
            f"{name:32}{figure.ms:8.1f}  {MOST:g} ms {'✓' if figure.ms <= MOST else '✗'}"
            f"{figure.calls:9}{figure.size:11,}"
        )
    return int(any(figure.ms > MOST for _, figure in found))


if __name__ == "__main__":
    sys.exit(main())
