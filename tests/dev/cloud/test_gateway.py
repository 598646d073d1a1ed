"""The simulated gateway treats requests as API Gateway does, by the deployed document."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from chalice.app import Chalice

import app as service
from chalicelib.api.http.gateway_responses import install
from dev.cloud.functions import HERE, check_python
from dev.cloud.worker import FunctionFailed
from dev.server import MAX_BODY
from tests.dev.cloud.conftest import ECHO, Deployed, swagger

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
    script = __import__("json").loads(event["body"] or "{}")
    if script == "raise":
        raise LookupError("nothing like it")
    return script
"""


@pytest.fixture(scope="module")
def echo(deploy: Callable[..., Deployed]) -> Deployed:
    return deploy(tiny)


@pytest.fixture(scope="module")
def scripted(deploy: Callable[..., Deployed]) -> Deployed:
    """Answers what it is problem_body to."""
    return deploy(tiny, ANSWERING, name="scripted")


@pytest.fixture(scope="module")
def real(deploy: Callable[..., Deployed]) -> Deployed:
    """The service's own routes, with a function that answers all of them alike."""
    return deploy(service.app, name="real")


def test_a_function_receives_a_request_as_from_a_rest_api(echo: Deployed) -> None:
    event = echo.ask("/names/a%20b%2Fc?x=1+2&x=%C3%BC&y=", headers={"X-Asked": "for"}).json()

    assert (event["path"], event["resource"], event["httpMethod"]) == ("/names/a%20b%2Fc", "/names/{name}", "GET")
    assert event["pathParameters"] == {"name": "a%20b%2Fc"}
    assert event["queryStringParameters"] == {"x": "ü", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1 2", "ü"], "y": [""]}
    assert event["headers"]["x-asked"] == "for"
    assert event["multiValueHeaders"]["x-asked"] == ["for"]
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == (None, False, None)


def test_the_request_context_names_the_services_address(echo: Deployed) -> None:
    response = echo.ask("/names/a")

    context = response.json()["requestContext"]
    assert f"http://{context['domainName']}{context['path']}" == echo.url + "/names/a"
    assert (context["stage"], context["resourcePath"]) == ("api", "/names/{name}")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["requestId"] == response.headers["x-amzn-RequestId"]


def test_an_api_responds_under_its_name_too_with_matching_links(deploy: Callable[..., Deployed]) -> None:
    address = deploy(named, name="named").cloud.address("named", "api")

    context = requests.get(f"{address}/here", timeout=60).json()["requestContext"]

    assert f"http://{context['domainName']}{context['path']}" == f"{address}/here"


def test_empty_values_are_null(echo: Deployed) -> None:
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
def test_every_route_of_the_service_has_a_preflight_that_allows_all_its_methods(real: Deployed, path: str) -> None:
    asked = {"Origin": "https://blog.example", "Access-Control-Request-Method": "POST"}

    response = real.ask(path.replace("{", "a-").replace("}", ""), "OPTIONS", headers=asked)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Max-Age"] == "7200"
    allowed = set(response.headers["Access-Control-Allow-Methods"].split(","))
    assert allowed == {*service.app.routes[path], "OPTIONS"}
    headers = response.headers["Access-Control-Allow-Headers"].split(",")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"} <= set(headers)


def problem(response: requests.Response) -> tuple[int, str]:
    """Check that a response is a problem document that scripts of any site can read."""
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["Cache-Control"] == "no-store"
    problem_body = response.json()
    assert problem_body["status"] == response.status_code
    return response.status_code, problem_body["code"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/nothing"), ("GET", "/v1/comments/a/b/c"), ("DELETE", "/v1/comments"), ("GET", "/v1/comments/")],
    ids=["a route", "a longer route", "a method", "nothing for a parameter"],
)
def test_an_unknown_route_is_a_problem_response(real: Deployed, method: str, path: str) -> None:
    assert problem(real.ask(path, method)) == (404, "not_found")


def test_a_body_too_large_for_the_gateway_is_a_problem_response(real: Deployed) -> None:
    answer = real.ask("/v1/comments", "POST", data=b"x" * (MAX_BODY + 1))

    assert problem(answer) == (413, "too_large")


@pytest.mark.parametrize(
    "script",
    ['"raise"', '{"body": "no status"}', '{"statusCode": "200"}', "[]", "1"],
    ids=["an exception", "no status", "a text for a status", "a list", "a number"],
)
def test_a_function_that_fails_or_returns_nonsense_is_a_problem_response(scripted: Deployed, script: str) -> None:
    assert problem(scripted.ask("/names/a", "POST", data=script)) == (500, "internal_error")


def test_without_custom_gateway_responses_an_api_has_the_default_ones(deploy: Callable[..., Deployed]) -> None:
    plain = deploy(tiny, plain=True, name="plain")

    unknown, large = plain.ask("/nothing"), plain.ask("/names/a", "POST", data=b"x" * (MAX_BODY + 1))

    assert (unknown.status_code, unknown.json()) == (403, {"message": "Missing Authentication Token"})
    assert (large.status_code, large.json()) == (413, {"message": "Request Too Long"})
    assert "Access-Control-Allow-Origin" not in unknown.headers


def test_a_throttled_request_is_a_problem_response_with_retry_after(
    deploy: Callable[..., Deployed],
) -> None:
    busy = deploy(tiny, name="busy")
    limits = {"rateLimit": "0.001", "burstLimit": "2"}
    changes = [{"op": "replace", "path": f"/*/*/throttling/{name}", "value": limits[name]} for name in limits]
    busy.cloud.client("apigateway").update_stage(restApiId=busy.api, stageName="api", patchOperations=changes)
    busy.deploy()

    responses = [busy.ask("/") for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert problem(responses[2]) == (429, "too_many_requests")
    assert responses[2].headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", ["/", "/nothing", "/nothing/api/names/a"])
def test_where_nothing_is_deployed_everything_is_forbidden(echo: Deployed, path: str) -> None:
    response = requests.get(echo.cloud.url + path, timeout=60)

    assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})


