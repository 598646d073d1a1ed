"""The OpenAPI 3.1 document, generated from the endpoints and their models."""

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.api.http.endpoints import Endpoint
from chalicelib.api.http.problems import Problem
from chalicelib.api.registry import ROUTERS
from chalicelib.core.drafts import ID_BOUNDS
from chalicelib.core.ids import HASH, ULID

from .examples import BODIES
from .parameters import LISTS, PARAMETERS
from .responses import REF, responses

TAGS = {
    "readers": "Public routes. Some need an author key.",
    "moderators": "Routes that need the token of a moderator.",
}
ERROR = 400
LIMITS = {"ge": "minimum", "le": "maximum"}  # pydantic does not translate these where a validator runs first
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "22 random base64url characters: new for each comment, the same for retries.",
    "schema": {"type": "string", **ID_BOUNDS},
}
TAG_HEADER = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of a previous response. If it still matches, the response is 304 without a body.",
    "schema": {"type": "string"},
}
PATH_PARAMETERS = {
    "comment_id": {"type": "string", "description": "The id of a comment.", **ID_BOUNDS},
    "job_id": {
        "type": "string",
        "description": "The id of a job, or the hash of an author to erase.",
        "pattern": f"^({ULID.pattern}|{HASH.pattern})$",
    },
    "name": {"type": "string", "description": "The name of a file, as pages refer to it.", "minLength": 1},
}


def endpoints() -> list[Endpoint]:
    """All endpoints, in the order of the reference."""
    return [endpoint for router in ROUTERS for endpoint in router.endpoints]


def document_text() -> str:
    """The OpenAPI document as indented JSON."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def compact_text() -> str:
    """The OpenAPI document as compact JSON, as the service serves it."""
    return json.dumps(document(), separators=(",", ":"), ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The OpenAPI document, with identical error responses of several routes shared."""
    expanded, shared = expanded_document(), dict[str, Any]()
    for methods in expanded["paths"].values():
        for operation in methods.values():
            operation["responses"] = {
                status: response if int(status) < ERROR else _shared_reference(status, response, shared)
                for status, response in operation["responses"].items()
            }
    expanded["components"]["responses"] = shared
    return expanded


def _shared_reference(status: str, response: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """A reference to a shared response, which is added to ``shared``."""
    parts = [status, *re.findall(r"`(\w+)`", response["description"])]
    name = "-".join([*parts, "page"] if "text/html" in str(list(response["content"])) else parts)
    if shared.setdefault(name, response) != response:
        raise ValueError(f"two responses would be called {name}")
    return {"$ref": f"#/components/responses/{name}"}


def expanded_document() -> dict[str, Any]:
    """The OpenAPI document with every response written out at its route."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints():
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Afterword",
            "version": "1",
            "summary": "A comment service for blogs with moderation.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "./"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }


def _security() -> dict[str, Any]:
    kinds = {
        "author": "The key of a reader: `aw_author_` and 22 random base64url characters, created by the browser.",
        "session": "The session of a moderator: `aw_session_…`, from `POST /v1/moderation/sessions`.",
        "apiToken": "An API token with limited scopes: `aw_api_…`, from `POST /v1/moderation/tokens`.",
    }
    return {name: {"type": "http", "scheme": "bearer", "description": text} for name, text in kinds.items()}


def _schemas() -> dict[str, Any]:
    models: set[type[BaseModel]] = {Problem}
    for endpoint in endpoints():
        models |= {endpoint.body} if endpoint.body else set()
        models |= {model for model in endpoint.responses.values() if isinstance(model, type)}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, _mode(model)) for model in ordered], ref_template=REF)
    return {name: _tidy(schema) for name, schema in schemas["$defs"].items()}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without defaults of required fields, and with Markdown instead of reStructuredText."""
    fields = schema.get("properties", {})
    for name in schema.get("required", []):
        fields[name] = {key: value for key, value in fields[name].items() if key != "default"}
    description = {"description": _markdown(schema["description"])} if "description" in schema else {}
    return {**schema, **description}


def _markdown(docstring: str) -> str:
    return " ".join(docstring.replace("``", "`").split())


def _mode(model: type[BaseModel]) -> Any:  # noqa: ANN401  a literal type of pydantic
    bodies = {endpoint.body for endpoint in endpoints()}
    return "validation" if model in bodies else "serialization"


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, rest = (endpoint.view.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": summary.strip(),
        "description": _markdown(rest),
        "tags": ["moderators" if endpoint.scope else "readers"],
        "parameters": _parameters(endpoint),
        "responses": responses(endpoint),
        "security": _security_of(endpoint),
    }
    if endpoint.body:
        name = endpoint.body.__name__
        content = {"schema": {"$ref": REF.format(model=name)}, "example": BODIES[name]}
        operation["requestBody"] = {"required": True, "content": {endpoint.accepts: content}}
    return {name: value for name, value in operation.items() if value or name == "security"}


def _security_of(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.scope:
        return [{"session": [str(endpoint.scope)]}, {"apiToken": [str(endpoint.scope)]}]
    if endpoint.author:
        return [{"author": []}, {}] if endpoint.author_optional else [{"author": []}]
    return []


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    found += _query_parameters(endpoint.query) if endpoint.query else []
    found += [KEY_HEADER] if endpoint.key else []
    found += [TAG_HEADER] if endpoint.cached else []
    return [_with_example(parameter) for parameter in found]


def _with_example(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter with an example, and with its description outside the schema."""
    schema, name = dict(parameter["schema"]), parameter["name"]
    description = parameter.get("description") or schema.pop("description", "")
    own = schema.pop("examples", [PARAMETERS[name]])[0]
    example = LISTS[name] if schema.get("type") == "array" else own
    schema.pop("description", None)
    return {**parameter, **({"description": description} if description else {}), "schema": schema, "example": example}


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(mode="validation")
    required, defs = schema.get("required", []), schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _inlined(each, defs)}
        for name, each in schema["properties"].items()
    ]


def _inlined(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter without references, and without null, which URLs cannot express."""
    if "anyOf" in schema:
        rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
        return _inlined({**schema["anyOf"][0], **rest}, defs)
    target = defs.get(schema.get("$ref", "").rpartition("/")[2], {})
    return {**target, **{LIMITS.get(name, name): value for name, value in schema.items() if name != "$ref"}}
