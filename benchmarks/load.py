"""Runs a site under load for some minutes: ``python -m benchmarks.load 15``.

The service runs in a separate process on 127.0.0.1, with an engine that stores nothing on disk.  Readers, authors and
moderators use it at the posting limits.  Exits with 1 if a request failed, if the table is not as it should be
afterwards, or if the service's memory grew.
"""

import argparse
import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.crowd import NETWORK, Seen, Visitor
from benchmarks.memory import memory_of
from chalicelib.core.accounts import Role
from chalicelib.core.totals import stored_totals
from chalicelib.runtime import Runtime, current
from chalicelib.settings import Settings
from chalicelib.store.engine.attributes import item_from_wire
from chalicelib.store.engine.clients import new_client
from chalicelib.store.recount import recounted_posts
from dev.engine_process import Engine, read_line
from dev.gateway import Gateway, Headers, make_concurrent
from dev.server import Local, LocalServer
from ops.table import create_table
from tests.support.invariants import Truth, check_table
from tests.support.lagging_indexes import whole_table

SECRET = "a-secret-of-a-benchmark-alone-0123456789"  # noqa: S105  opens nothing
THREADS = 8
MEMORY_SAMPLES = (0.1, 0.25, 0.5, 0.75, 1.0)  # of the time, at which the memory is measured
FULL_AFTER = 10  # minutes; a shorter run says nothing about the memory
MAX_GROWTH = 1.05  # times the memory at half the time, when caches are full: the memo alone has 16 MB
TIMEOUT = 60  # seconds for the service to start
KEPT_FAILURES = 10  # printed at most


class NetworkGateway(Gateway):
    """A gateway that takes the caller's IP address from a header."""

    def _complete(self, event: dict[str, Any], headers: Headers) -> None:
        super()._complete(event, headers)
        event["requestContext"]["identity"]["sourceIp"] = headers.get(NETWORK.lower(), "127.0.0.1")


