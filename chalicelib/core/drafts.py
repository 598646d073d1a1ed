"""What a reader sends: untrusted, cleaned and checked field by field."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from .ids import ID
from .posts import MAX_KEY, post_key
from .text.sanitize import MAX_LINK, MAX_NAME, MAX_TEXT, clean_link, clean_name, clean_text, clean_title

MAX_TITLE = 200  # characters: of the post's title, and of what a program writes into the trap
MAX_VERSION = 2**53 - 1  # the largest whole number that every JSON parser keeps
MAX_TOKEN = 600  # characters of a form token
MAX_WORK = 32  # characters


def whole(value: object) -> object:
    """JSON does not tell 2.0 from 2, and some programs write it so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _comment_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError("must be the id of a comment")
    return text


# What a schema can say of the rules that the functions below enforce: for the description of the API alone.
SEEN: dict[str, Any] = {"minLength": 1, "pattern": r"\S"}
CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
KEY_BOUNDS: dict[str, Any] = {
    "minLength": 1,
    "maxLength": MAX_KEY,
    "pattern": rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*$",
}
ID_BOUNDS: dict[str, Any] = {"pattern": f"^{ID.pattern}$"}
TEXT_BOUNDS = SEEN | {"maxLength": MAX_TEXT}
NAME_BOUNDS = SEEN | {"maxLength": MAX_NAME}
LINK_BOUNDS: dict[str, Any] = {"minLength": 1, "maxLength": MAX_LINK, "pattern": r"^[^\s\"'<>\\`]+$"}

PostKey = Annotated[str, Field(max_length=4_096, json_schema_extra=KEY_BOUNDS), AfterValidator(post_key)]
Version = Annotated[int, Field(ge=0, le=MAX_VERSION), BeforeValidator(whole)]
CommentId = Annotated[str, Field(json_schema_extra=ID_BOUNDS), AfterValidator(_comment_id)]
Text = Annotated[str, Field(json_schema_extra=TEXT_BOUNDS), AfterValidator(clean_text)]
Name = Annotated[str, Field(json_schema_extra=NAME_BOUNDS), AfterValidator(clean_name)]
Link = Annotated[str, Field(json_schema_extra=LINK_BOUNDS), AfterValidator(clean_link)]
Title = Annotated[str, Field(json_schema_extra={"maxLength": MAX_TITLE}), AfterValidator(clean_title)]


class Strict(BaseModel):
    """What comes in: known fields only, of exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Words(Strict):
    """What a reader writes, first or when editing."""

    text: Text = Field(description="Markdown, at most 10,000 characters.", examples=["I was there, and *nobody* ran."])
    name: Name | None = Field(default=None, description="At most 80 characters.", examples=["Ann"])
    link: Link | None = Field(default=None, description="A website: http or https.", examples=["https://example.org/"])


class Draft(Words):
    """A comment to be: ``form`` is the token of the form that it was written in."""

    post: PostKey = Field(description="The key of the post.", examples=["/2024/07/panic.html"])
    parent: CommentId | None = Field(default=None, description="The id of the comment that it answers.")
    post_title: Title = Field(
        default="", description="The post's title, at most 200 characters; shown to moderators as unverified."
    )
    form: Annotated[str, Field(max_length=MAX_TOKEN)] = Field(default="", description="From `GET /v1/form`.")
    work: Annotated[str, Field(max_length=MAX_WORK, pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        default="",
        description="If `GET /v1/form` asks for work: such that SHA-256 over `<form>:<Idempotency-Key>:<work>`, as "
        "UTF-8, begins with as many zero bits as it says.",
    )
    trap: Annotated[str, Field(max_length=MAX_TITLE)] = Field(
        default="", description="A field that people don't see: leave it empty."
    )
