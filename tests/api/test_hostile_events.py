"""Malformed and hostile events: each gets a well-formed response.

A row of the corpus is a change to a good event; ``EXPECTED`` says what this service answers to it.
"""

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from tests.support.attack_corpora import load
from tests.support.response_checks import (
    capture_log,
    check_response,
    counted_calls,
    documented_statuses,
    log_lines,
    wrong_fields,
)
from tests.support.world import POST, Response, World, key22, rest_event, send

TEXT = "Words of a person."
PERSONAL = ("Words of", "Ann", "203.0.113", "aw_author", "aw_api", "evil", "1.2.3.4", "INFO approved", "k1")

ACCEPTED, READ = (202, ""), (200, "")
NOT_JSON, TOO_LARGE, WRONG_TYPE, NO_METHOD = (400, ""), (413, ""), (415, ""), (405, "")
NO_EVENT = (400, "")
EXPECTED = {  # status, and of a 422 the field that it names
    "body null": NOT_JSON,
    "body empty": NOT_JSON,
    "body JSON null": NOT_JSON,
    "body JSON list": NOT_JSON,
    "body JSON string": NOT_JSON,
    "body JSON number": NOT_JSON,
    "body JSON true": NOT_JSON,
    "truncated JSON": NOT_JSON,
    "trailing comma": NOT_JSON,
    "NaN": (422, "text"),
    "Infinity": (422, "text"),
    "1e999": (422, "text"),
    "duplicate key text": ACCEPTED,
    "duplicate key status": (422, "status"),
    "text is DynamoDB-typed": (422, "text"),
    "text is list": (422, "text"),
    "text is bool": (422, "text"),
    "text is int": (422, "text"),
    "parentId object": (422, "parent"),
    "parentId of other post": (422, "parent"),
    "parentId pending": (422, "parent"),
    "lone surrogate": NOT_JSON,
    "NUL escape": ACCEPTED,
    "integer of 5000 digits": NOT_JSON,
    "integer of 5e6 digits": TOO_LARGE,
    "deep arrays 100000": NOT_JSON,
    "64 kB text": (422, "text"),
    "6 MB text": TOO_LARGE,
    "10 MB body": TOO_LARGE,
    "400 kB field set (DynamoDB item limit)": TOO_LARGE,
    "b64 valid": ACCEPTED,
    "b64 padding missing": NOT_JSON,
    "b64 non-utf8": NOT_JSON,
    "b64 utf-16": NOT_JSON,
    "b64 overlong utf-8": NOT_JSON,
    "flag true, plain body": NOT_JSON,
    "flag missing": ACCEPTED,
    "no content-type": WRONG_TYPE,
    "upper-case content-type value": ACCEPTED,
    "text/plain (CORS simple request = CSRF)": WRONG_TYPE,
    "form urlencoded (CSRF)": WRONG_TYPE,
    "multipart (CSRF)": WRONG_TYPE,
    'application/json;charset=x"y': ACCEPTED,
    "application/jsonp": WRONG_TYPE,
    "two content-types": WRONG_TYPE,
    "headers null": WRONG_TYPE,
    "header value null": ACCEPTED,
    "10 kB of headers": ACCEPTED,
    "huge user-agent 8 kB": ACCEPTED,
    "user-agent with CRLF + fake log line": ACCEPTED,
    "X-Real-IP spoof": ACCEPTED,
    "X-HTTP-Method-Override": ACCEPTED,
    "X-Original-URL": ACCEPTED,
    "IPv6 source": ACCEPTED,
    "IPv4-mapped IPv6": ACCEPTED,
    "sourceIp missing": ACCEPTED,
    "Origin evil": ACCEPTED,
    "Origin prefix trick": ACCEPTED,
    "Origin suffix trick": ACCEPTED,
    "Origin http downgrade": ACCEPTED,
    "Origin with port": ACCEPTED,
    "Origin with CRLF": ACCEPTED,
    "Origin with regex chars": ACCEPTED,
    "two Origins": ACCEPTED,
    "pathParameters null": ACCEPTED,
    "limit=0": (422, "limit"),
    "limit=1e9": (422, "limit"),
    "limit=abc": (422, "limit"),
    "limit=\u0663 (arabic digit)": (422, "limit"),
    "limit=1_0": (422, "limit"),
    "limit twice": (422, "limit"),
    "cursor garbage": (422, "cursor"),
    "cursor of another post": (422, "cursor"),
    "cursor pointing at the pending index": (422, "cursor"),
    "cursor 10 kB": (422, "cursor"),
    "status=pending on the public list": (422, "status"),
    "callback= (JSONP)": (422, "callback"),
    "_=cache buster": (422, "_"),
    "HEAD on a GET route": READ,
    "OPTIONS": NO_METHOD,
    "TRACE": NO_METHOD,
    "PROPFIND": NO_METHOD,
    "method lower case": NO_METHOD,
    "empty event": NO_EVENT,
    "scheduled event to the HTTP handler": NO_EVENT,
    "stream event to the HTTP handler": NO_EVENT,
    "HTTP API v2 payload": NO_EVENT,
    "idempotency key replay same body": (422, "Idempotency-Key"),
    "idempotency key of another visitor": (422, "Idempotency-Key"),
    "idempotency key 10 kB / CRLF / empty": (422, "Idempotency-Key"),
    "If-None-Match weak list of 1000": READ,
}
PLACEHOLDER = re.compile(r"\{[a-z]+-[a-z-]+\}")
POST_KEYS = {  # the rows about a path parameter: what becomes of them as a post's key
    "path id encoded slash": "a%2Fb",
    "path id double encoded": "a%252Fb",
    "path key injection #": "a#STATUS#approved",
    "path key injection |": None,
    "path dot": ".",
    "path 5000 chars": None,
    "path 1000 astral chars": None,
    "path trailing slash/case/query": "Post/",
}
ORACLES = {"count oracle", "timing/404 oracle"}