def serve() -> None:
    """Run the service: print its URL, and serve until standard input ends."""
    from app import app  # noqa: PLC0415  it reads the environment

    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("afterword").setLevel(logging.WARNING)
    current()
    make_concurrent(app)
    server = LocalServer(("127.0.0.1", 0), Local(NetworkGateway(app, "")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.url, flush=True)
    sys.stdin.read()


@contextmanager
def service(settings: Settings) -> Iterator[tuple[str, int]]:
    """Run the service in a separate process; yields its URL and its process id."""
    environment = {
        **os.environ,
        "AFTERWORD_TABLE": settings.table,
        "AFTERWORD_SECRET": settings.secret,
        "AFTERWORD_SITE": settings.site,
        "AFTERWORD_DYNAMODB_ENDPOINT": settings.dynamodb_endpoint,
    }
    command = [sys.executable, "-m", "benchmarks.load", "--serve"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603  ourselves
        try:
            yield read_line(process, time.monotonic() + TIMEOUT), process.pid
        finally:
            process.terminate()


def used(url: str, tokens: list[str], seen: Seen, *, end: float, pace: float) -> list[threading.Thread]:
    """Start visitors who use the service until ``end``, with ``pace`` operations a second in all."""

    def visit(number: int) -> None:
        visitor, due = Visitor(url, tokens[number % len(tokens)], seen, number), time.monotonic()
        while (now := time.monotonic()) < end:
            due = max(due, now - 1) + THREADS / pace
            visitor.act()
            time.sleep(max(0.0, min(due, end) - time.monotonic()))

    threads = [threading.Thread(target=visit, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    return threads


def watched(pid: int, minutes: float) -> list[tuple[float, float]]:
    """Sample the memory until the time is over, as (share of the time, megabytes)."""
    began, found = time.monotonic(), [(0.0, memory_of(pid))]
    for part in MEMORY_SAMPLES:
        time.sleep(max(0.0, began + part * minutes * 60 - time.monotonic()))
        found.append((part, memory_of(pid)))
    return found


def run(minutes: float, pace: float) -> int:
    """Run everything and print a report; returns the number of problems."""
    seen = Seen()
    with Engine() as engine:
        settings = Settings(table="load", secret=SECRET, site="https://blog.example", dynamodb_endpoint=engine.url)
        runtime = Runtime(settings, lambda: new_client(engine.url))
        create_table(runtime.table.client, settings.table)
        tokens = [moderator(runtime, name) for name in ("Ada", "Ben")]
        with service(settings) as (url, pid):
            trust_known_authors(url, tokens[0])
            threads = used(url, tokens, seen, end=time.monotonic() + minutes * 60, pace=pace)
            sizes = watched(pid, minutes)
            for thread in threads:
                thread.join()
        return report(seen, minutes) + report_memory(sizes, minutes) + report_table(runtime, seen)


def moderator(runtime: Runtime, name: str) -> str:
    """An API token of a new moderator."""
    runtime.check_secret()
    person, _ = runtime.accounts_service.invite(name, Role.OWNER)
    return runtime.accounts_service.api_token(person, "load", person.scopes)[1]


def trust_known_authors(url: str, token: str) -> None:
    """Hold only new authors, so that some submissions are held and some are published."""
    visitor, bearer = Visitor(url, token, Seen(), 0), {"Authorization": f"Bearer {token}"}
    policy = visitor.ask("policy", "GET", "/v1/moderation/policy", headers=bearer).json
    rules = {"every_comment": {"active": False}, "new_author": {"active": True, "approvals": 1}}
    body = {"rules": rules, "version": policy["version"]}
    visitor.ask("policy", "PUT", "/v1/moderation/policy", body, headers=bearer)


def report(seen: Seen, minutes: float) -> int:
    """Print requests by kind and status; returns how many failed."""
    print(f"{'':40}{'requests':>9}  {'median ms':>9} {'99 % ms':>9}  by status")
    for kind, seconds in sorted(seen.seconds.items()):
        statuses = {status: number for (name, status), number in sorted(seen.replies.items()) if name == kind}
        times = sorted(seconds)
        half, most = (times[int(len(times) * part)] * 1_000 for part in (0.5, 0.99))
        counted = ", ".join(f"{status}: {number:,}" for status, number in statuses.items())
        shown = f"{half:9.1f} {most:9.1f}  {counted}" if most else ""
        print(f"{kind:40}{len(times):9,}  {shown}")
    requests = sum(number for (kind, _), number in seen.replies.items() if ":" not in kind)
    print(f"{requests:,} requests in {minutes:g} minutes, {requests / minutes / 60:.1f} a second")
    print(f"{'✗' if seen.failures else '✓'} {len(seen.failures)} failed: 5xx, broken connections, unexpected statuses")
    for words in seen.failures[:KEPT_FAILURES]:
        print(f"  {words}")
    return len(seen.failures)


def report_memory(sizes: list[tuple[float, float]], minutes: float) -> int:
    """Print the service's memory over time; returns 1 if it grew."""
    print("memory of the service: " + ", ".join(f"{part:.0%} {size:.1f} MB" for part, size in sizes))
    growth = sizes[-1][1] / dict(sizes)[0.5]
    if minutes < FULL_AFTER:
        print(f"  end : half = {growth:.3f}; caches fill for some minutes")
        return 0
    print(f"{'✓' if growth <= MAX_GROWTH else '✗'} end : half = {growth:.3f}, at most {MAX_GROWTH}")
    return int(growth > MAX_GROWTH)


def report_table(runtime: Runtime, seen: Seen) -> int:
    """Compare the table with the responses; returns the number of differences."""
    truth = Truth([item_from_wire(item) for item in whole_table(runtime.table.client, runtime.table.name)])
    stored = set(truth.comments)
    print(f"{len(seen.stored):,} comments accepted, {len(stored):,} stored")
    wrong = [f"{each} was only accepted or only stored" for each in stored ^ seen.stored]
    wrong += [
        f"{post.key}: has {n}, counts {stored_totals(post)}"
        for post, n in recounted_posts(runtime.table, runtime.posts)
        if n != stored_totals(post)
    ]
    wrong += [*over_the_limit(truth, runtime.settings), *miscounted_votes(truth)]
    try:
        check_table(truth)
    except AssertionError as broken:
        wrong.append(f"an invariant is broken: {broken}"[:500])
    count = sum(post.get("n", 0) for post in truth.posts.values())
    print(f"{'✗' if wrong else '✓'} table check: {len(truth.posts)} posts, {count:,} published, {len(wrong)} wrong")
    for words in wrong[:KEPT_FAILURES]:
        print(f"  {words}")
    return len(wrong)


def over_the_limit(truth: Truth, settings: Settings) -> list[str]:
    """Networks over the limit of a minute or a day; prints the highest numbers."""
    counters = [item for item in truth.items if item["pk"].startswith("R#net#")]
    minutes = [count for item in counters for name, count in item.items() if name[0] == "m"]
    days = [item["n"] for item in counters]
    full = minutes.count(settings.limit_minute)
    print(f"the most of one network: {max(minutes)} in a minute ({full:,} times), {max(days)} in a day")
    bad = [f"{count} in a minute" for count in minutes if count > settings.limit_minute]
    return bad + [f"{count} in a day" for count in days if count > settings.limit_day]


def miscounted_votes(truth: Truth) -> list[str]:
    """Public comments whose counts differ from their votes."""
    votes = Counter((item["pk"], item["d"]) for item in truth.items if item["sk"].startswith("V#"))
    print(f"{votes.total():,} votes stored")
    return [
        f"{item['pk']} counts {item.get('up', 0)} up, {item.get('down', 0)} down"
        for item in truth.comments.values()
        if item["status"] == "published"
        and (item.get("up", 0), item.get("down", 0)) != (votes[item["pk"], 1], votes[item["pk"], -1])
    ]


def main() -> int:
    """Run the benchmark, or the service for it."""
    parser = argparse.ArgumentParser(description="Run a site under load for some minutes.")
    parser.add_argument("minutes", nargs="?", type=float, default=15)
    parser.add_argument("--pace", type=float, default=25, help="operations a second")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    if chosen.serve:
        serve()
        return 0
    return int(run(chosen.minutes, chosen.pace) > 0)


if __name__ == "__main__":
    sys.exit(main())
