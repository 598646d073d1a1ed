"""JSON schemas of the public routes, apart from comments themselves."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ...core.public import PublicComment

# For schemas with fields that exclude each other.
STRING: dict[str, JsonValue] = {"type": "string"}
NULL: dict[str, JsonValue] = {"type": "null"}


class ResponseModel(BaseModel):
    """The base of response bodies: exactly the documented fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


NextCursor = Annotated[str | None, Field(description="The `cursor` of the next page. Absent on the last page.")]


class CommentPage(ResponseModel):
    """A page of comments.  Threads are kept together unless they are too long for one page."""

    post: str
    title: str | None = Field(description="The title of the post, if a moderator set one.")
    count: int = Field(description="Published comments of the post.")
    closed: bool
    sorts: Sequence[str] = Field(description="The available orders.")
    comments: list[PublicComment] = Field(description="In display order: replies follow their parent.")
    next: NextCursor = None


class CommentInThread(ResponseModel):
    """A comment with its ancestors and replies, in display order."""

    post: str
    id: str
    comments: list[PublicComment]
    next: Annotated[
        str | None, Field(description="The `cursor` for the next page of `GET /v1/comments/{comment_id}/replies`.")
    ] = None


class Replies(ResponseModel):
    """A page of the replies to a comment, in display order."""

    comments: list[PublicComment]
    next: NextCursor = None


class CommentCounts(ResponseModel):
    """The number of published comments by post key, as given in the request."""

    counts: dict[str, int]


class Preview(ResponseModel):
    """A rendered text."""

    html: str


class FormLimits(ResponseModel):
    """The maximum lengths of the fields of a comment."""

    text: int = Field(description="Characters.")
    name: int = Field(description="Characters.")
    link: int = Field(description="Characters.")


class RequiredWork(ResponseModel):
    """A proof of work that each comment needs, made with the token of this form."""

    bits: int = Field(
        description="The number of leading zero bits of SHA-256 over `<token>:<Idempotency-Key>:<work>` in UTF-8."
    )


class Form(ResponseModel):
    """What a client needs to submit a comment."""

    token: str = Field(description="Send it as `form` with the comment.")
    closed: bool
    holds: bool = Field(description="Whether a new comment is expected to be held for a moderator.")
    edit_seconds: int = Field(description="For how many seconds authors can edit a comment.")
    limits: FormLimits
    work: RequiredWork | None = Field(
        default=None,
        description="Present if required. The token is then valid only for this author key, or only without one.",
    )


class Health(ResponseModel):
    """The service is running.  The table is not checked."""

    status: str = "ok"
