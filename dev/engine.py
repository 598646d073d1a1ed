"""Runs ministack's DynamoDB on 127.0.0.1 and keeps its data in a folder.

This program is for the engine's own interpreter, and imports nothing of the project:

    .venv-engine/bin/python dev/engine.py --port 8001 --data DIR

ministack itself saves its data only on a clean stop.  Here a forked child, which has a consistent copy of the data,
saves it every few seconds, so that a kill loses only those seconds.  The names used of ministack are internal to it, so
its version is pinned, and the data file is named after it.
"""

import argparse
import asyncio
import contextlib
import fcntl
import importlib
import importlib.metadata
import json
import logging
import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ENGINE = "ministack"
HOST = "127.0.0.1"
LOCK_TIMEOUT = 10.0  # seconds: the last save of a killed engine may still be running
SAVE_INTERVAL_FACTOR = 10  # the pause after a save, relative to its duration
ENVIRONMENT = {"SERVICES": "dynamodb,dynamodbstreams", "PERSIST_STATE": "0", "LOG_LEVEL": "WARNING", "AUTH": "false"}
READS = (
    "Get",
    "BatchGet",
    "TransactGet",
    "Query",
    "Scan",
    "Describe",
    "List",
)  # prefixes of operations that change no data

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("engine")


class Unusable(Exception):  # noqa: N818  not a bug
    """The folder cannot be used; the message says why."""


class Store:
    """The engine's data in a locked folder: one file, named after the engine's version."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        self.file = folder / f"{ENGINE}-{version}.json"
        self.dynamodb = importlib.import_module("ministack.services.dynamodb")
        self.persistence = importlib.import_module("ministack.core.persistence")

    def open(self) -> None:
        """Lock the folder and load its data.

        Raises:
            Unusable: the folder is in use, or its data is damaged or of another version.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock()
        others = [path.name for path in self.folder.glob(f"{ENGINE}-*.json") if path != self.file]
        if others and not self.file.exists():
            raise Unusable(
                f"{self.folder} has {others[0]}, but this engine reads and writes {self.file.name}. "
                "Install that version, or move the folder away to start over."
            )
        if self.file.exists():
            self._load()

    def _lock(self) -> None:
        self._locked = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LOCK_TIMEOUT
        while not self._try_lock():
            if time.monotonic() > deadline:
                raise Unusable(f"{self.folder} is in use by another engine.")
            time.sleep(0.05)

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _load(self) -> None:
        try:
            state = json.loads(self.file.read_bytes(), object_hook=self.persistence._json_object_hook)  # noqa: SLF001
            self.dynamodb.load_persisted_state(state)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as problem:
            raise Unusable(f"{self.file} cannot be read ({problem}). Move it away to start over.") from problem

    def save(self) -> None:
        """Save the data atomically."""
        text = json.dumps(self.dynamodb.get_state(), default=self.persistence._json_default)  # noqa: SLF001
        draft = self.file.with_suffix(".part")
        with open(draft, "w", encoding="utf-8", opener=private) as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.file)

    async def save_in_background(self) -> bool:
        """Save the current data in a child process; true if that succeeded."""
        child = os.fork()
        if child == 0:
            self._save_and_exit()
        _, status = await asyncio.to_thread(os.waitpid, child, 0)
        return bool(status == 0)

    def _save_and_exit(self) -> None:
        status = 1
        try:
            self.save()
            status = 0
        except Exception:
            log.exception("The data could not be saved.")
        finally:
            os._exit(status)


