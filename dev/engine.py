"""Runs ministack's DynamoDB on 127.0.0.1 and keeps its data in a folder.

A program for the engine's own interpreter, which knows nothing of the project:

    .venv-engine/bin/python dev/engine.py --port 8001 --data DIR

ministack itself writes its data on a clean stop only.  Here a forked child, which sees the data of one
instant while the engine goes on, writes them every few seconds, so that a kill loses no more than these.
The names used of ministack are internal to it: its version is pinned, and the data's file is named by it.
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
LOCK_PATIENCE = 10.0  # seconds: a killed engine's last save may still be going on
REST = 10  # times a save's own duration that pass until the next
ENVIRONMENT = {"SERVICES": "dynamodb,dynamodbstreams", "PERSIST_STATE": "0", "LOG_LEVEL": "WARNING", "AUTH": "false"}
READS = (
    "Get",
    "BatchGet",
    "TransactGet",
    "Query",
    "Scan",
    "Describe",
    "List",
)  # how names of harmless operations begin

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("engine")


class Unusable(Exception):  # noqa: N818  a state of the world, not an error of the program
    """The folder can't be used; the message says why."""


class Store:
    """The engine's data in a folder: one file, named by the engine's version, and a lock on the folder."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        self.file = folder / f"{ENGINE}-{version}.json"
        self.dynamodb = importlib.import_module("ministack.services.dynamodb")
        self.persistence = importlib.import_module("ministack.core.persistence")

    def open(self) -> None:
        """Lock the folder and load its data.

        Raises:
            Unusable: the folder is in use, or its data are of another version or no data at all.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock()
        others = [path.name for path in self.folder.glob(f"{ENGINE}-*.json") if path != self.file]
        if others and not self.file.exists():
            raise Unusable(
                f"{self.folder} holds {others[0]}, but this engine reads and writes {self.file.name}. "
                "Install that version, or move the folder away to begin anew."
            )
        if self.file.exists():
            self._load()

    def _lock(self) -> None:
        self._locked = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LOCK_PATIENCE
        while not self._is_mine():
            if time.monotonic() > deadline:
                raise Unusable(f"{self.folder} is in use by another engine.")
            time.sleep(0.05)

    def _is_mine(self) -> bool:
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
            raise Unusable(f"{self.file} can't be read ({problem}). Move it away to begin anew.") from problem

    def save(self) -> None:
        """Write the data: whole, or not at all."""
        text = json.dumps(self.dynamodb.get_state(), default=self.persistence._json_default)  # noqa: SLF001
        draft = self.file.with_suffix(".part")
        with open(draft, "w", encoding="utf-8", opener=private) as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.file)

    async def save_aside(self) -> bool:
        """Write the data as they are now, in a child of this process, and say whether it went well."""
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


class Doorman:
    """Lets DynamoDB requests of this machine's programs in, and nothing that a web page could send.

    The engine's own doors (reset, configuration, other services) stay closed.
    ``changed`` is set by every request that may have changed the data.
    """

    def __init__(self, engine: Application, ready: Callable[[], None]) -> None:
        self.engine = engine
        self.ready = ready
        self.changed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's life as a whole."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif (operation := dynamodb_operation(scope)) is None:
            await refuse(scope, send)
        else:
            try:
                await self.engine(scope, receive, send)
            finally:
                self.changed |= not operation.startswith(READS)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.ready()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def dynamodb_operation(scope: Scope) -> str | None:
    """Name the DynamoDB operation of a request; None when it is something else or comes from a browser."""
    headers = dict(scope["headers"])
    service, _, operation = headers.get(b"x-amz-target", b"").decode("latin-1").partition(".")
    if scope["type"] != "http" or b"origin" in headers or not service.startswith("DynamoDB"):
        return None
    return str(operation)


async def refuse(scope: Scope, send: Send) -> None:
    """Answer what the doorman doesn't let in."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def keep_saving(store: Store, doorman: Doorman, stopping: asyncio.Event, every: float) -> None:
    """Save while there is something to save: every few seconds, and the longer a save takes, the more rarely."""
    pause = every
    while not await happened(stopping, within=pause):
        if doorman.changed:
            doorman.changed = False
            began = time.monotonic()
            doorman.changed |= not await store.save_aside()
            pause = max(every, REST * (time.monotonic() - began))


async def happened(event: asyncio.Event, *, within: float) -> bool:
    """Wait for an event, at most so many seconds, and say whether it came."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), within)
    return event.is_set()


def stop_on_signals(stopping: asyncio.Event, *, with_parent: bool) -> None:
    """Let every way of ending set the event; with a parent, its death too, which ends standard input."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), stop_when_input_ends, stopping)


def stop_when_input_ends(stopping: asyncio.Event) -> None:
    """Read what there is; nothing means the end."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())  # an ended input is readable for ever
        stopping.set()


async def serve(listener: socket.socket, store: Store | None, options: argparse.Namespace) -> None:
    """Serve until told to stop, then save."""
    stopping = asyncio.Event()
    stop_on_signals(stopping, with_parent=options.with_parent)
    doorman = Doorman(
        importlib.import_module("ministack.app").app,
        ready=lambda: print(f"http://{HOST}:{listener.getsockname()[1]}", flush=True),
    )
    saving = store and asyncio.create_task(keep_saving(store, doorman, stopping, options.save_every))
    hypercorn = importlib.import_module("hypercorn.asyncio")
    await hypercorn.serve(doorman, server_config(listener), shutdown_trigger=stopping.wait)
    if store and saving:
        await saving
        store.save()


def server_config(listener: socket.socket) -> Any:  # noqa: ANN401  hypercorn is not there when types are checked
    """Describe the server: it gets a socket that is bound already, so that its address is certain."""
    config = importlib.import_module("hypercorn.config").Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75  # seconds, longer than botocore keeps a connection
    config.loglevel = "WARNING"
    return config


def private(path: str, flags: int) -> int:
    """Open a file so that nobody else can read it."""
    return os.open(path, flags, 0o600)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A DynamoDB on 127.0.0.1; its address is printed when it answers.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data", type=Path, metavar="DIR", help="the folder that keeps the data")
    where.add_argument("--memory", action="store_true", help="keep nothing")
    parser.add_argument("--save-every", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def main() -> int:
    """Run the engine.  Status 1: it could not start, or not save at the end, and said why."""
    options = arguments()
    os.environ.update(ENVIRONMENT)  # ministack reads it at its import
    warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)  # the child touches no lock
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
