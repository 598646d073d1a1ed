"""Moderating: decisions one by one or many at once, and taking them back."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from ...core.accounts import Signed
from ...core.comments import Comment, Status
from ...core.decisions import AFTER, UNDO_WINDOW, Act, AuditRow, Decision, NotPossible, change_row, moved, status_after
from ...core.errors import ChangedMeanwhile, NotFound, Refusal, Unavailable, UndoExpired
from ...core.jobs import Job, Wish, Work
from ...core.threads import ripple
from ...store.audit import Audit
from ...store.comments import Change, Comments, PlaceChanged
from ...store.jobs import Jobs
from ...store.policy import Config
from ..clock import RETRIES, Tools

MAX_DECISIONS = 100
WORKING_TIME = 6.0  # seconds that one request may decide for
UNDOABLE = {Act.APPROVE, Act.REJECT, Act.SPAM, Act.RESTORE, Act.UNDO}


class Outcome(StrEnum):
    """What became of one decision."""

    DONE = "done"
    ALREADY_SO = "already_so"
    CHANGED_MEANWHILE = "changed_meanwhile"
    REFUSED = "refused"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True)
class Result:
    """What became of one wish: the comment as it stands, and why not, if not."""

    id: str
    outcome: Outcome
    comment: Comment | None = None
    row: str = ""
    refusal: Refusal | None = None


T = TypeVar("T", Wish, AuditRow)


class Moderating:
    """``stopwatch`` counts seconds."""

    def __init__(
        self,
        tools: Tools,
        comments: Comments,
        audit: Audit,
        jobs: Jobs,
        config: Config,
        *,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tools, self.comments, self.audit, self.jobs, self.config = tools, comments, audit, jobs, config
        self.stopwatch = stopwatch

    def decide(self, wishes: Sequence[Wish], by: Signed) -> tuple[str, list[Result]]:
        """Decide in order, one transaction each; (the bulk's id if they are several, a result for each wish).

        What can't be reached in time is ``not_tried``: it can be sent again, or be finished as a job.

        Raises:
            Unavailable: nothing could be tried.
        """
        job = self._begin(
            by.moderator.id, Work.DECIDE, wishes=tuple(wishes), comments=tuple(wish.id for wish in wishes)
        )
        return job.id, self._worked_off(job, by.moderator.id)

    def undo_one(self, comment_id: str, row_id: str, by: Signed) -> Result:
        """Take back one decision, if nothing happened to the comment since; can itself be taken back.

        Raises:
            NotFound: there was no such decision.
        """
        row = self.audit.get(comment_id, row_id)
        self.config.check_keys(self.tools.keys, self.tools.clock())
        return self._taken_back([row], "", by.moderator.id)[0]

    def undo_bulk(self, bulk: str, by: Signed) -> tuple[str, list[Result]]:
        """Take back all that one request decided; (the new bulk's id, a result for each).

        Raises:
            NotFound: there was no such request.
        """
        if self.jobs.get(bulk).work is Work.MOVE:
            raise NotFound
        comments = tuple(row.comment for row in self._rows(bulk))
        job = self._begin(by.moderator.id, Work.UNDO, comments=comments, undoes=bulk)
        return job.id, self._worked_off(job, by.moderator.id)

    def finish(self, job_id: str, by: str) -> list[Result]:
        """Go on with what a request began and did not end; what it did is ``already_so``.  ``by``: a moderator's id.

        Raises:
            NotFound: there is no such request.
        """
        job = self.jobs.get(job_id)
        if job.work in {Work.ERASE, Work.MOVE}:
            raise NotFound
        self.config.check_keys(self.tools.keys, self.tools.clock())
        return self._worked_off(job, by)

    def approval(self, before: Comment, by: Signed) -> Change:
        """What publishing it changes, for a write that does more.

        Raises:
            ParentNotPublished: what it answers is not public.
            NotPossible: it can't be published.
        """
        status = status_after(before.status, Decision.APPROVE)
        change, row = self._worked_out(before, status, Act.APPROVE, by.moderator.id)
        return replace(change, row=row)

    def _begin(self, by: str, work: Work, **about: Any) -> Job:  # noqa: ANN401  as Job
        now = self.tools.clock()
        self.config.check_keys(self.tools.keys, now)
        job = Job(id=self.tools.new_ulid(now), work=work, by=by, at=now, **about)
        if len(job.comments) < 2:  # noqa: PLR2004  one decision is no bulk
            return replace(job, id="")
        self.jobs.begin(job)
        return job

    def _worked_off(self, job: Job, by: str) -> list[Result]:
        if job.work is Work.UNDO:
            results = self._taken_back(self._rows(job.undoes), job.id, by)
        else:
            results = self._in_time(
                job.wishes, lambda wish: self._settled(wish.id, lambda: self._decide(wish, by, job.id))
            )
        if job.id and all(result.outcome is not Outcome.NOT_TRIED for result in results):
            with suppress(Unavailable, ChangedMeanwhile):  # all is done: to finish it again would do nothing
                self.jobs.finish(job.id)
        return results

    def _taken_back(self, rows: Sequence[AuditRow], bulk: str, by: str) -> list[Result]:
        return self._in_time(rows, lambda row: self._settled(row.comment, lambda: self._undo(row, by, bulk)))

    def _rows(self, bulk: str) -> list[AuditRow]:
        """What a request decided; what is answered comes before its replies, for it must be public before they are."""
        rows = self.audit.of_job(self.jobs.get(bulk))
        paths = {each.id: each.path for each in self.comments.get_many([row.comment for row in rows]).values()}
        return sorted(rows, key=lambda row: (paths[row.comment], -row.version))

    def _in_time(self, things: Sequence[T], deed: Callable[[T], Result]) -> list[Result]:
        end = self.stopwatch() + WORKING_TIME
        results = [
            deed(thing) if self.stopwatch() < end else Result(_comment_id(thing), Outcome.NOT_TRIED) for thing in things
        ]
        if results and all(result.outcome is Outcome.NOT_TRIED for result in results):
            raise Unavailable
        return results

    def _settled(self, comment_id: str, deed: Callable[[], Result]) -> Result:
        """Try until the comment and its thread hold still for the length of a write."""
        for _ in range(RETRIES):
            try:
                return deed()
            except (ChangedMeanwhile, PlaceChanged):
                continue
            except Unavailable:
                break
            except Refusal as refusal:
                return Result(comment_id, Outcome.REFUSED, self.comments.find(comment_id), refusal=refusal)
        return Result(comment_id, Outcome.NOT_TRIED)

    def _decide(self, wish: Wish, by: str, bulk: str) -> Result:
        before = self.comments.get(wish.id)
        if AFTER.get((before.status, wish.decision)) is before.status and not before.flags:
            return Result(wish.id, Outcome.ALREADY_SO, before)
        if before.version != wish.version:
            return Result(wish.id, Outcome.CHANGED_MEANWHILE, before)
        status = status_after(before.status, wish.decision)
        change, row = self._worked_out(before, status, Act(wish.decision), by)
        return self._done(change, replace(row, note=wish.note, bulk=bulk))

    def _undo(self, row: AuditRow, by: str, bulk: str) -> Result:
        before = self.comments.get(row.comment)
        if row.act not in UNDOABLE or row.before == row.after or before.status is Status.DELETED:
            raise NotPossible
        if self.tools.clock() > row.at + UNDO_WINDOW:
            raise UndoExpired
        if before.version != row.version:
            is_so = row.undone and before.status == row.before
            return Result(row.comment, Outcome.ALREADY_SO if is_so else Outcome.CHANGED_MEANWHILE, before)
        change, own = self._worked_out(before, Status(row.before), Act.UNDO, by)
        return self._done(replace(change, undone=row), replace(own, undoes=row.id, bulk=bulk))

    def _worked_out(self, before: Comment, status: Status, act: Act, by: str) -> tuple[Change, AuditRow]:
        now = self.tools.clock()
        after = moved(before, status, operation=self.tools.new_ulid(now))
        effect = ripple(before, after, self.comments.ancestors(before))
        return Change(before, effect), change_row(before, after, act=act, by=by, at=now)

    def _done(self, change: Change, row: AuditRow) -> Result:
        self.comments.change(replace(change, row=row))
        if change.ripple.comment.status is Status.DELETED:
            self.comments.sweep(change.before)
        return Result(row.comment, Outcome.DONE, change.ripple.comment, row=row.id)


def _comment_id(thing: Wish | AuditRow) -> str:
    return thing.id if isinstance(thing, Wish) else thing.comment
