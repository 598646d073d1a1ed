"""Measures export and restore: ``python -m benchmarks.backup 5000``.

Writes that many comments, and then a tenth of them, into an engine.  Each size is exported and restored in a
separate process.  Prints the seconds that this takes, the memory after 10 %, 50 % and 100 % of the time, and its peak.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.memory import memory_of
from chalicelib.cli.backup import export, restore
from chalicelib.core.comments import Comment, Status
from chalicelib.core.ids import base64url, sha256, ulid
from chalicelib.core.posts import Post
from chalicelib.runtime import Runtime, new_runtime
from chalicelib.settings import from_environment
from chalicelib.store.engine.table import MAX_BATCH_WRITE
from chalicelib.store.items import comment_item, without_empty
from chalicelib.store.posts import listed_attributes
from dev.engine_process import Engine
from ops.table import create_table

START = datetime(2030, 1, 1, tzinfo=UTC)
POLL_INTERVAL = 0.1  # seconds
PER_POST = 100  # comments
PER_AUTHOR = 5  # comments
TEXT = "I was there, and nobody ran. " * 15  # 435 characters
SECRET = "a-secret-of-a-benchmark-alone-0123456789"  # noqa: S105  opens nothing


def main(number: int) -> None:
    """Print a row for each size and direction."""
    print("comments  way      seconds     10 %     50 %    100 %     peak  (MB)")
    with Engine() as engine, tempfile.TemporaryDirectory() as folder:
        for size in (number // 10, number):
            file = str(Path(folder) / f"{size}.jsonl.gz")
            for way in ("fill", "export", "restore"):
                table = f"{'back' if way == 'restore' else 'there'}-{size}"
                row = in_a_process(engine.url, table, way, str(size), file)
                memory = "".join(f"{row[when]:9.1f}" for when in ("10", "50", "100", "peak"))
                print(f"{size:8}  {way:7}  {row['seconds']:7.1f}{memory}", flush=True)


def in_a_process(url: str, table: str, *arguments: str) -> dict[str, float]:
    """Fill, export or restore in a separate process, and return what it measured."""
    settings = {"AFTERWORD_TABLE": table, "AFTERWORD_SECRET": SECRET, "AFTERWORD_DYNAMODB_ENDPOINT": url}
    access = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-m", "benchmarks.backup", *arguments]
    environment = {**os.environ, **settings, **access}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603  ourselves
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def measured(way: str, size: int, file: str) -> dict[str, float]:
    """The seconds that an operation takes, and its memory in megabytes over time and at the peak."""
    runtime = new_runtime(from_environment(), background=True)
    create_table(runtime.table.client, runtime.table.name)
    begun, memory = time.perf_counter(), Memory()
    memory.start()
    if way == "fill":
        fill(runtime, size)
    elif way == "export":
        export(runtime, file)
    else:
        restore(runtime, Path(file))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    return {"seconds": time.perf_counter() - begun, "peak": peak, **memory.over_time()}


class Memory(threading.Thread):
    """Samples the memory of its process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.found: list[float] = []

    def run(self) -> None:
        """Sample until the process ends."""
        while True:
            self.found.append(memory_of(os.getpid()))
            time.sleep(POLL_INTERVAL)

    def over_time(self) -> dict[str, float]:
        """Percentage of the time → megabytes."""
        found = [*self.found, memory_of(os.getpid())]
        return {str(part): found[(len(found) - 1) * part // 100] for part in (10, 50, 100)}


def fill(runtime: Runtime, size: int) -> None:
    """Write published top-level comments on some posts."""
    runtime.fingerprint.check(runtime.keys, START)
    posts = {f"/{number // PER_POST}": Post(key=f"/{number // PER_POST}") for number in range(size)}
    items = (comment_item(comment(number)) for number in range(size))
    while batch := list(islice(items, MAX_BATCH_WRITE)):
        runtime.table.put_many(batch)
    counted = (
        {"pk": f"P#{key}", "sk": "M", **listed_attributes(key, START), **without_empty(n=count(key, size))}
        for key in posts
    )
    while batch := list(islice(counted, MAX_BATCH_WRITE)):
        runtime.table.put_many(batch)


def comment(number: int) -> Comment:
    """The comment with that number."""
    at = START + timedelta(seconds=number)
    order = ulid(at, number.to_bytes(10))
    return Comment(
        id=base64url(number.to_bytes(16)),
        post=f"/{number // PER_POST}",
        status=Status.PUBLISHED,
        path=order,
        created=at,
        submission_hash=sha256(str(number)),
        text=TEXT,
        html=f"<p>{TEXT}</p>\n",
        author=sha256(f"author {number // PER_AUTHOR}"),
        published=order,
        operation=order,
    )


def count(post: str, size: int) -> int:
    """How many comments a post has."""
    return min(PER_POST, size - int(post[1:]) * PER_POST)


if __name__ == "__main__":
    if sys.argv[1] in {"fill", "export", "restore"}:
        print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
    else:
        main(int(sys.argv[1]))
