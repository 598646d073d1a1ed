"""A stub of Lambda's Runtime API, from which a function's process gets events and to which it posts the results."""

import queue
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
VERSION = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Outcome:
    """The result of an event.  ``kind``: response, error, init (which failed) or ended (the process exited)."""

    kind: str
    body: bytes = b""


class RuntimeApi(ThreadingHTTPServer):
    """The server that the process calls: it takes ``events`` and adds ``outcomes``.

    ``ready`` is set when the process is initialized and asks for its first event, or when that failed.
    """

    request_queue_size = 16

    def __init__(self, arn: str, timeout: float) -> None:
        super().__init__((HOST, 0), RuntimeHandler)
        self.arn = arn
        self.function_timeout = timeout
        self.events: queue.Queue[bytes | None] = queue.Queue()
        self.outcomes: queue.Queue[Outcome] = queue.Queue()
        self.ready = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self.server_port}"

    def put(self, outcome: Outcome) -> None:
        """Add the outcome of an event, or of the initialization."""
        self.outcomes.put(outcome)
        self.ready.set()

    def close(self) -> None:
        """Stop the server and close waiting connections."""
        self.events.put(None)
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Ignore connections of killed processes; print other errors."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class RuntimeHandler(BaseHTTPRequestHandler):
    """Lambda's Runtime API: ``invocation/next``, ``invocation/<id>/response`` or ``error``, ``init/error``."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: RuntimeApi

    def do_GET(self) -> None:
        """Respond with the next event, as soon as there is one."""
        self.server.ready.set()
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
            "Lambda-Runtime-Deadline-Ms": str(round((time.time() + self.server.function_timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.server.arn,
            "Content-Type": "application/json",
        }
        self._answer(200, headers, event)

    def do_POST(self) -> None:
        """Receive the result of an event."""
        body = b"".join(self._chunks())
        kind = "init" if self.path == f"{VERSION}/init/error" else self.path.rpartition("/")[2]
        self._answer(202, {}, b"")
        self.server.put(Outcome(kind, body))

    def _chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            """Trailers."""

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Log nothing."""
