"""Drafts: what readers submit.  Untrusted; each field is cleaned and validated."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from .ids import ID
from .posts import MAX_KEY, post_key
from .text.sanitize import MAX_LINK, MAX_NAME, MAX_TEXT, MAX_TITLE, clean_link, clean_name, clean_text, clean_title

MAX_VERSION = 2**53 - 1  # the largest integer that every JSON parser reads exactly
MAX_TOKEN = 600  # characters of a form token
MAX_WORK = 32  # characters


def whole(value: object) -> object:
    """The integer for a float such as 2.0: JSON doesn't distinguish them, and some clients send floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _comment_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError("must be the id of a comment")
    return text


# The part of the rules enforced below that JSON Schema can express; used only in the API description.
VISIBLE: dict[str, Any] = {"minLength": 1, "pattern": r"\S"}
CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
KEY_BOUNDS: dict[str, Any] = {
    "minLength": 1,
    "maxLength": MAX_KEY,
    "pattern": rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*$",
}
ID_BOUNDS: dict[str, Any] = {"pattern": f"^{ID.pattern}$"}
TEXT_BOUNDS = VISIBLE | {"maxLength": MAX_TEXT}
NAME_BOUNDS = VISIBLE | {"maxLength": MAX_NAME}
LINK_BOUNDS: dict[str, Any] = {"minLength": 1, "maxLength": MAX_LINK, "pattern": r"^[^\s\"'<>\\`]+$"}

PostKey = Annotated[str, Field(max_length=4_096, json_schema_extra=KEY_BOUNDS), AfterValidator(post_key)]
Version = Annotated[int, Field(ge=0, le=MAX_VERSION), BeforeValidator(whole)]
CommentId = Annotated[str, Field(json_schema_extra=ID_BOUNDS), AfterValidator(_comment_id)]
Text = Annotated[str, Field(json_schema_extra=TEXT_BOUNDS), AfterValidator(clean_text)]
Name = Annotated[str, Field(json_schema_extra=NAME_BOUNDS), AfterValidator(clean_name)]
Link = Annotated[str, Field(json_schema_extra=LINK_BOUNDS), AfterValidator(clean_link)]
Title = Annotated[str, Field(json_schema_extra={"maxLength": MAX_TITLE}), AfterValidator(clean_title)]


class Strict(BaseModel):
    """A request model: only known fields, of exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class EditedText(Strict):
    """The fields of a comment that its author can edit."""

    text: Text = Field(description="Markdown, at most 10,000 characters.", examples=["I was there, and *nobody* ran."])
    name: Name | None = Field(default=None, description="At most 80 characters.", examples=["Ann"])
    link: Link | None = Field(default=None, description="A website: http or https.", examples=["https://example.org/"])


class Draft(EditedText):
    """A comment that a reader submits.  ``form`` is a form token; ``trap`` is the honeypot field."""

    post: PostKey = Field(description="The key of the post.", examples=["/2024/07/panic.html"])
    parent: CommentId | None = Field(default=None, description="The id of the comment that this one replies to.")
    post_title: Title = Field(
        default="", description="The post's title, at most 200 characters; shown to moderators as unverified."
    )
    form: Annotated[str, Field(max_length=MAX_TOKEN)] = Field(default="", description="From `GET /v1/form`.")
    work: Annotated[str, Field(max_length=MAX_WORK, pattern=r"^[A-Za-z0-9_-]*$")] = Field(
        default="",
        description="Proof of work, if `GET /v1/form` requires it: a value with which SHA-256 over "
        "`<form>:<Idempotency-Key>:<work>`, as UTF-8, begins with the required number of zero bits.",
    )
    trap: Annotated[str, Field(max_length=MAX_TITLE)] = Field(
        default="", description="A field that is hidden from people: leave it empty."
    )
