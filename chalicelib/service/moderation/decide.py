"""Decisions of moderators, one or many in a request, and their undo."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from ...core.accounts import Principal
from ...core.actors import Actor
from ...core.audit import Action, AuditRow, change_row
from ...core.comments import Comment, Status
from ...core.decisions import (
    AFTER,
    UNDO_WINDOW,
    Decision,
    DecisionRequest,
    NotPossible,
    status_after,
    transition,
)
from ...core.edits import (
    DECISION_OF,
    STATE_BY,
    EditState,
    after_edit_decision,
    decides_on_edit,
    edit_parameters,
    with_edit_reopened,
)
from ...core.errors import ChangedMeanwhile, KeysMismatch, NotFound, Refusal, Unavailable, UndoExpired
from ...core.jobs import NOTES, WORKING_TIME, Job
from ...core.threads import thread_effects
from ...store.audit import Audit
from ...store.changes import Change, ThreadChanged
from ...store.comments import Comments
from ...store.jobs import Jobs
from ..clock import Essentials
from ..jobs import JobKind, StepResult
from ..results import Outcome, Result
from ..retry import retry

MAX_DECISIONS = 100  # in one request
DECIDE, UNDO = "decide", "undo"  # kinds of jobs
UNDOABLE = {Action.APPROVE, Action.REJECT, Action.SPAM, Action.RESTORE, Action.UNDO}

T = TypeVar("T", DecisionRequest, AuditRow)


class DecisionService:
    """Decides on comments and undoes decisions."""

    def __init__(
        self,
        essentials: Essentials,
        comments: Comments,
        audit: Audit,
        jobs: Jobs,
    ) -> None:
        self.essentials, self.comments, self.audit = essentials, comments, audit
        self.jobs, self.stopwatch = jobs, essentials.stopwatch
        self.job_kinds = (
            JobKind(DECIDE, "{comments} decisions", self._step, _parameters),
            JobKind(UNDO, "undo of {comments} decisions", self._step, _parameters),
        )

    def decide(self, requests: Sequence[DecisionRequest], by: Principal) -> tuple[str, list[Result]]:
        """Make decisions in order, each in its own transaction.

        Returns the job's id (``""`` for a single decision) and one result for each request.  Requests that
        time did not allow are ``NOT_TRIED``: send them again, or finish the job.

        Raises:
            Unavailable: no decision could be tried.
        """
        decisions = [[request.version, str(request.decision)] for request in requests]
        notes = {request.id: request.note for request in requests if request.note}
        comments = [request.id for request in requests]
        job = self._begin(by.actor, DECIDE, comments=comments, decisions=decisions, **{NOTES: notes})
        return job.id, self._run(job, by.actor)

    def undo_one(self, comment_id: str, row_id: str, by: Principal) -> Result:
        """Undo one decision, if the comment has not changed since; the undo can be undone too.

        Raises:
            NotFound: no such decision.
        """
        row = self.audit.get(comment_id, row_id)
        return self._undo_all([row], "", by.actor)[0]

    def undo_bulk(self, bulk: str, by: Principal) -> tuple[str, list[Result]]:
        """Undo all decisions of one request; returns the new job's id and one result for each decision.

        Raises:
            NotFound: no such request.
        """
        if self.jobs.get(bulk).kind not in {DECIDE, UNDO}:
            raise NotFound
        comments = [row.comment for row in self._rows(bulk)]
        job = self._begin(by.actor, UNDO, comments=comments, undoes=bulk)
        return job.id, self._run(job, by.actor)

    def approval(self, before: Comment, by: Principal) -> Change:
        """The change that publishes a comment or its pending edit, for a caller that writes it with another change.

        Raises:
            ParentNotPublished: the comment's parent is not public.
            NotPossible: the comment can't be published.
        """
        return self._decision(before, Decision.APPROVE, by.actor)

    def _begin(self, actor: Actor, kind: str, **payload: Any) -> Job:  # noqa: ANN401  as a job's payload
        now = self.essentials.clock()
        job = Job(id=self.essentials.new_ulid(now), kind=kind, actor=actor, at=now, payload=payload)
        if len(payload["comments"]) < 2:  # noqa: PLR2004  a single decision needs no stored job
            return replace(job, id="")
        self.jobs.begin(job)
        return job

    def _step(self, job: Job, actor: Actor) -> StepResult:
        """Continue a job; what is already done is ``ALREADY_SO``."""
        results = self._run(job, actor)
        outcomes = [result.outcome for result in results]
        return StepResult(outcomes.count(Outcome.DONE), Outcome.NOT_TRIED in outcomes, results)

    def _run(self, job: Job, actor: Actor) -> list[Result]:
        if job.kind == UNDO:
            results = self._undo_all(self._rows(job.payload["undoes"]), job.id, actor)
        else:
            results = self._in_time(
                _requests(job),
                lambda request: self._attempt(request.id, lambda: self._decide(request, actor, job.id)),
            )
        if job.id and all(result.outcome is not Outcome.NOT_TRIED for result in results):
            with suppress(Unavailable, ChangedMeanwhile):  # everything is done: finishing it again would do nothing
                self.jobs.finish(job.id)
        return results

    def _undo_all(self, rows: Sequence[AuditRow], bulk: str, actor: Actor) -> list[Result]:
        return self._in_time(rows, lambda row: self._attempt(row.comment, lambda: self._undo(row, actor, bulk)))

    def _rows(self, bulk: str) -> list[AuditRow]:
        """The decisions of one request, parents before their replies, which can only be public below public ones."""
        rows = self.audit.of_bulk(bulk, self.jobs.get(bulk).payload["comments"])
        paths = {each.id: each.path for each in self.comments.get_many([row.comment for row in rows]).values()}
        return sorted(rows, key=lambda row: (paths[row.comment], -row.version))

    def _in_time(self, items: Sequence[T], operation: Callable[[T], Result]) -> list[Result]:
        """Apply an operation to each item until the time is over."""
        end = self.stopwatch() + WORKING_TIME
        results = [
            operation(item) if self.stopwatch() < end else Result(_comment_id(item), Outcome.NOT_TRIED)
            for item in items
        ]
        if results and all(result.outcome is Outcome.NOT_TRIED for result in results):
            raise Unavailable(why={"operation": "decide", "aws": "no time left", "tries": 0})
        return results

    def _attempt(self, comment_id: str, operation: Callable[[], Result]) -> Result:
        """Run an operation until the comment and its thread do not change in between; a refusal becomes a result."""
        try:
            return retry(operation, on=(ChangedMeanwhile, ThreadChanged))
        except KeysMismatch:
            raise
        except Unavailable:
            return Result(comment_id, Outcome.NOT_TRIED)
        except Refusal as refusal:
            return Result(comment_id, Outcome.REFUSED, self.comments.find(comment_id), refusal=refusal)

    def _decide(self, request: DecisionRequest, actor: Actor, bulk: str) -> Result:
        before = self.comments.get(request.id)
        is_open = before.flags or before.pending_edit
        if AFTER.get((before.status, request.decision)) is before.status and not is_open:
            return Result(request.id, Outcome.ALREADY_SO, before)
        if before.version != request.version:
            return Result(request.id, Outcome.CHANGED_MEANWHILE, before)
        change = self._decision(before, request.decision, actor)
        return self._write(replace(change, row=replace(change.row, note=request.note, bulk=bulk)))

    def _undo(self, row: AuditRow, actor: Actor, bulk: str) -> Result:
        before = self.comments.get(row.comment)
        is_change = row.before != row.after or "was" in row.parameters
        if row.action not in UNDOABLE or not is_change or before.status is Status.DELETED:
            raise NotPossible
        if self.essentials.clock() > row.at + UNDO_WINDOW:
            raise UndoExpired
        if before.version != row.version:
            is_so = row.undone and before.status == row.before and _edit_is_as_before(row, before)
            return Result(row.comment, Outcome.ALREADY_SO if is_so else Outcome.CHANGED_MEANWHILE, before)
        change = self._reversal(before, row, actor)
        return self._write(replace(change, row=replace(change.row, undoes=row.id, bulk=bulk), undone=row))

    def _decision(self, before: Comment, decision: Decision, actor: Actor) -> Change:
        """The change of a decision: about the pending edit if there is one, otherwise about the comment itself."""
        if decides_on_edit(before, decision):
            return self._edit_decision(before, decision, Action(decision), actor)
        return self._transition(before, status_after(before.status, decision), Action(decision), actor)

    def _reversal(self, before: Comment, row: AuditRow, actor: Actor) -> Change:
        """The change that undoes a row; of a decision about an edit, and of the undo of one, too."""
        was = row.parameters.get("was")
        if was is None:
            return self._transition(before, Status(row.before), Action.UNDO, actor)
        if was in DECISION_OF:
            return self._edit_decision(before, DECISION_OF[EditState(was)], Action.UNDO, actor)
        return self._reopening(before, row, actor)

    def _transition(self, before: Comment, status: Status, action: Action, actor: Actor) -> Change:
        now = self.essentials.clock()
        after = transition(before, status, operation=self.essentials.new_ulid(now))
        effects = thread_effects(before, after, self.comments.ancestors(before))
        return Change(before, effects, change_row(before, after, action=action, actor=actor, at=now))

    def _edit_decision(self, before: Comment, decision: Decision, action: Action, actor: Actor) -> Change:
        now = self.essentials.clock()
        operation = self.essentials.new_ulid(now)
        after = after_edit_decision(before, decision, operation=operation, now=now)
        row = change_row(before, after, action=action, actor=actor, at=now)
        row = replace(row, parameters=edit_parameters(STATE_BY[decision], was=EditState.PENDING))
        return Change(before, thread_effects(before, after, ()), row, keeps_edit=True)

    def _reopening(self, before: Comment, row: AuditRow, actor: Actor) -> Change:
        """The change that gives a comment its earlier words back, and lets its edit wait again."""
        decided, now = self.comments.decided_edit(before.id), self.essentials.clock()
        if decided is None:
            raise UndoExpired
        after = with_edit_reopened(before, decided, self.essentials.new_ulid(now))
        undo = change_row(before, after, action=Action.UNDO, actor=actor, at=now)
        parameters = edit_parameters(EditState.PENDING, was=EditState(row.parameters["edit"]))
        return Change(before, thread_effects(before, after, ()), replace(undo, parameters=parameters))

    def _write(self, change: Change) -> Result:
        self.comments.change(change)
        if change.effects.comment.status is Status.DELETED:
            self.comments.remove_orphans(change.before)
        return Result(change.before.id, Outcome.DONE, change.effects.comment, row=change.row.id)


def _edit_is_as_before(row: AuditRow, comment: Comment) -> bool:
    """Whether an edit that the row is about waits again, or not, as it did before the change."""
    was = row.parameters.get("was")
    return was is None or (was == EditState.PENDING) == (comment.pending_edit is not None)


def _requests(job: Job) -> list[DecisionRequest]:
    """The decisions in the payload of a job."""
    decisions = zip(job.payload["comments"], job.payload["decisions"], strict=True)
    notes = job.payload.get(NOTES, {})
    return [
        DecisionRequest(comment_id, version, Decision(decision), notes.get(comment_id, ""))
        for comment_id, (version, decision) in decisions
    ]


def _parameters(job: Job) -> dict[str, str | int]:
    return {"comments": len(job.payload["comments"])}


def _comment_id(item: DecisionRequest | AuditRow) -> str:
    return item.id if isinstance(item, DecisionRequest) else item.comment