@cache
def rows() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in load("api_events.json")}


def good_submission(name: str = "good") -> dict[str, Any]:
    headers = {"content-type": "application/json", "idempotency-key": key22(name)}
    body = json.dumps({"post": POST, "text": "Words of a person.", "name": "Ann"})
    return rest_event("POST", "/v1/comments", headers=headers, body=body)


def good_list() -> dict[str, Any]:
    return rest_event("GET", "/v1/comments", query={"post": POST})


def in_our_words(body: str) -> str:
    """The body of the corpus with our field names and a post."""
    if not body.startswith('{"'):
        return body
    renamed = body.replace('"author":', '"name":').replace('"parentId":', '"parent":')
    return f'{{"post":"{POST}",{renamed[1:]}'


def changed(event: dict[str, Any], delta: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    for part, value in delta.items():
        event = CHANGES[part](event, _filled(value, names))
    return event


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    text = json.dumps(value)
    for placeholder, real in names.items():
        text = text.replace(placeholder, real)
    return json.loads(text)


def _body(event: dict[str, Any], body: str | None) -> dict[str, Any]:
    return {**event, "body": body and in_our_words(body)}


def _body_parts(event: dict[str, Any], parts: list[tuple[str, int]]) -> dict[str, Any]:
    return _body(event, "".join(text * count for text, count in parts))


def _is_base64(event: dict[str, Any], flag: bool) -> dict[str, Any]:
    try:
        sent = base64.b64decode(event["body"], validate=True)
    except ValueError:
        return {**event, "isBase64Encoded": flag}
    body = in_our_words(sent.decode("latin-1")).encode("latin-1")
    return {**event, "body": base64.b64encode(body).decode(), "isBase64Encoded": flag}


def _headers(event: dict[str, Any], headers: Mapping[str, str | None]) -> dict[str, Any]:
    for name, value in headers.items():
        known = name in event["headers"]
        kept = {each: old for each, old in event["headers"].items() if each != name}
        kept_many = {each: old for each, old in event["multiValueHeaders"].items() if each != name}
        if value is not None:
            kept_many[name] = [value]
        if not (known and value is None):
            kept[name] = value
        event = {**event, "headers": kept, "multiValueHeaders": kept_many}
    return event


def _many_headers(event: dict[str, Any], headers: Mapping[str, list[str]]) -> dict[str, Any]:
    last = {name: values[-1] for name, values in headers.items()}
    changed = _headers(event, last)
    return {**changed, "multiValueHeaders": {**changed["multiValueHeaders"], **headers}}


def _query(event: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    return _many_query(event, {name: [value] for name, value in query.items()})


def _many_query(_event: dict[str, Any], query: Mapping[str, list[str]]) -> dict[str, Any]:
    return rest_event("GET", "/v1/comments", query={"post": POST, **query})


def _method(event: dict[str, Any], method: str) -> dict[str, Any]:
    event = good_list() if method in {"GET", "HEAD"} else event
    return {**event, "httpMethod": method, "requestContext": {**event["requestContext"], "httpMethod": method}}


def _source(event: dict[str, Any], address: str) -> dict[str, Any]:
    return {**event, "requestContext": {**event["requestContext"], "identity": {"sourceIp": address}}}


def _drop(event: dict[str, Any], names: list[str]) -> dict[str, Any]:
    for name in names:
        first, _, rest = name.partition(".")
        inner = _drop(event[first], [rest]) if rest else None
        event = {each: value for each, value in event.items() if each != first} | ({first: inner} if rest else {})
    return event


def _set(event: dict[str, Any], new: Any) -> Any:
    if new == "v2":
        return V2
    return json.loads(new) if isinstance(new, str) else {**event, **new}


CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "body": _body,
    "body_parts": _body_parts,
    "isBase64Encoded": _is_base64,
    "headers": _headers,
    "multiValueHeaders": _many_headers,
    "query": _query,
    "mvQuery": _many_query,
    "method": _method,
    "sourceIp": _source,
    "drop": _drop,
    "set": _set,
}
V2 = {
    "version": "2.0",
    "routeKey": "POST /v1/comments",
    "rawPath": "/v1/comments",
    "rawQueryString": "",
    "headers": {"content-type": "application/json"},
    "requestContext": {
        "http": {"method": "POST", "path": "/v1/comments", "sourceIp": "203.0.113.7"},
        "stage": "$default",
        "requestId": "id",
    },
    "body": "{}",
    "isBase64Encoded": False,
}


def real_names(world: World, name: str) -> dict[str, str]:
    """A row with real values instead of the placeholders of the corpus."""
    if not PLACEHOLDER.search(json.dumps(rows()[name])):
        return {}
    waiting = world.submit().json["id"]
    others = [world.published(post="/other") for _ in range(2)]
    world.submit()
    queue = world.get("/v1/moderation/queue", query={"limit": "1"}, token=world.token)
    return {
        "{comment-of-other-post}": others[0],
        "{pending-comment}": waiting,
        "{cursor-of-other-post}": world.listed("/other", limit="1")["next"],
        "{cursor-of-moderation-queue}": queue.json["next"],
    }


def row_event(name: str, names: Mapping[str, str]) -> Any:
    delta = rows()[name]["delta"]
    if "generator" in delta:
        delta = {"headers": {f"x-{number}": "h" * 100 for number in range(100)}}
    apart = {"repeat", "sourceIp2"}
    return changed(good_submission(), {part: value for part, value in delta.items() if part not in apart}, names)


def test_the_table_knows_every_row_of_the_corpus() -> None:
    assert set(rows()) == set(EXPECTED) | set(POST_KEYS) | ORACLES


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_event_gets_the_response_in_the_table(
    world: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    status, field = EXPECTED[name]
    event = row_event(name, real_names(world, name))
    capture_log(caplog)

    with counted_calls() as calls:
        response = check_response(send(event))

    assert response.status == status
    assert not field or wrong_fields(response) == {field}
    counted = ["UpdateItem"] if field == "parent" and "PutItem" not in calls.made else []  # by its network's limit
    assert status < 400 or calls.writes in ([], counted)
    assert status not in {400, 405, 413, 415} or calls.made == []
    [line] = log_lines(caplog)
    assert line["status"] == status
    assert not any(words in json.dumps(line) for words in PERSONAL)


@pytest.mark.parametrize("name", POST_KEYS)
def test_a_hostile_post_key_is_the_same_key_or_refused_on_every_route(world: World, name: str) -> None:
    raw, key = rows()[name]["delta"]["pathParameters"]["post"], POST_KEYS[name]

    submitted = check_response(world.submit(post=raw))
    listed = check_response(world.get("/v1/comments", query={"post": raw}))
    path = check_response(world.get("/v1/comments/{comment_id}", path={"comment_id": raw}))

    assert path.status == 404
    if key is None:
        assert (submitted.status, listed.status) == (422, 422)
        assert wrong_fields(submitted) == wrong_fields(listed) == {"post"}
    else:
        assert (submitted.json["post"], listed.json["post"]) == (key, key)


@pytest.mark.parametrize("name", ["6 MB text", "10 MB body", "integer of 5e6 digits"])
@pytest.mark.usefixtures("world")
def test_a_huge_body_is_refused_before_any_work(name: str) -> None:
    event = row_event(name, {})
    spent: list[float] = []

    with counted_calls() as calls:
        for _ in range(5):
            began = time.process_time()
            assert check_response(send(event)).status == 413
            spent.append(time.process_time() - began)

    assert min(spent) < 0.05  # seconds of CPU: the least of them, as a busy machine adds to any
    assert calls.made == []


def test_of_a_duplicate_json_key_the_last_value_is_screened_and_stored(world: World) -> None:
    send(row_event("duplicate key text", {}))

    [waiting] = world.queue()

    assert waiting["text"] == "<script>alert(1)</script>"
    assert waiting["html"] == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", "2001:DB8:1:2:ffff::"], 1),
        (["2001:db8:1:2::1", "2001:db8:1:3::1"], 2),
        (["::ffff:203.0.113.9", "203.0.113.9"], 1),
        (["203.0.113.9", "203.0.113.10"], 2),
        ([None, "", "unknown", "203.0.113.9, 198.51.100.1", "[::1]:80"], 1),
    ],
)
def test_a_network_is_the_gateways_address_and_nothing_else(
    world: World, addresses: list[str | None], networks: int
) -> None:
    for number, address in enumerate(addresses):
        spoofed = {"x-real-ip": f"1.2.3.{number}", "x-forwarded-for": f"1.2.3.{number}"}
        event = _headers(good_submission(str(number)), spoofed)
        assert send({**event, "requestContext": _source(event, address or "")["requestContext"]}).status == 202

    assert len({waiting["network"] for waiting in world.queue()}) == networks


