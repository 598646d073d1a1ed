"""Runs a Lambda function as AWS does: its bundle under AWS's own runtime client, in a separate process.

    with Worker(Function(folder, "app.app", variables)) as worker:
        result = worker.invoke(event)

The process can import the bundle and the runtime client, and nothing else that is installed here, so that missing
packages are found.  It gets its events from `RuntimeApi`, a stub of Lambda's own, and posts its results there.
"""

import importlib.metadata
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from dev.cloud.runtime_api import Outcome, RuntimeApi

START_TIMEOUT = 60.0  # seconds; Lambda allows 10
MAX_PAYLOAD = 6 * 1024 * 1024  # bytes, of events and of results
CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")  # the runtime client and its dependencies


class FunctionFailed(Exception):  # noqa: N818  a result, not a bug
    """The function raised, its module could not be loaded, or its process ended.  ``kind`` is its error's type."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class FunctionTimedOut(FunctionFailed):
    """The function exceeded its timeout, and its process was killed."""


ACCOUNT = "123456789012"  # moto's account for any access key


@dataclass(frozen=True)
class Function:
    """A function to run: the folder of its unzipped bundle, and its configuration.

    ``timeout`` is in seconds; ``memory`` is in MB, and is not enforced.
    """

    folder: Path
    handler: str
    variables: Mapping[str, str] = field(default_factory=dict)
    name: str = "function"
    timeout: float = 15
    memory: int = 512

    @property
    def region(self) -> str:
        """The function's region."""
        return self.variables.get("AWS_DEFAULT_REGION", "us-east-1")

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.name}"

    def environment(self, api: str, client: Path) -> dict[str, str]:
        """The process's environment variables."""
        return {
            "PATH": os.defpath,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_REGION": self.region,
            **self.variables,
            "AWS_LAMBDA_RUNTIME_API": api,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "here",
            "LAMBDA_TASK_ROOT": str(self.folder),
            "_HANDLER": self.handler,
            "PYTHONPATH": f"{self.folder}:{client}",
            "PYTHONDONTWRITEBYTECODE": "1",  # the folder is read-only on Lambda
        }


class Process:
    """One process of a function.  ``started`` is a ``time.monotonic`` value."""

    def __init__(self, function: Function, client: Path, output: Path) -> None:
        self.api = RuntimeApi(function.arn, function.timeout)
        self.started = time.monotonic()
        with output.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                [sys.executable, "-S", "-m", "awslambdaric", function.handler],
                cwd=function.folder,
                env=function.environment(self.api.address, client),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self.api.ready.wait(START_TIMEOUT)
        self.init_seconds = time.monotonic() - self.started

    def _watch(self) -> None:
        status = self._process.wait()
        self.api.put(Outcome("ended", f"the process ended with status {status}".encode()))

    def invoke(self, event: bytes, timeout: float) -> Outcome:
        """Send an event and wait for its outcome.

        Raises:
            TimeoutError: there is none within the timeout.
        """
        self.api.events.put(event)
        try:
            return self.api.outcomes.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None

    @property
    def ended(self) -> bool:
        """Whether the process has exited."""
        return self._process.poll() is not None

    def close(self) -> None:
        """Kill the process."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._watcher.join()
        self.api.close()


class Worker(AbstractContextManager["Worker"]):
    """Runs a function for one event at a time, in a process that is started when it is first needed.

    A process that exited or timed out is replaced at the next event.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self._scratch = tempfile.TemporaryDirectory(prefix="function-")
        self._output = Path(self._scratch.name) / "output"
        self._output.touch()
        self._client = runtime_client(Path(self._scratch.name) / "client")
        self._lock = threading.Lock()
        self._process: Process | None = None

    def __exit__(self, *_: object) -> None:
        """Stop the process."""
        self.close()

    @property
    def process(self) -> Process:
        """The current process.

        Raises:
            FunctionFailed: there is none.
        """
        if self._process is None:
            raise FunctionFailed("Runtime.Stopped", "there is no process")
        return self._process

    @property
    def pid(self) -> int:
        """The id of the current process."""
        return self.process.pid

    @property
    def started(self) -> float:
        """When the current process was started, as a ``time.monotonic`` value."""
        return self.process.started

    @property
    def init_seconds(self) -> float:
        """The time until the process asked for its first event: Lambda's Init Duration."""
        return self.process.init_seconds

    @property
    def output(self) -> str:
        """The function's log, over all of its processes."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def start(self) -> Self:
        """Start a process if there is none, and wait until it is initialized or has failed."""
        if self._process and self._process.ended:
            self.stop()
        if self._process is None:
            self._process = Process(self.function, self._client, self._output)
        return self

    def invoke(self, event: Any) -> Any:  # noqa: ANN401  JSON
        """Invoke the function, and return its result.

        Raises:
            FunctionTimedOut: it exceeded its timeout.
            FunctionFailed: it failed for another reason.
        """
        payload = json.dumps(event).encode()
        if len(payload) > MAX_PAYLOAD:
            raise FunctionFailed("RequestEntityTooLarge", f"the event has {len(payload)} bytes")
        with self._lock:
            self.start()
            try:
                outcome = self.process.invoke(payload, self.function.timeout)
            except TimeoutError:
                self.stop()
                raise FunctionTimedOut(
                    "Sandbox.Timedout", f"Task timed out after {self.function.timeout:.2f} seconds"
                ) from None
            if outcome.kind in ("init", "ended"):
                self.stop()
            return self._result_of(outcome)

    def _result_of(self, outcome: Outcome) -> Any:  # noqa: ANN401  JSON
        if outcome.kind == "ended":
            raise FunctionFailed("Runtime.ExitError", f"{outcome.body.decode()}\n{self.output[-4000:]}")
        if outcome.kind != "response":
            error = json.loads(outcome.body)
            trace = "".join(error.get("stackTrace") or ())
            raise FunctionFailed(error.get("errorType", "Error"), f"{error.get('errorMessage', '')}\n{trace}".strip())
        if len(outcome.body) > MAX_PAYLOAD:
            raise FunctionFailed("Function.ResponseSizeTooLarge", f"the result has {len(outcome.body)} bytes")
        return json.loads(outcome.body)

    def stop(self) -> None:
        """Stop the process; the next event starts another."""
        process, self._process = self._process, None
        if process:
            process.close()

    def close(self) -> None:
        """Stop the process and delete its files."""
        self.stop()
        self._scratch.cleanup()


def runtime_client(folder: Path) -> Path:
    """Fill a folder with links to AWS's runtime client and its dependencies."""
    folder.mkdir()
    for distribution in map(importlib.metadata.distribution, CLIENT):
        tops = {file.parts[0] for file in distribution.files or ()}
        for top in tops - {"..", "__pycache__"}:
            (folder / top).symlink_to(str(distribution.locate_file(top)))
    return folder
