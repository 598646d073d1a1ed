"""Moving a post's comments, each whole.

A write moves some comments with all that hangs on them: their places, the counts of both posts, a title that
one of them proposed, and a row in each one's history.  It holds only while both posts say that this job moves
them.  A comment's version stays: who decides on what they saw decides on what it is.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ..core.comments import Comment
from ..core.decisions import UNDO_WINDOW, AuditRow
from ..core.errors import ChangedMeanwhile, Unavailable
from ..core.jobs import Job
from ..core.posts import Post
from ..core.relocation import Move, Pass, Standing, goes, moved_via
from ..core.times import seconds
from .audit import audit_put, undone_part
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Check, Part, Put, Update, Where
from .engine.table import Table
from .items import audit_item, comment_of, present
from .jobs import Jobs, job_item, look_item
from .memo import Memo
from .posts import listed


class Stopped(Exception):  # noqa: N818  an answer
    """Another job moves these posts now, or none."""


class Moves:
    """Moves comments, wholly or not at all."""

    def __init__(self, table: Table, memo: Memo, jobs: Jobs) -> None:
        self.table, self.memo, self.jobs = table, memo, jobs

    def fetch(self, job: Job, ids: Sequence[str]) -> list[Comment]:
        """Those of the comments that the job is still to move, as they are now."""
        move = _move(job)
        found = self.table.get_many([keys.comment(each) for each in ids])
        comments = map(comment_of, found.values())
        return [comment for comment in comments if goes(comment, move.source, job.undoes)]

    def begin(self, job: Job, row: AuditRow, posts: tuple[Post, Post], undone: AuditRow | None = None) -> None:
        """Write down the job and close both posts, if they are as they were read; ``undone``: the move to take back.

        Raises:
            ChangedMeanwhile: one of them is not.
        """
        move, (source, target) = _move(job), posts
        parts: list[Part] = [Put(item=job_item(job), where=NEW), audit_put(row)]
        parts.append(self._closed(source, job, {}))
        title = {} if job.undoes else present(title=move.title)
        parts.append(self._closed(target, job, title, source.first_seen))
        if undone:
            gone = {"ttl": seconds(job.at + UNDO_WINDOW) + 86_400}
            old = Update(key=keys.job(undone.id), set=gone, remove=("qpk", "qsk"), where=Where(present=("pk",)))
            parts += [undone_part(undone, row.id), old]
        self._write(move, parts, operation=row.id)

    def _closed(self, post: Post, job: Job, more: Item, known: datetime | None = None) -> Part:
        moves = [each for each in post.moves if each != job.undoes] + ([] if job.undoes else [job.id])
        untitled = ("title",) if job.undoes and post.key == _move(job).source and _move(job).title else ()
        where = {"ver": post.version} if post.version else {}
        return Update(
            key=keys.post(post.key),
            set={"closed": True, "moving": job.id, "moves": moves, "ver": post.version + 1, "op": job.id, **more},
            default=listed(post.key, post.first_seen or known or job.at),
            remove=untitled,
            where=Where(equal=where, absent=() if post.version else ("ver",)),
        )

    def carry(self, job: Job, comments: Sequence[Comment], row: AuditRow) -> None:
        """Move some comments, all or none.

        Raises:
            Stopped: the job does not move these posts any more.
            ChangedMeanwhile: a comment is not as it was read.
        """
        move = _move(job)
        rows = [replace(row, comment=comment.id) for comment in comments]
        parts = [*self._posts(job, comments), *(part for comment in comments for part in _carried(comment, job))]
        parts += [Put(item=audit_item(each), where=NEW) for each in rows]
        self._write(move, parts, operation=row.id)

    def _posts(self, job: Job, comments: Sequence[Comment]) -> list[Part]:
        """The counts of both posts, and the title that one of the comments proposed."""
        move, public = _move(job), sum(comment.is_public for comment in comments)
        source, target = keys.post(move.source), keys.post(move.target)
        found = self.table.get_many([source, target])
        known, other = found.get(source, {}), found.get(target, {})
        proposer = next((comment for comment in comments if comment.id == known.get("proposed_by")), None)
        title = ("proposed", "proposed_by") if proposer else ()
        goes_along = proposer is not None and proposer.titled and "proposed" not in other
        return [
            _post(job, source, add=-public, remove=title, equal=present(proposed_by=proposer and proposer.id)),
            _post(job, target, add=public, put={name: known[name] for name in title} if goes_along else {}),
        ]

    def note(self, job: Job, look: Pass | None) -> None:
        """Remember how far a pass came, unless another request did."""
        move = _move(job)
        change = Update(
            key=keys.job(job.id),
            set={"look": look_item(look)} if look else {},
            remove=() if look else ("look",),
            add={"turn": 1},
            where=Where(equal={"turn": move.turn}) if move.turn else Where(present=("pk",), absent=("turn",)),
        )
        with suppress(ChangedMeanwhile, Unavailable):  # then what was looked at is looked at again
            self.table.write(change)

    def finish(self, job: Job, now: datetime, operation: str) -> None:
        """Let both posts be what they become, and strike the job off the list.

        Raises:
            ChangedMeanwhile: something is left, or another request was faster.
        """
        move = _move(job)
        source, target = move.after
        left = {} if job.undoes else {"n": 1}
        parts: list[Part] = [
            _ended(keys.post(move.source), source, job.id, operation, left),
            _ended(keys.post(move.target), target, job.id, operation, {}),
            Update(
                key=keys.job(job.id),
                set={"ttl": seconds(now + UNDO_WINDOW) + 86_400},
                remove=("qpk", "qsk", "look", "turn"),
                where=Where(present=("pk",)),
            ),
        ]
        self._write(move, parts, operation=operation)

    def _write(self, move: Move, parts: Sequence[Part], *, operation: str) -> None:
        """Write, and forget what was shown of both, for even a write that failed may have got through."""
        try:
            self.table.write(*parts, operation=operation)
        finally:
            self.memo.drop(move.source)
            self.memo.drop(move.target)


def _move(job: Job) -> Move:
    if job.move is None:
        raise LookupError("the job is no move")
    return job.move


def _post(
    job: Job,
    key: tuple[str, str],
    *,
    add: int,
    put: Item | None = None,
    remove: tuple[str, ...] = (),
    equal: Item | None = None,
) -> Part:
    """One of the posts, as long as the job moves it."""

    def otherwise(found: Item) -> Exception:
        return ChangedMeanwhile() if found.get("moving") == job.id else Stopped()

    where = Where(equal={"moving": job.id, **(equal or {})}, absent=("proposed",) if put else ())
    if not (add or put or remove):
        return Check(key=key, where=where, otherwise=otherwise)
    return Update(
        key=key, set=put or {}, add={"n": add} if add else {}, remove=remove, where=where, otherwise=otherwise
    )


def _carried(comment: Comment, job: Job) -> list[Part]:
    """A comment and its place, if they are as they were read."""
    move = _move(job)
    place, via = keys.thread(move.target), moved_via(comment, job.id, job.undoes)
    public = {"ppk": place} if comment.is_public else {}
    gone = {"gone": True} if comment.tombstone else {}
    parts: list[Part] = [
        Update(
            key=keys.comment(comment.id),
            set={"post": move.target, **public, **present(via=list(via))},
            remove=() if via else ("via",),
            where=Where(
                equal={"ver": comment.version, "post": move.source, **gone},
                absent=() if comment.tombstone else ("gone",),
            ),
        )
    ]
    if comment.tombstone:
        parts.append(Update(key=keys.tombstone(comment.id), set={"ppk": place}, where=Where(present=("ppk",))))
    return parts


def _ended(key: tuple[str, str], standing: Standing, job_id: str, operation: str, below: dict[str, int]) -> Part:
    change = present(closed=standing.closed, moved_to=standing.moved_to)
    return Update(
        key=key,
        set={**change, "op": operation},
        add={"ver": 1},
        remove=("moving", *sorted({"closed", "moved_to"} - set(change))),
        where=Where(equal={"moving": job_id}, below=below),
    )