def test_a_repeated_submission_gets_the_same_comment_and_response(world: World) -> None:
    first, again = send(good_submission("once")), send(good_submission("once"))

    assert (first.status, first.text, first.headers) == (again.status, again.text, again.headers)
    assert len(world.queue()) == 1


@pytest.mark.usefixtures("world")
def test_another_author_with_the_same_key_learns_nothing() -> None:
    """Without an author key, only the same text matches: the idempotency key is the secret."""
    send(good_submission("once"))
    other_source = _source(good_submission("once"), "198.51.100.1")

    other = check_response(send({**other_source, "body": json.dumps({"post": POST, "text": "Mine.", "name": "Eve"})}))

    assert other.status == 409
    assert TEXT not in other.text


def test_unpublished_comments_change_no_byte_of_the_counts_and_the_list(world: World) -> None:
    world.published()
    before = [_read_publicly(world, route) for route in ("/v1/comments", "/v1/counts")]

    for decision in ("", "reject", "spam", "delete"):
        hidden = world.submit(f"A canary that ends by {decision}.").json["id"]
        if decision:
            world.decide(decision, hidden)
    world.clock.forward(seconds=10)

    assert [_read_publicly(world, route) for route in ("/v1/comments", "/v1/counts")] == before


def _read_publicly(world: World, route: str) -> Response:
    return world.get(route, query={"post": POST})


