"""What goes over the wire beside comments themselves."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ...core.public import PublicComment

# What a schema says of fields that exclude each other.
STRING: dict[str, JsonValue] = {"type": "string"}
NULL: dict[str, JsonValue] = {"type": "null"}


class Out(BaseModel):
    """What goes out: exactly the documented fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


Next = Annotated[
    str | None, Field(description="Where the next page begins: send it as `cursor`. Absent on the last page.")
]


class CommentPage(Out):
    """A page of whole threads; one that is too long for a page goes on with the next."""

    post: str
    title: str | None = Field(description="Only if a moderator set one.")
    count: int = Field(description="The post's published comments.")
    closed: bool
    sorts: Sequence[str] = Field(description="The orders offered.")
    comments: list[PublicComment] = Field(description="In the order to show them; a reply stands below its parent.")
    next: Next = None


class CommentInThread(Out):
    """One comment with what it answers above it and the replies below it, in the order to show them."""

    post: str
    id: str
    comments: list[PublicComment]
    next: Annotated[str | None, Field(description="Send it to the comment's `replies` as `cursor`.")] = None


class Replies(Out):
    """The replies below one comment, in order."""

    comments: list[PublicComment]
    next: Next = None


class Counts(Out):
    """Published comments by post, each under the name that was asked for."""

    counts: dict[str, int]


class Preview(Out):
    """The text as it would be rendered."""

    html: str


class FormLimits(Out):
    """What a comment may be."""

    text: int = Field(description="Characters.")
    name: int = Field(description="Characters.")
    link: int = Field(description="Characters.")


class WorkAsked(Out):
    """A proof of work: to be done for each comment, with this form's token, before it is sent."""

    bits: int = Field(
        description="With how many zero bits SHA-256 over `<token>:<Idempotency-Key>:<work>`, as UTF-8, must begin."
    )


class Form(Out):
    """What a reader needs to begin writing."""

    token: str = Field(description="Send it as `form` with the comment.")
    closed: bool
    holds: bool = Field(description="A comment would wait for a moderator, as far as is known before it is written.")
    edit_seconds: int = Field(description="How long a comment can be edited.")
    limits: FormLimits
    work: WorkAsked | None = Field(
        default=None, description="If it is asked for; the token is then for this author key alone, or for none."
    )


class Health(Out):
    """That the service runs; it says nothing of its table."""

    status: str = "ok"
