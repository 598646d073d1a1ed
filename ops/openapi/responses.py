"""What a route may answer, for its description: values, refusals with their codes, headers, links."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from chalicelib.api.http.endpoints import NO_STORE, Endpoint
from chalicelib.api.http.problems import BadRequest, Failure, Problem, TooLarge, WrongType, problem_of, status_of
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

from .examples import ANSWERS, BY_STATUS, ID, TEXTS
from .links import LINKS

REF = "#/components/schemas/{model}"
PROBLEM_TYPE = "application/problem+json"
EVERY: tuple[type[Refusal], ...] = (Unavailable, Failure)
WITH_BODY: tuple[type[Refusal], ...] = (BadRequest, TooLarge, WrongType, Invalid)
WRONG_FIELD = {"limit": "Input should be less than or equal to 100"}
NOT_MODIFIED, UNAUTHENTICATED, TOO_MANY, UNAVAILABLE, CREATED = 304, 401, 429, 503, 201

HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "The hash of the bytes sent; send it back as `If-None-Match`.",
        "schema": {"type": "string", "pattern": '^"[A-Za-z0-9_-]{22}"$'},
        "example": '"5d41402abc4b2a76b9719d"',
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 30,
    },
    "Location": {
        "description": "The comment, relative to the request; only once it is public.",
        "schema": {"type": "string", "pattern": "^comments/[A-Za-z0-9_-]{22}$"},
        "example": f"comments/{ID}",
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "schema": {"type": "string", "const": "Bearer"},
        "example": "Bearer",
    },
    "X-Request-Id": {
        "description": "The id under which the request is logged.",
        "schema": {"type": "string"},
        "example": "3f1c6a5e-0000-4000-8000-000000000000",
    },
}


def responses(endpoint: Endpoint) -> dict[str, Any]:
    """Every answer of a route, by its status."""
    found = {str(status): _answer(status, shape, endpoint) for status, shape in endpoint.answers.items()}
    if endpoint.memo:
        headers = _headers("ETag") | _caching(endpoint.kept)
        found[str(NOT_MODIFIED)] = {"description": "As `If-None-Match` says.", "headers": headers}
    for status, kinds in sorted(refusals(endpoint).items()):
        found[str(status)] = _refused(status, kinds, endpoint)
    return found


def refusals(endpoint: Endpoint) -> dict[int, list[type[Refusal]]]:
    """What a route may refuse, by status; in each, one kind for a code."""
    kinds = [*endpoint.refusals, *EVERY, *(WITH_BODY if endpoint.body else ())]
    kinds += [Invalid]  # whatever an endpoint takes, it refuses what it does not know
    kinds += [Unauthenticated, Forbidden] if endpoint.scope else []
    kinds += [KeysMismatch] if endpoint.method != "GET" else []
    found: dict[int, dict[str, type[Refusal]]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.code):
        found.setdefault(status_of(kind), {})[kind.code] = kind
    return {status: list(kinds.values()) for status, kinds in found.items()}


def all_refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every kind that the service knows."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("chalicelib."):
            yield below
        yield from all_refusals(below)


def problem_example(kind: type[Refusal]) -> dict[str, Any]:
    """What the wire shows of a kind of refusal."""
    return problem_of(_sample(kind)).model_dump(exclude_none=True)


def _sample(kind: type[Refusal]) -> Refusal:
    if issubclass(kind, SortUnavailable):
        return kind({"sort": "is offered up to 500 comments under a post"})
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


def _answer(status: int, shape: type[BaseModel] | str | None, endpoint: Endpoint) -> dict[str, Any]:
    name = endpoint.view.__name__
    extra = ["ETag"] if endpoint.memo else ["Location"] if (name, status) == ("submit", CREATED) else []
    answer: dict[str, Any] = {"description": "Done.", "headers": _headers(*extra) | _caching(endpoint.kept)}
    if shape is not None:
        answer |= _content(status, shape, endpoint.media)
    links = LINKS.get(name, {}).get(status)
    return answer | {"links": links} if links else answer


def _content(status: int, shape: type[BaseModel] | str, media: str) -> dict[str, Any]:
    if isinstance(shape, str):
        text = {"schema": {"type": "string"}, "example": TEXTS[media]} if media in TEXTS else {}
        return {"description": shape, "content": {media: text}}
    name = shape.__name__
    described = {
        "schema": {"$ref": REF.format(model=name)},
        "example": BY_STATUS.get((name, status), ANSWERS[name]),
    }
    return {"description": (shape.__doc__ or "").partition("\n")[0], "content": {media: described}}


def _refused(status: int, kinds: list[type[Refusal]], endpoint: Endpoint) -> dict[str, Any]:
    extra = ["Retry-After"] if status in {TOO_MANY, UNAVAILABLE} else []
    extra += ["WWW-Authenticate"] if status == UNAUTHENTICATED and not endpoint.apology else []
    words = "Refused: " + ", ".join(f"`{kind.code}`" for kind in kinds) + "."
    # What is of another type never reaches the view that would answer in HTML.
    as_page = endpoint.apology and status != status_of(WrongType)
    page = {endpoint.media: {"schema": {"type": "string"}, "example": TEXTS.get(endpoint.media)}}
    content = page if as_page else {PROBLEM_TYPE: _problem(kinds)}
    return {"description": words, "headers": _headers(*extra) | _caching(NO_STORE), "content": content}


def _problem(kinds: list[type[Refusal]]) -> dict[str, Any]:
    examples = {kind.code: {"summary": kind.message, "value": problem_example(kind)} for kind in kinds}
    narrowed = {"properties": {"code": {"enum": [kind.code for kind in kinds]}}}
    return {"schema": {"allOf": [{"$ref": REF.format(model=Problem.__name__)}, narrowed]}, "examples": examples}
