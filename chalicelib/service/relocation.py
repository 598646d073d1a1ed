"""Moving a post's comments to another post: when a page's address changed, or two pages became one.

Both posts are closed while it lasts.  The lists that find comments lag, and moderators go on deciding: so it
is done only when a whole pass through all lists, begun when what was on its way had settled, found nothing.
A request reads the lists first and writes afterwards, for no list shows what was just written.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ..core.comments import Comment
from ..core.decisions import UNDO_WINDOW, Act, AuditRow, NotPossible
from ..core.errors import ChangedMeanwhile, NotFound, PostIsMoving, Unavailable, UndoExpired
from ..core.jobs import Job, Work
from ..core.posts import Post
from ..core.relocation import SETTLING, Move, Pass, batches, move_between, way_back
from ..store.audit import Audit
from ..store.policy import Config
from ..store.posts import Posts
from ..store.relocation import Moves, Stopped
from ..store.scan import Counted, Looking, is_whole
from .clock import RETRIES, Tools
from .moderation.decide import Outcome

WORKING_TIME = 6.0  # seconds that one request may move for
LOOKING_TIME = 2.0  # seconds of them to count, and as many to look


@dataclass(frozen=True)
class Carried:
    """How many comments one request moved; ``left``: another one must see whether nothing is left."""

    done: int
    left: bool


@dataclass(frozen=True)
class Moved:
    """Both posts as they are now, what was found of them, and the job; none if it was a dry run."""

    source: Post
    target: Post
    counted: Counted
    published: int
    merges: bool
    job: str = ""
    carried: Carried = Carried(0, left=False)


@dataclass(frozen=True)
class Looked:
    """Ids of what may be to move, from where the look began, and how far it came."""

    ids: Sequence[str]
    begin: Pass
    end: Pass


class Moving:
    """``stopwatch`` counts seconds."""

    def __init__(
        self, tools: Tools, moves: Moves, looking: Looking, posts: Posts, audit: Audit, config: Config
    ) -> None:
        self.tools, self.moves, self.looking, self.posts = tools, moves, looking, posts
        self.audit, self.config, self.jobs = audit, config, moves.jobs
        self.stopwatch: Callable[[], float] = time.monotonic

    def move(self, source: str, target: str, by: str, *, dry_run: bool = False) -> Moved:
        """Move all comments, for as long as a request may last; the same move goes on where it was.

        Raises:
            NotFound: nothing is known of the post whose comments are to be moved.
            PostIsMoving: another move goes on with one of the posts.
        """
        end = self._begins()
        before = self._both(source, target)
        if before[0].first_seen is None:
            raise NotFound
        counted = self.looking.count(source, target, self._over(end - WORKING_TIME + LOOKING_TIME))
        said = Moved(*before, counted, before[0].count, merges=counted.others or bool(before[1].count))
        if dry_run:
            return said
        if done := _done_before(*before, counted):
            return replace(said, job=done)
        job = self._going_on(*before)
        looked = self._look(source, job)
        job = job or self._begin(source, target, by)
        carried = self._work(job, looked, by, end)
        now = self._both(source, target)
        return replace(said, source=now[0], target=now[1], job=job.id, carried=carried)

    def finish(self, job_id: str, by: str) -> Carried:
        """Go on with a move that a request began and did not end.

        Raises:
            NotFound: there is no such move.
        """
        end, job = self._begins(), self.jobs.get(job_id)
        if job.move is None:
            raise NotFound
        return self._go_on(job, by, end)

    def undo(self, row: AuditRow, by: str) -> tuple[Outcome, str, str]:
        """Take a move back with all later replies; the row that tells so, and the job if something is left.

        Raises:
            NotPossible: it is itself the way back of another.
            UndoExpired: it is too long ago.
            ChangedMeanwhile: a later move of one of its posts stands.
            PostIsMoving: another move goes on with one of them.
        """
        end = self._begins()
        if row.undoes:
            raise NotPossible
        if row.undone:
            return self._undone_before(row, by, end)
        if self.tools.clock() > row.at + UNDO_WINDOW:
            raise UndoExpired
        move = _move(self.jobs.get(row.id))
        self._check_last(row, *self._both(move.target, move.source))
        looked = self._look(move.target, None)
        job, outcome = self._begin_back(row, by)
        carried = self._work(job, looked, by, end)
        return outcome, job.id, job.id if carried.left else ""

    def _undone_before(self, row: AuditRow, by: str, end: float) -> tuple[Outcome, str, str]:
        left = self._go_on(self.jobs.get(row.undone), by, end).left
        return Outcome.ALREADY_SO, row.undone, row.undone if left else ""

    # Beginning

    def _begins(self) -> float:
        self.config.check_keys(self.tools.keys, self.tools.clock())
        return self.stopwatch() + WORKING_TIME

    def _over(self, end: float) -> Callable[[], bool]:
        return lambda: self.stopwatch() > end

    def _both(self, source: str, target: str) -> tuple[Post, Post]:
        return self.posts.get(source), self.posts.get(target)

    def _going_on(self, source: Post, target: Post) -> Job | None:
        """The very move that is asked for, if it was begun."""
        if not (source.moving or target.moving):
            return None
        if source.moving == target.moving:
            job = self.jobs.get(source.moving)
            if (_move(job).source, job.undoes) == (source.key, ""):
                return job
        raise PostIsMoving

    def _begin(self, source: str, target: str, by: str) -> Job:
        for _ in range(RETRIES):
            posts = self._both(source, target)
            if job := self._going_on(*posts):
                return job
            job, row = self._made(move_between(*posts), by)
            with suppress(ChangedMeanwhile):
                self.moves.begin(job, row, posts)
                return job
        raise Unavailable

    def _begin_back(self, row: AuditRow, by: str) -> tuple[Job, Outcome]:
        """The way back of a move; one that was not finished turns round."""
        for _ in range(RETRIES):
            if row.undone:
                return self.jobs.get(row.undone), Outcome.ALREADY_SO
            move = _move(self.jobs.get(row.id))
            posts = self._both(move.target, move.source)
            self._check_last(row, *posts)
            title = move.title if posts[0].title == move.title else ""
            job, own = self._made(replace(way_back(move, posts[0]), title=title), by, undoes=row.id)
            own = replace(own, post=row.post)
            with suppress(ChangedMeanwhile):
                self.moves.begin(job, own, posts, undone=row)
                return job, Outcome.DONE
            row = self.audit.get("", row.id)
        raise Unavailable

    def _made(self, move: Move, by: str, *, undoes: str = "") -> tuple[Job, AuditRow]:
        """A job, and the row that bears its id."""
        now = self.tools.clock()
        job = Job(id=self.tools.new_ulid(now), work=Work.MOVE, by=by, at=now, move=move, undoes=undoes)
        row = AuditRow(id=job.id, act=Act.MOVE, by=by, at=now, post=move.source, undoes=undoes)
        return job, replace(row, before=move.source, after=move.target)

    def _check_last(self, row: AuditRow, *posts: Post) -> None:
        for post in posts:
            if post.moves[-1:] != (row.id,):
                raise ChangedMeanwhile
            if post.moving not in {"", row.id}:
                raise PostIsMoving

    # Working

    def _look(self, source: str, job: Job | None) -> Looked:
        now = self.tools.clock()
        begin = (_move(job).look if job else None) or Pass(began=now)
        enough = self._over(self.stopwatch() + LOOKING_TIME)
        ids, end = self.looking.look(source, begin, now, enough)
        return Looked(ids, begin, end)

    def _go_on(self, job: Job, by: str, end: float) -> Carried:
        if job.finished:
            return Carried(0, left=False)
        return self._work(job, self._look(_move(job).source, job), by, end)

    def _work(self, job: Job, looked: Looked, by: str, end: float) -> Carried:
        """Move what was found, note how far it came, and end the job if nothing can be left."""
        done, comments = 0, self.moves.fetch(job, looked.ids)
        for batch in batches(comments):
            if done and self.stopwatch() > end:
                return Carried(done, left=True)
            try:
                done += self._carry(job, batch, by)
            except Stopped:
                return Carried(done, left=not self.jobs.get(job.id).finished)
        if looked.begin != (_move(job).look or looked.begin):  # somebody else began this very move
            return Carried(done, left=True)
        look = replace(looked.end, found=looked.end.found or bool(comments))
        if not is_whole(look):
            self.moves.note(job, look)
        elif look.found or look.began < job.at + SETTLING:
            self.moves.note(job, None)
        else:
            return Carried(done, left=not self._finished(job))
        return Carried(done, left=True)

    def _carry(self, job: Job, batch: Sequence[Comment], by: str) -> int:
        """Move some comments as they are; what does not hold still is left to the next pass."""
        for _ in range(RETRIES):
            if not batch:
                return 0
            now, move = self.tools.clock(), _move(job)
            row = AuditRow(id=self.tools.new_ulid(now), act=Act.MOVE, by=by, at=now, post=move.target)
            row = replace(row, before=move.source, after=move.target)
            try:
                self.moves.carry(job, batch, row)
            except ChangedMeanwhile:
                fresh = self.moves.fetch(job, [comment.id for comment in batch])
                batch = next(batches(fresh), [])
            else:
                return len(batch)
        return 0

    def _finished(self, job: Job) -> bool:
        now = self.tools.clock()
        try:
            self.moves.finish(job, now, self.tools.new_ulid(now))
        except ChangedMeanwhile:
            self.moves.note(job, None)
            return self.jobs.get(job.id).finished
        return True


def _done_before(source: Post, target: Post, counted: Counted) -> str:
    """The move that did all that is asked for, if nothing came since."""
    is_so = source.moved_to == target.key and source.closed and not source.moving and not target.moving
    last = source.moves[-1:]
    return (
        last[0] if is_so and last and last == target.moves[-1:] and counted == Counted(0, False, counted.others) else ""
    )


def _move(job: Job) -> Move:
    if job.move is None:
        raise NotFound
    return job.move
