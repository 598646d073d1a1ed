"""The function behind CloudFront serves readers as the other one does, and nobody else."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.deploy.swagger import SwaggerGenerator
from hypothesis import given
from hypothesis import strategies as st

import app as service
from chalicelib import runtime as runtimes
from chalicelib.api.cold_start import LOADED_AT_START
from chalicelib.api.http.function_urls import as_rest_event, matching
from chalicelib.api.http.request import parse_event
from chalicelib.api.public_function import app as public_app
from chalicelib.api.public_routers import PUBLIC_ROUTERS
from chalicelib.api.registry import ROUTERS
from chalicelib.core.crypto.keys import Keys
from tests.api.test_cold_start import FOR_OTHERS, FOR_WRITERS, LIST, ROOT, SUBMIT
from tests.support.response_checks import capture_log, check_response, counted_calls, log_lines
from tests.support.url_events import EDGE, HASHES, HOST, KEY, plain_event, send_to_url, url_event
from tests.support.world import POST, SECRET, Response, World, key22, rest_event, send

PUBLIC = [each for router in PUBLIC_ROUTERS for each in router.endpoints]
MODERATING = [each for router in ROUTERS for each in router.endpoints if each not in PUBLIC]
FORM = "application/x-www-form-urlencoded"
IDS = ("comment_id", "job_id", "name")


@pytest.fixture(autouse=True)
def _known_to_cloudfront(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERWORD_EDGE_KEY_HASHES", HASHES)


def path_of(route: str) -> dict[str, str]:
    return {name: key22("any") for name in IDS if f"{{{name}}}" in route}


def asked(method: str, route: str, *, key: str = KEY, **more: Any) -> Response:
    """The answer to a request that comes through CloudFront."""
    return send_to_url(url_event(rest_event(method, route, path=path_of(route), **more), key=key))


def without_id(response: Response) -> tuple[int, dict[str, str], str]:
    return response.status, {name: value for name, value in response.headers.items() if name != "Date"}, response.text


# Whom it serves


def test_every_route_is_either_for_readers_or_for_moderators() -> None:
    assert {each.path for each in MODERATING} == {
        each.path for each in MODERATING if each.path.startswith("/v1/moderation/") or each.path == "/moderate"
    }
    assert not [each.path for each in PUBLIC if each.scope or "moderat" in each.path]


@pytest.mark.parametrize("endpoint", MODERATING, ids=lambda each: f"{each.method} {each.path}")
def test_routes_of_moderators_do_not_exist_there_even_with_the_key_and_a_token(world: World, endpoint: Any) -> None:
    headers = {"Authorization": f"Bearer {world.token}", "Content-Type": "application/json"}

    found = [asked(method, endpoint.path, headers=headers, body="{}") for method in (endpoint.method, "OPTIONS")]

    assert [response.status for response in found] == [404, 404]
    assert endpoint.path not in public_app.routes


WRONG_KEYS = {
    "none": "",
    "another": "A" * 43,
    "repeated": f"{KEY},{KEY}",
    "another stage's": Keys(SECRET + "!").edge[-1],
    "its hash": HASHES,
    "Cyrillic": "ключ",
    "half a character": "\ud800",
}


@pytest.mark.parametrize("key", WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_request_without_the_key_is_refused_before_anything_is_read(key: str) -> None:
    runtimes.use_runtime(None)

    with counted_calls() as calls:
        found = [check_response(asked(each.method, each.path, key=key)) for each in [*PUBLIC, *MODERATING]]

    assert {(response.status, response.json["code"]) for response in found} == {(403, "forbidden")}
    assert calls.made == []
    assert not runtimes.has_runtime(), "not even the secret is read"


def test_without_configured_keys_everybody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERWORD_EDGE_KEY_HASHES", "")

    assert asked("GET", "/healthz").status == 403
    assert asked("GET", "/healthz", key="").status == 403


def test_the_previous_key_is_still_accepted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    monkeypatch.setenv("AFTERWORD_EDGE_KEY_HASHES", ",".join(Keys(SECRET, generation=2).edge_hashes))

    assert asked("GET", "/healthz").status == 200


def test_the_hashes_do_not_reveal_the_keys() -> None:
    keys = Keys(SECRET, generation=2)

    assert all(len(each) == 64 for each in keys.edge_hashes)
    assert not set(keys.edge) & set(keys.edge_hashes)


# It answers as the other function does


def requests_of_readers(comment_id: str) -> list[dict[str, Any]]:
    """Requests whose answers depend on nothing but the table."""
    one, author = {"comment_id": comment_id}, {"Authorization": f"Bearer aw_author_{key22('ann')}"}
    sent = {"Content-Type": "application/json", "Idempotency-Key": key22("again")}
    return [
        rest_event("GET", "/v1/comments", query={"post": POST, "limit": "10"}),
        rest_event("HEAD", "/v1/comments", query={"post": POST}),
        rest_event("GET", "/v1/comments", query={"post": POST, "wrong": "1"}),
        rest_event("GET", "/v1/comments/{comment_id}", path=one),
        rest_event("GET", "/v1/comments/{comment_id}", path={"comment_id": "a/b c"}),
        rest_event("GET", "/v1/comments/{comment_id}/replies", path=one),
        rest_event("GET", "/v1/counts", query={"post": [POST, "/a,b", "/b"]}),
        rest_event("GET", "/v1/latest"),
        rest_event("GET", "/v1/feed.atom", query={"post": POST}),
        rest_event("GET", "/v1/mine", query={"id": [comment_id, key22("none")]}, headers=author),
        rest_event("GET", "/v1/mine", query={"id": comment_id}),
        rest_event("GET", "/thread", query={"post": POST}),
        rest_event("GET", "/widget.js"),
        rest_event("GET", "/count.js", query={"utm": "1"}),
        rest_event("GET", "/assets/{name}", path={"name": "none.js"}),
        rest_event("GET", "/openapi.json"),
        rest_event("TRACE", "/v1/counts"),
        rest_event("POST", "/v1/preview", headers=sent, body=json.dumps({"text": "*Ünder*"})),
        rest_event("POST", "/v1/comments", headers=sent, body=json.dumps({"post": POST, "text": "Again."})),
        rest_event("POST", "/v1/comments", headers={**sent, "Content-Type": FORM}, body="post=/a&text=b"),
        rest_event("PATCH", "/v1/comments/{comment_id}", path=one, headers=sent, body='{"text": "Other."}'),
    ]


def test_readers_get_the_same_answers_from_both_functions(world: World) -> None:
    world = world_with_url(world)
    comment_id = world.published("I *was* there.", author="ann")

    for event in requests_of_readers(comment_id):
        through_gateway, through_url = send(event), send_to_url(url_event(event))
        assert without_id(through_url) == without_id(through_gateway), event


def world_with_url(world: World) -> World:
    """A service that knows its public address, as one behind CloudFront does."""
    object.__setattr__(world.runtime.settings, "url", "https://comments.blog.example")
    return world


def test_every_route_for_readers_can_be_reached(world: World) -> None:
    del world
    statuses = {each.path: asked("TRACE", each.path).status for each in PUBLIC}

    assert set(statuses.values()) == {405}


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)


@given(st.lists(st.tuples(st.sampled_from(["post", "limit", "ü", "a,b"]) | NAMES, NAMES | st.just(""))))
def test_repeated_parameters_and_commas_in_them_are_told_apart(pairs: list[tuple[str, str]]) -> None:
    converted = as_rest_event(plain_event("GET", "/v1/counts", urlencode(pairs), {}))
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)

    assert converted
    request = parse_event(converted)
    assert request
    assert request.query == expected


def test_a_form_without_script_is_accepted_in_base64(world: World) -> None:
    token = world.form()
    fields = {"post": POST, "text": "Ohne Script, für alle.", "form": token, "key": key22("form")}

    response = asked("POST", "/thread", headers={"Content-Type": FORM}, body=urlencode(fields))

    assert response.status == 202, response.text
    assert [each["text"] for each in world.queue()] == ["Ohne Script, für alle."]


def test_readers_behind_one_edge_have_limits_of_their_own(world: World) -> None:
    object.__setattr__(world.runtime.settings, "limit_minute", 1)
    headers = {"Content-Type": "application/json"}

    def submit(number: int, address: str) -> int:
        sent = {**headers, "Idempotency-Key": key22(f"limited {number}")}
        body = json.dumps({"post": POST, "text": "Again."})
        return asked("POST", "/v1/comments", headers=sent, body=body, address=address).status

    assert [submit(1, "203.0.113.1"), submit(2, "203.0.113.1"), submit(3, "203.0.113.2")] == [202, 429, 202]


def test_the_address_of_the_url_is_shown_to_nobody(world: World) -> None:
    comment_id = world.published("I was there.")

    texts = [send_to_url(url_event(event)).text for event in requests_of_readers(comment_id)]

    assert not [text for text in texts if HOST.partition(".")[0] in text or EDGE in text]


# Preflights, routes, malformed events


def test_preflights_are_answered_as_api_gateway_does(world: World) -> None:
    del world
    generator: Any = SwaggerGenerator("eu-central-1", {"api_handler_arn": "arn:aws:lambda:eu-central-1:1:function:any"})
    paths = generator.generate_swagger(service.app)["paths"]

    for route in sorted({each.path for each in PUBLIC}):
        about = paths[route]["options"]["x-amazon-apigateway-integration"]["responses"]["default"]
        expected = {
            name.removeprefix("method.response.header."): value.strip("'")
            for name, value in about["responseParameters"].items()
        }
        response = asked("OPTIONS", route)
        assert str(response.status) == about["statusCode"]
        found = {name: value for name, value in response.headers.items() if name.startswith("Access-Control")}
        methods = "Access-Control-Allow-Methods"
        assert set(found.pop(methods).split(",")) == set(expected.pop(methods).split(","))
        assert found == expected
        assert response.headers["Cache-Control"] == "no-store"


def test_a_path_belongs_to_one_route_only() -> None:
    routes = sorted({each.path for each in PUBLIC})

    for route in routes:
        path = route.replace("{comment_id}", key22("any")).replace("{name}", "a.js")
        assert [each for each in routes if matching(path, [each])] == [route]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/comments/", "//v1/comments", "/v1/comments/a/b/c", "/healthz/"])
def test_other_paths_are_not_found(world: World, path: str) -> None:
    del world
    response = check_response(send_to_url(plain_event("GET", path, "", {"afterword-edge": KEY})))

    assert response.status == 404


GOOD = url_event(LIST)
HTTP = GOOD["requestContext"]["http"]


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        "x",
        LIST,
        {**GOOD, "requestContext": None},
        {**GOOD, "requestContext": {"http": None}},
        {**GOOD, "requestContext": {"http": {**HTTP, "method": 1}}},
        {**GOOD, "rawPath": None},
        {**GOOD, "rawQueryString": {}},
        {**GOOD, "headers": "none"},
        {**GOOD, "cookies": "a=b"},
        {**GOOD, "body": {}},
    ],
)
def test_a_malformed_event_is_a_bad_request(event: Any) -> None:
    response = check_response(send_to_url(event))

    assert (response.status, response.json["code"]) == (400, "bad_request")


def test_missing_parts_of_an_event_are_tolerated(world: World) -> None:
    del world
    parts = {name: GOOD[name] for name in ("headers", "requestContext", "rawPath")}

    assert send_to_url({**parts, "rawPath": "/healthz"}).status == 200
    assert send_to_url({**parts, "rawPath": "/healthz", "rawQueryString": None, "cookies": None}).status == 200
    assert send_to_url({**GOOD, "cookies": ["a=b", "c=d"]}).status == 200


def test_each_request_has_one_log_line_without_personal_data(world: World, caplog: pytest.LogCaptureFixture) -> None:
    del world
    capture_log(caplog)

    send_to_url(url_event(LIST))
    asked("OPTIONS", "/v1/comments")
    asked("GET", "/v1/comments", key="")

    lines = log_lines(caplog)
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/v1/comments", 200),
        ("/v1/comments", 200),
        ("", 403),
    ]


# Its cold start

STARTED = """
import gc, json, sys
from chalicelib.api.public_function import public
statuses = [public(event, None)["statusCode"] for event in json.loads(sys.stdin.read())]
print(json.dumps({"statuses": statuses, "loaded": sorted(sys.modules), "collects": gc.isenabled()}))
"""


def started(world: World, *events: dict[str, Any]) -> dict[str, Any]:
    """The responses of a fresh process of the function, and the modules that it has loaded."""
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": "afterword-dev-public",
        "AFTERWORD_DYNAMODB_ENDPOINT": world.runtime.table.client.meta.endpoint_url,
        "AFTERWORD_TABLE": world.runtime.table.name,
        "AFTERWORD_SECRET": SECRET,
        "AFTERWORD_EDGE_KEY_HASHES": HASHES,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", STARTED],
        cwd=ROOT,
        input=json.dumps(events),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    *logged, last = map(json.loads, done.stdout.splitlines())
    assert [line["status"] for line in logged] == last["statuses"], "a log line for each request, and no other"
    found: dict[str, Any] = last
    return found


@pytest.mark.engine
def test_its_cold_start_loads_no_more_than_the_others(engine_world: World) -> None:
    reading, writing = started(engine_world, url_event(LIST)), started(engine_world, url_event(SUBMIT))

    assert (reading["statuses"], writing["statuses"]) == ([200], [202])
    assert (FOR_WRITERS | FOR_OTHERS) & set(reading["loaded"]) == set()
    assert FOR_OTHERS & set(writing["loaded"]) == set()
    assert reading["collects"]


@pytest.mark.engine
def test_a_cold_process_never_loads_the_routes_of_moderators(engine_world: World) -> None:
    found = started(
        engine_world, url_event(rest_event("GET", "/v1/moderation/queue")), url_event(rest_event("GET", "/v1/latest"))
    )

    assert found["statuses"] == [404, 200]
    assert not [name for name in found["loaded"] if name.startswith("chalicelib.api.moderation")]
    assert set(LOADED_AT_START) <= set(PUBLIC_ROUTERS)
