"""Jobs: long work, written down before it begins, so that another session or the command line can finish it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .decisions import Decision
from .relocation import Move


class Work(StrEnum):
    """What is to be done."""

    DECIDE = "decide"
    UNDO = "undo"
    ERASE = "erase"
    MOVE = "move"


@dataclass(frozen=True)
class Wish:
    """A decision about the comment as the moderator saw it, in that version."""

    id: str
    version: int
    decision: Decision
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work on many comments.

    ``id`` is the bulk's, a ULID; of an erasure it is the author's hash.  ``by`` is a moderator's id, or
    ``author``.  ``comments`` are their ids in the order of the work; ``wishes`` has one for each if they are
    to be decided; ``undoes`` is the bulk, or the move, that is to be taken back.  A ``finished`` one is not listed.
    """

    id: str
    work: Work
    by: str
    at: datetime
    comments: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()
    undoes: str = ""
    move: Move | None = None
    finished: bool = False
