"""A site in use for some minutes: ``python -m benchmarks.load 15``.

The service runs as a process of its own on 127.0.0.1, over an engine that keeps nothing; readers, authors and a
moderator use it at the posting limits.  Ends with 1 when a request failed, when the table is not what
it should be afterwards, or when the service's memory grew.
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
from chalicelib.cli.table import make
from chalicelib.core.accounts import Role
from chalicelib.runtime import Runtime, current
from chalicelib.settings import Settings
from chalicelib.store.engine.attributes import item_from_wire
from chalicelib.store.engine.clients import new_client
from chalicelib.store.recount import drifted
from dev.engine_process import Engine, read_line
from dev.gateway import Gateway, Headers, concurrent
from dev.server import Local, LocalServer
from tests.invariants import Truth, check_table
from tests.lagging import whole_table

SECRET = "a-secret-of-a-benchmark-alone-0123456789"  # noqa: S105  opens nothing
THREADS = 8
LOOKS = (0.1, 0.25, 0.5, 0.75, 1.0)  # of the time: when the memory is measured
FULL_AFTER = 10  # minutes: a shorter run says nothing of the memory
MAX_GROWTH = 1.05  # times the memory at half the time, when caches are full: the memo alone holds 16 MB
PATIENCE = 60  # seconds for the service to start
KEPT_FAILURES = 10  # that are printed


class NetworkGateway(Gateway):
    """A gateway to which callers say from which network they come."""

    def _complete(self, event: dict[str, Any], headers: Headers) -> None:
        super()._complete(event, headers)
        event["requestContext"]["identity"]["sourceIp"] = headers.get(NETWORK.lower(), "127.0.0.1")


def serve() -> None:
    """The service: prints where it is and serves until its standard input ends."""
    from app import app  # noqa: PLC0415  it reads the environment

    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("afterword").setLevel(logging.WARNING)
    current()
    concurrent(app)
    server = LocalServer(("127.0.0.1", 0), Local(NetworkGateway(app, "")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.url, flush=True)
    sys.stdin.read()


@contextmanager
def service(settings: Settings) -> Iterator[tuple[str, int]]:
    """Its address and the number of its process."""
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
            yield read_line(process, time.monotonic() + PATIENCE), process.pid
        finally:
            process.terminate()


def used(url: str, tokens: list[str], seen: Seen, *, end: float, pace: float) -> list[threading.Thread]:
    """Let people use it until ``end``, with so many deeds a second in all."""

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
    """(part of the time that passed, megabytes), until the time is over."""
    began, found = time.monotonic(), [(0.0, memory_of(pid))]
    for part in LOOKS:
        time.sleep(max(0.0, began + part * minutes * 60 - time.monotonic()))
        found.append((part, memory_of(pid)))
    return found


def run(minutes: float, pace: float) -> int:
    """Everything, and what was seen of it; how much was wrong."""
    seen = Seen()
    with Engine() as engine:
        settings = Settings(table="load", secret=SECRET, site="https://blog.example", dynamodb_endpoint=engine.url)
        runtime = Runtime(settings, lambda: new_client(engine.url))
        make(runtime.table.client, settings.table)
        tokens = [moderator(runtime, name) for name in ("Ada", "Ben")]
        with service(settings) as (url, pid):
            trust_known_authors(url, tokens[0])
            threads = used(url, tokens, seen, end=time.monotonic() + minutes * 60, pace=pace)
            sizes = watched(pid, minutes)
            for thread in threads:
                thread.join()
        return report(seen, minutes) + report_memory(sizes, minutes) + report_table(runtime, seen)


def moderator(runtime: Runtime, name: str) -> str:
    """A token of a new one."""
    runtime.config.check_keys(runtime.keys, runtime.clock())
    person, _ = runtime.signing_in.invite(name, Role.OWNER)
    return runtime.signing_in.api_token(person, "load", person.scopes)[1]


def trust_known_authors(url: str, token: str) -> None:
    """Who was approved once is published at once: so submissions are of both kinds."""
    visitor, bearer = Visitor(url, token, Seen(), 0), {"Authorization": f"Bearer {token}"}
    policy = visitor.ask("policy", "GET", "/v1/moderation/policy", headers=bearer).json
    body = {"hold": "new_authors", "approvals": 1, "version": policy["version"]}
    visitor.ask("policy", "PUT", "/v1/moderation/policy", body, headers=bearer)


def report(seen: Seen, minutes: float) -> int:
    """Requests by kind and status; how many failed."""
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
    print(
        f"{'✗' if seen.failures else '✓'} {len(seen.failures)} failed: 5xx, broken connections, what was not expected"
    )
    for words in seen.failures[:KEPT_FAILURES]:
        print(f"  {words}")
    return len(seen.failures)


def report_memory(sizes: list[tuple[float, float]], minutes: float) -> int:
    """The service's, over the time; whether it grew."""
    print("memory of the service: " + ", ".join(f"{part:.0%} {size:.1f} MB" for part, size in sizes))
    growth = sizes[-1][1] / dict(sizes)[0.5]
    if minutes < FULL_AFTER:
        print(f"  end : half = {growth:.3f}; caches fill for some minutes")
        return 0
    print(f"{'✓' if growth <= MAX_GROWTH else '✗'} end : half = {growth:.3f}, at most {MAX_GROWTH}")
    return int(growth > MAX_GROWTH)


def report_table(runtime: Runtime, seen: Seen) -> int:
    """Whether the table is exactly what was answered; how much is not."""
    truth = Truth([item_from_wire(item) for item in whole_table(runtime.table.client, runtime.table.name)])
    stored = set(truth.comments)
    print(f"{len(seen.stored):,} comments accepted, {len(stored):,} stored")
    wrong = [f"{each} only accepted or only stored" for each in stored ^ seen.stored]
    wrong += [
        f"{post.key}: counts {post.count}, has {n}"
        for post, n in drifted(runtime.table, runtime.posts)
        if n != post.count
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
    """Networks that had more than a minute or a day allows; prints the most that any had."""
    counters = [item for item in truth.items if item["pk"].startswith("R#net#")]
    minutes = [count for item in counters for name, count in item.items() if name[0] == "m"]
    days = [item["n"] for item in counters]
    full = minutes.count(settings.limit_minute)
    print(f"the most of one network: {max(minutes)} in a minute ({full:,} times), {max(days)} in a day")
    bad = [f"{count} in a minute" for count in minutes if count > settings.limit_minute]
    return bad + [f"{count} in a day" for count in days if count > settings.limit_day]


def miscounted_votes(truth: Truth) -> list[str]:
    """Public comments that do not count the votes that lie beside them."""
    votes = Counter((item["pk"], item["d"]) for item in truth.items if item["sk"].startswith("V#"))
    print(f"{votes.total():,} votes stored")
    return [
        f"{item['pk']} counts {item.get('up', 0)} up, {item.get('down', 0)} down"
        for item in truth.comments.values()
        if item["status"] == "published"
        and (item.get("up", 0), item.get("down", 0)) != (votes[item["pk"], 1], votes[item["pk"], -1])
    ]


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A site in use for some minutes.")
    parser.add_argument("minutes", nargs="?", type=float, default=15)
    parser.add_argument("--pace", type=float, default=25, help="deeds a second")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    if chosen.serve:
        serve()
        return 0
    return int(run(chosen.minutes, chosen.pace) > 0)


if __name__ == "__main__":
    sys.exit(main())
