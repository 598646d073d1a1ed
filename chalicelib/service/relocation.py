"""Relocation: moving all comments of a post to another post, because its address changed or two posts became one.

Both posts are closed until the relocation is finished.  The indexes that list the comments lag behind the table,
and moderators may decide on comments meanwhile.  So a relocation is finished only after a complete pass over all
lists, begun when earlier writes had settled, has found nothing to move.  Each request reads the lists first and
writes afterwards, because the lists do not show what was just written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..core.actors import Actor
from ..core.audit import Action, AuditRow
from ..core.comments import Comment
from ..core.decisions import UNDO_WINDOW, NotPossible
from ..core.errors import ChangedMeanwhile, NotFound, PostIsMoving, UndoExpired
from ..core.jobs import WORKING_TIME, Job
from ..core.posts import Post
from ..core.relocation import (
    SETTLE_TIME,
    Relocation,
    ScanProgress,
    batches,
    relocation_between,
    relocation_from,
    relocation_payload,
    reversal,
)
from ..store.audit import Audit
from ..store.posts import Posts
from ..store.relocation import Relocations, RelocationStopped
from ..store.scan import PostCount, PostScan, is_complete
from .clock import Essentials
from .jobs import NOTHING_DONE, JobKind, StepResult
from .results import Outcome
from .retry import TryAgain, known_at_first, retry, trying_again_on

SCAN_TIME = 2.0  # seconds of WORKING_TIME for counting, and the same for scanning
MOVE = "move"  # the kind of job


@dataclass(frozen=True)
class RelocationResult:
    """Both posts as they are now, the number of comments found, and the job (``""`` for a dry run)."""

    source: Post
    target: Post
    count: PostCount
    published: int
    merges: bool
    job: str = ""
    progress: StepResult = NOTHING_DONE


@dataclass(frozen=True)
class Found:
    """Ids of comments that may have to be moved, and where the scan that found them began and ended."""

    ids: Sequence[str]
    begin: ScanProgress
    end: ScanProgress


class RelocationService:
    """Moves comments between posts."""

    def __init__(
        self,
        essentials: Essentials,
        relocations: Relocations,
        scan: PostScan,
        posts: Posts,
        audit: Audit,
    ) -> None:
        self.essentials, self.relocations, self.scan, self.posts = essentials, relocations, scan, posts
        self.audit, self.jobs, self.stopwatch = audit, relocations.jobs, essentials.stopwatch
        self.job_kinds = (JobKind(MOVE, "move of the comments of {from} to {to}", self._step, _parameters),)

    def move(self, source: str, target: str, by: Actor, *, dry_run: bool = False) -> RelocationResult:
        """Move comments for as long as one request may last; a repeat continues the same relocation.

        Raises:
            NotFound: the source post is unknown.
            PostIsMoving: another relocation of one of the posts is running.
        """
        end = self._start()
        before = self._both(source, target)
        if before[0].first_seen is None:
            raise NotFound
        count = self.scan.count(source, target, self._is_over(end - WORKING_TIME + SCAN_TIME))
        result = RelocationResult(*before, count, before[0].count, merges=count.others or bool(before[1].count))
        if dry_run:
            return result
        if finished := _finished_before(*before, count):
            return replace(result, job=finished)
        job = self._running(*before)
        found = self._scan(source, job)
        job = job or self._begin(source, target, by)
        progress = self._move_found(job, found, by, end)
        now = self._both(source, target)
        return replace(result, source=now[0], target=now[1], job=job.id, progress=progress)

    def _step(self, job: Job, by: Actor) -> StepResult:
        """Continue a relocation for as long as one request may last."""
        return self._continue(job, by, self._start())

    def undo(self, row: AuditRow, by: Actor) -> tuple[Outcome, str, str]:
        """Move the comments of a relocation back, together with later replies to them.

        Returns the outcome, the id of the audit row that records the undo, and the id of the job that moves
        the remaining comments, or ``""`` if none remain.

        Raises:
            NotPossible: it is itself an undo.
            UndoExpired: it is too old.
            ChangedMeanwhile: it is not the last relocation of both posts.
            PostIsMoving: another relocation of one of the posts is running.
        """
        end = self._start()
        if row.undoes:
            raise NotPossible
        if row.undone:
            return self._continue_undo(row, by, end)
        if self.essentials.clock() > row.at + UNDO_WINDOW:
            raise UndoExpired
        relocation = _relocation(self.jobs.get(row.id))
        self._check_last(row, *self._both(relocation.target, relocation.source))
        found = self._scan(relocation.target, None)
        job, outcome = self._begin_undo(row, by)
        progress = self._move_found(job, found, by, end)
        return outcome, job.id, job.id if progress.left else ""

    def _continue_undo(self, row: AuditRow, by: Actor, end: float) -> tuple[Outcome, str, str]:
        left = self._continue(self.jobs.get(row.undone), by, end).left
        return Outcome.ALREADY_SO, row.undone, row.undone if left else ""

    # How a relocation begins

    def _start(self) -> float:
        """When this request's time ends."""
        return self.stopwatch() + WORKING_TIME

    def _is_over(self, end: float) -> Callable[[], bool]:
        return lambda: self.stopwatch() > end

    def _both(self, source: str, target: str) -> tuple[Post, Post]:
        return self.posts.get(source), self.posts.get(target)

    def _running(self, source: Post, target: Post) -> Job | None:
        """The relocation from ``source`` to ``target`` that is running, if any; refused if it is another one."""
        if not (source.moving or target.moving):
            return None
        if source.moving == target.moving:
            job = self.jobs.get(source.moving)
            if (_relocation(job).source, _relocation(job).undoes) == (source.key, ""):
                return job
        raise PostIsMoving

    def _begin(self, source: str, target: str, by: Actor) -> Job:
        return retry(lambda: self._begin_once(source, target, by))

    def _begin_once(self, source: str, target: str, by: Actor) -> Job:
        posts = self._both(source, target)
        if job := self._running(*posts):
            return job
        job, row = self._new_job(relocation_between(*posts), by)
        self.relocations.begin(job, replace(row, version=posts[0].version + 1), posts)
        return job

    def _begin_undo(self, row: AuditRow, by: Actor) -> tuple[Job, Outcome]:
        """Begin the reversal of a relocation, whether that one is finished or still running."""
        latest = known_at_first(row, lambda: self.audit.get("", row.id))
        return retry(lambda: self._begin_undo_once(latest(), by), on=(TryAgain,))

    def _begin_undo_once(self, row: AuditRow, by: Actor) -> tuple[Job, Outcome]:
        if row.undone:
            return self.jobs.get(row.undone), Outcome.ALREADY_SO
        relocation = _relocation(self.jobs.get(row.id))
        posts = self._both(relocation.target, relocation.source)
        self._check_last(row, *posts)
        title = relocation.title if posts[0].title == relocation.title else ""
        job, undo_row = self._new_job(replace(reversal(relocation, posts[0]), title=title, undoes=row.id), by)
        undo_row = replace(undo_row, post=row.post, version=posts[1].version + 1)
        with trying_again_on(ChangedMeanwhile):
            self.relocations.begin(job, undo_row, posts, undone=row)
        return job, Outcome.DONE

    def _new_job(self, relocation: Relocation, by: Actor) -> tuple[Job, AuditRow]:
        """A new job, and the audit row with the same id."""
        now, payload = self.essentials.clock(), relocation_payload(relocation)
        job = Job(id=self.essentials.new_ulid(now), kind=MOVE, actor=by, at=now, payload=payload)
        row = AuditRow(
            id=job.id, action=Action.MOVE, actor=by, at=now, post=relocation.source, undoes=relocation.undoes
        )
        return job, replace(row, before=relocation.source, after=relocation.target)

    def _check_last(self, row: AuditRow, *posts: Post) -> None:
        """Refuse unless this relocation is the last one of both posts, and none but it is running."""
        for post in posts:
            if post.relocations[-1:] != (row.id,):
                raise ChangedMeanwhile
            if post.moving not in {"", row.id}:
                raise PostIsMoving

    # How a relocation goes on and ends

    def _scan(self, source: str, job: Job | None) -> Found:
        now = self.essentials.clock()
        begin = (_relocation(job).progress if job else None) or ScanProgress(began=now)
        is_over = self._is_over(self.stopwatch() + SCAN_TIME)
        ids, end = self.scan.scan(source, begin, now, is_over)
        return Found(ids, begin, end)

    def _continue(self, job: Job, by: Actor, end: float) -> StepResult:
        if job.finished:
            return NOTHING_DONE
        return self._move_found(job, self._scan(_relocation(job).source, job), by, end)

    def _move_found(self, job: Job, found: Found, by: Actor, end: float) -> StepResult:
        """Move what was found, store the progress of the pass, and finish the job if nothing can be left."""
        done, comments = 0, self.relocations.fetch(job, found.ids)
        for batch in batches(comments):
            if done and self.stopwatch() > end:
                return StepResult(done, left=True)
            try:
                done += self._move_batch(job, batch, by)
            except RelocationStopped:
                return StepResult(done, left=not self.jobs.get(job.id).finished)
        return StepResult(done, left=self._end_scan(job, found, bool(comments)))

    def _end_scan(self, job: Job, found: Found, has_comments: bool) -> bool:
        """Store how far the pass came, or finish the job; returns whether anything may be left."""
        if found.begin != (_relocation(job).progress or found.begin):  # another request began the same relocation
            return True
        progress = replace(found.end, found=found.end.found or has_comments)
        if not is_complete(progress):
            self.relocations.save_progress(job, progress)
        elif progress.found or progress.began < job.at + SETTLE_TIME:
            self.relocations.save_progress(job, None)  # the next request begins a new pass
        else:
            return not self._finish(job)
        return True

    def _move_batch(self, job: Job, batch: Sequence[Comment], by: Actor) -> int:
        """Move some comments as they are now; the next pass finds those that keep changing."""
        ids = [comment.id for comment in batch]
        latest = known_at_first(batch, lambda: next(batches(self.relocations.fetch(job, ids)), []))
        return retry(lambda: self._move_batch_once(job, latest(), by), otherwise=lambda: 0)

    def _move_batch_once(self, job: Job, batch: Sequence[Comment], by: Actor) -> int:
        if batch:
            now, relocation = self.essentials.clock(), _relocation(job)
            row = AuditRow(id=self.essentials.new_ulid(now), action=Action.MOVE, actor=by, at=now, bulk=job.id)
            row = replace(row, post=relocation.target, before=relocation.source, after=relocation.target)
            self.relocations.relocate(job, batch, row)
        return len(batch)

    def _finish(self, job: Job) -> bool:
        now = self.essentials.clock()
        try:
            self.relocations.finish(job, now, self.essentials.new_ulid(now))
        except ChangedMeanwhile:
            self.relocations.save_progress(job, None)
            return self.jobs.get(job.id).finished
        return True


def _finished_before(source: Post, target: Post, count: PostCount) -> str:
    """The id of the relocation that already moved everything, if no comment has come since."""
    is_moved = source.moved_to == target.key and source.closed and not source.moving and not target.moving
    last = source.relocations[-1:]
    is_last = bool(last) and last == target.relocations[-1:]
    return last[0] if is_moved and is_last and count == PostCount(0, False, count.others) else ""


def _relocation(job: Job) -> Relocation:
    return relocation_from(job.payload)


def _parameters(job: Job) -> dict[str, str | int]:
    relocation = _relocation(job)
    return {"from": relocation.source, "to": relocation.target}
