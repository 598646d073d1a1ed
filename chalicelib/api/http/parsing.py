"""Query strings and JSON bodies → models, with an error for each invalid field."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ...core.accounts import author_hash, bearer
from ...core.errors import Invalid, Unauthenticated
from .problems import BadRequest, UnsupportedMediaType
from .request import Request

JSON = "application/json"
MAX_SHOWN = 200  # characters of an error message or of the name of an unknown field
MAX_ERRORS = 100


def _digits(value: object) -> object:
    """Accept ASCII digits only: Python also takes ``1_0`` and the digits of other scripts."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    return value


Number = Annotated[int, BeforeValidator(_digits)]


class Query(BaseModel):
    """The base of query parameters: unknown ones are refused, and so are repeated ones that are not lists."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def parsed_query(model: type[Query], request: Request) -> Query:
    """The query parameters of a request.

    Raises:
        Invalid: parameters are unknown, repeated or invalid.
    """
    lists = {name for name, each in model.model_fields.items() if "list" in str(each.annotation)}
    single = [name for name in model.model_fields if name not in lists]
    repeated = [name for name in single if len(request.query.get(name, [])) > 1]
    if repeated:
        raise Invalid(dict.fromkeys(repeated, "must be given once"))
    values = {name: found if name in lists else found[0] for name, found in request.query.items()}
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        raise Invalid(field_errors(invalid)) from None


def parsed_body(model: type[BaseModel], request: Request) -> BaseModel:
    """The JSON body of a request.

    Raises:
        ContentTooLarge: checked before the body is parsed.
        UnsupportedMediaType: the content type is not JSON.
        BadRequest: it is not JSON, or not an object.
        Invalid: some fields are invalid.
    """
    body = request.body
    media = request.header("content-type").partition(";")[0].strip().lower()
    if media != JSON:
        raise UnsupportedMediaType
    try:
        return model.model_validate_json(body)
    except ValidationError as invalid:
        kinds = {error["type"] for error in invalid.errors(include_url=False, include_input=False)}
        if "json_invalid" in kinds:
            raise BadRequest("The body is not JSON.") from None
        if any(
            not error["loc"] and error["type"] in {"model_type", "model_attributes_type"} for error in invalid.errors()
        ):
            raise BadRequest("The body must be a JSON object.") from None
        raise Invalid(field_errors(invalid)) from None


def field_errors(invalid: ValidationError) -> dict[str, str]:
    """Field → message, the first for each field, for up to 100 errors."""
    errors: dict[str, str] = {}
    for error in invalid.errors(include_url=False, include_input=False, include_context=False)[:MAX_ERRORS]:
        field_name = ".".join(str(part) for part in error["loc"])[:MAX_SHOWN] or "body"
        errors.setdefault(field_name, error["msg"].removeprefix("Value error, ")[:MAX_SHOWN])
    return errors


def author_of(request: Request) -> str:
    """The hash of the author key in the ``Authorization`` header; empty without a header.

    Raises:
        Invalid: an author key is malformed.
        Unauthenticated: it is a token of another kind.
    """
    values = request.headers.get("authorization", [])
    if not values:
        return ""
    token = bearer(values)
    if author := author_hash(token):
        return author
    if values[-1][:17].lower() == "bearer aw_author_":
        raise Invalid({"Authorization": "an author key is 22 base64url characters"})
    raise Unauthenticated
