"""The audit log: who did what, when, and what was automatic."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import BeforeValidator, Field

from ...core.accounts import Scope
from ...core.actors import SCREENING
from ...core.audit import Action, AuditRow
from ...core.comments import Comment
from ...core.edits import EditState
from ...core.errors import (
    Invalid,
)
from ...core.ids import ULID_ENTROPY
from ...core.ids import ulid as ulid_of
from ...core.times import EPOCH, iso
from ..http.endpoints import Call, Router
from ..http.pagination import DEFAULT_LIMIT, MAX_LIMIT, Cursor, cursor_ulid
from ..http.parsing import Number, Query
from ..public.schemas import NextCursor, ResponseModel
from .common import AUTH_REFUSALS, ActorSchema, actor_schema, moderator_names, next_cursor
from .reasons import HoldReason, hold_reasons
from .schemas import (
    CommentSummary,
    ModeratedComment,
    comment_summary,
)

router = Router(__name__)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
SUBMIT = "submit"  # the action of the first entry, which is no row
DETAILS = {  # English for each action, with values of the entry in braces
    SUBMIT: "Screened the submission: {after}.",
    Action.APPROVE: "Approved the comment.",
    Action.REJECT: "Rejected the comment.",
    Action.SPAM: "Marked the comment as spam.",
    Action.RESTORE: "Returned the comment to the queue.",
    Action.DELETE: "Deleted the comment.",
    Action.UNDO: "Undid a decision.",
    Action.EDIT: "Edited the comment.",
    Action.WITHDRAW: "Withdrew the comment.",
    Action.ERASE: "Erased all their data, and so the comment.",
    Action.FLAG: "Flagged the comment: {reason}.",
    Action.CLOSE: "Closed the post.",
    Action.REOPEN: "Reopened the post.",
    Action.RETITLE: "Changed the title of the post.",
    Action.MOVE: "Moved the comments of {before} to {after}.",
    Action.REPLY: "Wrote a comment as a moderator.",
    Action.POLICY: "Changed the policy.",
    Action.INVITE: "Invited {name} as {role}.",
    Action.DISMISS: "Removed the moderator {name}.",
}

EDIT_DETAILS: dict[tuple[str, str], str] = {  # of rows about an edit of a published comment, by what became of the edit
    (Action.EDIT, EditState.PENDING): "Edited the comment; the new words wait for a moderator.",
    (Action.EDIT, EditState.WITHDRAWN): "Took back the edit that was waiting.",
    (Action.APPROVE, EditState.APPROVED): "Approved an edit of the comment.",
    (Action.REJECT, EditState.REJECTED): "Rejected an edit of the comment.",
    (Action.SPAM, EditState.SPAM): "Marked an edit of the comment as spam.",
}


def _day(text: str) -> date:
    """Parse a date.  Only YYYY-MM-DD is accepted."""
    if not DAY.fullmatch(text):
        raise ValueError("must be a date such as 2030-01-31")
    return date.fromisoformat(text)


class AuditQuery(Query):
    """Entries of the audit log, filtered by person and by dates, both included."""

    actor: Annotated[
        str, Field(max_length=64, description="A moderator's id, or a kind of actor, such as `author` or `timer`.")
    ] = ""
    since: Annotated[date | None, BeforeValidator(_day), Field(description="A date, in UTC.")] = None
    until: Annotated[date | None, BeforeValidator(_day), Field(description="A date, in UTC.")] = None
    limit: Annotated[Number, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Cursor = ""

    @property
    def begin(self) -> datetime:
        """The start of the first day."""
        return datetime.combine(self.since, time.min, UTC) if self.since else EPOCH

    @property
    def end(self) -> str:
        """A ULID after the last day; empty if there is no limit."""
        return ulid_of(datetime.combine(self.until, time.max, UTC), b"\xff" * ULID_ENTROPY) if self.until else ""


class AuditEntry(ResponseModel):
    """One entry of the audit log."""

    id: str | None = Field(description="Absent for the verdict of screening.")
    action: str
    actor: ActorSchema
    at: str
    parameters: dict[str, str] = Field(
        default_factory=dict,
        description="More about the action, such as the `reason` of a flag. With `edit`, it is about an edit by the "
        "author of a published comment: what became of the edit; `was` is what it was before.",
    )
    detail: str = Field(description="The action in English.")
    comment: str | None = None
    about: CommentSummary | None = Field(
        default=None, description="A summary of the comment, in `GET /v1/moderation/audit`."
    )
    post: str | None = None
    before: str | None = None
    after: str | None = None
    version: int | None = None
    note: str | None = None
    reasons: list[HoldReason] | None = None
    bulk: str | None = None
    undoes: str | None = None
    undone: str | None = None


class CommentWithHistory(ResponseModel):
    """A comment with its history."""

    comment: ModeratedComment
    history: list[AuditEntry] = Field(
        description="The latest 200 entries, oldest first. The first verdict is automatic."
    )


class AuditPage(ResponseModel):
    """Entries of the audit log, newest first."""

    entries: list[AuditEntry]
    next: NextCursor = None


def serialize_row(row: AuditRow, names: dict[str, str]) -> AuditEntry:
    """An audit row as JSON, with the name of the moderator."""
    return AuditEntry(
        id=row.id,
        action=row.action,
        actor=actor_schema(row.actor, names),
        at=iso(row.at),
        parameters=dict(row.parameters),
        detail=_detail(row),
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


def _detail(row: AuditRow) -> str:
    template = EDIT_DETAILS.get((row.action, row.parameters.get("edit", "")), DETAILS[row.action])
    return template.format(before=row.before, after=row.after, **row.parameters)


def first_verdict(comment: Comment, entries: list[AuditEntry]) -> AuditEntry:
    """The first entry in the history of a comment: the verdict of screening."""
    statuses = (entry.before for entry in entries if entry.action not in {Action.MOVE, Action.FLAG})
    first = next(statuses, comment.status)
    return AuditEntry(
        id=None,
        action=SUBMIT,
        actor=actor_schema(SCREENING, {}),
        at=iso(comment.created),
        detail=DETAILS[SUBMIT].format(after=first),
        comment=comment.id,
        post=comment.post,
        after=first,
        version=1,
        reasons=hold_reasons(comment.reasons),
    )


@router.endpoint(
    "GET",
    "/v1/moderation/audit",
    query=AuditQuery,
    responses={200: AuditPage},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def audit(call: Call) -> AuditPage:
    """List the changes made by moderators, authors, readers and the service, newest first."""
    query: AuditQuery = call.query
    bound = ("audit", query.actor, str(query.since or ""), str(query.until or ""))
    before = cursor_ulid(call, query.cursor, *bound) or query.end
    now, limit = call.runtime.clock(), query.limit
    page = call.runtime.audit.page(now=now, limit=limit, before=before, since=query.begin, actor=query.actor)
    names, known = (
        moderator_names(call),
        call.runtime.comments.get_many([row.comment for row in page.rows if row.comment]),
    )
    entries = [
        serialize_row(row, names).model_copy(
            update={"about": comment_summary(known[row.comment]) if row.comment in known else None}
        )
        for row in page.rows
    ]
    return AuditPage(entries=entries, next=next_cursor(call, page.next, *bound))