@pytest.mark.parametrize("decision", ["", "reject", "spam", "delete"])
@pytest.mark.parametrize("ask", ["comment", "replies", "parent"])
def test_unpublished_comments_look_like_unknown_ones(world: World, decision: str, ask: str) -> None:
    hidden = world.submit().json["id"]
    if decision:
        world.decide(decision, hidden)

    answers = [_asked(world, ask, comment_id) for comment_id in (hidden, key22("never was"))]

    assert answers[0] == answers[1]
    assert answers[0].status in {404, 422}


def _asked(world: World, ask: str, comment_id: str) -> Response:
    if ask == "parent":
        return world.submit(parent=comment_id)
    route = "/v1/comments/{comment_id}" + ("/replies" if ask == "replies" else "")
    return world.get(route, path={"comment_id": comment_id})


def _context(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**event, "requestContext": {**event["requestContext"], **changes}}


LONG = json.dumps({"k" * 150_000: 1})
MANY = json.dumps({f"k{number:x}": 1 for number in range(13_000)})
MORE: dict[str, tuple[Any, int]] = {  # in addition to the corpus
    "line break in the request's id": (_context(good_list(), requestId="a\r\nX-Y: z"), 200),
    "request's id of another script": (_context(good_list(), requestId="\u2028"), 200),
    "no id": (_context(good_list(), requestId=None), 200),
    "route that nobody knows": (_context(good_list(), resourcePath="/v1/Ann"), 404),
    "route without its parameter": (_context(good_list(), resourcePath="/v1/comments/{comment_id}"), 404),
    "parameter that the route has not": ({**good_list(), "pathParameters": {"comment_id": "x"}}, 404),
    "no method": (_context(good_list(), httpMethod=None), 400),
    "headers in no table": ({**good_list(), "headers": "x"}, 400),
    "query in no table": ({**good_list(), "queryStringParameters": [1]}, 400),
    "path in no table": ({**good_list(), "pathParameters": ["x"]}, 400),
    "body that is an object already": ({**good_submission(), "body": {"text": "x"}}, 400),
    "body that is a number": ({**good_submission(), "body": 5}, 400),
    "body of bytes": ({**good_submission(), "body": good_submission()["body"].encode()}, 202),
    "parameter without values": ({**good_list(), "multiValueQueryStringParameters": {"post": None}}, 422),
    "parameter with text instead of a list": ({**good_list(), "multiValueQueryStringParameters": {"post": POST}}, 400),
    "parameter with a number instead of a list": (
        {**good_list(), "multiValueQueryStringParameters": {"limit": 5}},
        400,
    ),
    "parameter with a list of lists": ({**good_list(), "multiValueQueryStringParameters": {"post": [[POST]]}}, 400),
    "parameter with a list in the single table": ({**good_list(), "queryStringParameters": {"post": [POST]}}, 400),
    "header with text instead of a list": ({**good_submission(), "multiValueHeaders": {"Accept": "*/*"}}, 400),
    "header with a number instead of a list": ({**good_submission(), "multiValueHeaders": {"Accept": 1}}, 400),
    "header with a map instead of a list": ({**good_submission(), "multiValueHeaders": {"Accept": {"a": 1}}}, 400),
    "parameters in the single table": ({**good_list(), "multiValueQueryStringParameters": None}, 200),
    "headers in the single table": ({**good_submission(), "multiValueHeaders": None}, 202),
    "lone surrogate in a parameter": (rest_event("GET", "/v1/comments", query={"post": "\ud800"}), 422),
    "lone surrogate in a parameter's name": (rest_event("GET", "/v1/comments", query={"\ud800": "x"}), 422),
    "lone surrogate in a list": (rest_event("GET", "/v1/counts", query={"post": ["a", "\ud800"]}), 422),
    "lone surrogate in the path": (
        rest_event("GET", "/v1/comments/{comment_id}", path={"comment_id": "\ud800%ff%00%0d%0a"}),
        404,
    ),
    "51 posts": (rest_event("GET", "/v1/counts", query={"post": [f"/{number}" for number in range(51)]}), 422),
    "field with a name of 150 kB": ({**good_submission(), "body": LONG}, 422),
    "13,000 unknown fields": ({**good_submission(), "body": MANY}, 422),
    "unknown field with a line break": ({**good_submission(), "body": '{"a\\r\\nX: y\\u0000": 1}'}, 422),
    "nothing": (None, 400),
    "a list": ([], 400),
}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", MORE)
def test_every_other_hostile_event_gets_a_valid_response(caplog: pytest.LogCaptureFixture, name: str) -> None:
    event, status = MORE[name]
    capture_log(caplog)

    with counted_calls() as calls:
        response = check_response(send(event))

    assert response.status == status
    assert len(response.text) < 32_768
    assert status < 400 or calls.made == []
    [line] = log_lines(caplog)
    assert not any(words in json.dumps(line) for words in PERSONAL)


@pytest.mark.parametrize(
    "spellings",
    [("Authorization", "authorization"), ("authorization", "Authorization"), ("AUTHORIZATION", "Authorization")],
)
def test_two_tokens_are_refused_however_their_headers_are_spelled(world: World, spellings: tuple[str, str]) -> None:
    first, second = spellings
    event = rest_event("GET", "/v1/moderation/queue", headers={first: "Bearer x", second: f"Bearer {world.token}"})

    assert check_response(send(event)).status == 401


def test_a_status_that_a_hostile_event_gets_is_documented() -> None:
    known = documented_statuses("POST", "/v1/comments") | documented_statuses("GET", "/v1/comments") | {404, 405}

    assert {status for status, _ in EXPECTED.values()} <= known | {400}
