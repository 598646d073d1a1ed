"""The engine as a process of its own: started, waited for, stopped."""

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
START_PATIENCE = 60.0  # seconds: a large store takes a while to load
STOP_PATIENCE = 30.0  # seconds: and to save


class EngineFailed(Exception):  # noqa: N818  a state of the world
    """The engine did not come up.  It says why on standard error itself."""


class Engine(AbstractContextManager["Engine"]):
    """A DynamoDB on a free port of 127.0.0.1, for as long as the context lasts.

    ``data`` is the folder that keeps its data; without one it keeps nothing.  The engine stops with this
    process, however it ends: it holds the other end of a pipe.  It runs in a session of its own, so that a
    Ctrl-C meant for this process doesn't take the engine away from under it.
    """

    def __init__(self, data: Path | None = None, *, interpreter: Path = INTERPRETER, save_every: float = 3.0) -> None:
        where = ["--memory"] if data is None else ["--data", str(data)]
        options = ["--with-parent", "--save-every", str(save_every), *where]
        self._command = [str(interpreter), "-I", str(LAUNCHER), *options]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def pid(self) -> int:
        """The process's number; 0 when there is none."""
        return self._process.pid if self._process else 0

    def __enter__(self) -> Self:
        """Start the engine and wait until it answers.

        Raises:
            EngineFailed: it ended, or said nothing for too long.
        """
        self._process = subprocess.Popen(  # noqa: S603  our own program
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        try:
            self.url = read_line(self._process, time.monotonic() + START_PATIENCE)
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
        """Send the signal, wait until the data are saved, and kill what doesn't end."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:  # closes the pipes
            process.send_signal(number)
            try:
                process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def read_line(process: subprocess.Popen[bytes], deadline: float) -> str:
    """Read the first line that a process prints.

    Raises:
        EngineFailed: it printed none.
    """
    assert process.stdout  # noqa: S101  for the type checker: it was asked for
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 1024) if ready else b""
        if not piece:
            raise EngineFailed("The engine did not start.")
        line += piece
    return line.decode().strip()


@functools.cache
def available(interpreter: Path = INTERPRETER) -> bool:
    """Tell whether the engine is installed."""
    if not interpreter.exists():
        return False
    look = "import sys, importlib.util; sys.exit(importlib.util.find_spec('ministack') is None)"
    return subprocess.run([str(interpreter), "-Ic", look], check=False).returncode == 0  # noqa: S603
