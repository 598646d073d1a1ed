"""Moves a post's comments to another post.

One write moves a few comments with everything that belongs to them: their paths, the counts of both posts, a
title that one of them proposed, and an audit row each.  It succeeds only while both posts name this job as the
one that moves them.  A comment keeps its version, so moderators can decide on it as they saw it before the move.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ..core.audit import AuditRow
from ..core.comments import Comment
from ..core.errors import ChangedMeanwhile, Unavailable
from ..core.jobs import Job
from ..core.posts import Post
from ..core.relocation import (
    PostState,
    Relocation,
    ScanProgress,
    is_affected,
    relocation_from,
    relocation_payload,
    relocations_after,
)
from ..core.totals import NOTHING, Totals, totals_of
from .audit import audit_item, audit_put, undone_part
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Check, Part, Put, Update, Where
from .engine.table import Table
from .items import comment_from_item, totals_attributes, without_empty
from .jobs import Jobs, expires, job_item
from .memo import Memo
from .posts import listed_attributes


class RelocationStopped(Exception):  # noqa: N818  not an error
    """The posts are no longer being moved by this job."""


class Relocations:
    """Stores the steps of a move; each comment is moved completely or not at all."""

    def __init__(self, table: Table, memo: Memo, jobs: Jobs) -> None:
        self.table, self.memo, self.jobs = table, memo, jobs

    def fetch(self, job: Job, ids: Sequence[str]) -> list[Comment]:
        """The comments out of ``ids`` that the job still has to move."""
        move = relocation_from(job.payload)
        found = self.table.get_many([keys.comment(each) for each in ids])
        comments = map(comment_from_item, found.values())
        return [comment for comment in comments if is_affected(comment, move.source, move.undoes)]

    def begin(self, job: Job, row: AuditRow, posts: tuple[Post, Post], undone: AuditRow | None = None) -> None:
        """Store the job and close both posts.  ``undone`` is the audit row of the move that this one undoes.

        Raises:
            ChangedMeanwhile: one of the posts has changed since it was read.
        """
        move, (source, target) = relocation_from(job.payload), posts
        parts: list[Part] = [Put(item=job_item(job), where=NEW), audit_put(row)]
        parts.append(_close_part(source, job, {}))
        title = {} if move.undoes else without_empty(title=move.title)
        parts.append(_close_part(target, job, title, source.first_seen))
        if undone:
            where = Where(present=("pk",))
            old = Update(key=keys.job(undone.id), set=expires(job.at), remove=("qpk", "qsk"), where=where)
            parts += [undone_part(undone, row.id), old]
        self._write(move, parts, operation=row.id)

    def relocate(self, job: Job, comments: Sequence[Comment], row: AuditRow) -> None:
        """Move some comments, in one atomic write.

        Raises:
            RelocationStopped: the posts are no longer being moved by this job.
            ChangedMeanwhile: a comment has changed since it was read.
        """
        move = relocation_from(job.payload)
        rows = [replace(row, comment=comment.id, version=comment.version) for comment in comments]
        parts = [
            *self._post_parts(job, comments),
            *(part for comment in comments for part in _comment_parts(comment, job)),
        ]
        parts += [Put(item=audit_item(each), where=NEW) for each in rows]
        self._write(move, parts, operation=row.id)

    def _post_parts(self, job: Job, comments: Sequence[Comment]) -> list[Part]:
        """The parts for both posts: their counts, and the title that one of the comments proposed."""
        move, public = relocation_from(job.payload), sum(map(totals_of, comments), NOTHING)
        source, target = keys.post(move.source), keys.post(move.target)
        found = self.table.get_many([source, target])
        old, new = found.get(source, {}), found.get(target, {})
        proposer = next((comment for comment in comments if comment.id == old.get("proposed_by")), None)
        title = ("proposed", "proposed_by") if proposer else ()
        title_moves = proposer is not None and proposer.has_proposed_title and "proposed" not in new
        proposed = without_empty(proposed_by=proposer and proposer.id)
        return [
            _post_part(job, source, add=NOTHING - public, remove=title, equal=proposed),
            _post_part(job, target, add=public, put={name: old[name] for name in title} if title_moves else {}),
        ]

    def save_progress(self, job: Job, progress: ScanProgress | None) -> None:
        """Save the progress of the scan, unless another request saved its own."""
        move = relocation_from(job.payload)
        with suppress(ChangedMeanwhile, Unavailable):  # then the same comments are scanned again
            self.jobs.save(job, relocation_payload(replace(move, progress=progress)))

    def finish(self, job: Job, now: datetime, operation: str) -> None:
        """Give both posts their final state, and remove the job from the list of unfinished jobs.

        Raises:
            ChangedMeanwhile: comments are left, or another request finished the job first.
        """
        move = relocation_from(job.payload)
        source, target = move.after
        left = {} if move.undoes else {"n": 1}
        parts: list[Part] = [
            _final_post_part(keys.post(move.source), source, job.id, operation, left),
            _final_post_part(keys.post(move.target), target, job.id, operation, {}),
            Update(
                key=keys.job(job.id),
                set={"payload": relocation_payload(replace(move, progress=None)), **expires(now)},
                remove=("qpk", "qsk"),
                where=Where(present=("pk",)),
            ),
        ]
        self._write(move, parts, operation=operation)

    def _write(self, move: Relocation, parts: Sequence[Part], *, operation: str) -> None:
        """Write, and drop both posts' cached responses, because a write that failed may still have succeeded."""
        try:
            self.table.write(*parts, operation=operation)
        finally:
            self.memo.drop(move.source)
            self.memo.drop(move.target)


