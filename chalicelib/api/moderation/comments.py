"""Single comments: details with history, replies and edits by moderators."""

from ...core.accounts import Scope
from ...core.comments import Comment, PreviousText
from ...core.decisions import AuthorRecord
from ...core.errors import (
    ChangedMeanwhile,
    Invalid,
    KeyMissing,
    KeyReused,
    NotFound,
    ParentNotPublished,
)
from ...service.moderation.reply import ModeratorReply
from ...store.audit import MAX_HISTORY
from ..http.endpoints import Call, Router, ViewResponse
from ..http.pagination import ENVELOPE, MAX_PAGE, count_fitting
from .audit import CommentWithHistory, first_verdict, serialize_row
from .common import AUTH_REFUSALS, moderator_names
from .flags import open_flags
from .schemas import (
    ModeratedComment,
    ModeratorEdit,
    NewReply,
    moderated_comment,
)

router = Router(__name__)


@router.endpoint(
    "GET",
    "/v1/moderation/comments/{comment_id}",
    responses={200: CommentWithHistory},
    refusals=(NotFound, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def comment_with_history(call: Call) -> CommentWithHistory:
    """Get a comment with its history."""
    comment = call.runtime.comments.get(call.comment_id)
    names = moderator_names(call)
    entries = [serialize_row(row, names) for row in call.runtime.audit.of_comment(comment.id)]
    if len(entries) < MAX_HISTORY and not comment.badge:
        entries.insert(0, first_verdict(comment, entries))
    serialized = comment_in_full(call, comment)
    room = MAX_PAGE - ENVELOPE - len(serialized.model_dump_json().encode())
    most = count_fitting([len(entry.model_dump_json().encode()) for entry in reversed(entries)], room)
    return CommentWithHistory(comment=serialized, history=entries[len(entries) - most :])


@router.endpoint(
    "POST",
    "/v1/moderation/comments",
    body=NewReply,
    responses={201: ModeratedComment},
    refusals=(Invalid, KeyMissing, KeyReused, ParentNotPublished, ChangedMeanwhile, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
    key=True,
)
def reply(call: Call) -> ViewResponse:
    """Write a comment or reply as a moderator.  It is published at once, with a badge."""
    wanted = ModeratorReply(
        call.body.post, call.body.text, call.body.parent or "", approve_parent=call.body.approve_parent or 0
    )
    return ViewResponse(
        moderated_comment(call, call.runtime.replies.reply(wanted, call.principal, call.idempotency_key)), 201
    )


@router.endpoint(
    "PATCH",
    "/v1/moderation/comments/{comment_id}",
    body=ModeratorEdit,
    responses={200: ModeratedComment},
    refusals=(Invalid, NotFound, ChangedMeanwhile, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
)
def edit_as_moderator(call: Call) -> ModeratedComment:
    """Edit a comment as a moderator.  It is marked as edited; the previous text is kept for 30 days.

    A `pending_edit` by its author keeps waiting.
    """
    return comment_in_full(
        call, call.runtime.moderator_edits.edit(call.comment_id, call.body.version, call.body, call.principal)
    )


def comment_with_flags(
    call: Call, comment: Comment, record: AuthorRecord | None = None, earlier: PreviousText | None = None
) -> ModeratedComment:
    """A comment for moderators, with its open flags."""
    return moderated_comment(call, comment, record, earlier).model_copy(
        update={"open_flags": open_flags(call, comment)}
    )


def comment_in_full(call: Call, comment: Comment) -> ModeratedComment:
    """A comment for moderators, with its open flags and its text before a moderator's edit."""
    earlier = call.runtime.comments.previous_text(comment.id, call.runtime.clock()) if comment.edited else None
    return comment_with_flags(call, comment, earlier=earlier)
