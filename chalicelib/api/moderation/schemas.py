"""JSON schemas of the routes for moderators, and conversions to them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from ...core.comments import Comment, PendingEdit, PreviousText, Status
from ...core.decisions import AuthorRecord, Decision
from ...core.drafts import MAX_VERSION, CommentId, EditedText, PostKey, Strict, Text, whole
from ...core.ids import ULID, ulid_iso
from ...core.posts import post_link
from ...core.text.sanitize import MAX_NOTE, clean_note
from ...core.times import iso
from ...service.moderation.decide import MAX_DECISIONS
from ...service.results import Outcome, Result
from ..http.endpoints import Call
from ..http.pagination import ENVELOPE, MAX_PAGE, count_fitting
from ..http.problems import problem_of
from ..public.schemas import NULL, STRING, NextCursor, ResponseModel
from .flags import OpenFlag
from .reasons import HoldReason, hold_reasons

MAX_EXCERPT = 120  # characters
RESULT_BYTES = 512  # bytes of a decision result without its comment

Version = Annotated[int, Field(ge=1, le=MAX_VERSION), BeforeValidator(whole)]
RowId = Annotated[str, Field(pattern=f"^{ULID.pattern}$", description="A ULID.")]


class AuthorRecordSchema(ResponseModel):
    """How many comments of this author were approved or rejected."""

    approved: int
    rejected: int
    since: str | None = Field(description="When the first comment with a decision was submitted.")


class PreviousTextSchema(ResponseModel):
    """The text of a comment before a moderator edited it."""

    text: str
    name: str | None
    link: str | None
    by: str
    at: str


class PendingEditSchema(ResponseModel):
    """New words of its author for a published comment, which wait for a moderator.

    Approving replaces the comment's words by these; rejecting them, or marking them as spam, drops the edit, and the
    comment stays published as it is.
    """

    text: str
    name: str | None
    link: str | None
    at: str = Field(description="When the author sent it.")
    reasons: list[HoldReason]


class CommentSummary(ResponseModel):
    """A comment in one line.  It is empty if the comment was deleted."""

    name: str | None
    excerpt: str = Field(description="The beginning of the text: one line, at most 120 characters.")
    status: Status


class ModeratedComment(ResponseModel):
    """A comment as moderators see it.

    Send ``version`` with each decision.  ``author`` and ``network`` are hashes that link comments of
    the same origin; they reveal no key and no address.
    """

    id: str
    version: int
    status: Status
    post: str
    post_link: str | None
    parent: str | None
    name: str | None
    link: str | None
    text: str
    html: str
    avatar: str
    created: str
    edited: str | None
    moderator: bool
    reasons: list[HoldReason]
    flags: int = Field(description="Readers who flagged it since a moderator last resolved flags.")
    pending_edit: PendingEditSchema | None = Field(
        default=None,
        description="An edit by the author that waits. `text`, `name`, `link` and `html` are what readers see.",
    )
    open_flags: list[OpenFlag] | None = Field(
        default=None, description="The newest 20 flags, newest first. In the queue and with the history."
    )
    author: str | None
    network: str | None
    record: AuthorRecordSchema | None = Field(default=None, description="In the queue, for authors with a key.")
    in_reply_to: CommentSummary | None = Field(default=None, description="The parent. Only in the queue.")
    earlier: PreviousTextSchema | None = Field(
        default=None, description="The previous text, for 30 days after an edit by a moderator. Not in lists."
    )


class QueuePage(ResponseModel):
    """A page of the queue: pending and flagged comments oldest first, others newest first.

    Published comments with a `pending_edit` are listed as pending too, by the time of the edit.
    """

    comments: list[ModeratedComment]
    scanned: int = Field(description="Comments read to find these. One request reads at most 500.")
    next: NextCursor = None


class NewDecision(Strict):
    """A decision on a comment, in the version that the moderator saw."""

    id: CommentId
    version: Version
    decision: Annotated[Decision, Field(strict=False)]
    note: Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(clean_note)] = ""


class Decisions(Strict):
    """Up to 100 decisions, made in this order."""

    decisions: Annotated[list[NewDecision], Field(min_length=1, max_length=MAX_DECISIONS)]


class NewReply(Strict):
    """A comment by a moderator, published at once with a badge."""

    post: PostKey
    text: Text
    parent: CommentId | None = None
    approve_parent: Version | None = Field(
        default=None,
        description="Also approve the parent, or its pending edit, if one of them waits. The version of the parent.",
    )

    @model_validator(mode="after")
    def _of_a_parent(self) -> "NewReply":
        if self.approve_parent and not self.parent:
            raise ValueError("approve_parent needs a parent")
        return self


class ModeratorEdit(EditedText):
    """An edit by a moderator.  ``version`` is the one that the moderator saw; omitted fields stay unchanged."""

    version: Version


class DecisionResult(ResponseModel):
    """The result of one decision.  ``decision`` is the id with which it can be undone."""

    id: str = Field(description="The id of the comment; the id of the decision if it was about a post or the policy.")
    outcome: Outcome
    decision: str | None = None
    comment: ModeratedComment | None = Field(
        default=None, description="The comment now. Omitted if the response would be too large."
    )
    code: str | None = Field(default=None, description="The code of the refusal, if it was refused.")
    detail: str | None = None
    parameters: dict[str, int | str] | None = Field(
        default=None, description="`parent_not_published`: `parent` and `version` of the comment to approve first."
    )


class DecisionResults(ResponseModel):
    """The result of each decision.  ``bulk`` undoes several decisions together, and is the id of their job."""

    bulk: str | None
    results: list[DecisionResult]
    job: str | None = Field(
        default=None, description="The job to continue, if undoing a move left comments to be moved back."
    )


class Undo(Strict):
    """What to undo: a decision on a comment, a change to a post or the policy, or all decisions of a request."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["decision"], "properties": {"decision": STRING, "bulk": NULL}},
                {"required": ["bulk"], "properties": {"bulk": STRING, "decision": NULL, "comment": NULL}},
            ]
        }
    )

    comment: CommentId | None = None
    decision: RowId | None = None
    bulk: RowId | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Undo":
        if (self.decision is None) == (self.bulk is None) or (self.comment and self.bulk):
            raise ValueError("name either a decision, with its comment if it is about one, or a bulk")
        return self


