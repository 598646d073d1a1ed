"""What everybody may read of a comment, and its author besides.  What is not listed here never leaves."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from .comments import Comment, Status
from .ids import ulid_iso
from .times import iso


class PublicComment(BaseModel):
    """A comment as it is shown.

    ``status`` is what its author may know: a comment that was rejected or taken for spam reads
    ``pending``, like one that waits.  ``gone`` keeps the place of a comment that is not public
    any more while replies to it are; it has no name, text or time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(description="22 base64url characters.", examples=["Uq3ZB0xw3yGmYbq7R0ZtYg"])
    post: str = Field(description="The key of its post.", examples=["/2024/07/panic.html"])
    parent: str | None = Field(default=None, description="The id of the comment that it answers.")
    status: Status = Field(default=Status.PUBLISHED, description="`published`, `pending` or `deleted`.")
    name: str | None = Field(default=None, description="What its author calls themselves; it proves nothing.")
    link: str | None = Field(default=None, description="Its author's website: http or https.")
    avatar: str = Field(default="", description="The same for all comments of one author key here; draw from it.")
    html: str = Field(default="", description="Clean HTML of about 15 elements, without ids, classes and styles.")
    created: str | None = Field(default=None, description="When it was submitted: ISO 8601, UTC.")
    published: str | None = Field(default=None, description="When it became public; late, if it waited.")
    edited: str | None = Field(default=None, description="When its text was last changed.")
    up: int = 0
    down: int = 0
    moderator: bool = Field(default=False, description="Written by a moderator of this site.")
    gone: bool = False

    @classmethod
    def of(cls, comment: Comment) -> "PublicComment":
        """A comment as its author, or everybody once it is published, may see it."""
        hidden = {Status.REJECTED: Status.PENDING, Status.SPAM: Status.PENDING}
        return cls(
            id=comment.id,
            post=comment.post,
            parent=comment.parent or None,
            status=hidden.get(comment.status, comment.status),
            name=comment.name or None,
            link=comment.link or None,
            avatar=comment.avatar,
            html=comment.html,
            created=None if comment.status is Status.DELETED else iso(comment.created),
            published=ulid_iso(comment.published) if comment.published else None,
            edited=iso(comment.edited) if comment.edited else None,
            up=comment.up,
            down=comment.down,
            moderator=comment.badge,
        )

    @classmethod
    def place_of(cls, comment: Comment) -> "PublicComment":
        """Only the place of a comment in its thread."""
        parent = comment.parent or None
        return cls(id=comment.id, post=comment.post, parent=parent, status=Status.DELETED, gone=True)


class OwnComment(PublicComment):
    """A comment as its author alone sees it: with what is needed to edit it."""

    text: str = Field(default="", description="The Markdown as it is stored; empty once it is deleted.")
    edit_until: str | None = Field(
        default=None, description="Until when its author can edit it; null when that is over."
    )

    @classmethod
    def to_edit(cls, comment: Comment, until: datetime | None) -> "OwnComment":
        """A comment for its author, who can edit it until then."""
        shown = PublicComment.of(comment).model_dump()
        return cls(**shown, text=comment.text, edit_until=iso(until) if until else None)


class LatestComment(BaseModel):
    """A comment among the newest of the whole site: without votes, which its list does not carry."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    post: str
    parent: str | None = None
    name: str | None = None
    link: str | None = None
    avatar: str = ""
    html: str
    created: str
    published: str
    edited: str | None = None
    moderator: bool = False
