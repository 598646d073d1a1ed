"""API Gateway's own responses are problems like the service's, with CORS headers."""

import json
from typing import Any

import pytest
from chalice.deploy import swagger
from jsonschema import validate  # type: ignore[import-untyped]

import app as service
from chalicelib.api.http import gateway_responses as gateway_answers
from chalicelib.api.http.gateway_responses import gateway_responses
from ops.openapi.document import document
from ops.openapi.reference import reference
from tests.support.world import World

RESPONSES = gateway_responses()
each = pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES)
HEADER = "gatewayresponse.header."


def problem(response: dict[str, Any]) -> dict[str, Any]:
    """The parsed body.  It must have no placeholders for the gateway."""
    [(media, template)] = response["responseTemplates"].items()
    assert media == "application/json"
    assert "$" not in template
    parsed: dict[str, Any] = json.loads(template)
    return parsed


def headers(response: dict[str, Any]) -> dict[str, str]:
    """The headers.  Their values must be quoted and contain no quotes."""
    quoted = response["responseParameters"]
    assert all(value[0] == value[-1] == "'" and value.count("'") == 2 for value in quoted.values())
    return {name.removeprefix(HEADER): value[1:-1] for name, value in quoted.items()}


@each
def test_it_is_a_problem_as_documented(response: dict[str, Any]) -> None:
    parsed, schemas = problem(response), document()["components"]["schemas"]

    validate(parsed, {"$ref": "#/components/schemas/Problem", "components": {"schemas": schemas}})
    assert str(parsed["status"]) == response["statusCode"]


@each
def test_its_code_is_in_the_reference_with_its_status(response: dict[str, Any]) -> None:
    parsed = problem(response)

    assert f"| `{parsed['code']}` | {parsed['status']} |" in reference()


@each
def test_scripts_of_any_origin_can_read_it_and_it_is_not_cached(response: dict[str, Any]) -> None:
    sent = headers(response)

    assert sent["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in sent["Access-Control-Expose-Headers"]
    assert sent["Cache-Control"] == "no-store"
    assert sent["Content-Type"] == "application/problem+json"


@each
def test_retryable_responses_say_when_in_header_and_body(response: dict[str, Any]) -> None:
    sent, parsed = headers(response), problem(response)

    wait = parsed.get("parameters", {}).get("retry_after")
    assert sent.get("Retry-After") == (str(wait) if wait else None)
    assert (wait is not None) is (parsed["status"] in (429, 503))


@each
def test_every_one_has_the_headers_of_every_response(world: World, response: dict[str, Any]) -> None:
    own = world.request("GET", "/nothing").headers

    assert own.keys() - {"X-Request-Id"} <= headers(response).keys()


def test_it_has_the_headers_of_the_services_own_problems(world: World) -> None:
    own = world.request("GET", "/nothing").headers

    sent = headers(RESPONSES["MISSING_AUTHENTICATION_TOKEN"])

    own_values = {**own, "Content-Security-Policy": own["Content-Security-Policy"].replace(" 'none'", "")}
    del own_values["X-Request-Id"]  # the gateway sends its own, X-Amzn-RequestId
    assert sent == own_values


@pytest.mark.parametrize(
    ("kind", "status"),
    {
        "DEFAULT_4XX": "400",
        "DEFAULT_5XX": "500",
        "INTEGRATION_FAILURE": "503",
        "INTEGRATION_TIMEOUT": "503",
        "MISSING_AUTHENTICATION_TOKEN": "404",
        "QUOTA_EXCEEDED": "429",
        "REQUEST_TOO_LARGE": "413",
        "THROTTLED": "429",
        "UNSUPPORTED_MEDIA_TYPE": "415",
        "WAF_FILTERED": "403",
    }.items(),
)
def test_each_has_the_appropriate_status(kind: str, status: str) -> None:
    assert RESPONSES[kind]["statusCode"] == status


def test_the_deployed_document_has_them_even_when_the_app_is_loaded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = swagger.SwaggerGenerator
    plain = {"generate_swagger": getattr(known, "plain_swagger", known.generate_swagger)}
    monkeypatch.delattr(known, "plain_swagger", raising=False)
    fresh: Any = type("Fresh", (known,), plain)
    monkeypatch.setattr(swagger, "SwaggerGenerator", fresh)

    gateway_answers.install()
    first = fresh.generate_swagger
    gateway_answers.install()

    made = fresh("eu-central-1", {"api_handler_arn": "arn:aws:lambda:eu-central-1:1:function:any"})
    document = made.generate_swagger(service.app)
    assert document["x-amazon-apigateway-gateway-responses"] == RESPONSES
    assert set(document["paths"]) == set(service.app.routes)
    assert fresh.generate_swagger is first
