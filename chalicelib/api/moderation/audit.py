"""The audit, as it goes over the wire: what was done, by whom, and what was automatic."""

from pydantic import Field

from ...core.comments import Comment
from ...core.decisions import SCREENING, TIMER, Act, AuditRow
from ...core.times import iso
from ..public.schemas import Next, Out
from .schemas import Glimpse, ModeratedComment, WhyHeld, reasons


class AuditEntry(Out):
    """One change: who did what, when, why, from what to what."""

    id: str | None = Field(description="Absent for a first verdict.")
    act: str
    by: str | None = Field(description="A moderator's id; absent for what was automatic or the author's own.")
    who: str = Field(description="The moderator's name, `author`, `screening`, `timer` or `command line`.")
    at: str
    automatic: bool = False
    comment: str | None = None
    about: Glimpse | None = Field(default=None, description="That comment, in the list of all that was done.")
    post: str | None = None
    before: str | None = None
    after: str | None = None
    version: int | None = None
    note: str | None = None
    reasons: list[WhyHeld] | None = None
    bulk: str | None = None
    undoes: str | None = None
    undone: str | None = None


class CommentWithHistory(Out):
    """Everything about one comment."""

    comment: ModeratedComment
    history: list[AuditEntry] = Field(description="The latest 200, oldest first; the first verdict is automatic.")


class AuditPage(Out):
    """What was done, newest first."""

    entries: list[AuditEntry]
    next: Next = None


def entry(row: AuditRow, names: dict[str, str]) -> AuditEntry:
    """An audit row, with its moderator's name."""
    return AuditEntry(
        id=row.id,
        act=row.act,
        by=row.by if row.by in names else None,
        who=names.get(row.by, row.by),
        at=iso(row.at),
        automatic=row.by == TIMER,
        comment=row.comment or None,
        post=row.post or None,
        before=row.before or None,
        after=row.after or None,
        version=row.version or None,
        note=row.note or None,
        bulk=row.bulk or None,
        undoes=row.undoes or None,
        undone=row.undone or None,
    )


def first_verdict(comment: Comment, rows: list[AuditEntry]) -> AuditEntry:
    """How a comment's history begins: what screening said of it."""
    first = next((row.before for row in rows if row.act != Act.MOVE), comment.status)
    return AuditEntry(
        id=None,
        act="submit",
        by=None,
        who=SCREENING,
        at=iso(comment.created),
        automatic=True,
        comment=comment.id,
        post=comment.post,
        after=first,
        version=1,
        reasons=reasons(comment),
    )
