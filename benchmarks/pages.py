"""Measures what a page costs for posts of different sizes: ``python -m benchmarks.pages``.

The comments, and a tenth as many waiting ones, are written into ministack directly.  Units are those of
benchmarks/meter.py; milliseconds are the service's CPU time, with the table's responses recorded and replayed as in
benchmarks/cpu.py.  "total" is the time of one request here: the engine sorts a whole partition for every query, which
DynamoDB does not.  Exits with 1 if a page of the largest post costs more than one of the smallest.
"""

import argparse
import logging
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from benchmarks.cpu import measure
from benchmarks.meter import Meter
from benchmarks.stage import AS_LONG_AS_REAL, text_of
from chalicelib.core.comments import Comment, Status
from chalicelib.core.crypto.signing import sign
from chalicelib.service.comments.submit import rendered
from chalicelib.store.engine.clients import new_client
from chalicelib.store.engine.table import MAX_BATCH_WRITE
from chalicelib.store.items import comment_item
from chalicelib.store.posts import listed_attributes
from dev.engine_process import Engine
from tests.support.threads import comment
from tests.support.world import START, World, new_world, rest_event, send

if TYPE_CHECKING:
    from chalicelib.store.engine.attributes import Item

SIZES = (100, 10_000, 100_000)  # comments on one post
LENGTH = 450  # characters
PAGE = 25  # comments
REPLY_SHARE = 0.6  # of the comments are replies
PERIOD = 100  # comments
REPLIES_PER_THREAD = 30  # replies under the first of them
FEWEST = 100  # waiting
POST = "/2024/07/panic.html"
TIMEOUT = 120  # seconds for one response of the engine
MAX_UNITS = 4  # of a page of a list
ALLOWED = 1.25  # times the milliseconds of the smallest post; repeated measurements sometimes differ by that much

Event = dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """What one page costs: read units, CPU milliseconds, calls, bytes, and milliseconds in total."""

    units: float
    ms: float
    calls: int
    size: int
    whole: float


