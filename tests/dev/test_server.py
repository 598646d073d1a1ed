"""The local server conforms to HTTP and passes the app the events that API Gateway would."""

import gzip
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from chalice.app import Chalice, Response

from dev import server
from dev.gateway import min_compressed
from dev.server import MAX_BODY, running

LOREM = "x" * 1000
PATIENCE = 60  # seconds
ALIVE = b"GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


app = Chalice("tiny")


@app.route("/event", methods=["GET", "POST"])
def event() -> dict[str, Any]:
    request = app.current_request
    assert request
    return {**request.to_original_event(), "context": {}}


@app.route("/alive")
def alive() -> dict[str, str]:
    return {"alive": "yes"}


@app.route("/both", methods=["GET", "HEAD"])
def both() -> str:
    return LOREM


@app.route("/names/{name}")
def names(name: str) -> dict[str, str]:
    return {"name": unquote(name)}


@app.route("/nothing", methods=["DELETE"])
def nothing() -> Response:
    return Response(body="", status_code=204)


@app.route("/cookies")
def cookies() -> Response:
    return Response(body="", headers={"Set-Cookie": ["a=1", "b=2"], "X-Name": "grüße"})


@app.route("/slow/{name}")
def slow(name: str) -> dict[str, str]:
    time.sleep(0.1)
    request = app.current_request
    assert request
    return {"argument": name, "request": request.uri_params["name"], "context": app.lambda_context.aws_request_id}  # type: ignore[index]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(app) as address:
        yield address


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5)


def conversation(url: str, *sent: bytes) -> bytes:
    """Everything that comes back until the server closes the connection."""
    with connected(url) as wire, wire.makefile("rb") as answers:
        for piece in sent:
            wire.sendall(piece)
        return answers.read()


def answer(url: str, sent: bytes) -> tuple[int, bytes, bytes]:
    """One answer's status, head and body, after which the server must have closed."""
    head, _, body = conversation(url, sent).partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def event_of(url: str, path: str, *headers: str, body: bytes = b"") -> dict[str, Any]:
    head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: a", "Connection: close", *headers])
    status, _, seen = answer(url, f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    assert status == 200, seen
    event: dict[str, Any] = json.loads(seen)
    return event


@pytest.mark.parametrize(
    "request_line",
    [b"HEAD /alive", b"HEAD /both", b"HEAD /no/such", b"HEAD /demo/no-such", b"HEAD /", b"DELETE /nothing"],
)
def test_a_response_without_a_body_keeps_the_connection_in_sync(url: str, request_line: bytes) -> None:
    seen = conversation(url, request_line + b" HTTP/1.1\r\nHost: a\r\n\r\n" + ALIVE)

    first, rest = seen.split(b"\r\n\r\n", 1)
    assert first.startswith(b"HTTP/1.1 ")
    assert rest.startswith(b"HTTP/1.1 200 OK")
    assert rest.endswith(b'{"alive":"yes"}')


def test_a_head_response_has_the_content_length_of_a_get(url: str) -> None:
    _, head, body = answer(url, b"HEAD /both HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert b"Content-Length: 1000" in head
    assert body == b""


@pytest.mark.parametrize("method", [b"DELETE", b"HEAD", b"TRACE", b"PROPFIND"])
def test_a_method_without_a_route_is_refused_as_the_gateway_does(url: str, method: bytes) -> None:
    status, head, body = answer(url, method + b" /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert status == 404
    assert b"Access-Control-Allow-Origin: *" in head
    assert (b'"code":"not_found"' in body) is (method != b"HEAD")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Transfer-Encoding: chunked", 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5", 411),
        (b"Transfer-Encoding : chunked", 400),
        (b"no colon in here\r\nContent-Length: 5", 400),
        (b"Content-Length: five", 400),
        (b"Content-Length: -5", 400),
        (b"Content-Length: +5", 400),
        (b"Content-Length: 5\r\nContent-Length: 6", 400),
        (b"Content-Length: " + b"9" * 5000, 400),
        (b"Content-Length: %d" % (MAX_BODY + 1), 413),
    ],
    ids=lambda value: value[:40].decode() if isinstance(value, bytes) else "",
)
def test_a_body_of_unknown_or_excessive_length_ends_the_connection(url: str, headers: bytes, status: int) -> None:
    seen = conversation(url, b"POST /event HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n\r\n" + ALIVE)

    assert seen.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in seen
    assert seen.count(b"HTTP/1.1 ") == 1


def test_a_client_that_sends_too_much_can_still_read_the_refusal(url: str) -> None:
    head = b"POST /event HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (2 * MAX_BODY)

    seen = conversation(url, head, bytes(2 * MAX_BODY))

    assert seen.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"too_large"' in seen


def test_the_largest_body_arrives(url: str) -> None:
    event = event_of(url, "/event", "Content-Type: application/json", body=b"x" * MAX_BODY)

    assert len(event["body"]) == MAX_BODY


