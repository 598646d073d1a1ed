"""The public form of comments.  Fields that are not listed here are never published.

``PublicFields`` is the one list of what readers see in every place: the table stores exactly these fields, as the
map ``public``, which the public indexes contain.  So a field that is added there, and to ``Comment``, appears in
lists, feeds and permalinks without a change of the table.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .comments import Comment, PendingEdit, Status
from .ids import ulid_iso, ulid_milliseconds
from .times import from_milliseconds, iso, milliseconds


class PublicFields(BaseModel):
    """What readers see of a comment wherever it is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(description="22 base64url characters.", examples=["Uq3ZB0xw3yGmYbq7R0ZtYg"])
    post: str = Field(description="The key of its post.", examples=["/2024/07/panic.html"])
    parent: str | None = Field(default=None, description="The id of the comment that this one replies to.")
    name: str | None = Field(default=None, description="The name that its author entered; it is not verified.")
    link: str | None = Field(default=None, description="Its author's website: http or https.")
    avatar: str = Field(
        default="", description="A seed for a picture: the same for all comments of one author key on this site."
    )
    html: str = Field(default="", description="Clean HTML of about 15 elements, without ids, classes and styles.")
    created: str | None = Field(default=None, description="When it was submitted: ISO 8601, UTC.")
    published: str | None = Field(
        default=None, description="When it was published: later than `created` if it waited for a moderator."
    )
    edited: str | None = Field(default=None, description="When its text was last changed.")
    moderator: bool = Field(default=False, description="Written by a moderator of this site.")


Render = Callable[[str], str]  # Markdown to HTML; what only reads comments doesn't load it

TIMES = ("created", "published", "edited")  # stored in milliseconds since 1970: 8 bytes instead of 24
STORED = frozenset(PublicFields.model_fields) - {"id", "post"}  # the keys of a comment's item contain these two
SAME = tuple(sorted(STORED - {*TIMES, "moderator"}))  # fields that ``Comment`` has with the same name and value
SHOWN = STORED | {"gone"}


def public_fields(comment: Comment) -> dict[str, Any]:
    """What readers see of a comment, or would see if it were published, as it is stored: without empty fields."""
    fields: dict[str, Any] = {name: value for name in SAME if (value := getattr(comment, name))}
    fields["created"] = milliseconds(comment.created)
    if comment.published:
        fields["published"] = ulid_milliseconds(comment.published)
    if comment.edited:
        fields["edited"] = milliseconds(comment.edited)
    if comment.badge:
        fields["moderator"] = True
    return fields


def shown_fields(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored fields as they are shown; others, which a newer version may have stored, are left out."""
    return {
        name: iso(from_milliseconds(value)) if name in TIMES else value
        for name, value in stored.items()
        if name in SHOWN
    }


class PublicComment(PublicFields):
    """A comment as it is shown to readers.

    ``status`` is what its author may know: rejected comments and spam show as ``pending``.  ``gone`` is set for
    a tombstone, which only keeps the place of a comment that is no longer public but still has public replies;
    it has no name, text or time.
    """

    status: Status = Field(default=Status.PUBLISHED, description="`published`, `pending` or `deleted`.")
    up: int = 0
    down: int = 0
    gone: bool = False

    @classmethod
    def of(cls, comment: Comment) -> "PublicComment":
        """The public form of a comment: for everybody if it is published, otherwise only for its author."""
        hidden = {Status.REJECTED: Status.PENDING, Status.SPAM: Status.PENDING}
        fields = shown_fields(public_fields(comment))
        if comment.status is Status.DELETED:
            del fields["created"]
        return cls(
            id=comment.id,
            post=comment.post,
            status=hidden.get(comment.status, comment.status),
            up=comment.up,
            down=comment.down,
            **fields,
        )


class OwnEdit(BaseModel):
    """An edit of a published comment that waits for a moderator.  Readers see the comment as it was before."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: str = Field(description="The Markdown source.")
    html: str
    name: str | None
    link: str | None
    at: str = Field(description="When the author sent it: ISO 8601, UTC.")

    @classmethod
    def of(cls, edit: PendingEdit | None, render: Render) -> "OwnEdit | None":
        """A pending edit, if there is one, for the comment's author."""
        if edit is None:
            return None
        at = ulid_iso(edit.id)
        return cls(text=edit.text, html=render(edit.text), name=edit.name or None, link=edit.link or None, at=at)


class EditedComment(PublicComment):
    """A comment after an edit by its author."""

    pending_edit: OwnEdit | None = Field(
        default=None, description="The new words, if they wait for a moderator while the comment stays published."
    )

    @classmethod
    def after_edit(cls, comment: Comment, render: Render) -> "EditedComment":
        """A comment for the author who has edited it."""
        return cls(**PublicComment.of(comment).model_dump(), pending_edit=OwnEdit.of(comment.pending_edit, render))


class OwnComment(EditedComment):
    """A comment as its author sees it, with what is needed to edit it."""

    text: str = Field(default="", description="The Markdown source; empty if the comment is deleted.")
    edit_until: str | None = Field(
        default=None, description="Until when its author can edit it; null if that time is over."
    )

    @classmethod
    def to_edit(cls, comment: Comment, until: datetime | None, render: Render) -> "OwnComment":
        """A comment for its author, who can edit it until this time."""
        shown = PublicComment.of(comment).model_dump()
        edit, end = OwnEdit.of(comment.pending_edit, render), iso(until) if until else None
        return cls(**shown, pending_edit=edit, text=comment.text, edit_until=end)


class LatestComment(PublicFields):
    """A comment in the list of the site's latest comments, which has no votes."""

    created: str
    published: str
