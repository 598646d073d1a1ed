"""Relocation: moving comments from one post to another.

How far a relocation has come, what it changes of the two posts, and which comments go into one write.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from .comments import SEPARATOR, Comment
from .posts import Post
from .times import from_iso, iso

# How long after the posts were closed a write that was in flight may still show up in the table and its indexes.
SETTLE_TIME = timedelta(seconds=20)
MAX_BATCH_COMMENTS = 40  # comments in one write
MAX_BATCH_ITEMS = 94  # items of comments in one write: DynamoDB takes 100, and the posts are among them
MAX_BATCH_BYTES = 3_000_000  # bytes of comments in one write: DynamoDB takes 4 MB
OVERHEAD = 4_000  # bytes of a comment in addition to its text


@dataclass(frozen=True)
class ScanProgress:
    """How far one pass over all lists of a post has come: in which list, and after which key it continues.

    ``found`` tells whether the pass has found a comment to move.
    """

    began: datetime
    list_number: int = 0
    after: str = ""
    found: bool = False


@dataclass(frozen=True)
class PostState:
    """The part of a post that a relocation changes and its undo restores."""

    closed: bool
    moved_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Relocation:
    """A relocation from the post ``source`` to the post ``target``, with the states of both before and after it.

    ``title`` is the title that the target takes over from the source.  ``undoes`` is the id of the relocation that
    this one reverses.
    """

    source: str
    target: str
    before: tuple[PostState, PostState]
    after: tuple[PostState, PostState]
    title: str = ""
    undoes: str = ""
    progress: ScanProgress | None = None


def relocation_payload(relocation: Relocation) -> dict[str, Any]:
    """A relocation as the payload of its job."""
    before, after = ([[each.closed, each.moved_to] for each in both] for both in (relocation.before, relocation.after))
    payload = {"from": relocation.source, "to": relocation.target, "before": before, "after": after}
    more: dict[str, Any] = {"title": relocation.title, "undoes": relocation.undoes}
    if relocation.progress:
        more["progress"] = vars(relocation.progress) | {"began": iso(relocation.progress.began)}
    return payload | {name: value for name, value in more.items() if value}


def relocation_from(payload: Mapping[str, Any]) -> Relocation:
    """The relocation in the payload of its job."""
    before, after = (tuple(PostState(*each) for each in payload[name]) for name in ("before", "after"))
    progress = payload.get("progress")
    return Relocation(
        source=payload["from"],
        target=payload["to"],
        before=(before[0], before[1]),
        after=(after[0], after[1]),
        title=payload.get("title", ""),
        undoes=payload.get("undoes", ""),
        progress=ScanProgress(**{**progress, "began": from_iso(progress["began"])}) if progress else None,
    )


def post_state(post: Post) -> PostState:
    """The current state of a post, as far as a relocation changes it."""
    return PostState(post.closed, post.moved_to)


def relocation_between(source: Post, target: Post) -> Relocation:
    """A new relocation.  The source stays closed and points to the target, which is as open as before."""
    return Relocation(
        source=source.key,
        target=target.key,
        before=(post_state(source), post_state(target)),
        after=(PostState(closed=True, moved_to=target.key), PostState(target.closed)),
        title="" if target.title else source.title,
    )


def reversal(relocation: Relocation, source: Post) -> Relocation:
    """The relocation that undoes another one.  ``source`` is that one's target, as it is now."""
    was, other = relocation.before[1], relocation.before[0]
    closed = was.closed if source.moving else source.closed
    return Relocation(
        source=relocation.target,
        target=relocation.source,
        before=(post_state(source), relocation.after[0]),
        after=(replace(was, closed=closed), other),
    )


def relocations_after(comment: Comment, job: str, undoes: str) -> tuple[str, ...]:
    """The relocations in effect for a comment after this job moved it: one more, or one less for an undo."""
    return comment.relocations[:-1] if undoes else (*comment.relocations, job)


def is_affected(comment: Comment, source: str, undoes: str) -> bool:
    """Whether a job moves this comment.

    A relocation moves every comment of the post; an undo moves those that the relocation brought, and replies to them.
    """
    return comment.post == source and (not undoes or comment.relocations[-1:] == (undoes,))


def batches(comments: Iterable[Comment]) -> Iterator[list[Comment]]:
    """Split comments into batches that fit into one write each.

    Threads stay whole where they fit.  A longer thread is split, and its beginning comes first.
    """
    batch: list[Comment] = []
    ordered = sorted(comments, key=lambda comment: comment.path)
    for _, grouped in groupby(ordered, key=lambda comment: comment.path.partition(SEPARATOR)[0]):
        thread = list(grouped)
        if batch and not _fit([*batch, *thread]):
            yield batch
            batch = []
        for comment in thread:
            if not _fit([*batch, comment]):
                yield batch
                batch = []
            batch.append(comment)
    if batch:
        yield batch


def _fit(comments: Sequence[Comment]) -> bool:
    items = sum(3 if comment.tombstone or comment.pending_edit else 2 for comment in comments)
    size = sum(len((comment.text + comment.html).encode()) + OVERHEAD for comment in comments)
    return len(comments) <= MAX_BATCH_COMMENTS and items <= MAX_BATCH_ITEMS and size <= MAX_BATCH_BYTES
