"""Reactions: votes and flags of readers on comments."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from .comments import Comment
from .errors import Forbidden, NotFound

MAX_PER_NETWORK = 3  # votes, or flags, of one network on one comment
MAX_SHOWN = 20  # flags of one comment that are shown to moderators


class OwnCommentForbidden(Forbidden):
    """Authors can't vote on or flag their own comments."""

    code = "own_comment"
    message = "This is your own comment."


class Direction(IntEnum):
    """The direction of a vote; ``NONE`` takes the vote back."""

    DOWN = -1
    NONE = 0
    UP = 1


class FlagReason(StrEnum):
    """Why a reader flagged a comment."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off_topic"
    ILLEGAL = "illegal"
    OTHER = "other"


@dataclass(frozen=True)
class Flag:
    """A flag that one author set on a comment."""

    reason: FlagReason
    note: str
    at: datetime


def check_may_react(comment: Comment | None, author: str) -> Comment:
    """Return the comment if this author may vote on it or flag it.

    Raises:
        NotFound: the comment is not public.
        OwnCommentForbidden: the author wrote it.
    """
    if comment is None or not comment.is_public:
        raise NotFound
    if comment.author == author:
        raise OwnCommentForbidden
    return comment


def change_of(before: Direction, after: Direction) -> dict[str, int]:
    """What a changed vote adds to the comment's counts ``up`` and ``down``; unchanged counts are left out."""
    change = {
        "up": (after is Direction.UP) - (before is Direction.UP),
        "down": (after is Direction.DOWN) - (before is Direction.DOWN),
    }
    return {name: value for name, value in change.items() if value}


def with_vote(comment: Comment, before: Direction, after: Direction) -> Comment:
    """The comment with a changed vote counted."""
    change = change_of(before, after)
    return replace(comment, up=comment.up + change.get("up", 0), down=comment.down + change.get("down", 0))
