"""Starts and stops the engine as a separate process."""

import functools
import os
import select
import signal
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent
LAUNCHER = Path(__file__).with_name("engine.py")
INTERPRETER = ROOT / ".venv-engine" / "bin" / "python"
START_TIMEOUT = 60.0  # seconds, to load a large store
STOP_TIMEOUT = 30.0  # seconds, to save it


class EngineFailed(Exception):  # noqa: N818  not a bug
    """The engine did not start; its own message is on standard error."""


class Engine(AbstractContextManager["Engine"]):
    """A DynamoDB on a free port of 127.0.0.1 while the context is open.

    ``data`` is the folder for its data; without one it is not saved.  The engine stops when this process ends, even
    if it is killed, because its standard input is a pipe from here.  It has a session of its own, so that Ctrl-C does
    not stop it before this process has finished.
    """

    def __init__(self, data: Path | None = None, *, interpreter: Path = INTERPRETER, save_every: float = 3.0) -> None:
        where = ["--memory"] if data is None else ["--data", str(data)]
        options = ["--with-parent", "--save-every", str(save_every), *where]
        self._command = [str(interpreter), "-I", str(LAUNCHER), *options]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def pid(self) -> int:
        """The process's id; 0 if there is none."""
        return self._process.pid if self._process else 0

    def __enter__(self) -> Self:
        """Start the engine and wait until it is ready.

        Raises:
            EngineFailed: it exited or timed out.
        """
        self._process = subprocess.Popen(  # noqa: S603  our own program
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        try:
            self.url = read_line(self._process, time.monotonic() + START_TIMEOUT)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the engine."""
        self.stop()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal and wait until the data is saved; kill the process if it does not end."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:  # closes the pipes
            process.send_signal(number)
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


def read_line(process: subprocess.Popen[bytes], deadline: float) -> str:
    """The first line that a process prints.

    Raises:
        EngineFailed: there is none.
    """
    assert process.stdout  # noqa: S101  for the type checker
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 1024) if ready else b""
        if not piece:
            raise EngineFailed("The engine did not start.")
        line += piece
    return line.decode().strip()


@functools.cache
def is_installed(interpreter: Path = INTERPRETER) -> bool:
    """Whether the engine is installed."""
    if not interpreter.exists():
        return False
    check = "import sys, importlib.util; sys.exit(importlib.util.find_spec('ministack') is None)"
    return subprocess.run([str(interpreter), "-Ic", check], check=False).returncode == 0  # noqa: S603