def answered(deployed: Deployed, script: Any, accept: str = "*/*") -> requests.Response:
    return deployed.ask("/names/a", "POST", json=script, headers={"Accept": accept})


def test_a_large_response_is_compressed_as_configured(scripted: Deployed) -> None:
    large = answered(scripted, {"statusCode": 200, "body": "x" * 1024})
    small = answered(scripted, {"statusCode": 200, "body": "x" * 1023})

    assert large.headers["Content-Encoding"] == "gzip"
    assert int(large.headers["Content-Length"]) < 100
    assert large.text == "x" * 1024
    assert "Content-Encoding" not in small.headers


@pytest.mark.parametrize(
    ("accept", "body"), [("image/png, */*", b"\xff\x00"), ("*/*, image/png", b"/wA=")], ids=["first", "second"]
)
def test_a_binary_response_is_decoded_for_clients_that_accept_its_type_first(
    scripted: Deployed, accept: str, body: bytes
) -> None:
    script = {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "/wA=", "isBase64Encoded": True}

    assert answered(scripted, script, accept).content == body


def test_headers_that_the_gateway_reserves_are_remapped(scripted: Deployed) -> None:
    script = {
        "statusCode": 401,
        "headers": {"WWW-Authenticate": "Bearer"},
        "multiValueHeaders": {"X-Two": ["1", "2"]},
    }

    response = answered(scripted, script)

    assert (response.status_code, response.headers["x-amzn-Remapped-WWW-Authenticate"]) == (401, "Bearer")
    assert "WWW-Authenticate" not in response.headers
    assert response.headers["X-Two"] == "1, 2"


def test_new_code_handles_the_next_request(deploy: Callable[..., Deployed]) -> None:
    changing = deploy(tiny, name="changing")
    assert changing.ask("/").json()["path"] == "/"

    changing.change("def handler(event, context):\n    return {'statusCode': 202}\n")

    assert changing.ask("/").status_code == 202


def test_another_document_takes_effect_when_it_is_deployed(deploy: Callable[..., Deployed]) -> None:
    growing = deploy(tiny, name="growing")
    grown = swagger(service.app, "arn:aws:lambda:eu-central-1:123456789012:function:growing", plain=False)

    growing.put(grown)
    before = growing.ask("/healthz", "OPTIONS").status_code
    growing.deploy()

    assert (before, growing.ask("/healthz", "OPTIONS").status_code) == (404, 200)


def test_a_deleted_api_is_no_longer_served(deploy: Callable[..., Deployed]) -> None:
    going = deploy(tiny, name="going")
    assert going.url in going.cloud.urls

    going.cloud.client("apigateway").delete_rest_api(restApiId=going.api)

    assert going.ask("/").status_code == 403
    assert going.url not in going.cloud.urls


def test_a_function_can_be_invoked_as_by_a_timer_and_its_log_read(scripted: Deployed) -> None:
    event = {"path": "/from a timer", "body": json.dumps({"statusCode": 200})}

    assert scripted.cloud.invoke("scripted", event) == {"statusCode": 200}
    assert "asked for /from a timer\n" in scripted.cloud.output("scripted")


def test_a_bundle_for_another_machine_says_what_to_change(
    deploy: Callable[..., Deployed], caplog: pytest.LogCaptureFixture
) -> None:
    foreign = deploy(tiny, ECHO, name="foreign", Architectures=[{"arm64": "x86_64", "x86_64": "arm64"}[HERE]])

    assert problem(foreign.ask("/")) == (500, "internal_error")
    assert f"deploy with ARCH={HERE}" in caplog.text


def test_an_alias_keeps_its_version_while_the_function_is_changed(deploy: Callable[..., Deployed]) -> None:
    made = deploy(
        named, "def handler(event, context):\n    return {'statusCode': 200, 'body': 'old'}\n", name="aliased"
    )
    functions = made.cloud.client("lambda")
    version = functions.publish_version(FunctionName="aliased")["Version"]
    alias = functions.create_alias(FunctionName="aliased", Name="live", FunctionVersion=version)["AliasArn"]
    made.put(swagger(named, alias, True))
    made.deploy()
    assert made.ask("/here").text == "old"

    made.change("def handler(event, context):\n    return {'statusCode': 200, 'body': 'new'}\n")
    functions.update_function_configuration(FunctionName="aliased", Runtime="python3.12")
    assert made.ask("/here").text == "old"

    version = functions.publish_version(FunctionName="aliased")["Version"]
    functions.update_alias(FunctionName="aliased", Name="live", FunctionVersion=version)
    assert made.ask("/here").text == "new"


def test_a_bundle_for_another_python_fails_as_on_lambda() -> None:
    names = ["app.py", "pydantic_core/_pydantic_core.cpython-312-aarch64-linux-gnu.so", "nh3/nh3.abi3.so"]

    check_python(names, "python3.12")
    with pytest.raises(FunctionFailed, match=r"ImportModuleError: .*built for 312, not for python3\.11"):
        check_python(names, "python3.11")
