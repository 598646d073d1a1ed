"""The simulated gateway does with requests what API Gateway does, as the deployed document says."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from chalice.app import Chalice

import app as service
from chalicelib.api.http.gateway_responses import install
from dev.cloud.functions import HERE
from dev.server import MAX_BODY
from tests.cloud.conftest import ECHO, Deployed, swagger

install()
tiny = Chalice("tiny")
tiny.api.binary_types = ["image/*", "application/zip"]


@tiny.route("/names/{name}", methods=["GET", "POST"], content_types=["application/json", "text/plain", "image/png"])
def names() -> None: ...


@tiny.route("/names/own")
def own() -> None: ...


@tiny.route("/")
def home() -> None: ...


named = Chalice("named")


@named.route("/here")
def here() -> None: ...


ANSWERING = """
def handler(event, context):
    print("asked for", event["path"])
    wish = __import__("json").loads(event["body"] or "{}")
    if wish == "raise":
        raise LookupError("nothing like it")
    return wish
"""


@pytest.fixture(scope="module")
def echo(deploy: Callable[..., Deployed]) -> Deployed:
    return deploy(tiny)


@pytest.fixture(scope="module")
def answering(deploy: Callable[..., Deployed]) -> Deployed:
    """Answers what it is told to."""
    return deploy(tiny, ANSWERING, name="answering")


@pytest.fixture(scope="module")
def real(deploy: Callable[..., Deployed]) -> Deployed:
    """The service's own routes, with a function that answers all of them alike."""
    return deploy(service.app, name="real")


