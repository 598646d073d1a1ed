"""The description: valid, complete, and true of what it describes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.api.openapi import document, endpoints
from chalicelib.cli.description import pages
from tests.world import World

ROOT = Path(__file__).parents[2]


def test_the_document_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_every_route_is_described_and_nothing_else() -> None:
    routed = {(path, method) for path, entries in app.app.routes.items() for method in entries if method != "HEAD"}

    assert {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods} == routed
    assert len(endpoints()) == len(routed)


def test_every_operation_has_a_summary_of_one_line_and_an_answer() -> None:
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]

    for operation in operations:
        assert operation["summary"].endswith(".")
        assert any(status.startswith("2") for status in operation["responses"])
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_every_reference_leads_somewhere() -> None:
    described = document()

    wanted = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))

    assert wanted == set(described["components"]["schemas"])


def test_the_service_serves_its_description(world: World) -> None:
    assert world.get("/openapi.json").json == document()


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_committed_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == pages()[name]


def test_no_public_shape_has_a_private_field() -> None:
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
