"""Refusals → HTTP: ``application/problem+json`` (RFC 9457) with a stable ``code``."""

from http import HTTPStatus

from pydantic import BaseModel, Field

from ...core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KeyMissing,
    KeysMismatch,
    NotFound,
    PostClosed,
    Refusal,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    WorkMissing,
)

MAX_BODY = 160 * 1_024  # bytes


class BadRequest(Refusal):
    """The request cannot be parsed."""

    code = "bad_request"
    message = "The request cannot be parsed."


class MethodNotAllowed(Refusal):
    """The route does not support this method."""

    code = "method_not_allowed"
    message = "This method is not allowed here."


class UnsupportedMediaType(Refusal):
    """The route does not accept a body of this content type."""

    code = "unsupported_media_type"
    message = "This content type is not supported here."


class ContentTooLarge(Refusal):
    """The body exceeds the size limit."""

    code = "too_large"
    message = "The request body is too large. The limit is {limit} bytes."

    def __init__(self) -> None:
        super().__init__(limit=MAX_BODY)


class InternalError(Refusal):
    """An unexpected error of the service.  The log has details under the request id."""

    code = "internal_error"
    message = "Something went wrong on our side. Nothing was lost; please try again."


STATUS: dict[type[Refusal], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    ContentTooLarge: 413,
    UnsupportedMediaType: 415,
    Invalid: 422,
    PostClosed: 423,
    KeyMissing: 428,
    WorkMissing: 428,
    TooManyRequests: 429,
    InternalError: 500,
    Unavailable: 503,
    KeysMismatch: 503,
}


def status_of(refusal: type[Refusal]) -> int:
    """The HTTP status of a class of refusals: its own, or that of its nearest base class."""
    return next(STATUS[kind] for kind in refusal.__mro__ if kind in STATUS)


PARAMETERS = (
    "The numbers and names of this case, by code: `retry_after` (seconds to wait; `too_many_requests` and the two of "
    "503), `limit` (`sort_unavailable`: comments; `too_large`: bytes), `comment` (`idempotency_key_reused`: the id of "
    "the stored comment), `parent` and `version` (`parent_not_published`: the comment to approve first)."
)


class FieldError(BaseModel):
    """An invalid field."""

    field: str = Field(description="The name of the field, with dots for nested fields, or of the header or parameter.")
    message: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = "about:blank"
    title: str = Field(description="The standard phrase for the status.")
    status: int
    code: str = Field(description="A stable code for programs.")
    detail: str = Field(description="A message for people.")
    errors: list[FieldError] | None = Field(default=None, description="The invalid fields.")
    parameters: dict[str, int | str] | None = Field(default=None, description=PARAMETERS)


def problem_of(refusal: Refusal) -> Problem:
    """The problem document of a refusal."""
    status = status_of(type(refusal))
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=refusal.code,
        detail=refusal.message,
        errors=[FieldError(field=field, message=message) for field, message in errors.items()] or None,
        parameters=refusal.parameters or None,
    )


def headers_of(problem: Problem) -> dict[str, str]:
    """The headers of a problem response."""
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if problem.parameters and "retry_after" in problem.parameters:
        headers["Retry-After"] = str(problem.parameters["retry_after"])
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return headers
