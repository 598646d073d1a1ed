"""docs/api.md: the API reference for people, generated from the OpenAPI document."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.api.http.problems import status_of
from chalicelib.core.errors import Refusal

from .document import ERROR, TAGS, expanded_document
from .responses import all_refusals

HEAD = """# The API

Generated from [openapi.json](openapi.json), which the service also serves at `/openapi.json`. Requests and responses
are JSON in UTF-8; unknown fields and parameters are refused. Paths are relative to the URL of the service, for example
`https://….amazonaws.com/api`. Long lists are paginated: send `next` of a page as `cursor` to get the following page.

`GET` requests change nothing. Public responses have an `ETag`; all others are `Cache-Control: no-store`. Every response
has an `X-Request-Id`, which is also in the log.
"""
TOKENS = """## Tokens

Tokens are sent as `Authorization: Bearer …`, never as cookies.

"""
ERRORS = """## Errors

Every error is `application/problem+json` (RFC 9457) with a stable `code`; `detail` is for people and may change.
Routes that return HTML return errors as HTML. `429` and `503` have a `Retry-After` header. `errors` names the invalid
fields. Errors of API Gateway itself have the same format: unknown routes and methods (404), bodies over 10 MB (413),
too many requests (429), a function that failed (500) or is unreachable (503).

"""
BOUNDS = {
    "minLength": "min. length {}",
    "maxLength": "max. length {:,}",
    "minimum": "min. {}",
    "maximum": "max. {:,}",
    "minItems": "min. items {}",
    "maxItems": "max. items {}",
    "pattern": "matches `{}`",
}
MAX_PATTERN = 60  # characters; longer patterns are omitted

Schema = dict[str, Any]


def reference() -> str:
    """The text of docs/api.md."""
    described = expanded_document()
    kinds = described["components"]["securitySchemes"].items()
    tokens = TOKENS + _table(("token", "description"), ([f"`{name}`", kind["description"]] for name, kind in kinds))
    parts = [HEAD, tokens, ERRORS + _table(("code", "status", "meaning", "usual `detail`"), _codes())]
    for tag, description in TAGS.items():
        parts.append(f"## For {tag}\n\n{description}\n")
        parts += [_route(described, *found) for found in _operations(described) if tag in found[2]["tags"]]
    return "\n".join(parts)


def _operations(described: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _codes() -> list[list[str]]:
    kinds = {kind.code: kind for kind in all_refusals()}
    ordered = sorted(kinds.values(), key=lambda kind: (status_of(kind), kind.code))
    return [[f"`{kind.code}`", str(status_of(kind)), _first_line(kind), kind.message] for kind in ordered]


def _first_line(kind: type[Refusal]) -> str:
    return (kind.__doc__ or "").partition("\n")[0].replace("``", "`")


def _route(described: Schema, method: str, path: str, operation: Schema) -> str:
    parts = [f"### {method} {path}\n", operation["summary"] + "\n", operation.get("description", "") + "\n"]
    parts += [_authentication(operation["security"]), _parameters(operation.get("parameters", []))]
    if "requestBody" in operation:
        [(media, content)] = operation["requestBody"]["content"].items()
        parts += [f"**Body**, `{media}`:\n", _fields(described, content["schema"]), _example(content["example"])]
    parts += [_response(status, response) for status, response in operation["responses"].items() if int(status) < ERROR]
    parts.append(_refusals(operation["responses"]))
    return "\n".join(part for part in parts if part.strip())


def _authentication(security: list[dict[str, list[str]]]) -> str:
    if not security:
        return "**Authentication**: none.\n"
    ways = [
        f"`{name}`" + (f" with scope `{scopes[0]}`" if scopes else "")
        for way in security
        for name, scopes in way.items()
    ]
    return f"**Authentication**: {' or '.join(ways)}{' (optional)' if {} in security else ''}.\n"


def _parameters(parameters: list[Schema]) -> str:
    rows = [
        [
            f"`{each['name']}`",
            each["in"] + (", required" if each.get("required") else ""),
            _type_of(each["schema"]),
            each.get("description", ""),
            f"`{json.dumps(each['example'], ensure_ascii=False)}`",
        ]
        for each in parameters
    ]
    return _table(("parameter", "in", "type", "description", "example"), rows) if rows else ""


def _fields(described: Schema, schema: Schema) -> str:
    model = described["components"]["schemas"][_name(schema)]
    required = model.get("required", [])
    rows = [
        [f"`{name}`", "yes" if name in required else "no", _type_of(field), field.get("description", "")]
        for name, field in model["properties"].items()
    ]
    return _table(("field", "required", "type", "description"), rows)


def _type_of(schema: Schema) -> str:
    """A description of the type of a value."""
    if "anyOf" in schema:
        return " or ".join(_type_of(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return f"`{_name(schema)}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    parts = [str(schema.get("type", "any")) + (f" of {_type_of(schema['items'])}" if "items" in schema else "")]
    parts += [text.format(schema[name]) for name, text in BOUNDS.items() if _is_listed(name, schema)]
    default = schema.get("default")
    return ", ".join(parts) + (
        f"; default `{json.dumps(default)}`" if default not in (None, "") and "items" not in schema else ""
    )


def _is_listed(bound: str, schema: Schema) -> bool:
    return bound in schema and not (bound == "pattern" and len(schema[bound]) > MAX_PATTERN)


def _response(status: str, response: Schema) -> str:
    headers = [f"`{name}`" for name in response.get("headers", {}) if name not in {"X-Request-Id", "Cache-Control"}]
    line = f"**{status}** {response['description']}" + (f" With {', '.join(headers)}." if headers else "")
    links = [f"{name} → `{link['operationId']}`" for name, link in response.get("links", {}).items()]
    line += f" Links: {', '.join(links)}." if links else ""
    content: Schema = next(iter(response.get("content", {}).values()), {})
    example = content.get("example")
    return f"{line}\n" + (f"\n{_example(example)}" if isinstance(example, dict) else "")


def _refusals(responses: dict[str, Schema]) -> str:
    refusals = [
        f"{status}: {response['description'].removeprefix('Refused: ')}"
        for status, response in responses.items()
        if int(status) >= ERROR
    ]
    return "**Errors**: " + " ".join(refusals) + "\n"


def _example(example: object) -> str:
    return f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```\n"


def _table(head: tuple[str, ...], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
