"""OpenAPI 3.1, made from the endpoints and models themselves: it lists what works, and nothing else."""

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.api.http.endpoints import Endpoint
from chalicelib.api.http.problems import Problem
from chalicelib.api.registry import TOPICS
from chalicelib.core.drafts import ID_BOUNDS
from chalicelib.core.ids import HASH, ULID

from .examples import BODIES, LISTS, PARAMETERS
from .responses import REF, responses

TAGS = {
    "readers": "What everybody may ask; some of it with an author key.",
    "moderators": "What needs a moderator's token.",
}
ERROR = 400
LIMITS = {"ge": "minimum", "le": "maximum"}  # pydantic leaves its own words where a validator runs before
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "22 random base64url characters, new for each comment and the same when it is sent again.",
    "schema": {"type": "string", **ID_BOUNDS},
}
TAG_HEADER = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer that one has: where it is still right, the answer is 304, without a body.",
    "schema": {"type": "string"},
}
PATH_PARAMETERS = {
    "comment_id": {"type": "string", "description": "The id of a comment.", **ID_BOUNDS},
    "job_id": {
        "type": "string",
        "description": "The id of a bulk, or the hash of an author who is to be erased.",
        "pattern": f"^({ULID.pattern}|{HASH.pattern})$",
    },
    "name": {"type": "string", "description": "The name of a file, as a page names it.", "minLength": 1},
}


def endpoints() -> list[Endpoint]:
    """All of them, in order."""
    return [endpoint for topic in TOPICS for endpoint in topic.endpoints]


def document_text() -> str:
    """The document as JSON."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def compact_text() -> str:
    """The document as JSON without white space, as the service hands it out."""
    return json.dumps(document(), separators=(",", ":"), ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The document; what several routes refuse alike is described once."""
    described, shared = spelled_out(), dict[str, Any]()
    for methods in described["paths"].values():
        for operation in methods.values():
            operation["responses"] = {
                status: answer if int(status) < ERROR else _once(status, answer, shared)
                for status, answer in operation["responses"].items()
            }
    described["components"]["responses"] = shared
    return described


def _once(status: str, answer: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """A reference to the same answer among those that are shared."""
    words = [status, *re.findall(r"`(\w+)`", answer["description"])]
    name = "-".join([*words, "page"] if "text/html" in str(list(answer["content"])) else words)
    if shared.setdefault(name, answer) != answer:
        raise ValueError(f"two answers would be called {name}")
    return {"$ref": f"#/components/responses/{name}"}


def spelled_out() -> dict[str, Any]:
    """The document with every answer at its route."""
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
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }


def _security() -> dict[str, Any]:
    kinds = {
        "author": "A reader's own key: `aw_author_` and 22 random base64url characters, made by the reader's browser.",
        "session": "A moderator's session: `aw_session_…`, from `POST /v1/moderation/sessions`.",
        "apiToken": "A program's token: `aw_api_…`, from `POST /v1/moderation/tokens`, for some scopes.",
    }
    return {name: {"type": "http", "scheme": "bearer", "description": words} for name, words in kinds.items()}


def _schemas() -> dict[str, Any]:
    models: set[type[BaseModel]] = {Problem}
    for endpoint in endpoints():
        models |= {endpoint.body} if endpoint.body else set()
        models |= {shape for shape in endpoint.answers.values() if isinstance(shape, type)}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, _mode(model)) for model in ordered], ref_template=REF)
    return {name: _tidy(schema) for name, schema in schemas["$defs"].items()}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Without defaults of what must be sent, and with Markdown for reStructuredText."""
    fields = schema.get("properties", {})
    for name in schema.get("required", []):
        fields[name] = {key: value for key, value in fields[name].items() if key != "default"}
    words = {"description": _words(schema["description"])} if "description" in schema else {}
    return {**schema, **words}


def _words(docstring: str) -> str:
    return " ".join(docstring.replace("``", "`").split())


def _mode(model: type[BaseModel]) -> Any:  # noqa: ANN401  a literal of pydantic's
    bodies = {endpoint.body for endpoint in endpoints()}
    return "validation" if model in bodies else "serialization"


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, _, rest = (endpoint.view.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": summary.strip(),
        "description": _words(rest),
        "tags": ["moderators" if endpoint.scope else "readers"],
        "parameters": _parameters(endpoint),
        "responses": responses(endpoint),
        "security": _who(endpoint),
    }
    if endpoint.body:
        name = endpoint.body.__name__
        content = {"schema": {"$ref": REF.format(model=name)}, "example": BODIES[name]}
        operation["requestBody"] = {"required": True, "content": {endpoint.accepts: content}}
    return {name: value for name, value in operation.items() if value or name == "security"}


def _who(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.scope:
        return [{"session": [str(endpoint.scope)]}, {"apiToken": [str(endpoint.scope)]}]
    if endpoint.author:
        return [{"author": []}, {}] if endpoint.anybody else [{"author": []}]
    return []


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    found += _query_parameters(endpoint.query) if endpoint.query else []
    found += [KEY_HEADER] if endpoint.key else []
    found += [TAG_HEADER] if endpoint.memo else []
    return [_shown(parameter) for parameter in found]


def _shown(parameter: dict[str, Any]) -> dict[str, Any]:
    """With its description beside the schema, and an example."""
    schema, name = dict(parameter["schema"]), parameter["name"]
    words = parameter.get("description") or schema.pop("description", "")
    example = LISTS[name] if schema.get("type") == "array" else PARAMETERS[name]
    schema.pop("description", None)
    return {**parameter, **({"description": words} if words else {}), "schema": schema, "example": example}


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(mode="validation")
    required, defs = schema.get("required", []), schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _inlined(each, defs)}
        for name, each in schema["properties"].items()
    ]


def _inlined(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without references to definitions of its own, and without null: an address has none."""
    if "anyOf" in schema:
        rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
        return _inlined({**schema["anyOf"][0], **rest}, defs)
    target = defs.get(schema.get("$ref", "").rpartition("/")[2], {})
    return {**target, **{LIMITS.get(name, name): value for name, value in schema.items() if name != "$ref"}}
