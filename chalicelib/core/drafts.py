"""What a reader sends: untrusted, cleaned and checked field by field."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .ids import ID
from .posts import post_key
from .words import clean_link, clean_name, clean_text, clean_title

MAX_TITLE = 200  # characters: of the post's title, and of what a program writes into the trap
MAX_TOKEN = 600  # characters of a form token


def _comment_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError("must be the id of a comment")
    return text


PostKey = Annotated[str, Field(max_length=4_096), AfterValidator(post_key)]
CommentId = Annotated[str, AfterValidator(_comment_id)]
Text = Annotated[str, AfterValidator(clean_text)]
Name = Annotated[str, AfterValidator(clean_name)]
Link = Annotated[str, AfterValidator(clean_link)]


class Strict(BaseModel):
    """What comes in: known fields only, of exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(Strict):
    """What a reader writes, first or when editing."""

    text: Text = Field(description="Markdown, at most 10,000 characters.", examples=["I was there, and *nobody* ran."])
    name: Name | None = Field(default=None, description="At most 80 characters.", examples=["Ann"])
    link: Link | None = Field(default=None, description="A website: http or https.", examples=["https://example.org/"])


class Draft(Words):
    """A comment to be: ``form`` is the token of the form that it was written in."""

    post: PostKey = Field(description="The key of the post.", examples=["/2024/07/panic.html"])
    parent: CommentId | None = Field(default=None, description="The id of the comment that it answers.")
    post_title: Annotated[str, AfterValidator(clean_title)] = Field(
        default="", description="The post's title, at most 200 characters; shown to moderators as unverified."
    )
    form: Annotated[str, Field(max_length=MAX_TOKEN)] = Field(default="", description="From `GET /v1/form`.")
    trap: Annotated[str, Field(max_length=MAX_TITLE)] = Field(
        default="", description="A field that people don't see: leave it empty."
    )
