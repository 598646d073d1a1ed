"""Removes the orphans of a deleted comment: votes, flags with their notes, and their counters.

They are removed after the comment, so that no decision can fail because of them.  ``table check`` finds what remains.
"""

from collections.abc import Iterator

from ..core.comments import Status
from .engine import keys
from .engine.parts import Key
from .engine.schema import STATUS
from .engine.table import MAX_BATCH_WRITE, Span, Table

MAX_ORPHANS = 200  # of each kind in one call


def orphans(table: Table, comment_id: str) -> list[Key]:
    """The keys of a deleted comment's orphans, up to MAX_ORPHANS of each kind."""
    spans = (Span(*each) for each in keys.all_reactions(comment_id))
    return [(item["pk"], item["sk"]) for span in spans for item in table.query(span, limit=MAX_ORPHANS).items]


def remove_orphans(table: Table, comment_id: str) -> int:
    """Remove up to MAX_ORPHANS orphans of each kind; returns the number of removed items.

    The comment must be deleted already, so that no new ones are added.
    """
    found = orphans(table, comment_id)
    for start in range(0, len(found), MAX_BATCH_WRITE):
        table.delete_many(found[start : start + MAX_BATCH_WRITE])
    return len(found)


def deleted_with_orphans(table: Table) -> Iterator[str]:
    """The ids of all deleted comments that still have orphans.  Slow; for the command line."""
    for partition in keys.queues(Status.DELETED):
        for entry in table.iterate(Span(partition), index=STATUS):
            comment_id = keys.comment_id_of(entry["pk"])
            if orphans(table, comment_id):
                yield comment_id