def slow_client(url: str) -> Any:  # noqa: ANN401  the SDK's
    """A client with a long timeout, because the engine is slower than DynamoDB."""
    config = Config(read_timeout=TIMEOUT, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("dynamodb", endpoint_url=url, config=config)


def published(size: int) -> Iterator[Comment]:
    """Published comments in threads whose shapes repeat after every PERIOD, so that all pages are alike."""
    recent: list[Comment] = []
    for number in range(size):
        place = number % PERIOD
        chance = random.Random(place)  # noqa: S311  not a secret
        if place in {0, REPLIES_PER_THREAD + 1}:
            recent = []
        answers = 0 < place <= REPLIES_PER_THREAD or (recent and chance.random() < REPLY_SHARE)
        parent = recent[0] if 0 < place <= REPLIES_PER_THREAD else chance.choice(recent) if answers else None
        made = comment(number, parent, post=POST, **words())
        recent.append(made)
        yield made


def waiting(size: int) -> Iterator[Comment]:
    """Waiting comments, a tenth as many as published ones."""
    for number in range(max(FEWEST, size // 10)):
        yield comment(10**6 + number, post=POST, **words(), status=Status.PENDING, published="")


def words() -> dict[str, Any]:
    """The content of a comment."""
    return {**AS_LONG_AS_REAL, "text": text_of(LENGTH), "html": HTML}


HTML = rendered(text_of(LENGTH))


def fill(world: World, size: int) -> tuple[list[Comment], list[Comment]]:
    """Write the post and its comments into the table; returns the published and the waiting ones."""
    shown, queued = list(published(size)), list(waiting(size))
    counted: Item = {"pk": f"P#{POST}", "sk": "M", "n": size, **listed_attributes(POST, START)}
    items = iter([counted, *map(comment_item, [*shown, *queued])])
    while batch := list(islice(items, MAX_BATCH_WRITE)):
        world.runtime.table.put_many(batch)
    return shown, queued


def pages(world: World, shown: list[Comment], queued: list[Comment]) -> Iterator[tuple[str, Event]]:
    """The requests to measure, by name."""
    middle_of_all = len(shown) // 2 // PERIOD * PERIOD + REPLIES_PER_THREAD + 5
    root = next(each for each in shown[middle_of_all:] if not each.parent)
    for sort in ("newest", "oldest"):
        for where, cursor in (("first", ""), ("middle", f"t{root.id}")):
            yield f"{sort}, {where} page", asked("/v1/comments", post=POST, sort=sort, limit=str(PAGE), cursor=cursor)
    path = {"comment_id": shown[0].id}
    yield "replies", rest_event("GET", "/v1/comments/{comment_id}/replies", path=path, query={"limit": str(PAGE)})
    middle = sign(world.runtime.keys.signing, "queue", "pending", "", "", "", "", value=queued[len(queued) // 2].order)
    for where, cursor in (("first", ""), ("middle", middle)):
        headers = {"Authorization": f"Bearer {world.token}"}
        yield f"queue, {where} page", asked("/v1/moderation/queue", headers, limit=str(PAGE), cursor=cursor)


def asked(route: str, headers: dict[str, str] | None = None, **query: str) -> Event:
    """A GET request."""
    return rest_event("GET", route, query={name: value for name, value in query.items() if value}, headers=headers)


def cost(world: World, meter: Meter, event: Event) -> Cost:
    """Measure one request."""
    world.clock.forward(minutes=1)
    send(event)  # notes that the moderator's token is in use
    world.clock.forward(seconds=10)
    began = time.perf_counter()
    with meter.running():
        reply = send(event)
    whole = (time.perf_counter() - began) * 1_000
    if reply.status != 200:  # noqa: PLR2004
        raise SystemExit(reply.text)
    world.clock.forward(seconds=10)
    figure = measure(world, event, stale="Authorization" not in event["headers"])
    return Cost(meter.read, figure.ms, figure.calls, figure.size, whole)


def costs(engine: Engine, size: int) -> dict[str, Cost]:
    """Measure every page of a post of that size."""
    world = new_world(slow_client(engine.url))
    with world.open():
        began = time.perf_counter()
        filled = fill(world, size)
        print(f"{size:,} comments put into the table in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        table = world.runtime.table
        meter = Meter(table.client, new_client(engine.url), table.name)
        return {name: cost(world, meter, event) for name, event in pages(world, *filled)}


def flat(name: str, least: Cost, most: Cost) -> bool:
    """Whether a page of the largest post costs no more than one of the smallest."""
    within = most.units <= MAX_UNITS or name.startswith("queue")
    return within and most.units <= least.units and most.ms <= least.ms * ALLOWED


def shown_beside(sizes: Sequence[int], found: Sequence[Mapping[str, Cost]]) -> int:
    """Print all results and the ratios of the largest post to the smallest; returns how many pages cost more."""
    print(f"{'':22}{'comments':>9}{'units':>7}{'calls':>7}{'bytes':>9}{'CPU ms':>8}{'total':>10}")
    broken = 0
    for name in found[0]:
        for size, each in zip(sizes, found, strict=True):
            row = each[name]
            figures = f"{row.units:7g}{row.calls:7}{row.size:9,}{row.ms:8.2f}{row.whole:10,.1f}"
            print(f"{name:22}{size:9,}{figures}")
        least, most = found[0][name], found[-1][name]
        check_mark = "✓" if flat(name, least, most) else "✗"
        broken += check_mark == "✗"
        ratios = f"units {most.units / least.units:.2f}, CPU {most.ms / least.ms:.2f}"
        print(f"{'':22}{sizes[-1]:,} : {sizes[0]:,} = {ratios}  {check_mark}")
    return broken


def main() -> int:
    """Measure posts of all sizes, and compare them."""
    parser = argparse.ArgumentParser(description="Measure what a page costs for posts of different sizes.")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    sizes = parser.parse_args().sizes
    with Engine() as engine, open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  os.devnull is no Path
        logging.getLogger("afterword").handlers = [logging.StreamHandler(nowhere)]
        found = [costs(engine, size) for size in sizes]
    return int(shown_beside(sizes, found) > 0)


if __name__ == "__main__":
    sys.exit(main())
