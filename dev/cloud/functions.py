"""The deployed functions at work: the code and configuration that are deployed now, each in a worker of its own.

What a function asks of AWS goes through a `Guard`, so that it may do what its role allows.
"""

import io
import platform
import tempfile
import threading
import zipfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from dev.cloud.aws import Aws
from dev.cloud.guard import Guard
from dev.cloud.worker import Function, FunctionFailed, Worker

HERE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


class Running:
    """One function's worker, and of what version of the function it is."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.version: object = None
        self.worker: Worker | None = None
        self.kept = ExitStack()  # the worker, the folder with its bundle, its guard


class Functions(AbstractContextManager["Functions"]):
    """The deployed functions, each with one worker: what is deployed now answers, one event after the other."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}

    def __exit__(self, *_: object) -> None:
        """End all workers."""
        for running in self._running.values():
            running.kept.close()

    def invoke(self, name: str, event: Any) -> Any:  # noqa: ANN401  JSON
        """Give a function, by its name or ARN, an event and return its answer.

        Raises:
            LookupError: there is no such function.
            FunctionFailed: it failed.
        """
        function = self.aws.function(name)
        with self._lock:
            running = self._running.setdefault(function.function_arn, Running())
        with running.lock:
            return self._worker(running, function).invoke(event)

    def output(self, name: str) -> str:
        """What a function printed since its code is what it is: its log."""
        running = self._running.get(self.aws.function(name).function_arn)
        return running.worker.output if running and running.worker else ""

    def _worker(self, running: Running, deployed: LambdaFunction) -> Worker:
        settings = (deployed.handler, deployed.timeout, deployed.memory_size, deployed.role)
        version = (deployed.code_sha_256, settings, dict(deployed.environment_vars))
        if running.worker is None or running.version != version:
            running.kept.close()
            running.worker = None
            folder = running.kept.enter_context(tempfile.TemporaryDirectory(prefix="bundle-"))
            guard = running.kept.enter_context(Guard(self.aws, deployed.role))
            running.worker = running.kept.enter_context(Worker(self._function(deployed, Path(folder), guard.url)))
            running.version = version
        return running.worker

    def _function(self, deployed: LambdaFunction, folder: Path, guard: str) -> Function:
        if HERE not in deployed.architectures:
            words = (
                f'the bundle is for another machine: here, .chalice/config.json needs "lambda_architecture": "{HERE}"'
            )
            raise FunctionFailed("Runtime.WrongArchitecture", words)
        with zipfile.ZipFile(io.BytesIO(deployed.code_bytes)) as bundle:
            bundle.extractall(folder)
        account = {"AWS_ENDPOINT_URL": guard, "AWS_ENDPOINT_URL_DYNAMODB": guard, "AWS_DEFAULT_REGION": deployed.region}
        variables = {**deployed.environment_vars, **self.aws.environment, **account}
        name, timeout, memory = deployed.function_name, deployed.timeout, deployed.memory_size
        return Function(folder, deployed.handler or "", variables, name, timeout=timeout, memory=memory)
