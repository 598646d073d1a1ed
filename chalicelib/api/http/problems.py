"""Refusals → HTTP, once: ``application/problem+json`` (RFC 9457) with a stable ``code``."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field

from ...core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KeyMissing,
    KeyReused,
    NotFound,
    ParentNotPublished,
    PostClosed,
    Refusal,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    WorkMissing,
)


class BadRequest(Refusal):
    """What was sent can't be read at all."""

    code = "bad_request"
    message = "The request can't be read."


class NotAllowed(Refusal):
    """The route has no such method."""

    code = "method_not_allowed"
    message = "There is no such method here."


class WrongType(Refusal):
    """The body is of a type that this route does not take."""

    code = "unsupported_media_type"
    message = "The body is of a type that is not taken here."


class TooLarge(Refusal):
    """The body is larger than anything that this service takes."""

    code = "too_large"
    message = "The body is too large: 160 KiB at most."


class Failure(Refusal):
    """Our own mistake.  What it was stands in the log, under the request's id."""

    code = "internal_error"
    message = "Something went wrong here. Nothing was lost; try again."


STATUS: dict[type[Refusal], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAllowed: 405,
    Conflict: 409,
    TooLarge: 413,
    WrongType: 415,
    Invalid: 422,
    PostClosed: 423,
    KeyMissing: 428,
    WorkMissing: 428,
    TooManyRequests: 429,
    Failure: 500,
    Unavailable: 503,
}


def status_of(refusal: type[Refusal]) -> int:
    """The HTTP status of a kind of refusal: its own, or its nearest ancestor's."""
    return next(STATUS[kind] for kind in refusal.__mro__ if kind in STATUS)


class FieldError(BaseModel):
    """One wrong field."""

    field: str = Field(description="Its name, with dots between levels; a header or parameter by its own name.")
    message: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = "about:blank"
    title: str = Field(description="The status in words.")
    status: int
    code: str = Field(description="Stable; meant for programs.")
    detail: str = Field(description="Meant for people.")
    errors: list[FieldError] | None = Field(default=None, description="The wrong fields.")
    retry_after: int | None = Field(default=None, description="Seconds after which to try again.")
    comment: str | None = Field(default=None, description="The comment that is stored under the key.")
    parent: str | None = Field(default=None, description="The comment to approve first.")
    parent_version: int | None = None


def problem_of(refusal: Refusal) -> Problem:
    """What the wire shows of a refusal."""
    status = status_of(type(refusal))
    more: dict[str, Any] = {}
    if isinstance(refusal, Invalid):
        more["errors"] = [FieldError(field=field, message=message) for field, message in refusal.errors.items()]
    if isinstance(refusal, TooManyRequests | Unavailable):
        more["retry_after"] = refusal.retry_after
    if isinstance(refusal, KeyReused):
        more["comment"] = refusal.comment
    if isinstance(refusal, ParentNotPublished):
        more |= {"parent": refusal.parent, "parent_version": refusal.version}
    title = HTTPStatus(status).phrase
    return Problem(title=title, status=status, code=refusal.code, detail=refusal.message, **more)


def headers_of(problem: Problem) -> dict[str, str]:
    """The headers that go with a problem."""
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if problem.retry_after:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return headers
