"""Moving comments from post to post: how far it came, what the posts become, and what goes in one write."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from .comments import SEPARATOR, Comment
from .posts import Post

SETTLING = timedelta(seconds=20)  # until what was on its way when the posts were closed is stored, and in the indexes
MAX_TOGETHER = 40  # comments in one write
MAX_PARTS = 94  # items of comments in one write: DynamoDB takes 100, and the posts are among them
MAX_BYTES = 3_000_000  # of comments in one write: DynamoDB takes 4 MB
OVERHEAD = 4_000  # bytes of a comment beside its text


@dataclass(frozen=True)
class Pass:
    """One look through all lists, and how far it came: the list's number, and the key after which it goes on.

    ``found``: there was something to move.
    """

    began: datetime
    step: int = 0
    above: str = ""
    found: bool = False


@dataclass(frozen=True)
class Standing:
    """What a move changes of a post, and its undo restores."""

    closed: bool
    moved_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Move:
    """From ``source`` to ``target``; what the two were before and become at the end.

    ``title`` is the one that the target took over.  ``turn`` counts how often the pass was noted.
    """

    source: str
    target: str
    before: tuple[Standing, Standing]
    after: tuple[Standing, Standing]
    title: str = ""
    look: Pass | None = None
    turn: int = 0


def standing(post: Post) -> Standing:
    """What it is now."""
    return Standing(post.closed, post.moved_to)


def move_between(source: Post, target: Post) -> Move:
    """The source stays closed and says where its comments went; the target is as open as before."""
    return Move(
        source=source.key,
        target=target.key,
        before=(standing(source), standing(target)),
        after=(Standing(closed=True, moved_to=target.key), Standing(target.closed)),
        title="" if target.title else source.title,
    )


def way_back(move: Move, source: Post) -> Move:
    """The reverse of a move.  ``source`` is the post to which it went, as it is now."""
    was, other = move.before[1], move.before[0]
    closed = was.closed if source.moving else source.closed
    return Move(
        source=move.target,
        target=move.source,
        before=(standing(source), move.after[0]),
        after=(replace(was, closed=closed), other),
    )


def moved_via(comment: Comment, job: str, undoes: str) -> tuple[str, ...]:
    """The moves that brought it where it is, after one more; or after one was taken back."""
    return comment.via[:-1] if undoes else (*comment.via, job)


def goes(comment: Comment, source: str, undoes: str) -> bool:
    """Whether it is to be moved: all of a post, or what one move brought, with later replies to it."""
    return comment.post == source and (not undoes or comment.via[-1:] == (undoes,))


def batches(comments: Iterable[Comment]) -> Iterator[list[Comment]]:
    """What goes in one write: whole threads, as far as there is room; of a longer one its beginning goes first."""
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
    parts = sum(3 if comment.tombstone else 2 for comment in comments)
    size = sum(len((comment.text + comment.html).encode()) + OVERHEAD for comment in comments)
    return len(comments) <= MAX_TOGETHER and parts <= MAX_PARTS and size <= MAX_BYTES
