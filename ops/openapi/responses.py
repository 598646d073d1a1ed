"""The responses of a route in OpenAPI: bodies, refusals with their codes, headers and links."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from chalicelib.api.http.caching import NO_STORE
from chalicelib.api.http.endpoints import Endpoint
from chalicelib.api.http.problems import (
    BadRequest,
    ContentTooLarge,
    InternalError,
    Problem,
    UnsupportedMediaType,
    problem_of,
    status_of,
)
from chalicelib.core.errors import (
    Forbidden,
    Invalid,
    KeyReused,
    KeysMismatch,
    ParentNotPublished,
    Refusal,
    SortUnavailable,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

from .examples import BY_STATUS, ID, RESPONSES, TEXTS
from .links import LINKS

REF = "#/components/schemas/{model}"
PROBLEM_TYPE = "application/problem+json"
ALWAYS: tuple[type[Refusal], ...] = (Unavailable, InternalError)
WITH_BODY: tuple[type[Refusal], ...] = (BadRequest, ContentTooLarge, UnsupportedMediaType, Invalid)
WRONG_FIELD = {"limit": "Input should be less than or equal to 100"}
NOT_MODIFIED, UNAUTHENTICATED, TOO_MANY, UNAVAILABLE, CREATED = 304, 401, 429, 503, 201

HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "The hash of the body. Send it as `If-None-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{32}"$'},
        "example": '"5d41402abc4b2a76b9719d911017c592"',
    },
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 30,
    },
    "Location": {
        "description": "The URL of the comment, relative to the request. Only if it is published.",
        "schema": {"type": "string", "pattern": "^comments/[A-Za-z0-9_-]{22}$"},
        "example": f"comments/{ID}",
    },
    "WWW-Authenticate": {
        "description": "The authentication scheme.",
        "schema": {"type": "string", "const": "Bearer"},
        "example": "Bearer",
    },
    "X-Request-Id": {
        "description": "The id of the request in the log.",
        "schema": {"type": "string"},
        "example": "3f1c6a5e-0000-4000-8000-000000000000",
    },
}


def responses(endpoint: Endpoint) -> dict[str, Any]:
    """All responses of a route, by status."""
    found = {str(status): _success(status, model, endpoint) for status, model in endpoint.responses.items()}
    if endpoint.cached:
        headers = _headers("ETag") | _caching(endpoint.cache_control)
        found[str(NOT_MODIFIED)] = {
            "description": "Not modified since the `ETag` in `If-None-Match`.",
            "headers": headers,
        }
    for status, kinds in sorted(refusals(endpoint).items()):
        found[str(status)] = _refused(status, kinds, endpoint)
    return found


def refusals(endpoint: Endpoint) -> dict[int, list[type[Refusal]]]:
    """The refusals of a route by status, one class for each code."""
    kinds = [*endpoint.refusals, *ALWAYS, *(WITH_BODY if endpoint.body else ())]
    kinds += [Invalid]  # every endpoint refuses unknown parameters
    kinds += [Unauthenticated, Forbidden] if endpoint.scope else []
    kinds += [KeysMismatch] if endpoint.method != "GET" or endpoint.scope else []  # it also notes a token's use
    found: dict[int, dict[str, type[Refusal]]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.code):
        found.setdefault(status_of(kind), {})[kind.code] = kind
    return {status: list(kinds.values()) for status, kinds in found.items()}


def all_refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """All classes of refusals of the service."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("chalicelib."):
            yield below
        yield from all_refusals(below)


def problem_example(kind: type[Refusal]) -> dict[str, Any]:
    """An example of the problem document of a refusal."""
    return problem_of(_sample(kind)).model_dump(exclude_none=True)


def _sample(kind: type[Refusal]) -> Refusal:
    if issubclass(kind, SortUnavailable):
        return kind({"sort": "is available for posts with up to 500 comments, or fewer long ones"}, limit=500)
    if issubclass(kind, Invalid):
        return kind(WRONG_FIELD)
    if issubclass(kind, TooManyRequests):
        return kind(retry_after=30)
    if issubclass(kind, ParentNotPublished):
        return kind(ID, 1)
    return kind(ID) if issubclass(kind, KeyReused) else kind()


def _headers(*names: str) -> dict[str, Any]:
    always = {"ETag", "Retry-After", "WWW-Authenticate"}
    described = {name: {**HEADERS[name], "required": True} if name in always else HEADERS[name] for name in names}
    return described | {"X-Request-Id": HEADERS["X-Request-Id"]}


def _caching(value: str) -> dict[str, Any]:
    return {"Cache-Control": {"required": True, "schema": {"type": "string", "const": value}, "example": value}}


def _success(status: int, model: type[BaseModel] | str | None, endpoint: Endpoint) -> dict[str, Any]:
    name = endpoint.view.__name__
    extra = ["ETag"] if endpoint.cached else ["Location"] if (name, status) == ("submit", CREATED) else []
    response: dict[str, Any] = {
        "description": "Success.",
        "headers": _headers(*extra) | _caching(endpoint.cache_control),
    }
    if model is not None:
        response |= _content(status, model, endpoint.media)
    links = LINKS.get(name, {}).get(status)
    return response | {"links": links} if links else response


def _content(status: int, model: type[BaseModel] | str, media: str) -> dict[str, Any]:
    if isinstance(model, str):
        text = {"schema": {"type": "string"}, "example": TEXTS[media]} if media in TEXTS else {}
        return {"description": model, "content": {media: text}}
    name = model.__name__
    described = {
        "schema": {"$ref": REF.format(model=name)},
        "example": BY_STATUS.get((name, status), RESPONSES[name]),
    }
    return {"description": (model.__doc__ or "").partition("\n")[0], "content": {media: described}}


def _refused(status: int, kinds: list[type[Refusal]], endpoint: Endpoint) -> dict[str, Any]:
    extra = ["Retry-After"] if status in {TOO_MANY, UNAVAILABLE} else []
    extra += ["WWW-Authenticate"] if status == UNAUTHENTICATED and not endpoint.error_page else []
    description = "Refused: " + ", ".join(f"`{kind.code}`" for kind in kinds) + "."
    # Chalice refuses other content types itself, so they never get an HTML response.
    as_page = endpoint.error_page and status != status_of(UnsupportedMediaType)
    page = {endpoint.media: {"schema": {"type": "string"}, "example": TEXTS.get(endpoint.media)}}
    content = page if as_page else {PROBLEM_TYPE: _problem(kinds)}
    return {"description": description, "headers": _headers(*extra) | _caching(NO_STORE), "content": content}


def _problem(kinds: list[type[Refusal]]) -> dict[str, Any]:
    examples = {kind.code: {"summary": kind.message, "value": problem_example(kind)} for kind in kinds}
    narrowed = {"properties": {"code": {"enum": [kind.code for kind in kinds]}}}
    return {"schema": {"allOf": [{"$ref": REF.format(model=Problem.__name__)}, narrowed]}, "examples": examples}