def test_expect_continue_is_answered_with_continue(url: str) -> None:
    head = b"POST /event HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with connected(url) as wire, wire.makefile("rb") as answers:
        wire.sendall(head)
        go_on = answers.readline(), answers.readline()
        wire.sendall(b"{}")
        rest = answers.read()

    assert go_on == (b"HTTP/1.1 100 Continue\r\n", b"\r\n")
    assert rest.startswith(b"HTTP/1.1 200 OK")


def test_expect_continue_is_refused_at_once_when_the_body_is_too_large(url: str) -> None:
    expect = b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1)

    seen = conversation(url, b"POST /event HTTP/1.1\r\nHost: a\r\n" + expect)

    assert seen.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "path", ["/names/crème à la carte".replace(" ", "%20"), "/names/cr%C3%A8me%20%C3%A0%20la%20carte"]
)
def test_a_path_may_be_raw_or_percent_encoded(url: str, path: str) -> None:
    _, _, body = answer(url, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())

    assert json.loads(body) == {"name": "crème à la carte"}


def test_a_semicolon_is_part_of_the_path(url: str) -> None:
    _, _, body = answer(url, b"GET /names/a;b?c=d;e HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert json.loads(body) == {"name": "a;b"}


def test_a_persistent_connection_is_answered_at_once(url: str) -> None:
    wire, spent = HTTPConnection(urlsplit(url).netloc), []
    for number in range(20):
        began = time.perf_counter()
        wire.request("GET", f"/names/{number}")
        assert json.load(wire.getresponse()) == {"name": str(number)}
        spent.append(time.perf_counter() - began)
    wire.close()

    assert min(spent) < 0.030  # seconds: with Nagle's algorithm each takes at least 44 ms


def test_pipelined_requests_are_all_answered(url: str) -> None:
    post = b"POST /event HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"

    seen = conversation(url, post * 3 + ALIVE)

    assert len(re.findall(rb"HTTP/1\.1 200 OK", seen)) == 4


def test_each_thread_has_its_own_request_and_context(url: str) -> None:
    def ask(name: str) -> dict[str, str]:
        _, _, body = answer(url, f"GET /slow/{name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        seen: dict[str, str] = json.loads(body)
        return seen

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(ask, "abcdefgh")]

    assert [(seen["argument"], seen["request"]) for seen in answers] == [(name, name) for name in "abcdefgh"]
    assert len({seen["context"] for seen in answers}) == 8


def test_an_event_has_the_fields_of_the_real_gateways(url: str) -> None:
    event = event_of(url, "/event?a=1&a=2", "X-Twice: one", "x-twice: two", body="grüße".encode())

    assert event["headers"]["x-twice"] == "two"
    assert event["multiValueHeaders"]["x-twice"] == ["one", "two"]
    assert event["queryStringParameters"] == {"a": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert event["body"] == "grüße"
    assert (event["path"], event["resource"], event["httpMethod"]) == ("/event", "/event", "POST")
    assert event["pathParameters"] is None
    assert event["requestContext"]["requestId"]


def test_below_a_prefix_the_context_names_the_stage_and_the_path_does_not() -> None:
    with running(app, "/api") as url:
        event = event_of(url, "/api/event")
        outside, _, refusal = answer(url, b"GET /event HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert url.endswith("/api")
    assert event["path"] == "/event"
    assert event["requestContext"]["path"] == "/api/event"
    assert event["requestContext"]["stage"] == "api"
    assert (outside, json.loads(refusal)) == (403, {"message": "Forbidden"})


def test_every_value_of_a_header_is_sent(url: str) -> None:
    _, head, _ = answer(url, b"GET /cookies HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert re.findall(rb"Set-Cookie: (\S+)", head) == [b"a=1", b"b=2"]
    assert "X-Name: grüße".encode() in head


@app.route("/long", methods=["GET", "HEAD"])
def long() -> Response:
    request = app.current_request
    assert request
    encoded = {"Content-Encoding": "br"} if request.query_params else {}
    return Response(body="ö" * 512, headers={"Content-Type": "text/plain", "ETag": '"long"', **encoded})


def asked(url: str, path: str, accepted: str = "", method: str = "GET") -> tuple[Message, bytes]:
    """The headers and body of a response to a client that accepts these encodings."""
    said = f"\r\n{accepted}" if accepted else ""
    _, head, body = answer(url, f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close{said}\r\n\r\n".encode())
    return message_from_bytes(head.partition(b"\r\n")[2]), body


def test_the_compression_threshold_matches_the_deployed_one() -> None:
    assert min_compressed() == 1024


@pytest.mark.parametrize(
    "accepted",
    [
        "Accept-Encoding: gzip",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "accept-encoding: br;q=1.0, GZIP;q=0.001",
        "Accept-Encoding: br\r\nAccept-Encoding: gzip",
    ],
)
def test_large_responses_are_compressed_for_clients_that_accept_it(url: str, accepted: str) -> None:
    plain, body = asked(url, "/long")

    headers, squeezed = asked(url, "/long", accepted)

    assert gzip.decompress(squeezed) == body == "ö".encode() * 512
    assert int(headers["Content-Length"]) == len(squeezed) < len(body)
    assert headers["Content-Encoding"] == "gzip"
    for changed in ("Content-Length", "Content-Encoding", "Date"):
        del plain[changed], headers[changed]
    assert headers.items() == plain.items()


@pytest.mark.parametrize(
    ("path", "accepted"),
    [
        ("/long", ""),
        ("/long", "Accept-Encoding: *"),
        ("/long", "Accept-Encoding: identity, br, x-gzip"),
        ("/long", "Accept-Encoding: gzip;q=0"),
        ("/long", "Accept-Encoding: gzip; q=0.000, identity"),
        ("/both", "Accept-Encoding: gzip"),
    ],
)
def test_small_or_unaccepted_responses_are_not_compressed(url: str, path: str, accepted: str) -> None:
    headers, body = asked(url, path, accepted)

    assert "Content-Encoding" not in headers
    assert int(headers["Content-Length"]) == len(body) == (1000 if path == "/both" else 1024)


def test_encoded_responses_are_not_compressed_again(url: str) -> None:
    headers, body = asked(url, "/long?encoded=1", "Accept-Encoding: gzip")

    assert headers.get_all("Content-Encoding") == ["br"]
    assert len(body) == 1024


@pytest.mark.parametrize("path", ["/long", "/demo/2024/07/panic.html", "/demo/blog.css"])
def test_a_head_response_matches_a_compressed_get(url: str, path: str) -> None:
    get, squeezed = asked(url, path, "Accept-Encoding: gzip")
    head, nothing = asked(url, path, "Accept-Encoding: gzip", "HEAD")

    assert nothing == b""
    assert get["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(squeezed)) >= 1024
    del get["Date"], head["Date"]
    assert head.items() == get.items()


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    for name in ("index.html", "panic.html", "footpath.html", "blog.css", "thread.json"):
        (folder / name).write_text(f"this is {name}", encoding="utf-8")
    monkeypatch.setattr(server, "DEMO", folder)


@pytest.mark.parametrize(
    ("path", "file", "kind"),
    [
        ("/demo/", "index.html", "text/html"),
        ("/demo/2024/07/panic.html", "panic.html", "text/html"),
        ("/demo/2024/05/footpath.html?preview", "footpath.html", "text/html"),
        ("/demo/blog.css", "blog.css", "text/css"),
    ],
)
@pytest.mark.usefixtures("demo")
def test_the_demo_is_served(url: str, path: str, file: str, kind: str) -> None:
    status, head, body = answer(url, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())

    assert (status, body.decode()) == (200, f"this is {file}")
    assert f"Content-Type: {kind}; charset=utf-8".encode() in head


@pytest.mark.parametrize(
    "path",
    ["/demo/thread.json", "/demo/../secret.html", "/demo/%2e%2e/secret.html", "/demo//etc/passwd", "/demo/2024/"],
)
@pytest.mark.usefixtures("demo")
def test_only_the_demos_pages_are_served(url: str, path: str) -> None:
    status, _, _ = answer(url, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())

    assert status == 404


@pytest.mark.parametrize("path", ["/", "/demo"])
def test_the_root_redirects_to_the_demo(url: str, path: str) -> None:
    status, head, _ = answer(url, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())

    assert status == 302
    assert b"Location: /demo/" in head


def test_a_page_can_only_be_read(url: str) -> None:
    status, head, _ = answer(url, b"DELETE /demo/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert status == 405
    assert b"Allow: GET, HEAD" in head


def test_a_request_is_logged_in_one_line_without_its_query(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="dev"):
        answer(url, b"GET /alive?token=secret HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        wait_until(lambda: bool(caplog.messages))

    [line] = caplog.messages
    assert re.fullmatch(r"GET /alive 200 \d+ ms", line)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /event HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc",
        b"GET /slow/a HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["at once", "amid its body", "before the answer"],
)
def test_a_client_that_disconnects_leaves_no_traceback(
    url: str, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    before = threading.active_count()
    with connected(url) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close by a reset
        wire.sendall(sent)
        time.sleep(0.02)
    wait_until(lambda: threading.active_count() <= before)

    assert "Traceback" not in capfd.readouterr().err
    assert b'{"alive":"yes"}' in conversation(url, ALIVE)


def test_a_port_in_use_raises_an_oserror(url: str) -> None:
    with pytest.raises(OSError, match="in use"), running(app, port=urlsplit(url).port or 0):
        pass


def wait_until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
