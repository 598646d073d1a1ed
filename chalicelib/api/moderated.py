"""What goes over the wire between the service and its moderators."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from ..core.comments import Comment, Status
from ..core.deciding import MAX_NOTE, SCREENING, AuditRow, Decision
from ..core.drafts import CommentId, Strict
from ..core.ids import ULID
from ..core.posts import Post, post_link
from ..core.screening import Hold
from ..core.times import iso
from ..service.moderating import MAX_DECISIONS, Outcome, Result
from .endpoints import Call
from .paging import ENVELOPE, MAX_PAGE, fitting
from .problems import problem_of
from .shapes import Next, Out

BARE = 512  # bytes of what is told of a decision without its comment

RowId = Annotated[str, Field(pattern=f"^{ULID.pattern}$", description="A ULID.")]


class WhyHeld(Out):
    """What screening found."""

    rule: str
    words: str


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
    author: str | None
    network: str | None


class QueuePage(Out):
    """Those that wait, oldest first; or those in another status, newest first."""

    comments: list[ModeratedComment]
    next: Next = None


class WishedDecision(Strict):
    """A decision about a comment in the version that the moderator saw."""

    id: CommentId
    version: Annotated[int, Field(ge=1)]
    decision: Annotated[Decision, Field(strict=False)]
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""


class Decisions(Strict):
    """Up to 100 decisions, taken in this order."""

    decisions: Annotated[list[WishedDecision], Field(min_length=1, max_length=MAX_DECISIONS)]


class Decided(Out):
    """What became of one decision; ``decision`` is the id to undo it by."""

    id: str
    outcome: Outcome
    decision: str | None = None
    comment: ModeratedComment | None = Field(default=None, description="As it stands now, if the answer has room.")
    code: str | None = Field(default=None, description="Why it was refused.")
    detail: str | None = None
    parent: str | None = Field(default=None, description="The comment to approve first.")
    parent_version: int | None = None


class DecidedAll(Out):
    """An answer for each; ``bulk`` undoes them all, if they were several."""

    bulk: str | None
    results: list[Decided]


class Undo(Strict):
    """Which decision to take back: one of a comment, or all of a request."""

    comment: CommentId | None = None
    decision: RowId | None = None
    bulk: RowId | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Undo":
        one, other = (self.comment is not None, self.decision is not None), self.bulk is not None
        if one not in {(True, True), (False, False)} or all(one) == other:
            raise ValueError("name either a comment and a decision, or a bulk")
        return self


class AuditEntry(Out):
    """One change: who did what, when, why, from what to what."""

    id: str | None = Field(description="Absent for what was automatic.")
    act: str
    by: str | None = Field(description="A moderator's id; absent for what was automatic or the author's own.")
    who: str = Field(description="The moderator's name, `author` or `screening`.")
    at: str
    automatic: bool = False
    comment: str | None = None
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


class PostChange(Strict):
    """What to change; ``version`` guards against changing what somebody else just changed."""

    closed: bool
    version: Annotated[int, Field(ge=0)] | None = None


class ModeratedPost(Out):
    """A post as moderators see it."""

    post: str
    link: str | None
    title: str | None
    proposed_title: str | None = Field(description="What a reader's page called it: unverified.")
    count: int
    closed: bool
    version: int


class PolicyShape(Out):
    """What waits for a moderator, whatever the other rules say; ``version`` rises with each change."""

    hold: Hold
    version: int


class PolicyChange(Strict):
    """The next policy; ``version`` is the one that it replaces."""

    hold: Annotated[Hold, Field(strict=False)]
    version: Annotated[int, Field(ge=0)]


def moderated(call: Call, comment: Comment) -> ModeratedComment:
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
        reasons=_reasons(comment),
        author=comment.author or None,
        network=comment.network or None,
    )


def _reasons(comment: Comment) -> list[WhyHeld]:
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


def entry(row: AuditRow, names: dict[str, str]) -> AuditEntry:
    """An audit row, with its moderator's name."""
    return AuditEntry(
        id=row.id,
        act=row.act,
        by=row.by if row.by in names else None,
        who=names.get(row.by, row.by),
        at=iso(row.at),
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
    first = rows[0].before if rows else comment.status
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
        reasons=_reasons(comment),
    )


def post_shape(call: Call, post: Post) -> ModeratedPost:
    """A post as moderators see it."""
    return ModeratedPost(
        post=post.key,
        link=post_link(call.runtime.settings.site, post.key) or None,
        title=post.title or None,
        proposed_title=post.proposed_title or None,
        count=post.count,
        closed=post.closed,
        version=post.version,
    )
