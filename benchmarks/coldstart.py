"""What a cold start costs, in CPU time: ``python -m benchmarks.coldstart``.

The bundle runs as on Lambda, under AWS's own runtime client, beside the least that does the like: a Chalice
application of one route, with one model and one read of the table, packaged by Chalice as it is.  Both read the same
table, in a process of its own.  Rounds are interleaved; a figure is the median of them.  Ends with 1 when a bar is
broken.
"""

import json
import platform
import statistics
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.stage import fill, stage, text_of
from dev.cloud.worker import Function, Worker
from ops.bundle.build import ROOT, bundle, packaged
from tests.world import SECRET, World, key22, rest_event

ROUNDS = 11
SIZE, LENGTH = 50, 450  # comments of the post that is listed, characters of each
POST = "/2024/07/panic.html"
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
READING, SUBMITTING = 0.5, 0.6  # bars: shares of what the least takes
OTHERS = ("itsdangerous", "markupsafe", "nh3", "pyromark")  # requirements that the least has no use for
LEAST = """
import os

import boto3
from chalice import Chalice
from pydantic import BaseModel

app = Chalice(app_name="least")
client = boto3.client("dynamodb")


class Answer(BaseModel):
    name: str
    words: str
    count: int


@app.route("/")
def index():
    found = client.get_item(TableName=os.environ["TABLE"], Key={"pk": {"S": "P#/a"}, "sk": {"S": "M"}})
    return Answer(name="least", words="hello", count=len(found.get("Item", {}))).model_dump()
"""


@dataclass
class Start:
    """A function, and the first event that it gets.

    ``init`` and ``total`` are milliseconds of CPU, of each round: until it asked for an event, and until it had
    answered the first.
    """

    name: str
    function: Function
    event: Mapping[str, Any]
    bar: float
    init: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)

    def run(self, number: int) -> None:
        """One cold start."""
        with Worker(self.function) as worker:
            worker.start()
            begun = cpu(worker.pid)
            answer = worker.invoke(numbered(self.event, number))
            self.total.append(cpu(worker.pid))
            self.init.append(begun)
        if answer["statusCode"] not in (200, 202):
            raise SystemExit(f"{self.name}: {answer}")


class Keeper(BaseHTTPRequestHandler):
    """Keeps the secret, as Systems Manager would."""

    def do_POST(self) -> None:
        """Tell it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"Parameter": {"Name": "/secret", "Value": SECRET}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def keeping() -> Iterator[str]:
    """The address of a keeper."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Keeper) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def cpu(process: int) -> float:
    """Milliseconds that a process has used: its clock's number is as clock_getcpuclockid(3) makes it."""
    return time.clock_gettime(~process << 3 | 2) * 1_000


def numbered(event: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A submission of its own in each round, from a network of its own."""
    if event["httpMethod"] != "POST":
        return dict(event)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key22(f"round {number}")}
    return rest_event("POST", event["resource"], headers=headers, body=event["body"], address=f"203.0.113.{number}")


def least(folder: Path) -> Path:
    """The least, packaged by Chalice as it is."""
    root = folder / "least"
    (root / ".chalice").mkdir(parents=True)
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(OTHERS)]
    (root / "requirements.txt").write_text("\n".join(kept), encoding="utf-8")
    (root / "app.py").write_text(LEAST, encoding="utf-8")
    stages = {"dev": {"lambda_architecture": ARCHITECTURE}}
    config = {"version": "2.0", "app_name": "least", "stages": stages}
    (root / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return packaged(root, "dev")


def unpacked(archive: Path, folder: Path) -> Path:
    """A folder with what is in an archive."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def starts(world: World, folder: Path, keeper: str) -> list[Start]:
    """The least first.  ``keeper``: the address of who keeps the secret."""
    table, client = world.runtime.table.name, world.runtime.table.client
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "local")
    both = {**keys, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": client.meta.endpoint_url}
    made = bundle(ROOT, "dev", ARCHITECTURE)
    print(f"{made}\n")
    ours = unpacked(made.path, folder / "ours")
    variables = {**both, "AFTERWORD_TABLE": table, "AFTERWORD_SECRET_PARAMETER": "/secret"}
    variables["AWS_ENDPOINT_URL_SSM"] = keeper
    plain = Function(unpacked(least(folder), folder / "plain"), "app.app", {**both, "TABLE": table})
    function = Function(ours, "app.app", variables)
    listed = rest_event("GET", "/v1/comments", query={"post": POST})
    sent = rest_event("POST", "/v1/comments", body=json.dumps({"post": POST, "text": text_of(LENGTH)}))
    return [
        Start("the least, as Chalice packages it", plain, rest_event("GET", "/"), float("inf")),
        Start("a first list of 25", function, listed, READING),
        Start("a first comment", function, sent, SUBMITTING),
    ]


def main() -> int:
    """Print all figures."""
    with stage() as world, tempfile.TemporaryDirectory(prefix="coldstart-") as scratch, keeping() as keeper:
        fill(world, POST, SIZE, LENGTH)
        world.submit("The first write of a table asks for the keys.", post="/warm")
        all_starts = starts(world, Path(scratch), keeper)
        for number in range(ROUNDS):
            for start in all_starts:
                start.run(number)
    whole = statistics.median(all_starts[0].total)
    print(f"{'CPU ms, medians of ' + str(ROUNDS):38}{'init':>8}{'first':>8}{'sum':>8}{'ratio':>8}  bar")
    broken = 0
    for start in all_starts:
        init, total = statistics.median(start.init), statistics.median(start.total)
        ratio = total / whole
        broken += ratio > start.bar
        shown = f"{start.bar:g} {'✓' if ratio <= start.bar else '✗'}" if start.bar < float("inf") else ""
        print(f"{start.name:38}{init:8.0f}{total - init:8.0f}{total:8.0f}{ratio:8.2f}  {shown}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
