"""Decisions: what moderators can decide about a comment, and what each decision does to it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .comments import Comment, Status, tombstoned_copy
from .errors import Conflict

UNDO_WINDOW = timedelta(days=30)


class Decision(StrEnum):
    """What a moderator can decide about a comment."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    RESTORE = "restore"
    DELETE = "delete"


@dataclass(frozen=True)
class DecisionRequest:
    """A decision about comment ``id``, made while the moderator saw this ``version`` of it."""

    id: str
    version: int
    decision: Decision
    note: str = ""


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
    """The status after a decision.

    Raises:
        NotPossible: this status does not allow the decision.
    """
    try:
        return AFTER[status, decision]
    except KeyError:
        raise NotPossible from None


def transition(comment: Comment, status: Status, *, operation: str, vetted: bool = True) -> Comment:
    """The comment after its status was decided on; its flags are settled.

    ``operation`` is the ULID of this change and, if it publishes the comment, of the publication.
    """
    if status is Status.DELETED:
        return tombstoned_copy(comment, version=comment.version + 1, operation=operation)
    publication = comment.published if comment.status is status else operation
    published = publication if status is Status.PUBLISHED else ""
    return replace(
        comment,
        status=status,
        flags=0,
        flag_round=comment.flag_round + bool(comment.flags),
        version=comment.version + 1,
        published=published,
        vetted=vetted and status is not Status.PENDING,
        ever_decided=comment.ever_decided or vetted,
        pending_edit=None,
        operation=operation,
    )


@dataclass(frozen=True)
class AuthorRecord:
    """How many of an author's comments moderators approved and rejected, as far as the decisions still hold.

    ``since`` is when the first comment was submitted that a moderator decided on.
    """

    approved: int = 0
    rejected: int = 0
    since: datetime | None = None


def record_counts(comment: Comment) -> tuple[int, int]:
    """What one comment adds to its author's record: (approved, rejected).  Only decisions of moderators count."""
    if not comment.vetted:
        return 0, 0
    return int(comment.status is Status.PUBLISHED), int(comment.status in {Status.REJECTED, Status.SPAM})
