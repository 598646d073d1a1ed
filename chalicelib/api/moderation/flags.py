"""Flags, as moderators read them."""

from pydantic import Field

from ...core.comments import Comment
from ...core.reactions import MAX_SHOWN, FlagReason
from ...core.times import iso
from ..http.endpoints import Call
from ..public.schemas import Out


class OpenFlag(Out):
    """Why a reader thinks that a moderator should look; who they are is told to nobody."""

    reason: FlagReason
    note: str | None = Field(description="In the reader's words.")
    at: str


def open_flags(call: Call, comment: Comment) -> list[OpenFlag]:
    """The newest flags that no moderator has settled, newest first."""
    found = call.runtime.reactions.open_flags(comment, MAX_SHOWN)
    return [OpenFlag(reason=flag.reason, note=flag.note or None, at=iso(flag.at)) for flag in found]
