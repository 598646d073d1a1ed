"""Cold start: what is loaded for the first request, and what is loaded on demand."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api.registry import ROUTERS
from chalicelib.settings import on_lambda
from tests.support.world import SECRET, World, key22, rest_event

ROOT = Path(__file__).parents[2]
STARTED = """
import gc, json, sys
import app
statuses = [app.app(event, None)["statusCode"] for event in json.loads(sys.stdin.read())]
print(json.dumps({"statuses": statuses, "loaded": sorted(sys.modules), "collects": gc.isenabled()}))
"""
LIST = rest_event("GET", "/v1/comments", query={"post": "/a"})
SUBMIT = rest_event(
    "POST",
    "/v1/comments",
    headers={"Content-Type": "application/json", "Idempotency-Key": key22("one")},
    body=json.dumps({"post": "/a", "text": "I was there."}),
)
FOR_WRITERS = {
    "chalicelib.core.text.markdown",
    "chalicelib.core.screening.engine",
    "chalicelib.core.screening.policy",
    "chalicelib.service.comments.submit",
    "chalicelib.store.authors",
    "chalicelib.store.comments",
    "chalicelib.store.limits",
    "itsdangerous",
    "nh3",
    "pyromark",
}
FOR_OTHERS = {
    "boto3",
    "ops.openapi.examples",
    "chalicelib.api.public.feeds",
    "chalicelib.api.public.mine",
    "chalicelib.api.moderation.schemas",
    "chalicelib.api.moderation.queue",
    "chalicelib.api.moderation.accounts",
    "ops.openapi.document",
    "chalicelib.api.html.pages",
    "chalicelib.api.public.reactions",
    "chalicelib.api.html.thread",
    "chalicelib.cli",
    "chalicelib.core.backup",
    "chalicelib.core.screening.document",
    "chalicelib.service.moderation.decide",
    "chalicelib.service.relocation",
    "chalicelib.transfer",
    "markupsafe",
}


def started(world: World, *events: dict[str, Any], secret: str = SECRET) -> dict[str, Any]:
    """The responses of a fresh Lambda process, and the modules that it has loaded."""
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": "afterword-dev",
        "AFTERWORD_DYNAMODB_ENDPOINT": world.runtime.table.client.meta.endpoint_url,
        "AFTERWORD_TABLE": world.runtime.table.name,
        "AFTERWORD_SECRET": secret,
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
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.engine
def test_a_first_list_loads_nothing_that_writing_or_moderating_needs(engine_world: World) -> None:
    found = started(engine_world, LIST)

    assert found["statuses"] == [200]
    assert (FOR_WRITERS | FOR_OTHERS) & set(found["loaded"]) == set()


@pytest.mark.engine
def test_a_first_comment_loads_nothing_that_moderating_needs(engine_world: World) -> None:
    found = started(engine_world, SUBMIT)

    assert found["statuses"] == [202]
    assert FOR_OTHERS & set(found["loaded"]) == set()
    assert set(found["loaded"]) >= FOR_WRITERS, "a name in the list is out of date"


@pytest.mark.engine
def test_modules_that_a_start_leaves_out_are_loaded_on_demand(engine_world: World) -> None:
    routes = ["/v1/moderation/queue", *sorted({endpoint.path for router in ROUTERS for endpoint in router.endpoints})]
    names = ("comment_id", "job_id", "name")
    paths = [{name: key22("any") for name in names if f"{{{name}}}" in route} for route in routes]
    events = [rest_event("TRACE", route, path=path) for route, path in zip(routes, paths, strict=True)]

    found = started(engine_world, *events)

    assert set(found["statuses"]) == {405}, "404 where a route is missing"


@pytest.mark.engine
def test_garbage_collection_is_enabled_again_after_the_start(engine_world: World) -> None:
    assert started(engine_world, LIST)["collects"]


@pytest.mark.engine
def test_a_start_without_a_secret_is_reported_at_the_first_write(engine_world: World) -> None:
    found = started(engine_world, LIST, SUBMIT, secret="")

    assert found["statuses"] == [200, 500]


@pytest.mark.parametrize(("environment", "expected"), [({"AWS_LAMBDA_FUNCTION_NAME": "x"}, True), ({}, False)])
def test_a_lambda_is_known_by_its_name(environment: dict[str, str], expected: bool) -> None:
    assert on_lambda(environment) is expected
