"""Decisions: what moderators do with comments, as tables."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .comments import Comment, Status, bare
from .errors import Conflict

UNDO_WINDOW = timedelta(days=30)
MAX_NOTE = 500  # characters
AUTHOR = "author"  # who acted, where it was no moderator
SCREENING = "screening"
COMMAND_LINE = "command line"
TIMER = "timer"


class Decision(StrEnum):
    """What a moderator can decide."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    RESTORE = "restore"
    DELETE = "delete"


class Act(StrEnum):
    """What an audit row tells."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    RESTORE = "restore"
    DELETE = "delete"
    UNDO = "undo"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"
    RETITLE = "retitle"
    MOVE = "move"
    REPLY = "reply"
    POLICY = "policy"
    INVITE = "invite"
    DISMISS = "dismiss"


class NotPossible(Conflict):
    """The comment's status does not allow this decision."""

    code = "not_possible"
    message = "This can't be decided for a comment in this status."


STATUS_BY: dict[Decision, Status] = {
    Decision.APPROVE: Status.PUBLISHED,
    Decision.REJECT: Status.REJECTED,
    Decision.SPAM: Status.SPAM,
    Decision.RESTORE: Status.PENDING,
    Decision.DELETE: Status.DELETED,
}
ALIVE = (Status.PENDING, Status.PUBLISHED, Status.REJECTED, Status.SPAM)

AFTER: dict[tuple[Status, Decision], Status] = {
    **{(status, decision): STATUS_BY[decision] for status in ALIVE for decision in Decision},
    (Status.DELETED, Decision.DELETE): Status.DELETED,
}
del AFTER[Status.PUBLISHED, Decision.RESTORE]


def status_after(status: Status, decision: Decision) -> Status:
    """Where a decision leads.

    Raises:
        NotPossible: nowhere, from this status.
    """
    try:
        return AFTER[status, decision]
    except KeyError:
        raise NotPossible from None


def moved(comment: Comment, status: Status, *, operation: str, vetted: bool = True) -> Comment:
    """The comment in a status that somebody decided on: nothing is flagged any more.

    ``operation`` is also the ULID of its publication, if it is one.
    """
    if status is Status.DELETED:
        return bare(comment, version=comment.version + 1, operation=operation)
    stays = comment.published if comment.status is status else operation
    published = stays if status is Status.PUBLISHED else ""
    return replace(
        comment,
        status=status,
        flags=0,
        round=comment.round + bool(comment.flags),
        version=comment.version + 1,
        published=published,
        vetted=vetted and status is not Status.PENDING,
        decided=comment.decided or vetted,
        operation=operation,
    )


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One change: who, when, why, from, to.  ``id`` is a ULID.

    ``comment`` and ``post`` say what was changed, where it was one of those; ``version`` is the one
    that the change made.  ``bulk`` joins the rows of one request; ``undoes`` and ``undone`` are the
    ids of other rows.  ``by`` is a moderator's id, or ``author``, ``screening``, ``timer`` or
    ``command line``.
    """

    id: str
    act: Act
    by: str
    at: datetime
    comment: str = ""
    post: str = ""
    before: str = ""
    after: str = ""
    version: int = 0
    note: str = ""
    bulk: str = ""
    undoes: str = ""
    undone: str = ""


def change_row(before: Comment, after: Comment, *, act: Act, by: str, at: datetime) -> AuditRow:
    """The row of a comment's change of status."""
    return AuditRow(
        id=after.operation,
        act=act,
        by=by,
        at=at,
        comment=after.id,
        post=after.post,
        before=before.status,
        after=after.status,
        version=after.version,
    )


@dataclass(frozen=True)
class Record:
    """How moderators decided on an author's comments that still stand so.

    ``since``: when the one was submitted that they decided on first.
    """

    approved: int = 0
    rejected: int = 0
    since: datetime | None = None


def counted(comment: Comment) -> tuple[int, int]:
    """What one comment adds to its author's (approved, rejected): only what a moderator decided."""
    if not comment.vetted:
        return 0, 0
    return int(comment.status is Status.PUBLISHED), int(comment.status in {Status.REJECTED, Status.SPAM})
