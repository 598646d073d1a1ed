"""Threads: what showing or hiding a comment changes in the comments above it.

A visible comment's parent is always visible.  A published comment that is hidden while visible replies
remain below it leaves a tombstone, which disappears with the last of those replies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .comments import Comment, Status
from .errors import ParentNotPublished
from .totals import Totals, totals_of


@dataclass(frozen=True)
class ThreadEffects:
    """Everything that one change of a comment changes in its thread.

    ``comment`` is the comment after the change.  ``ancestors`` has a pair (before, after) for each ancestor
    that changed, parent first.  ``totals_change`` is added to the totals of the post's published comments.
    """

    comment: Comment
    ancestors: tuple[tuple[Comment, Comment], ...]
    totals_change: Totals


def thread_effects(before: Comment | None, after: Comment, ancestors: Iterable[Comment]) -> ThreadEffects:
    """Work out the effects of a change from ``before`` (None for a new comment) to ``after``.

    ``ancestors`` yields parent, grandparent and so on; it is read no further than needed.

    Raises:
        ParentNotPublished: the comment would become visible below one that is not.
    """
    was_visible = before is not None and before.is_visible
    after = replace(after, tombstone=was_visible and not after.is_public and after.children > 0)

    changed: tuple[tuple[Comment, Comment], ...] = ()
    if after.is_visible and not was_visible:
        changed = tuple(_with_child_added(ancestors))
    if was_visible and not after.is_visible:
        changed = tuple(_with_child_removed(ancestors))
    return ThreadEffects(after, changed, totals_of(after) - totals_of(before))


def merged(first: ThreadEffects, second: ThreadEffects) -> ThreadEffects:
    """Combine two changes in one thread, where ``second`` was worked out on the result of ``first``.

    The ``comment`` of the result is that of ``first``.
    """
    remaining = {after.id: (before, after) for before, after in second.ancestors}
    _, comment = remaining.pop(first.comment.id, (None, first.comment))
    changed = [(before, remaining.pop(after.id, (None, after))[1]) for before, after in first.ancestors]
    return ThreadEffects(comment, (*changed, *remaining.values()), first.totals_change + second.totals_change)


def _with_child_added(ancestors: Iterable[Comment]) -> Iterable[tuple[Comment, Comment]]:
    """Count a new child in each ancestor up to the first visible one; deleted ones in between become tombstones."""
    for ancestor in ancestors:
        if not ancestor.is_visible and ancestor.status is not Status.DELETED:
            raise ParentNotPublished(ancestor.id, ancestor.version)
        yield ancestor, replace(ancestor, children=ancestor.children + 1, tombstone=not ancestor.is_public)
        if ancestor.is_visible:
            return


def _with_child_removed(ancestors: Iterable[Comment]) -> Iterable[tuple[Comment, Comment]]:
    """Count one child less; a tombstone without children disappears too, and so on upwards."""
    for ancestor in ancestors:
        children = ancestor.children - 1
        after = replace(ancestor, children=children, tombstone=ancestor.tombstone and children > 0)
        yield ancestor, after
        if after.is_visible:
            return
