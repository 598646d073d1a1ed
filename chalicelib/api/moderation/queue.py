"""Moderating: the queue, decisions, replies, edits, the audit, undo."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ...core.accounts import Scope
from ...core.comments import Comment, Earlier, Status
from ...core.decisions import NotPossible, Record
from ...core.drafts import PostKey
from ...core.errors import (
    ChangedMeanwhile,
    Forbidden,
    Invalid,
    KeyMissing,
    KeyReused,
    NotFound,
    ParentNotPublished,
    PostIsMoving,
    Unauthenticated,
    UndoExpired,
)
from ...core.ids import ULID_ENTROPY
from ...core.ids import ulid as ulid_of
from ...core.jobs import Wish
from ...core.times import EPOCH
from ...service.moderation.reply import ModeratorReply
from ...store import queue as store
from ...store.audit import MAX_HISTORY
from ..http.endpoints import Answer, Call, Topic
from ..http.pagination import ENVELOPE, MAX_PAGE, Cursor, fitting, signed, ulid
from ..http.parsing import Number, Query
from .audit import AuditPage, CommentWithHistory, entry, first_verdict
from .flags import open_flags
from .schemas import (
    Decided,
    DecidedAll,
    Decisions,
    ModeratedComment,
    ModeratorEdit,
    NewReply,
    QueuePage,
    Undo,
    decided_all,
    glimpse,
    moderated,
)

topic = Topic(__name__)

MAX_QUEUE = 100  # comments
DEFAULT_QUEUE = 25  # comments
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
ANYBODY = (Unauthenticated, Forbidden)  # what every moderating route may answer


Standing = Literal["pending", "flagged", "published", "rejected", "spam"]  # the lists of the queue


class QueueQuery(Query):
    """A page of one status; of a post, of an author or a network, with a word in text or name."""

    status: Standing = "pending"
    post: PostKey | None = None
    author: Annotated[str, Field(max_length=43, description="An author's hash, from an entry of the queue.")] = ""
    network: Annotated[str, Field(max_length=43, description="A network's hash, from an entry of the queue.")] = ""
    q: Annotated[str, Field(max_length=100, description="A word in the text or the name.")] = ""
    limit: Annotated[Number, Field(ge=1, le=MAX_QUEUE)] = DEFAULT_QUEUE
    cursor: Cursor = ""

    def wants(self, comment: Comment) -> bool:
        """Whether a comment is what was asked for."""
        word = self.q.casefold()
        found = not word or word in comment.text.casefold() or word in comment.name.casefold()
        of = self.author in {"", comment.author} and self.network in {"", comment.network}
        return found and of and self.post in {None, comment.post}


def _day(text: str) -> date:
    """Spelled in one way only: others, and times, are no days."""
    if not DAY.fullmatch(text):
        raise ValueError("must be a day, as in 2030-01-31")
    return date.fromisoformat(text)


class AuditQuery(Query):
    """A page of the audit: of one moderator, from the beginning of a day up to the end of one."""

    by: Annotated[str, Field(max_length=64, description="A moderator's id, `author`, `timer` or `command line`.")] = ""
    since: Annotated[date | None, BeforeValidator(_day), Field(description="A day, in UTC.")] = None
    until: Annotated[date | None, BeforeValidator(_day), Field(description="A day, in UTC.")] = None
    limit: Annotated[Number, Field(ge=1, le=MAX_QUEUE)] = DEFAULT_QUEUE
    cursor: Cursor = ""

    @property
    def begin(self) -> datetime:
        """When the day begins, or all time."""
        return datetime.combine(self.since, time.min, UTC) if self.since else EPOCH

    @property
    def end(self) -> str:
        """A ULID after all of the day, or nothing."""
        return ulid_of(datetime.combine(self.until, time.max, UTC), b"\xff" * ULID_ENTROPY) if self.until else ""


@topic.endpoint(
    "GET",
    "/v1/moderation/queue",
    query=QueueQuery,
    answers={200: QueuePage},
    refusals=(Invalid, *ANYBODY),
    scope=Scope.READ,
)
def queue(call: Call) -> QueuePage:
    """List the comments that wait, with the reasons why; or those in another status."""
    query: QueueQuery = call.query
    bound = ("queue", query.status, query.post or "", query.author, query.network, query.q)
    page = _listed(call, query, ulid(call, query.cursor, *bound))
    records = call.runtime.authors.records({each.author for each in page.comments if each.author})
    above = call.runtime.comments.get_many([each.parent for each in page.comments if each.parent])
    shown = [
        _below(above, each, _with_flags(call, each, records.get(each.author, Record()) if each.author else None))
        for each in page.comments
    ]
    most = fitting([len(comment.model_dump_json().encode()) for comment in shown])
    following = page.next if most == len(shown) else page.comments[most - 1].order
    return QueuePage(comments=shown[:most], looked=page.looked, next=_next(call, following, *bound))


@topic.endpoint(
    "POST",
    "/v1/moderation/decisions",
    body=Decisions,
    answers={200: DecidedAll},
    refusals=(Invalid, *ANYBODY),
    scope=Scope.MODERATE,
)
def decisions(call: Call) -> DecidedAll:
    """Decide on up to 100 comments, one by one; an answer for each."""
    wishes = [Wish(wish.id, wish.version, wish.decision, wish.note) for wish in call.body.decisions]
    bulk, results = call.runtime.moderating.decide(wishes, call.signed)
    return decided_all(call, bulk, results)


@topic.endpoint(
    "POST",
    "/v1/moderation/undo",
    body=Undo,
    answers={200: DecidedAll},
    refusals=(Invalid, NotFound, NotPossible, UndoExpired, ChangedMeanwhile, PostIsMoving, *ANYBODY),
    scope=Scope.MODERATE,
)
def undo(call: Call) -> DecidedAll:
    """Take back a decision, a change of a post or the policy, a move, or a whole request, if nothing followed."""
    by, wanted = call.signed, call.body
    if wanted.bulk is None and wanted.comment is None:
        outcome, row, job = call.runtime.governing.undo(wanted.decision, by)
        told = Decided(id=wanted.decision, outcome=outcome, decision=row)
        return DecidedAll(bulk=None, results=[told], job=job or None)
    if wanted.bulk is None:
        return decided_all(call, "", [call.runtime.moderating.undo_one(wanted.comment, wanted.decision, by)])
    return decided_all(call, *call.runtime.moderating.undo_bulk(wanted.bulk, by))


@topic.endpoint(
    "GET",
    "/v1/moderation/comments/{comment_id}",
    answers={200: CommentWithHistory},
    refusals=(NotFound, *ANYBODY),
    scope=Scope.READ,
)
def comment_with_history(call: Call) -> CommentWithHistory:
    """Get everything about one comment: as it stands, and what was done with it."""
    comment = call.runtime.comments.get(call.comment_id)
    names = names_of(call)
    rows = [entry(row, names) for row in call.runtime.audit.of_comment(comment.id)]
    if len(rows) < MAX_HISTORY and not comment.badge:
        rows.insert(0, first_verdict(comment, rows))
    shown = _in_full(call, comment)
    room = MAX_PAGE - ENVELOPE - len(shown.model_dump_json().encode())
    most = fitting([len(row.model_dump_json().encode()) for row in reversed(rows)], room)
    return CommentWithHistory(comment=shown, history=rows[len(rows) - most :])


@topic.endpoint(
    "GET",
    "/v1/moderation/audit",
    query=AuditQuery,
    answers={200: AuditPage},
    refusals=(Invalid, *ANYBODY),
    scope=Scope.READ,
)
def audit(call: Call) -> AuditPage:
    """List what was done, newest first."""
    query: AuditQuery = call.query
    bound = ("audit", query.by, str(query.since or ""), str(query.until or ""))
    before = ulid(call, query.cursor, *bound) or query.end
    now, limit = call.runtime.clock(), query.limit
    page = call.runtime.audit.page(now=now, limit=limit, before=before, since=query.begin, by=query.by)
    names, known = names_of(call), call.runtime.comments.get_many([row.comment for row in page.rows if row.comment])
    entries = [
        entry(row, names).model_copy(update={"about": glimpse(known[row.comment]) if row.comment in known else None})
        for row in page.rows
    ]
    return AuditPage(entries=entries, next=_next(call, page.next, *bound))


@topic.endpoint(
    "POST",
    "/v1/moderation/comments",
    body=NewReply,
    answers={201: ModeratedComment},
    refusals=(Invalid, KeyMissing, KeyReused, ParentNotPublished, ChangedMeanwhile, *ANYBODY),
    scope=Scope.MODERATE,
    key=True,
)
def reply(call: Call) -> Answer:
    """Write as a moderator: published at once, with a badge."""
    wanted = ModeratorReply(
        call.body.post, call.body.text, call.body.parent or "", approve_parent=call.body.approve_parent or 0
    )
    return Answer(moderated(call, call.runtime.answering.reply(wanted, call.signed, call.idempotency_key)), 201)


@topic.endpoint(
    "PATCH",
    "/v1/moderation/comments/{comment_id}",
    body=ModeratorEdit,
    answers={200: ModeratedComment},
    refusals=(Invalid, NotFound, ChangedMeanwhile, *ANYBODY),
    scope=Scope.MODERATE,
)
def edit_as_moderator(call: Call) -> ModeratedComment:
    """Change a comment's words.  It is marked as edited, and the earlier words stay for 30 days."""
    return _in_full(call, call.runtime.answering.edit(call.comment_id, call.body.version, call.body, call.signed))


