"""Runs the deployed functions with their current code and configuration, each in a worker of its own.

A function calls AWS through a `PermissionProxy`, which enforces the policies of its role.
"""

import io
import platform
import re
import tempfile
import threading
import zipfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from dev.cloud.aws import Aws
from dev.cloud.permissions import PermissionProxy
from dev.cloud.worker import Function, FunctionFailed, Worker

NATIVE = re.compile(r"\.cpython-(\d+)-[\w-]+\.so$")
HERE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


class Running:
    """One function's worker, and the version of the function that it runs."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.version: object = None
        self.worker: Worker | None = None
        self.resources = ExitStack()  # the worker, its bundle's folder and its proxy


class Functions(AbstractContextManager["Functions"]):
    """The deployed functions, each with one worker that handles one event at a time."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}

    def __exit__(self, *_: object) -> None:
        """Stop all workers."""
        for running in self._running.values():
            running.resources.close()

    def invoke(self, name: str, event: Any) -> Any:  # noqa: ANN401  JSON
        """Invoke a function, by its name or ARN, and return its result.

        Raises:
            LookupError: there is no such function.
            FunctionFailed: it failed.
        """
        function = self.aws.function(name)
        with self._lock:
            running = self._running.setdefault(function.function_name, Running())
        with running.lock:
            return self._worker(running, function).invoke(event)

    def output(self, name: str) -> str:
        """The log of a function since it was last deployed."""
        running = self._running.get(self.aws.function(name).function_name)
        return running.worker.output if running and running.worker else ""

    def _worker(self, running: Running, deployed: LambdaFunction) -> Worker:
        settings = (deployed.handler, deployed.timeout, deployed.memory_size, deployed.role, deployed.run_time)
        version = (deployed.code_sha_256, settings, dict(deployed.environment_vars))
        if running.worker is None or running.version != version:
            running.resources.close()
            running.worker = None
            folder = running.resources.enter_context(tempfile.TemporaryDirectory(prefix="bundle-"))
            proxy = running.resources.enter_context(PermissionProxy(self.aws, deployed.role))
            running.worker = running.resources.enter_context(Worker(self._function(deployed, Path(folder), proxy.url)))
            running.version = version
        return running.worker

    def _function(self, deployed: LambdaFunction, folder: Path, proxy: str) -> Function:
        if HERE not in deployed.architectures:
            message = f"the bundle is for another architecture: deploy with ARCH={HERE}"
            raise FunctionFailed("Runtime.WrongArchitecture", message)
        with zipfile.ZipFile(io.BytesIO(deployed.code_bytes)) as bundle:
            check_python(bundle.namelist(), deployed.run_time or "")
            bundle.extractall(folder)
        account = {"AWS_ENDPOINT_URL": proxy, "AWS_ENDPOINT_URL_DYNAMODB": proxy, "AWS_DEFAULT_REGION": deployed.region}
        variables = {**deployed.environment_vars, **self.aws.environment, **account}
        name, timeout, memory = deployed.function_name, deployed.timeout, deployed.memory_size
        return Function(folder, deployed.handler or "", variables, name, timeout=timeout, memory=memory)


def check_python(names: list[str], runtime: str) -> None:
    """Check that a bundle's native modules are for the runtime, as an import would; this machine has one Python only.

    Raises:
        FunctionFailed: they are for another minor version of Python.
    """
    wanted = runtime.removeprefix("python").replace(".", "")
    built = {found[1] for name in names if (found := NATIVE.search(name))}
    if built - {wanted}:
        message = f"Unable to import module: built for {', '.join(sorted(built))}, not for {runtime}"
        raise FunctionFailed("Runtime.ImportModuleError", message)
