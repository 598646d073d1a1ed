"""What goes over the wire between the service and its moderators."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from ...core.comments import Comment, Earlier, Status
from ...core.decisions import MAX_NOTE, Decision, Record
from ...core.drafts import MAX_VERSION, CommentId, PostKey, Strict, Text, Words, whole
from ...core.ids import ULID
from ...core.posts import post_link
from ...core.text.sanitize import clean_note
from ...core.times import iso
from ...service.moderation.decide import MAX_DECISIONS, Outcome, Result
from ..http.endpoints import Call
from ..http.pagination import ENVELOPE, MAX_PAGE, fitting
from ..http.problems import problem_of
from ..public.schemas import NULL, STRING, Next, Out
from .flags import OpenFlag

MAX_GLIMPSE = 120  # characters
BARE = 512  # bytes of what is told of a decision without its comment

Version = Annotated[int, Field(ge=1, le=MAX_VERSION), BeforeValidator(whole)]
RowId = Annotated[str, Field(pattern=f"^{ULID.pattern}$", description="A ULID.")]


class WhyHeld(Out):
    """What screening found."""

    rule: str
    words: str


class AuthorRecord(Out):
    """How moderators decided on this author's comments, as they stand now."""

    approved: int
    rejected: int
    since: str | None = Field(description="When the one was submitted that a moderator decided on first.")


class EarlierWords(Out):
    """What a comment said before a moderator edited it."""

    text: str
    name: str | None
    link: str | None
    by: str
    at: str


class Glimpse(Out):
    """A comment in a line, as it stands: nothing is left of one that was deleted."""

    name: str | None
    words: str = Field(description="Its first words: one line, at most 120 characters.")
    status: Status


class ModeratedComment(Out):
    """A comment as moderators see it.

    ``version`` goes with each decision.  ``author`` and ``network`` are hashes that tell whose other
    comments are whose; they reveal no key and no address.
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
    reasons: list[WhyHeld]
    flags: int = Field(description="Readers who flagged it since a moderator last looked.")
    open_flags: list[OpenFlag] | None = Field(
        default=None, description="The newest 20 of them, newest first: in the queue, and beside the history."
    )
    author: str | None
    network: str | None
    record: AuthorRecord | None = Field(default=None, description="In the queue, for an author with a key.")
    answered: Glimpse | None = Field(default=None, description="In the queue: what it answers.")
    earlier: EarlierWords | None = Field(
        default=None, description="Of one comment, for 30 days after a moderator's edit."
    )


class QueuePage(Out):
    """Those that wait, or are flagged, oldest first; those in another status newest first."""

    comments: list[ModeratedComment]
    looked: int = Field(description="Comments looked at to find these; a search looks at 500 in one request.")
    next: Next = None


class WishedDecision(Strict):
    """A decision about a comment in the version that the moderator saw."""

    id: CommentId
    version: Version
    decision: Annotated[Decision, Field(strict=False)]
    note: Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(clean_note)] = ""


class Decisions(Strict):
    """Up to 100 decisions, taken in this order."""

    decisions: Annotated[list[WishedDecision], Field(min_length=1, max_length=MAX_DECISIONS)]


class NewReply(Strict):
    """A moderator's own comment: published at once, with a badge."""

    post: PostKey
    text: Text
    parent: CommentId | None = None
    approve_parent: Version | None = Field(
        default=None, description="Approve what it answers, if that waits, in this version of it."
    )

    @model_validator(mode="after")
    def _of_a_parent(self) -> "NewReply":
        if self.approve_parent and not self.parent:
            raise ValueError("approve_parent needs a parent")
        return self


class ModeratorEdit(Words):
    """Other words for a comment; ``version`` is the one that the moderator saw.  A name or link not sent stays."""

    version: Version


class Decided(Out):
    """What became of one decision; ``decision`` is the id to undo it by."""

    id: str = Field(description="The comment's; the decision's own, if it was about a post or the policy.")
    outcome: Outcome
    decision: str | None = None
    comment: ModeratedComment | None = Field(default=None, description="As it stands now, if the answer has room.")
    code: str | None = Field(default=None, description="Why it was refused.")
    detail: str | None = None
    parent: str | None = Field(default=None, description="The comment to approve first.")
    parent_version: int | None = None


class DecidedAll(Out):
    """An answer for each; ``bulk`` undoes them all, if they were several, and is the job that finishes them."""

    bulk: str | None
    results: list[Decided]
    job: str | None = Field(
        default=None, description="The job that goes on, if a move was taken back and comments are still to be moved."
    )


class Undo(Strict):
    """Which decision to take back: one of a comment, one about a post or the policy, or all of a request."""

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


def moderated(
    call: Call, comment: Comment, record: Record | None = None, earlier: Earlier | None = None
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
        reasons=reasons(comment),
        flags=comment.flags,
        author=comment.author or None,
        network=comment.network or None,
        record=_record(record) if record else None,
        earlier=_earlier(earlier) if earlier else None,
    )


def _record(record: Record) -> AuthorRecord:
    since = iso(record.since) if record.since else None
    return AuthorRecord(approved=record.approved, rejected=record.rejected, since=since)


def _earlier(was: Earlier) -> EarlierWords:
    return EarlierWords(text=was.text, name=was.name or None, link=was.link or None, by=was.by, at=iso(was.at))


def glimpse(comment: Comment) -> Glimpse:
    """A comment in a line."""
    words = " ".join(comment.text.split())
    shown = words if len(words) <= MAX_GLIMPSE else f"{words[: MAX_GLIMPSE - 1]}…"
    return Glimpse(name=comment.name or None, words=shown, status=comment.status)


def reasons(comment: Comment) -> list[WhyHeld]:
    """What screening found."""
    return [WhyHeld(rule=reason.rule, words=reason.words) for reason in comment.reasons]


def decided_all(call: Call, bulk: str, results: Sequence[Result]) -> DecidedAll:
    """What became of each decision; comments that do not fit into one answer are left out of it."""
    told = [_decided(call, result) for result in results]
    most = fitting([len(each.model_dump_json().encode()) for each in told], MAX_PAGE - ENVELOPE - BARE * len(told))
    rest = [each.model_copy(update={"comment": None}) for each in told[most:]]
    return DecidedAll(bulk=bulk or None, results=[*told[:most], *rest])


def _decided(call: Call, result: Result) -> Decided:
    problem = problem_of(result.refusal) if result.refusal else None
    return Decided(
        id=result.id,
        outcome=result.outcome,
        decision=result.row or None,
        comment=moderated(call, result.comment) if result.comment else None,
        code=problem.code if problem else None,
        detail=problem.detail if problem else None,
        parent=problem.parent if problem else None,
        parent_version=problem.parent_version if problem else None,
    )