def _with_flags(
    call: Call, comment: Comment, record: Record | None = None, earlier: Earlier | None = None
) -> ModeratedComment:
    return moderated(call, comment, record, earlier).model_copy(update={"open_flags": open_flags(call, comment)})


def _below(above: Mapping[str, Comment], comment: Comment, shown: ModeratedComment) -> ModeratedComment:
    """With what it answers."""
    parent = above.get(comment.parent)
    return shown.model_copy(update={"answered": glimpse(parent)}) if parent else shown


def _listed(call: Call, query: QueueQuery, after: str) -> store.QueuePage:
    status = Status.PUBLISHED if query.status == "flagged" else Status(query.status)
    return call.runtime.queue.page(
        status, limit=query.limit, after=after, flagged=query.status == "flagged", wanted=query.wants
    )


def _in_full(call: Call, comment: Comment) -> ModeratedComment:
    """With the words that it had before a moderator edited it."""
    earlier = call.runtime.comments.earlier(comment.id, call.runtime.clock()) if comment.edited else None
    return _with_flags(call, comment, earlier=earlier)


def names_of(call: Call) -> dict[str, str]:
    """The moderators' names, by id."""
    return {moderator.id: moderator.name for moderator in call.runtime.access.moderators()}


def _next(call: Call, following: str, *bound: str) -> str | None:
    return signed(call, following, *bound) if following else None