def _close_part(post: Post, job: Job, more: Item, first_seen: datetime | None = None) -> Part:
    """The part that closes one of the posts and names the job that moves it."""
    move = relocation_from(job.payload)
    moves = [each for each in post.relocations if each != move.undoes] + ([] if move.undoes else [job.id])
    removed = ("title",) if move.undoes and post.key == move.source and move.title else ()
    where = {"ver": post.version} if post.version else {}
    return Update(
        key=keys.post(post.key),
        set={"closed": True, "moving": job.id, "moves": moves, "ver": post.version + 1, "op": job.id, **more},
        default=listed_attributes(post.key, post.first_seen or first_seen or job.at),
        remove=removed,
        where=Where(equal=where, absent=() if post.version else ("ver",)),
    )


def _post_part(
    job: Job,
    key: tuple[str, str],
    *,
    add: Totals,
    put: Item | None = None,
    remove: tuple[str, ...] = (),
    equal: Item | None = None,
) -> Part:
    """The part for one of the posts; it fails if the job no longer moves it."""

    def otherwise(found: Item) -> Exception:
        return ChangedMeanwhile() if found.get("moving") == job.id else RelocationStopped()

    where = Where(equal={"moving": job.id, **(equal or {})}, absent=("proposed",) if put else ())
    if not (add or put or remove):
        return Check(key=key, where=where, otherwise=otherwise)
    return Update(key=key, set=put or {}, add=totals_attributes(add), remove=remove, where=where, otherwise=otherwise)


def _comment_parts(comment: Comment, job: Job) -> list[Part]:
    """The parts that move a comment, its tombstone and its edit's marker; they fail if it has changed meanwhile."""
    move = relocation_from(job.payload)
    place, via = keys.thread(move.target), relocations_after(comment, job.id, move.undoes)
    public = {"ppk": place} if comment.is_public else {}
    tombstone = {"tombstone": True} if comment.tombstone else {}
    parts: list[Part] = [
        Update(
            key=keys.comment(comment.id),
            set={"post": move.target, **public, **without_empty(via=list(via))},
            remove=() if via else ("via",),
            where=Where(
                equal={"ver": comment.version, "post": move.source, **tombstone},
                absent=() if comment.tombstone else ("tombstone",),
            ),
        )
    ]
    if comment.pending_edit:
        parts.append(Update(key=keys.edit(comment.id), set={"post": move.target}, where=Where(present=("qpk",))))
    if comment.tombstone:
        parts.append(Update(key=keys.tombstone(comment.id), set={"ppk": place}, where=Where(present=("ppk",))))
    return parts


def _final_post_part(
    key: tuple[str, str], state: PostState, job_id: str, operation: str, below: dict[str, int]
) -> Part:
    change = without_empty(closed=state.closed, moved_to=state.moved_to)
    return Update(
        key=key,
        set={**change, "op": operation},
        add={"ver": 1},
        remove=("moving", *sorted({"closed", "moved_to"} - set(change))),
        where=Where(equal={"moving": job_id}, below=below),
    )
