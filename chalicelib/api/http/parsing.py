"""What comes in → models; what is wrong with it, field by field."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ...core.errors import Invalid
from .problems import BadRequest, WrongType
from .request import Incoming

JSON = "application/json"
MAX_SHOWN = 200  # characters of an error's message, or of the name of a field that nobody knows
MAX_ERRORS = 100


def _digits(value: object) -> object:
    """Python takes ``1_0`` and other scripts' digits for numbers; an address does not."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    return value


Number = Annotated[int, BeforeValidator(_digits)]


class Query(BaseModel):
    """Parameters: known ones only, each at most once unless it is a list."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def parsed_query(model: type[Query], request: Incoming) -> Query:
    """The parameters.

    Raises:
        Invalid: unknown, repeated or wrong ones.
    """
    lists = {name for name, each in model.model_fields.items() if "list" in str(each.annotation)}
    single = [name for name in model.model_fields if name not in lists]
    twice = [name for name in single if len(request.query.get(name, [])) > 1]
    if twice:
        raise Invalid(dict.fromkeys(twice, "must be given once"))
    values = {name: found if name in lists else found[0] for name, found in request.query.items()}
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        raise Invalid(errors_of(wrong)) from None


def parsed_body(model: type[BaseModel], request: Incoming) -> BaseModel:
    """The body.

    Raises:
        TooLarge: before anything is parsed.
        WrongType: it is not said to be JSON.
        BadRequest: it is no JSON, or no object.
        Invalid: its fields are wrong.
    """
    body = request.body
    media = request.header("content-type").partition(";")[0].strip().lower()
    if media != JSON:
        raise WrongType
    try:
        return model.model_validate_json(body)
    except ValidationError as wrong:
        kinds = {error["type"] for error in wrong.errors(include_url=False, include_input=False)}
        if "json_invalid" in kinds:
            raise BadRequest("The body is not JSON.") from None
        if any(
            not error["loc"] and error["type"] in {"model_type", "model_attributes_type"} for error in wrong.errors()
        ):
            raise BadRequest("The body must be a JSON object.") from None
        raise Invalid(errors_of(wrong)) from None


def errors_of(wrong: ValidationError) -> dict[str, str]:
    """Field → message; of several messages about one field, the first; not for ever."""
    errors: dict[str, str] = {}
    for error in wrong.errors(include_url=False, include_input=False, include_context=False)[:MAX_ERRORS]:
        field_name = ".".join(str(part) for part in error["loc"])[:MAX_SHOWN] or "body"
        errors.setdefault(field_name, error["msg"].removeprefix("Value error, ")[:MAX_SHOWN])
    return errors
