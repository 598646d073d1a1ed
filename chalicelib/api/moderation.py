"""Moderating: the queue, decisions, the audit, undo, posts and the policy."""

from typing import Annotated, Literal

from pydantic import Field

from ..core.access import Scope
from ..core.comments import Status
from ..core.drafts import PostKey
from ..core.ids import ULID
from ..core.refusals import ChangedMeanwhile, Forbidden, Invalid, NotFound, Unauthenticated
from ..core.screening import Policy
from ..service.moderating import Wish
from ..store.audit import MAX_HISTORY
from .endpoints import Call, Topic
from .moderated import (
    AuditPage,
    CommentWithHistory,
    DecidedAll,
    Decisions,
    ModeratedPost,
    PolicyChange,
    PolicyShape,
    PostChange,
    QueuePage,
    Undo,
    decided_all,
    entry,
    first_verdict,
    moderated,
    post_shape,
)
from .paging import Cursor, fitting, signed, verified
from .parsing import Number, Query

topic = Topic(__name__)

MAX_QUEUE = 100  # comments
DEFAULT_QUEUE = 25  # comments
ANYBODY = (Unauthenticated, Forbidden)  # what every moderating route may answer


class QueueQuery(Query):
    """A page of one status."""

    status: Literal["pending", "published", "rejected", "spam"] = "pending"
    limit: Annotated[Number, Field(ge=1, le=MAX_QUEUE)] = DEFAULT_QUEUE
    cursor: Cursor = ""


class AuditQuery(Query):
    """A page of the audit."""

    limit: Annotated[Number, Field(ge=1, le=MAX_QUEUE)] = DEFAULT_QUEUE
    cursor: Cursor = ""


class PostQuery(Query):
    """Which post."""

    post: PostKey


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
    after = _after(call, query.cursor, "queue", query.status)
    page = call.runtime.queue.page(Status(query.status), limit=query.limit, after=after)
    shown = [moderated(call, comment) for comment in page.comments]
    most = fitting([len(comment.model_dump_json().encode()) for comment in shown])
    following = page.next if most == len(shown) else page.comments[most - 1].order
    return QueuePage(comments=shown[:most], next=_next(call, following, "queue", query.status))


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
    refusals=(Invalid, NotFound, *ANYBODY),
    scope=Scope.MODERATE,
)
def undo(call: Call) -> DecidedAll:
    """Take back one decision, or all of one request, unless something happened since."""
    by, wanted = call.signed, call.body
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
    names = _names(call)
    rows = [entry(row, names) for row in call.runtime.audit.of_comment(comment.id)]
    began = [first_verdict(comment, rows)] if len(rows) < MAX_HISTORY else []
    return CommentWithHistory(comment=moderated(call, comment), history=[*began, *rows])


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
    before = _after(call, query.cursor, "audit")
    page = call.runtime.audit.page(now=call.runtime.clock(), limit=query.limit, before=before)
    names = _names(call)
    return AuditPage(entries=[entry(row, names) for row in page.rows], next=_next(call, page.next, "audit"))


@topic.endpoint(
    "PATCH",
    "/v1/moderation/posts",
    query=PostQuery,
    body=PostChange,
    answers={200: ModeratedPost},
    refusals=(Invalid, ChangedMeanwhile, *ANYBODY),
    scope=Scope.MODERATE,
)
def change_post(call: Call) -> ModeratedPost:
    """Close a post to new comments, or reopen it."""
    by, wanted = call.signed, call.body
    post = call.runtime.governing.set_closed(call.query.post, wanted.version, by, closed=wanted.closed)
    return post_shape(call, post)


@topic.endpoint("GET", "/v1/moderation/policy", answers={200: PolicyShape}, refusals=ANYBODY, scope=Scope.READ)
def policy(call: Call) -> PolicyShape:
    """Get the screening policy."""
    now = call.runtime.config.policy()
    return PolicyShape(hold=now.hold, version=now.version)


@topic.endpoint(
    "PUT",
    "/v1/moderation/policy",
    body=PolicyChange,
    answers={200: PolicyShape},
    refusals=(Invalid, ChangedMeanwhile, *ANYBODY),
    scope=Scope.MANAGE,
)
def change_policy(call: Call) -> PolicyShape:
    """Change the screening policy.  It counts from the next submission on."""
    wanted = Policy(call.body.hold, call.body.version + 1)
    now = call.runtime.governing.set_policy(wanted, call.signed)
    return PolicyShape(hold=now.hold, version=now.version)


def _names(call: Call) -> dict[str, str]:
    return {moderator.id: moderator.name for moderator in call.runtime.access.moderators()}


def _next(call: Call, following: str, *bound: str) -> str | None:
    return signed(call, following, *bound) if following else None


def _after(call: Call, cursor: str, *bound: str) -> str:
    return str(verified(call, cursor, *bound, fits=_is_ulid)) if cursor else ""


def _is_ulid(value: object) -> bool:
    return isinstance(value, str) and ULID.fullmatch(value) is not None
