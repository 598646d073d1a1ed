"""docs/api.md: the reference for people, made from the OpenAPI document."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.api.http.problems import status_of
from chalicelib.core.errors import Refusal

from .document import ERROR, TAGS, spelled_out
from .responses import all_refusals

HEAD = """# The API

Made from [openapi.json](openapi.json), which the service also serves at `/openapi.json`. JSON in and out, UTF-8; a
field or parameter that a route does not know is refused, never ignored. Addresses are below the service's own,
`https://….amazonaws.com/api` say. What is longer than one page goes on by `cursor`: send `next` of the page before.

`GET` changes nothing. Public answers carry an `ETag`; everything else is `Cache-Control: no-store`. Every answer has
an `X-Request-Id`, under which it is logged.
"""
TOKENS = """## Tokens

Sent as `Authorization: Bearer …`, never as a cookie.

"""
ERRORS = """## Errors

Every refusal is `application/problem+json` (RFC 9457) with a `code` that stays as it is; `detail` is for people and may
change. Routes that answer in HTML refuse in HTML. `429` and `503` say in `Retry-After` when to try again. A field that
is wrong is named in `errors`. What API Gateway refuses by itself looks the same: a route or method that there is not
(404), a body over 10 MB (413), too many requests at once (429), a function that failed (500) or can't be reached (503).

"""
BOUNDS = {
    "minLength": "at least {} long",
    "maxLength": "at most {:,} long",
    "minimum": "from {}",
    "maximum": "to {:,}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "matches `{}`",
}
MAX_PATTERN = 60  # characters: a longer one helps nobody who reads

Schema = dict[str, Any]


def reference() -> str:
    """The page."""
    described = spelled_out()
    kinds = described["components"]["securitySchemes"].items()
    tokens = TOKENS + _table(("token", "what it is"), ([f"`{name}`", kind["description"]] for name, kind in kinds))
    parts = [HEAD, tokens, ERRORS + _table(("code", "status", "meaning", "`detail`, mostly"), _codes())]
    for tag, words in TAGS.items():
        parts.append(f"## For {tag}\n\n{words}\n")
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
    parts += [_who(operation["security"]), _parameters(operation.get("parameters", []))]
    if "requestBody" in operation:
        [(media, content)] = operation["requestBody"]["content"].items()
        parts += [f"**Body**, `{media}`:\n", _fields(described, content["schema"]), _example(content["example"])]
    parts += [_answer(status, answer) for status, answer in operation["responses"].items() if int(status) < ERROR]
    parts.append(_refusals(operation["responses"]))
    return "\n".join(part for part in parts if part.strip())


def _who(security: list[dict[str, list[str]]]) -> str:
    if not security:
        return "**Who**: everybody.\n"
    ways = [
        f"`{name}`" + (f" with scope `{scopes[0]}`" if scopes else "")
        for way in security
        for name, scopes in way.items()
    ]
    return f"**Who**: {' or '.join(ways)}{', or nobody in particular' if {} in security else ''}.\n"


def _parameters(parameters: list[Schema]) -> str:
    rows = [
        [
            f"`{each['name']}`",
            each["in"] + (", required" if each.get("required") else ""),
            _kind(each["schema"]),
            each.get("description", ""),
            f"`{json.dumps(each['example'], ensure_ascii=False)}`",
        ]
        for each in parameters
    ]
    return _table(("parameter", "in", "is", "meaning", "example"), rows) if rows else ""


def _fields(described: Schema, schema: Schema) -> str:
    model = described["components"]["schemas"][_name(schema)]
    required = model.get("required", [])
    rows = [
        [f"`{name}`", "yes" if name in required else "no", _kind(field), field.get("description", "")]
        for name, field in model["properties"].items()
    ]
    return _table(("field", "required", "is", "meaning"), rows)


def _kind(schema: Schema) -> str:
    """What a value is, in words."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return f"`{_name(schema)}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    words = [str(schema.get("type", "any")) + (f" of {_kind(schema['items'])}" if "items" in schema else "")]
    words += [told.format(schema[name]) for name, told in BOUNDS.items() if _is_told(name, schema)]
    default = schema.get("default")
    return ", ".join(words) + (
        f"; else `{json.dumps(default)}`" if default not in (None, "") and "items" not in schema else ""
    )


def _is_told(bound: str, schema: Schema) -> bool:
    return bound in schema and not (bound == "pattern" and len(schema[bound]) > MAX_PATTERN)


def _answer(status: str, answer: Schema) -> str:
    headers = [f"`{name}`" for name in answer.get("headers", {}) if name not in {"X-Request-Id", "Cache-Control"}]
    line = f"**{status}** {answer['description']}" + (f" With {', '.join(headers)}." if headers else "")
    links = [f"{name} → `{link['operationId']}`" for name, link in answer.get("links", {}).items()]
    line += f" Leads to: {', '.join(links)}." if links else ""
    content: Schema = next(iter(answer.get("content", {}).values()), {})
    shown = content.get("example")
    return f"{line}\n" + (f"\n{_example(shown)}" if isinstance(shown, dict) else "")


def _refusals(responses: dict[str, Schema]) -> str:
    told = [
        f"{status}: {answer['description'].removeprefix('Refused: ')}"
        for status, answer in responses.items()
        if int(status) >= ERROR
    ]
    return "**Refused** with " + " ".join(told) + "\n"


def _example(shown: object) -> str:
    return f"```json\n{json.dumps(shown, indent=2, ensure_ascii=False)}\n```\n"


def _table(head: tuple[str, ...], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
