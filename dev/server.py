"""The local HTTP server: Chalice's own gateway behind a door that keeps HTTP's rules.

Chalice's local server answers a HEAD with a body, reads a chunked body as a second request, drops the
connection over a bad Content-Length, garbles a raw UTF-8 path and waits 44 ms for every answer on a
kept-alive connection.  Here its gateway stays and its request handler is replaced.

A request goes: `Handler` (framing) → `Local` (demo pages or API) → `Gateway` (event) → the app; the answer is
compressed on its way back.
"""

import contextlib
import logging
import mimetypes
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from chalice.app import Chalice

from dev.gateway import Answer, Gateway, Headers, compressed, concurrent, least_compressed, said

DEMO = Path(__file__).with_name("demo")
PAGES = {  # what is served of the demo, and nothing else
    "/demo/": "index.html",
    "/demo/2024/07/panic.html": "panic.html",
    "/demo/2024/05/footpath.html": "footpath.html",
    "/demo/blog.css": "blog.css",
}
MAX_BODY = 10 * 1024 * 1024  # bytes, as API Gateway has it
LINGER = 2.0  # seconds for a client to read why it was refused
NOT_PLAIN = re.compile(rb"[^\t\n\r -~]")

log = logging.getLogger(__name__)


class BadFrame(Exception):  # noqa: N818  the client's fault, not the program's
    """A request whose end is unknown or too far away: it is answered, and the connection ends."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        self.answer = Answer.message(status, message)


class TooLong(BadFrame):
    """A body that is larger than API Gateway takes: what is said of it is the site's to know."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Too Long")


def body_length(headers: Message) -> int:
    """Tell how many bytes of body follow.

    Raises:
        BadFrame: the headers don't say, contradict themselves, or name more than is read.
    """
    if headers.defects or headers.get_payload() or any(name != name.strip() for name in headers):
        raise BadFrame(HTTPStatus.BAD_REQUEST, "Bad Request")
    if "transfer-encoding" in headers:
        raise BadFrame(HTTPStatus.LENGTH_REQUIRED, "Length Required")
    lengths = headers.get_all("content-length", ["0"])
    if len(lengths) != 1 or not re.fullmatch("[0-9]{1,18}", lengths[0]):
        raise BadFrame(HTTPStatus.BAD_REQUEST, "Bad Request")
    if int(lengths[0]) > MAX_BODY:
        raise TooLong
    return int(lengths[0])


def page(method: str, path: str) -> Answer:
    """Answer with a page of the demo."""
    if method not in ("GET", "HEAD"):
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, (("Allow", "GET, HEAD"),))
    file = DEMO / PAGES.get(path, "")
    if not file.is_file():
        return Answer(HTTPStatus.NOT_FOUND, (("Content-Type", "text/plain"),), b"There is no such page.\n")
    kind, _ = mimetypes.guess_type(file.name)
    headers = (("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "no-cache"))
    return Answer(HTTPStatus.OK, headers, file.read_bytes())


def percent_encoded(byte: re.Match[bytes]) -> bytes:
    """Write a byte as an address may hold it."""
    return b"%%%02X" % ord(byte[0])


class Handler(BaseHTTPRequestHandler):
    """Reads requests off a connection and writes answers, one after the other, always in frame."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with small writes on a kept connection it costs 44 ms an answer
    wbufsize = -1
    server: "LocalServer"

    def parse_request(self) -> bool:
        """Read the request's head; raw UTF-8 in its first line becomes percent-encoded."""
        self.raw_requestline: bytes = NOT_PLAIN.sub(percent_encoded, self.raw_requestline)
        return super().parse_request()

    def handle_expect_100(self) -> bool:
        """Ask for the body, unless it will be refused: then the refusal is the answer."""
        with contextlib.suppress(BadFrame):
            body_length(self.headers)
            super().handle_expect_100()
            self.wfile.flush()
        return True

    def respond(self) -> None:
        """Answer one request, whatever its method."""
        began = time.perf_counter()
        try:
            body = self._body()
            headers = Headers(self.headers)
            answer = self.server.site.respond(self.command, self.path, headers, body)
            self._send(answer)
        except BadFrame as bad:
            answer = self.server.site.too_long(self.path) if isinstance(bad, TooLong) else bad.answer
            self.close_connection = True
            self._send(answer)
            self._linger()
        spent = round((time.perf_counter() - began) * 1000)
        log.info("%s %s %d %d ms", self.command, self.path.partition("?")[0], answer.status, spent)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Find the method for any verb: which of them a route has is the gateway's to say."""
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def _body(self) -> bytes:
        length = body_length(self.headers)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError
        return body

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        names = {name.lower() for name, _ in answer.headers}
        has_body = answer.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, str(value).encode().decode("latin-1"))
        if has_body:
            self.send_header("Content-Length", str(len(answer.body)))
        if has_body and "content-type" not in names:
            self.send_header("Content-Type", "application/json")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(answer.body)

    def _linger(self) -> None:
        """End our side and let the client finish: closing while it still sends would lose it our answer."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + LINGER
        with contextlib.suppress(OSError):
            while (left := deadline - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(65536):
                    break

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: `respond` logs, with the time it took."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  the signature is inherited
        """Log what the base class complains of: requests that can't be parsed."""
        log.info(format, *args)


class Site(Protocol):
    """What a server serves: it answers everything that is well framed."""

    prefix: str

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Answer a request.  The path is as it was sent, with its query."""

    def too_long(self, path: str) -> Answer:
        """Answer a request whose body was not read, because it is too long."""


class Local:
    """The demo's pages, and the app below the gateway's prefix."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.prefix = gateway.prefix

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """Find out who answers: the demo, the app, or nobody."""
        return compressed(self._answer(method, path, headers, body), headers.all("accept-encoding"), least_compressed())

    def _answer(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        plain = path.partition("?")[0]
        if plain in ("/", "/demo"):
            return Answer(HTTPStatus.FOUND, (("Location", "/demo/"),))
        if plain.startswith("/demo/"):
            return page(method, plain)
        if not plain.startswith(f"{self.prefix}/"):
            return Answer.message(HTTPStatus.FORBIDDEN, "Forbidden")
        return self.gateway.respond(method, path.removeprefix(self.prefix), headers, body)

    def too_long(self, _path: str) -> Answer:
        """Say it as the gateway does."""
        return said("REQUEST_TOO_LARGE")


class LocalServer(ThreadingHTTPServer):
    """A server on one address, with a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        super().__init__(address, Handler)
        self.site = site

    @property
    def url(self) -> str:
        """The address to call, with the stage."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}{self.site.prefix}"

    def server_bind(self) -> None:
        """Bind, without the base class's look-up of the host's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Pass over a client that went away; print anything else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def serve(app: Chalice, host: str, port: int, *, prefix: str = "") -> LocalServer:
    """Bind an address (port 0: a free one) to an app; `serve_forever` then serves and `shutdown` ends it.

    Raises:
        OSError: the address is taken.
    """
    server = LocalServer((host, port), Local(Gateway(app, prefix)))
    concurrent(app)
    return server


@contextlib.contextmanager
def running(app: Chalice, prefix: str = "", *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an app in a thread and give the address to call, with the prefix."""
    with in_a_thread(serve(app, host, port, prefix=prefix)) as url:
        yield url


@contextlib.contextmanager
def in_a_thread(server: LocalServer) -> Iterator[str]:
    """Let a server serve, give its address, and end it."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