class RequestFilter:
    """Accepts DynamoDB requests of local programs, and refuses everything that a web page could send.

    The engine's other endpoints (reset, configuration, other services) are refused too.  ``changed`` is set by every
    request that may have changed the data.
    """

    def __init__(self, engine: Application, ready: Callable[[], None]) -> None:
        self.engine = engine
        self.ready = ready
        self.changed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the lifespan of the server."""
        if scope["type"] == "lifespan":
            await self._serve_lifespan(receive, send)
        elif (operation := dynamodb_operation(scope)) is None:
            await refuse(scope, send)
        else:
            try:
                await self.engine(scope, receive, send)
            finally:
                self.changed |= not operation.startswith(READS)

    async def _serve_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.ready()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def dynamodb_operation(scope: Scope) -> str | None:
    """The DynamoDB operation of a request; ``None`` if it is something else or comes from a browser."""
    headers = dict(scope["headers"])
    service, _, operation = headers.get(b"x-amz-target", b"").decode("latin-1").partition(".")
    if scope["type"] != "http" or b"origin" in headers or not service.startswith("DynamoDB"):
        return None
    return str(operation)


async def refuse(scope: Scope, send: Send) -> None:
    """Respond to a request that is not accepted."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def save_periodically(store: Store, request_filter: RequestFilter, stopping: asyncio.Event, every: float) -> None:
    """Save changed data every few seconds, less often if saving takes long."""
    pause = every
    while not await is_set_within(stopping, within=pause):
        if request_filter.changed:
            request_filter.changed = False
            began = time.monotonic()
            request_filter.changed |= not await store.save_in_background()
            pause = max(every, SAVE_INTERVAL_FACTOR * (time.monotonic() - began))


async def is_set_within(event: asyncio.Event, *, within: float) -> bool:
    """Wait for an event, for at most ``within`` seconds; true if it is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), within)
    return event.is_set()


def stop_on_signals(stopping: asyncio.Event, *, with_parent: bool) -> None:
    """Set the event on signals to stop, and, ``with_parent``, when standard input ends because the parent exited."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), stop_when_input_ends, stopping)


def stop_when_input_ends(stopping: asyncio.Event) -> None:
    """Set the event if standard input has ended."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())  # otherwise it would stay readable
        stopping.set()


async def serve(listener: socket.socket, store: Store | None, options: argparse.Namespace) -> None:
    """Serve until a signal to stop, then save."""
    stopping = asyncio.Event()
    stop_on_signals(stopping, with_parent=options.with_parent)
    request_filter = RequestFilter(
        importlib.import_module("ministack.app").app,
        ready=lambda: print(f"http://{HOST}:{listener.getsockname()[1]}", flush=True),
    )
    saving = store and asyncio.create_task(save_periodically(store, request_filter, stopping, options.save_every))
    hypercorn = importlib.import_module("hypercorn.asyncio")
    await hypercorn.serve(request_filter, server_config(listener), shutdown_trigger=stopping.wait)
    if store and saving:
        await saving
        store.save()


def server_config(listener: socket.socket) -> Any:  # noqa: ANN401  hypercorn is not installed for the type checker
    """The configuration of the server, with a socket that is already bound."""
    config = importlib.import_module("hypercorn.config").Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75  # seconds, longer than botocore keeps a connection
    config.loglevel = "WARNING"
    return config


def private(path: str, flags: int) -> int:
    """Open a file that only its owner can read."""
    return os.open(path, flags, 0o600)


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description="A DynamoDB on 127.0.0.1; prints its URL when it is ready.")
    parser.add_argument("--port", type=int, default=0, help="default: a free port")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data", type=Path, metavar="DIR", help="the folder for the data")
    where.add_argument("--memory", action="store_true", help="do not save the data")
    parser.add_argument("--save-every", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def main() -> int:
    """Run the engine; status 1 if it cannot start or save."""
    options = arguments()
    os.environ.update(ENVIRONMENT)  # ministack reads it when it is imported
    warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)  # the child uses no locks
    try:
        listener = socket.create_server((HOST, options.port), backlog=128)
        store = Store(options.data, importlib.metadata.version(ENGINE)) if options.data else None
        if store:
            store.open()
        asyncio.run(serve(listener, store, options))
    except (Unusable, OSError, ImportError) as problem:
        print(f"engine: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