def moderated_comment(
    call: Call, comment: Comment, record: AuthorRecord | None = None, earlier: PreviousText | None = None
) -> ModeratedComment:
    """A comment as moderators see it."""
    return ModeratedComment(
        id=comment.id,
        version=comment.version,
        status=comment.status,
        post=comment.post,
        post_link=post_link(call.runtime.settings.site, comment.post) or None,
        parent=comment.parent or None,
        name=comment.name or None,
        link=comment.link or None,
        text=comment.text,
        html=comment.html,
        avatar=comment.avatar,
        created=iso(comment.created),
        edited=iso(comment.edited) if comment.edited else None,
        moderator=comment.badge,
        reasons=hold_reasons(comment.reasons),
        flags=comment.flags,
        pending_edit=_pending_edit(comment.pending_edit) if comment.pending_edit else None,
        author=comment.author or None,
        network=comment.network or None,
        record=_record(record) if record else None,
        earlier=_previous_text(earlier) if earlier else None,
    )


def _record(record: AuthorRecord) -> AuthorRecordSchema:
    since = iso(record.since) if record.since else None
    return AuthorRecordSchema(approved=record.approved, rejected=record.rejected, since=since)


def _previous_text(previous: PreviousText) -> PreviousTextSchema:
    return PreviousTextSchema(
        text=previous.text, name=previous.name or None, link=previous.link or None, by=previous.by, at=iso(previous.at)
    )


def comment_summary(comment: Comment) -> CommentSummary:
    """A comment in one line."""
    text = " ".join(comment.text.split())
    excerpt = text if len(text) <= MAX_EXCERPT else f"{text[: MAX_EXCERPT - 1]}…"
    return CommentSummary(name=comment.name or None, excerpt=excerpt, status=comment.status)


def _pending_edit(edit: PendingEdit) -> PendingEditSchema:
    return PendingEditSchema(
        text=edit.text,
        name=edit.name or None,
        link=edit.link or None,
        at=ulid_iso(edit.id),
        reasons=hold_reasons(edit.reasons),
    )


def decision_results(call: Call, bulk: str, results: Sequence[Result]) -> DecisionResults:
    """The result of each decision.  Comments that would make the response too large are omitted."""
    serialized = [_decision_result(call, result) for result in results]
    room = MAX_PAGE - ENVELOPE - RESULT_BYTES * len(serialized)
    most = count_fitting([len(each.model_dump_json().encode()) for each in serialized], room)
    rest = [each.model_copy(update={"comment": None}) for each in serialized[most:]]
    return DecisionResults(bulk=bulk or None, results=[*serialized[:most], *rest])


def _decision_result(call: Call, result: Result) -> DecisionResult:
    problem = problem_of(result.refusal) if result.refusal else None
    return DecisionResult(
        id=result.id,
        outcome=result.outcome,
        decision=result.row or None,
        comment=moderated_comment(call, result.comment) if result.comment else None,
        code=problem.code if problem else None,
        detail=problem.detail if problem else None,
        parameters=problem.parameters if problem else None,
    )
