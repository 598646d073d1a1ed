"""Measures the CPU time of a cold start: ``python -m benchmarks.coldstart``.

The bundle runs as on Lambda, under AWS's own runtime client, and is compared with a minimal application: Chalice with
one route, one model and one read of the table, as Chalice packages it.  Both read the same table, which is in a
separate process.  Rounds alternate, and the results are their medians.  Exits with 1 if a limit is exceeded.
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
from ops.bundle.contents import pins
from tests.support.world import SECRET, World, key22, rest_event

ROUNDS = 11
SIZE, LENGTH = 50, 450  # comments of the post that is listed, characters of each
POST = "/2024/07/panic.html"
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
READING, SUBMITTING = 0.5, 0.6  # limits: shares of the time that the minimal application takes
OTHERS = ("itsdangerous", "markupsafe", "nh3", "pyromark")  # requirements that the minimal application does not use
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

    ``init`` and ``total`` are milliseconds of CPU in each round: until it asked for an event, and until it had
    responded to the first one.
    """

    name: str
    function: Function
    event: Mapping[str, Any]
    bar: float
    init: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)

    def run(self, number: int) -> None:
        """Measure one cold start."""
        with Worker(self.function) as worker:
            worker.start()
            begun = cpu(worker.pid)
            answer = worker.invoke(numbered(self.event, number))
            self.total.append(cpu(worker.pid))
            self.init.append(begun)
        if answer["statusCode"] not in (200, 202):
            raise SystemExit(f"{self.name}: {answer}")


class SecretServer(BaseHTTPRequestHandler):
    """Serves the secret, as Systems Manager would."""

    def do_POST(self) -> None:
        """Return the secret."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"Parameter": {"Name": "/secret", "Value": SECRET}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def serving_secret() -> Iterator[str]:
    """The URL of a server with the secret."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SecretServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def cpu(process: int) -> float:
    """The milliseconds of CPU that a process has used; the clock's id is that of clock_getcpuclockid(3)."""
    return time.clock_gettime(~process << 3 | 2) * 1_000


def numbered(event: Mapping[str, Any], number: int) -> dict[str, Any]:
    """An event that is a new submission from another network in each round."""
    if event["httpMethod"] != "POST":
        return dict(event)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key22(f"round {number}")}
    return rest_event("POST", event["resource"], headers=headers, body=event["body"], address=f"203.0.113.{number}")


def least(folder: Path) -> Path:
    """The minimal application, as Chalice packages it."""
    root = folder / "least"
    (root / ".chalice").mkdir(parents=True)
    pinned = pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    kept = [f"{name}=={version}\n" for name, version in pinned.items() if name not in OTHERS]
    (root / "requirements.txt").write_text("".join(kept), encoding="utf-8")
    (root / "app.py").write_text(LEAST, encoding="utf-8")
    stages = {"dev": {"lambda_architecture": ARCHITECTURE}}
    config = {"version": "2.0", "app_name": "least", "stages": stages}
    (root / ".chalice" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return packaged(root, "dev")


def unpacked(archive: Path, folder: Path) -> Path:
    """Extract an archive into a folder."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def starts(world: World, folder: Path, secret_server: str) -> list[Start]:
    """All functions to measure, the minimal application first.  ``secret_server``: the URL of the secret."""
    table, client = world.runtime.table.name, world.runtime.table.client
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "local")
    both = {**keys, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": client.meta.endpoint_url}
    made = bundle(ROOT, "dev", ARCHITECTURE)
    print(f"{made}\n")
    ours = unpacked(made.path, folder / "ours")
    variables = {**both, "AFTERWORD_TABLE": table, "AFTERWORD_SECRET_PARAMETER": "/secret"}
    variables["AWS_ENDPOINT_URL_SSM"] = secret_server
    plain = Function(unpacked(least(folder), folder / "plain"), "app.app", {**both, "TABLE": table})
    function = Function(ours, "app.app", variables)
    listed = rest_event("GET", "/v1/comments", query={"post": POST})
    sent = rest_event("POST", "/v1/comments", body=json.dumps({"post": POST, "text": text_of(LENGTH)}))
    return [
        Start("minimal application", plain, rest_event("GET", "/"), float("inf")),
        Start("first list of 25", function, listed, READING),
        Start("first comment", function, sent, SUBMITTING),
    ]


def main() -> int:
    """Print all results."""
    with (
        stage() as world,
        tempfile.TemporaryDirectory(prefix="coldstart-") as scratch,
        serving_secret() as secret_server,
    ):
        fill(world, POST, SIZE, LENGTH)
        world.submit("The first write of a table asks for the keys.", post="/warm")
        all_starts = starts(world, Path(scratch), secret_server)
        for number in range(ROUNDS):
            for start in all_starts:
                start.run(number)
    whole = statistics.median(all_starts[0].total)
    print(f"{'CPU ms, medians of ' + str(ROUNDS):38}{'init':>8}{'first':>8}{'sum':>8}{'ratio':>8}  limit")
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
