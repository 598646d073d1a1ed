"""Flags, as moderators see them."""

from pydantic import Field

from ...core.comments import Comment
from ...core.reactions import MAX_SHOWN, FlagReason
from ...core.times import iso
from ..http.endpoints import Call
from ..public.schemas import ResponseModel


class OpenFlag(ResponseModel):
    """A reader's flag on a comment.  The identity of the reader is never disclosed."""

    reason: FlagReason
    note: str | None = Field(description="A note by the reader.")
    at: str


def open_flags(call: Call, comment: Comment) -> list[OpenFlag]:
    """The newest unresolved flags on a comment, newest first."""
    flags = call.runtime.reactions.open_flags(comment, MAX_SHOWN)
    return [OpenFlag(reason=flag.reason, note=flag.note or None, at=iso(flag.at)) for flag in flags]
