"""OpenAPI 3.1, made from the endpoints and models themselves: it lists what works, and nothing else."""

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ..core.refusals import Forbidden, Invalid, Refusal, Unauthenticated, Unavailable
from .endpoints import Endpoint
from .problems import BadRequest, Failure, Problem, TooLarge, WrongType, status_of
from .topics import TOPICS

REF = "#/components/schemas/{model}"
PROBLEM = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
EVERY: tuple[type[Refusal], ...] = (Unavailable, Failure)
WITH_BODY: tuple[type[Refusal], ...] = (BadRequest, TooLarge, WrongType, Invalid)
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "22 random base64url characters, new for each comment and the same when it is sent again.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
}

PATH_PARAMETERS = {
    "comment_id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "name": {"type": "string"},
}


def endpoints() -> list[Endpoint]:
    """All of them, in order."""
    return [endpoint for topic in TOPICS for endpoint in topic.endpoints]


def document_text() -> str:
    """The document as JSON."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints():
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Afterword",
            "version": "1",
            "summary": "Comments under a blog's posts, held until a moderator approves them.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "./"}],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }


def _security() -> dict[str, Any]:
    return {
        "author": {"type": "http", "scheme": "bearer", "description": "`aw_author_` and 22 base64url characters."},
        "moderator": {"type": "http", "scheme": "bearer", "description": "A session's token or an API token."},
    }


def _schemas() -> dict[str, Any]:
    models: set[type[BaseModel]] = {Problem}
    for endpoint in endpoints():
        models |= {endpoint.body} if endpoint.body else set()
        models |= {shape for shape in endpoint.answers.values() if isinstance(shape, type)}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, _mode(model)) for model in ordered], ref_template=REF)
    return dict(schemas["$defs"])


def _mode(model: type[BaseModel]) -> Any:  # noqa: ANN401  a literal of pydantic's
    bodies = {endpoint.body for endpoint in endpoints()}
    return "validation" if model in bodies else "serialization"


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, rest = (endpoint.view.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": summary.strip(),
        "description": " ".join(rest.split()),
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
        "security": _who(endpoint),
    }
    if endpoint.body:
        schema = {"$ref": REF.format(model=endpoint.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {endpoint.accepts: {"schema": schema}}}
    return {name: value for name, value in operation.items() if value or name == "security"}


def _who(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.scope:
        return [{"moderator": []}]
    return [{"author": []}, {}] if endpoint.author else []


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    if endpoint.query:
        parameters += _query_parameters(endpoint.query)
    return [*parameters, KEY_HEADER] if endpoint.key else parameters


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(mode="validation")
    required, defs = schema.get("required", []), schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _inlined(each, defs)}
        for name, each in schema["properties"].items()
    ]


def _inlined(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without references to definitions of its own."""
    target = defs.get(schema.get("$ref", "").rpartition("/")[2], {})
    return {**target, **{name: value for name, value in schema.items() if name != "$ref"}}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    responses = {str(status): _response(shape, endpoint) for status, shape in endpoint.answers.items()}
    if endpoint.memo:
        responses["304"] = {"description": "As `If-None-Match` says."}
    for status, codes in sorted(_refusals(endpoint).items()):
        words = "Refused: " + ", ".join(f"`{code}`" for code in sorted(codes)) + "."
        content = {endpoint.media: {}} if endpoint.apology else PROBLEM
        responses[str(status)] = {"description": words, "content": content}
    return responses


def _response(shape: type[BaseModel] | str | None, endpoint: Endpoint) -> dict[str, Any]:
    if shape is None:
        return {"description": "Done."}
    if isinstance(shape, str):
        return {"description": shape, "content": {endpoint.media: {}}}
    summary = (shape.__doc__ or "").partition("\n")[0]
    return {"description": summary, "content": {endpoint.media: {"schema": {"$ref": REF.format(model=shape.__name__)}}}}


def _refusals(endpoint: Endpoint) -> dict[int, set[str]]:
    kinds = [*endpoint.refusals, *EVERY, *(WITH_BODY if endpoint.body else ())]
    kinds += [Invalid]  # whatever an endpoint takes, it refuses what it does not know
    kinds += [Unauthenticated, Forbidden] if endpoint.scope else []
    found: dict[int, set[str]] = {}
    for kind in kinds:
        found.setdefault(status_of(kind), set()).add(kind.code)
    return found