def test_a_function_is_told_of_a_request_as_by_a_rest_api(echo: Deployed) -> None:
    event = echo.ask("/names/a%20b%2Fc?x=1+2&x=%C3%BC&y=", headers={"X-Asked": "for"}).json()

    assert (event["path"], event["resource"], event["httpMethod"]) == ("/names/a%20b%2Fc", "/names/{name}", "GET")
    assert event["pathParameters"] == {"name": "a%20b%2Fc"}
    assert event["queryStringParameters"] == {"x": "ü", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1 2", "ü"], "y": [""]}
    assert event["headers"]["x-asked"] == "for"
    assert event["multiValueHeaders"]["x-asked"] == ["for"]
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == (None, False, None)


def test_the_context_of_a_request_tells_where_the_service_is(echo: Deployed) -> None:
    answer = echo.ask("/names/a")

    context = answer.json()["requestContext"]
    assert f"http://{context['domainName']}{context['path']}" == echo.url + "/names/a"
    assert (context["stage"], context["resourcePath"]) == ("api", "/names/{name}")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["requestId"] == answer.headers["x-amzn-RequestId"]


def test_an_api_answers_by_its_name_too_with_links_that_lead_there(deploy: Callable[..., Deployed]) -> None:
    address = deploy(named, name="named").cloud.address("named", "api")

    context = requests.get(f"{address}/here", timeout=60).json()["requestContext"]

    assert f"http://{context['domainName']}{context['path']}" == f"{address}/here"


def test_what_is_empty_is_null(echo: Deployed) -> None:
    event = echo.ask("/").json()

    assert (event["pathParameters"], event["queryStringParameters"]) == (None, None)
    assert event["multiValueQueryStringParameters"] is None


def test_a_body_is_text_unless_its_type_is_binary(echo: Deployed) -> None:
    text = echo.ask("/names/a", "POST", data="grüße".encode(), headers={"Content-Type": "text/plain"}).json()
    picture = echo.ask("/names/a", "POST", data=b"\xff\x00", headers={"Content-Type": "image/png"}).json()

    assert (text["body"], text["isBase64Encoded"]) == ("grüße", False)
    assert (base64.b64decode(picture["body"]), picture["isBase64Encoded"]) == (b"\xff\x00", True)


def test_a_route_without_parameters_comes_before_one_with(echo: Deployed) -> None:
    assert echo.ask("/names/own").json()["resource"] == "/names/own"
    assert echo.ask("/names/owner").json()["resource"] == "/names/{name}"


@pytest.mark.parametrize("path", sorted(service.app.routes))
def test_every_route_of_the_service_has_a_preflight_that_lets_all_its_methods_through(
    real: Deployed, path: str
) -> None:
    asked = {"Origin": "https://blog.example", "Access-Control-Request-Method": "POST"}

    answer = real.ask(path.replace("{", "a-").replace("}", ""), "OPTIONS", headers=asked)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Max-Age"] == "7200"
    allowed = set(answer.headers["Access-Control-Allow-Methods"].split(","))
    assert allowed == {*service.app.routes[path], "OPTIONS"}
    headers = answer.headers["Access-Control-Allow-Headers"].split(",")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"} <= set(headers)


def problem(answer: requests.Response) -> tuple[int, str]:
    """What is refused in the service's words, where a script of any site can read it."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["code"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/nothing"), ("GET", "/v1/comments/a/b/c"), ("DELETE", "/v1/comments"), ("GET", "/v1/comments/")],
    ids=["a route", "a longer route", "a method", "nothing for a parameter"],
)
def test_what_is_not_there_is_a_problem_like_any_other(real: Deployed, method: str, path: str) -> None:
    assert problem(real.ask(path, method)) == (404, "not_found")


def test_a_body_that_is_too_large_for_the_gateway_is_a_problem_like_any_other(real: Deployed) -> None:
    answer = real.ask("/v1/comments", "POST", data=b"x" * (MAX_BODY + 1))

    assert problem(answer) == (413, "too_large")


@pytest.mark.parametrize(
    "wish",
    ['"raise"', '{"body": "no status"}', '{"statusCode": "200"}', "[]", "1"],
    ids=["an exception", "no status", "a text for a status", "a list", "a number"],
)
def test_a_function_that_fails_or_answers_nonsense_is_a_problem_like_any_other(answering: Deployed, wish: str) -> None:
    assert problem(answering.ask("/names/a", "POST", data=wish)) == (500, "internal_error")


def test_without_answers_of_its_own_an_api_has_those_of_the_gateway(deploy: Callable[..., Deployed]) -> None:
    bare = deploy(tiny, plain=True, name="bare")

    unknown, large = bare.ask("/nothing"), bare.ask("/names/a", "POST", data=b"x" * (MAX_BODY + 1))

    assert (unknown.status_code, unknown.json()) == (403, {"message": "Missing Authentication Token"})
    assert (large.status_code, large.json()) == (413, {"message": "Request Too Long"})
    assert "Access-Control-Allow-Origin" not in unknown.headers


def test_what_is_too_much_for_a_stage_is_a_problem_that_says_when_to_come_back(
    deploy: Callable[..., Deployed],
) -> None:
    busy = deploy(tiny, name="busy")
    limits = {"rateLimit": "0.001", "burstLimit": "2"}
    changes = [{"op": "replace", "path": f"/*/*/throttling/{name}", "value": limits[name]} for name in limits]
    busy.cloud.client("apigateway").update_stage(restApiId=busy.api, stageName="api", patchOperations=changes)
    busy.deploy()

    answers = [busy.ask("/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2]) == (429, "too_many_requests")
    assert answers[2].headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", ["/", "/nothing", "/nothing/api/names/a"])
def test_where_nothing_is_deployed_everything_is_forbidden(echo: Deployed, path: str) -> None:
    answer = requests.get(echo.cloud.url + path, timeout=60)

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def answered(deployed: Deployed, wish: Any, accept: str = "*/*") -> requests.Response:
    return deployed.ask("/names/a", "POST", json=wish, headers={"Accept": accept})


def test_a_large_answer_goes_out_compressed_as_the_api_is_set(answering: Deployed) -> None:
    large = answered(answering, {"statusCode": 200, "body": "x" * 1024})
    small = answered(answering, {"statusCode": 200, "body": "x" * 1023})

    assert large.headers["Content-Encoding"] == "gzip"
    assert int(large.headers["Content-Length"]) < 100
    assert large.text == "x" * 1024
    assert "Content-Encoding" not in small.headers


@pytest.mark.parametrize(
    ("accept", "body"), [("image/png, */*", b"\xff\x00"), ("*/*, image/png", b"/wA=")], ids=["first", "second"]
)
def test_a_binary_answer_is_decoded_for_who_names_its_type_first(answering: Deployed, accept: str, body: bytes) -> None:
    wish = {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "/wA=", "isBase64Encoded": True}

    assert answered(answering, wish, accept).content == body


def test_headers_that_the_gateway_keeps_for_itself_come_out_under_another_name(answering: Deployed) -> None:
    wish = {"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer"}, "multiValueHeaders": {"X-Two": ["1", "2"]}}

    answer = answered(answering, wish)

    assert (answer.status_code, answer.headers["x-amzn-Remapped-WWW-Authenticate"]) == (401, "Bearer")
    assert "WWW-Authenticate" not in answer.headers
    assert answer.headers["X-Two"] == "1, 2"


def test_new_code_answers_from_the_next_request_on(deploy: Callable[..., Deployed]) -> None:
    changing = deploy(tiny, name="changing")
    assert changing.ask("/").json()["path"] == "/"

    changing.change("def handler(event, context):\n    return {'statusCode': 202}\n")

    assert changing.ask("/").status_code == 202


def test_another_document_counts_when_it_is_deployed(deploy: Callable[..., Deployed]) -> None:
    growing = deploy(tiny, name="growing")
    grown = swagger(service.app, "arn:aws:lambda:eu-central-1:123456789012:function:growing", plain=False)

    growing.put(grown)
    before = growing.ask("/healthz", "OPTIONS").status_code
    growing.deploy()

    assert (before, growing.ask("/healthz", "OPTIONS").status_code) == (404, 200)


def test_a_deleted_api_is_served_no_more(deploy: Callable[..., Deployed]) -> None:
    going = deploy(tiny, name="going")
    assert going.url in going.cloud.urls

    going.cloud.client("apigateway").delete_rest_api(restApiId=going.api)

    assert going.ask("/").status_code == 403
    assert going.url not in going.cloud.urls


def test_a_function_can_be_given_an_event_as_by_a_timer_and_its_log_read(answering: Deployed) -> None:
    event = {"path": "/from a timer", "body": json.dumps({"statusCode": 200})}

    assert answering.cloud.invoke("answering", event) == {"statusCode": 200}
    assert "asked for /from a timer\n" in answering.cloud.output("answering")


def test_a_bundle_for_another_machine_says_what_to_change(
    deploy: Callable[..., Deployed], caplog: pytest.LogCaptureFixture
) -> None:
    foreign = deploy(tiny, ECHO, name="foreign", Architectures=[{"arm64": "x86_64", "x86_64": "arm64"}[HERE]])

    assert problem(foreign.ask("/")) == (500, "internal_error")
    assert '"lambda_architecture": "' in caplog.text
