"""The local HTTP server: Chalice's own gateway behind an HTTP server that follows the standard.

Chalice's local server sends a body in response to HEAD, reads a chunked body as a second request, drops the connection
after a bad Content-Length, garbles a raw UTF-8 path, and delays every response on a kept-alive connection by 44 ms.
Here its gateway is used with another request handler.

A request passes through `Handler` (framing), `Local` (demo pages or API), `Gateway` (event) and the app; the response
is compressed on its way back.
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

from dev.gateway import Gateway, Headers, Response, compressed, gateway_response, make_concurrent, min_compressed

DEMO = Path(__file__).with_name("demo")
PAGES = {  # path → file; nothing else of the demo is served
    "/demo/": "index.html",
    "/demo/2024/07/panic.html": "panic.html",
    "/demo/2024/05/footpath.html": "footpath.html",
    "/demo/blog.css": "blog.css",
}
MAX_BODY = 10 * 1024 * 1024  # bytes, as on API Gateway
LINGER = 2.0  # seconds for a client to read an error
NON_ASCII = re.compile(rb"[^\t\n\r -~]")

log = logging.getLogger(__name__)


class BadFraming(Exception):  # noqa: N818  the client's error, not a bug
    """A request whose end is unknown or too far away; the connection is closed after the response."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        self.response = Response.message(status, message)


class BodyTooLong(BadFraming):
    """A body that is larger than API Gateway accepts."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Too Long")


def body_length(headers: Message) -> int:
    """The length of a request's body in bytes.

    Raises:
        BadFraming: the length is missing, contradictory, or more than is accepted.
    """
    if headers.defects or headers.get_payload() or any(name != name.strip() for name in headers):
        raise BadFraming(HTTPStatus.BAD_REQUEST, "Bad Request")
    if "transfer-encoding" in headers:
        raise BadFraming(HTTPStatus.LENGTH_REQUIRED, "Length Required")
    lengths = headers.get_all("content-length", ["0"])
    if len(lengths) != 1 or not re.fullmatch("[0-9]{1,18}", lengths[0]):
        raise BadFraming(HTTPStatus.BAD_REQUEST, "Bad Request")
    if int(lengths[0]) > MAX_BODY:
        raise BodyTooLong
    return int(lengths[0])


def page(method: str, path: str) -> Response:
    """The response with a page of the demo."""
    if method not in ("GET", "HEAD"):
        return Response(HTTPStatus.METHOD_NOT_ALLOWED, (("Allow", "GET, HEAD"),))
    file = DEMO / PAGES.get(path, "")
    if not file.is_file():
        return Response(HTTPStatus.NOT_FOUND, (("Content-Type", "text/plain"),), b"There is no such page.\n")
    kind, _ = mimetypes.guess_type(file.name)
    headers = (("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "no-cache"))
    return Response(HTTPStatus.OK, headers, file.read_bytes())


def percent_encoded(byte: re.Match[bytes]) -> bytes:
    """Percent-encode a byte."""
    return b"%%%02X" % ord(byte[0])


class Handler(BaseHTTPRequestHandler):
    """Reads requests from a connection and writes the responses, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # it delays each small write on a kept connection by 44 ms
    wbufsize = -1
    server: "LocalServer"

    def parse_request(self) -> bool:
        """Parse the request's head, after percent-encoding raw UTF-8 in its first line."""
        self.raw_requestline: bytes = NON_ASCII.sub(percent_encoded, self.raw_requestline)
        return super().parse_request()

    def handle_expect_100(self) -> bool:
        """Request the body, unless it is going to be refused."""
        with contextlib.suppress(BadFraming):
            body_length(self.headers)
            super().handle_expect_100()
            self.wfile.flush()
        return True

    def respond(self) -> None:
        """Respond to one request of any method."""
        began = time.perf_counter()
        try:
            body = self._body()
            headers = Headers(self.headers)
            response = self.server.site.respond(self.command, self.path, headers, body)
            self._send(response)
        except BadFraming as bad:
            response = self.server.site.body_too_long(self.path) if isinstance(bad, BodyTooLong) else bad.response
            self.close_connection = True
            self._send(response)
            self._linger()
        spent = round((time.perf_counter() - began) * 1000)
        log.info("%s %s %d %d ms", self.command, self.path.partition("?")[0], response.status, spent)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Handle every HTTP method here; the gateway knows which of them a route has."""
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def _body(self) -> bytes:
        length = body_length(self.headers)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError
        return body

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        names = {name.lower() for name, _ in response.headers}
        has_body = response.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        for name, value in response.headers:
            if name.lower() != "content-length":
                self.send_header(name, str(value).encode().decode("latin-1"))
        if has_body:
            self.send_header("Content-Length", str(len(response.body)))
        if has_body and "content-type" not in names:
            self.send_header("Content-Type", "application/json")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(response.body)

    def _linger(self) -> None:
        """Close our side and let the client finish: if we closed while it sends, it would lose the response."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + LINGER
        with contextlib.suppress(OSError):
            while (left := deadline - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(65536):
                    break

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: `respond` logs, with the duration."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  the signature is inherited
        """Log the base class's messages about requests that cannot be parsed."""
        log.info(format, *args)


class Site(Protocol):
    """What a server serves: responds to all well-formed requests."""

    prefix: str

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        """The response to a request.  The path includes the query, still percent-encoded."""

    def body_too_long(self, path: str) -> Response:
        """The response to a request whose body is too long, and was not read."""


class Local:
    """The demo's pages, and the app under the gateway's prefix."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.prefix = gateway.prefix

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        """The response of the demo or the app."""
        return compressed(self._response(method, path, headers, body), headers.all("accept-encoding"), min_compressed())

    def _response(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        plain = path.partition("?")[0]
        if plain in ("/", "/demo"):
            return Response(HTTPStatus.FOUND, (("Location", "/demo/"),))
        if plain.startswith("/demo/"):
            return page(method, plain)
        if not plain.startswith(f"{self.prefix}/"):
            return Response.message(HTTPStatus.FORBIDDEN, "Forbidden")
        return self.gateway.respond(method, path.removeprefix(self.prefix), headers, body)

    def body_too_long(self, _path: str) -> Response:
        """The gateway's response to a body that is too long."""
        return gateway_response("REQUEST_TOO_LARGE")


class LocalServer(ThreadingHTTPServer):
    """A server on one address, with a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        super().__init__(address, Handler)
        self.site = site

    @property
    def url(self) -> str:
        """The server's URL, with the stage."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}{self.site.prefix}"

    def server_bind(self) -> None:
        """Bind without the base class's lookup of the host name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  the signature is inherited
        """Ignore clients that disconnected; print other errors."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def serve(app: Chalice, host: str, port: int, *, prefix: str = "") -> LocalServer:
    """A server for an app on an address (port 0: a free one), to be started with `serve_forever`.

    Raises:
        OSError: the address is in use.
    """
    server = LocalServer((host, port), Local(Gateway(app, prefix)))
    make_concurrent(app)
    return server


@contextlib.contextmanager
def running(app: Chalice, prefix: str = "", *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an app in a thread; yields its URL, with the prefix."""
    with serve_in_thread(serve(app, host, port, prefix=prefix)) as url:
        yield url


@contextlib.contextmanager
def serve_in_thread(server: LocalServer) -> Iterator[str]:
    """Run a server in a thread; yields its URL."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
