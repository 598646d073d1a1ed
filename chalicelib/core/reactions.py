"""Votes and flags: what readers think of comments."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from .comments import Comment
from .errors import Forbidden, NotFound

MAX_PER_NETWORK = 3  # votes, or flags, of one network on one comment
MAX_NOTE = 500  # characters
MAX_SHOWN = 20  # flags of one comment that a moderator reads


class OwnComment(Forbidden):
    """Nobody votes on what they wrote themselves."""

    code = "own_comment"
    message = "This is your own comment."


class Direction(IntEnum):
    """Of a vote; none takes it back."""

    DOWN = -1
    NONE = 0
    UP = 1


class FlagReason(StrEnum):
    """Why a reader thinks that a moderator should look."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off_topic"
    ILLEGAL = "illegal"
    OTHER = "other"


@dataclass(frozen=True)
class Flag:
    """One author's flag."""

    reason: FlagReason
    note: str
    at: datetime


def check_may_react(comment: Comment | None, author: str) -> Comment:
    """The comment, if this author may vote on it or flag it.

    Raises:
        NotFound: it is not public.
        OwnComment: they wrote it.
    """
    if comment is None or not comment.is_public:
        raise NotFound
    if comment.author == author:
        raise OwnComment
    return comment


def change_of(before: Direction, after: Direction) -> dict[str, int]:
    """What a vote's change adds to the comment's counts."""
    change = {
        "up": (after is Direction.UP) - (before is Direction.UP),
        "down": (after is Direction.DOWN) - (before is Direction.DOWN),
    }
    return {name: value for name, value in change.items() if value}


def with_vote(comment: Comment, before: Direction, after: Direction) -> Comment:
    """The comment with a vote's change counted."""
    change = change_of(before, after)
    return replace(comment, up=comment.up + change.get("up", 0), down=comment.down + change.get("down", 0))
