"""Threads: what a comment's appearing or going means for the comments above it.

A visible comment's parent is visible.  A published comment that goes away while visible replies
hang below leaves a tombstone, which goes with the last of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .comments import Comment, Status
from .errors import ParentNotPublished


@dataclass(frozen=True)
class Ripple:
    """All that one change of a comment does to its thread.

    ``comment`` is the comment afterwards; ``above`` pairs each ancestor that changes with itself
    afterwards, parent first; ``count`` is added to the post's published comments.
    """

    comment: Comment
    above: tuple[tuple[Comment, Comment], ...]
    count: int


def ripple(before: Comment | None, after: Comment, ancestors: Iterable[Comment]) -> Ripple:
    """Work out a change from ``before`` (nothing for a new comment) to ``after``.

    ``ancestors`` yields parent, grandparent and so on; it is read no further than needed.

    Raises:
        ParentNotPublished: it would be seen below a comment that is not.
    """
    was_public = before is not None and before.is_public
    was_visible = before is not None and before.is_visible
    after = replace(after, tombstone=was_visible and not after.is_public and after.children > 0)

    above: tuple[tuple[Comment, Comment], ...] = ()
    if after.is_visible and not was_visible:
        above = tuple(_appearing(ancestors))
    if was_visible and not after.is_visible:
        above = tuple(_vanishing(ancestors))
    return Ripple(after, above, after.is_public - was_public)


def together(first: Ripple, second: Ripple) -> Ripple:
    """Two changes of one thread as one; ``second`` was worked out on what ``first`` leaves.  Of ``first``'s comment."""
    left = {after.id: (before, after) for before, after in second.above}
    _, comment = left.pop(first.comment.id, (None, first.comment))
    above = [(before, left.pop(after.id, (None, after))[1]) for before, after in first.above]
    return Ripple(comment, (*above, *left.values()), first.count + second.count)


def _appearing(ancestors: Iterable[Comment]) -> Iterable[tuple[Comment, Comment]]:
    """A new child up to the first visible ancestor; deleted ones on the way become tombstones."""
    for ancestor in ancestors:
        if not ancestor.is_visible and ancestor.status is not Status.DELETED:
            raise ParentNotPublished(ancestor.id, ancestor.version)
        yield ancestor, replace(ancestor, children=ancestor.children + 1, tombstone=not ancestor.is_public)
        if ancestor.is_visible:
            return


def _vanishing(ancestors: Iterable[Comment]) -> Iterable[tuple[Comment, Comment]]:
    """A child less; a tombstone that was kept for this child alone goes too, and so on up."""
    for ancestor in ancestors:
        children = ancestor.children - 1
        left = replace(ancestor, children=children, tombstone=ancestor.tombstone and children > 0)
        yield ancestor, left
        if left.is_visible:
            return
