"""The audit log: one row for every change, as data.

Every change has exactly one row, written in the same transaction: of a comment (a decision, its undo, an edit, a
reply of a moderator, a withdrawal, an erasure, a flag), of a post, of the policy and of the moderators.  The first
verdict on a submission has none: it is read from the comment.  So the rows and the submissions are the complete log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .actors import READER, Actor
from .comments import Comment
from .reactions import Flag


class Action(StrEnum):
    """What was done."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    RESTORE = "restore"
    DELETE = "delete"
    UNDO = "undo"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    ERASE = "erase"
    FLAG = "flag"
    CLOSE = "close"
    REOPEN = "reopen"
    RETITLE = "retitle"
    MOVE = "move"
    REPLY = "reply"
    POLICY = "policy"
    INVITE = "invite"
    DISMISS = "dismiss"


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One change: who made it, when and why, and the values before and after it.  ``id`` is a ULID.

    ``comment`` and ``post`` name what was changed, where they apply, and ``version`` is the version that the
    change made; a flag makes none and has that of the flagged comment.  ``parameters`` say more about the action,
    such as the reason of a flag.  ``bulk`` joins the rows of one job.  ``undoes`` and ``undone`` are the ids of
    other rows.
    """

    id: str
    action: Action
    actor: Actor
    at: datetime
    comment: str = ""
    post: str = ""
    before: str = ""
    after: str = ""
    version: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    bulk: str = ""
    undoes: str = ""
    undone: str = ""


def change_row(before: Comment, after: Comment, *, action: Action, actor: Actor, at: datetime) -> AuditRow:
    """The audit row for a change of a comment."""
    return AuditRow(
        id=after.operation,
        action=action,
        actor=actor,
        at=at,
        comment=after.id,
        post=after.post,
        before=before.status,
        after=after.status,
        version=after.version,
    )


def flag_row(comment: Comment, flag: Flag, row_id: str) -> AuditRow:
    """The audit row for a flag.  It has no note of the reader, because rows outlive the comment."""
    return AuditRow(
        id=row_id,
        action=Action.FLAG,
        actor=READER,
        at=flag.at,
        comment=comment.id,
        post=comment.post,
        version=comment.version,
        parameters={"reason": str(flag.reason)},
    )
