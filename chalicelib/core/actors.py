"""Actors: who makes a change.  Audit rows and jobs name them."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of actors.  Only moderators are identified further."""

    MODERATOR = "moderator"
    AUTHOR = "author"
    READER = "reader"
    SCREENING = "screening"
    TIMER = "timer"
    COMMAND_LINE = "command_line"


@dataclass(frozen=True)
class Actor:
    """Who makes a change.  ``id`` is a moderator's id; authors and readers are not identified."""

    kind: ActorKind
    id: str = ""


AUTHOR = Actor(ActorKind.AUTHOR)  # of the comment that the change is about
READER = Actor(ActorKind.READER)  # anybody else without an account
SCREENING = Actor(ActorKind.SCREENING)
TIMER = Actor(ActorKind.TIMER)
COMMAND_LINE = Actor(ActorKind.COMMAND_LINE)
