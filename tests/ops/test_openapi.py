"""The OpenAPI document: valid, complete and true."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.api.http.endpoints import Endpoint
from chalicelib.api.http.parsing import JSON
from chalicelib.api.http.problems import InternalError, status_of
from chalicelib.cli.docs import pages
from chalicelib.core.errors import Forbidden, Invalid, Refusal, Unauthenticated, Unavailable
from ops.openapi.document import document, endpoints, expanded_document
from ops.openapi.examples import BODIES
from ops.openapi.links import LINKS
from ops.openapi.reference import reference
from ops.openapi.responses import all_refusals
from tests.support.world import World

ROOT = Path(__file__).parents[2]

Example = tuple[str, dict[str, Any], Any]  # where, schema, what is shown


def test_the_document_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_every_route_is_described_and_nothing_else() -> None:
    routed = {(path, method) for path, entries in app.app.routes.items() for method in entries if method != "HEAD"}

    assert {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods} == routed
    assert len(endpoints()) == len(routed)


def test_every_operation_has_a_one_line_summary_and_a_response() -> None:
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]

    for operation in operations:
        assert operation["summary"].endswith(".")
        assert any(status.startswith("2") for status in operation["responses"])
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_every_reference_resolves() -> None:
    described = document()

    wanted = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))

    assert wanted == set(described["components"]["schemas"])


def test_the_service_serves_its_description(world: World) -> None:
    assert world.get("/openapi.json").json == document()


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_committed_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == pages()[name]


def test_no_public_schema_has_a_private_field() -> None:
    shapes: dict[str, Any] = document()["components"]["schemas"]

    assert set(shapes["PublicComment"]["properties"]) == {
        "id",
        "post",
        "parent",
        "status",
        "name",
        "link",
        "avatar",
        "html",
        "created",
        "published",
        "edited",
        "up",
        "down",
        "moderator",
        "gone",
    }


def test_the_source_of_a_comment_is_only_in_its_authors_list() -> None:
    own = {name for name, schema in components()["schemas"].items() if "OwnComment" in json.dumps(schema)}
    answers = {name for name, each in operations() if "schemas/OwnComments" in json.dumps(each)}

    assert own == {"OwnComments", "OwnComment"}
    assert answers == {"GET /v1/mine"}


@cache
def components() -> dict[str, Any]:
    found: dict[str, Any] = expanded_document()["components"]
    return found


def operations() -> list[tuple[str, dict[str, Any]]]:
    paths = expanded_document()["paths"].items()
    return [(f"{method.upper()} {path}", each) for path, methods in paths for method, each in methods.items()]


def mistakes(schema: dict[str, Any], shown: Any) -> list[str]:
    whole = {"components": components()} | schema
    return [error.message for error in Draft202012Validator(whole).iter_errors(shown)]


def content_of(about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from about.get("content", {}).values()


def examples_sent() -> Iterator[Example]:
    for name, operation in operations():
        for parameter in operation.get("parameters", []):
            yield f"{name} {parameter['name']}", parameter["schema"], parameter["example"]
        for content in content_of(operation.get("requestBody", {})):
            yield f"{name} body", content["schema"], content["example"]


def examples_answered() -> Iterator[Example]:
    answers = [(name, *answer) for name, operation in operations() for answer in operation["responses"].items()]
    for name, status, answer in answers:
        for header, about in answer["headers"].items():
            yield f"{name} {status} {header}", about["schema"], about["example"]
        for content in filter(None, content_of(answer)):
            shown = [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]
            yield from ((f"{name} {status}", content["schema"], each) for each in shown)


def test_every_parameter_body_and_response_has_an_example_that_matches_its_schema() -> None:
    examples = [*examples_sent(), *examples_answered()]

    wrong = [(where, mistake) for where, schema, shown in examples for mistake in mistakes(schema, shown)]

    assert not wrong
    assert all(shown is not None for _, _, shown in examples)
    assert len(examples) > 500


@pytest.mark.parametrize(
    "endpoint", [each for each in endpoints() if each.body and each.accepts == JSON], ids=lambda each: each.path
)
def test_the_service_accepts_every_example_body(endpoint: Endpoint) -> None:
    assert endpoint.body

    endpoint.body.model_validate_json(json.dumps(BODIES[endpoint.body.__name__]))


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda each: f"{each.method} {each.path}")
def test_each_error_code_of_a_route_is_described_with_an_example(endpoint: Endpoint) -> None:
    responses = expanded_document()["paths"][endpoint.path][endpoint.method.lower()]["responses"]
    kinds: set[type[Refusal]] = {*endpoint.refusals, Unavailable, InternalError, Invalid}
    kinds |= {Unauthenticated, Forbidden} if endpoint.scope else set()

    for kind in kinds:
        answer = responses[str(status_of(kind))]
        assert f"`{kind.code}`" in answer["description"]
        for content in content_of(answer):
            assert endpoint.error_page or content["examples"][kind.code]["value"]["code"] == kind.code


def test_responses_that_ask_to_wait_say_how_long() -> None:
    for _, operation in operations():
        assert operation["responses"]["503"]["headers"]["Retry-After"]["required"]
        assert (
            "429" not in operation["responses"] or operation["responses"]["429"]["headers"]["Retry-After"]["required"]
        )


def test_each_scope_is_named_with_both_kinds_of_token() -> None:
    for endpoint in endpoints():
        security = expanded_document()["paths"][endpoint.path][endpoint.method.lower()]["security"]
        assert endpoint.scope is None or security == [{"session": [endpoint.scope]}, {"apiToken": [endpoint.scope]}]


def test_every_link_targets_an_operation_that_has_its_parameters() -> None:
    known = {operation["operationId"]: operation for _, operation in operations()}
    links = [
        link
        for operation in known.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]

    for link in links:
        target = known[link["operationId"]]
        assert set(link.get("parameters", {})) <= {parameter["name"] for parameter in target.get("parameters", [])}
        assert "requestBody" not in link or "requestBody" in target
    named = sum(len(statuses) for statuses in LINKS.values())
    assert named == sum("links" in each for operation in known.values() for each in operation["responses"].values())


def test_the_reference_shows_every_route_and_every_code() -> None:
    shown = reference()

    assert all(f"### {endpoint.method} {endpoint.path}\n" in shown for endpoint in endpoints())
    assert all(f"| `{kind.code}` | {status_of(kind)} |" in shown for kind in all_refusals())


def test_a_read_does_not_load_the_description() -> None:
    program = "import sys, app; print([name for name in sys.modules if 'openapi' in name or 'examples' in name])"

    printed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603

    assert printed.stdout.strip() == "[]"


def test_shared_descriptions_match_each_route() -> None:
    described = document()
    shared = described["components"]["responses"]

    for path, methods in expanded_document()["paths"].items():
        for method, operation in methods.items():
            answers = described["paths"][path][method]["responses"]
            found = {
                status: shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
                for status, each in answers.items()
            }
            assert found == operation["responses"]
