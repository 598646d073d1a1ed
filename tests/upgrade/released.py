"""A released version of the service, in a process of its own, on the table of a world.

``released/VERSION.tar.xz`` holds the code of that version; ``make release`` writes it.
"""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.world import SECRET, Context, Response, World, rest_event

ARCHIVES = {path.name.removesuffix(".tar.xz"): path for path in (Path(__file__).parent / "released").glob("*.tar.xz")}
STATIC = ("chalicelib/static/widget/assets",)  # the archive has no static files, but they are looked for
PROGRAM = """
import json, os, sys
answers = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8")
import app
class Context:
    aws_request_id = sys.argv[2]
for line in sys.stdin:
    print(json.dumps(app.app(json.loads(line), Context())), file=answers, flush=True)
"""


def unpacked(version: str, folder: Path) -> Path:
    """The code of a released version in a folder."""
    with tarfile.open(ARCHIVES[version]) as archive:
        archive.extractall(folder, filter="data")
    for name in STATIC:
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


class Released:
    """A released version that responds to requests like ``World``."""

    def __init__(self, process: "subprocess.Popen[str]", answers: Any) -> None:
        self.process, self.answers = process, answers

    def request(self, method: str, route: str, *, json_body: Any = None, token: str = "", **more: Any) -> Response:
        """Send a request; ``more`` as ``rest_event``."""
        headers = {**more.pop("headers", {}), "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = None if json_body is None else json.dumps(json_body)
        assert self.process.stdin
        print(json.dumps(rest_event(method, route, headers=headers, body=body, **more)), file=self.process.stdin)
        self.process.stdin.flush()
        answer = json.loads(self.answers.readline())
        return Response(answer["statusCode"], answer["headers"], answer["body"])


@contextmanager
def released_version(version: str, world: World, folder: Path) -> Iterator[Released]:
    """Start a released version on the table of a world that uses the engine."""
    reading, writing = os.pipe()
    client, settings = world.runtime.table.client, world.runtime.settings
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AFTERWORD_")},
        "AFTERWORD_TABLE": settings.table,
        "AFTERWORD_DYNAMODB_ENDPOINT": client.meta.endpoint_url,
        "AFTERWORD_SECRET": SECRET,
        "AFTERWORD_SITE": settings.site,
        "AFTERWORD_MEMO_SECONDS": "1",
        "PYTHONPATH": str(unpacked(version, folder)),
    }
    command = [sys.executable, "-c", PROGRAM, str(writing), Context.aws_request_id]
    with subprocess.Popen(  # noqa: S603  ourselves
        command,
        cwd=folder,
        env=environment,
        pass_fds=[writing],
        stdin=subprocess.PIPE,
        text=True,
        stdout=subprocess.DEVNULL,
    ) as process:
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as answers:
            yield Released(process, answers)
        assert process.stdin
        process.stdin.close()
