"""What readers left under a comment that is deleted: votes, flags with their notes, their counters, the marker.

It goes after the delete, so that no decision can fail because of it; what stays is found by ``table check``.
"""

from collections.abc import Iterator

from ..core.comments import Status
from .engine import keys
from .engine.parts import Key
from .engine.schema import STATUS
from .engine.table import MAX_BATCH_WRITE, Span, Table

KINDS = ("F#", "N#", "V#")  # notes go first
MAX_SWEPT = 200  # of each kind at once


def leftovers(table: Table, comment_id: str) -> list[Key]:
    """The keys of what is left, up to MAX_SWEPT of each kind."""
    pk = keys.comment(comment_id)[0]
    spans = (Span(pk, first=kind, last=kind + keys.LAST) for kind in KINDS)
    return [(pk, item["sk"]) for span in spans for item in table.query(span, limit=MAX_SWEPT).items]


def sweep(table: Table, comment_id: str) -> int:
    """Remove some of it; how many items went.  The comment must be deleted: nothing comes any more."""
    found = leftovers(table, comment_id)
    for start in range(0, len(found), MAX_BATCH_WRITE):
        table.delete_many(found[start : start + MAX_BATCH_WRITE])
    return len(found)


def deleted_with_leftovers(table: Table) -> Iterator[str]:
    """The ids of all deleted comments under which something is left; for the command line."""
    for partition in keys.queues(Status.DELETED):
        for entry in table.walk(Span(partition), index=STATUS):
            comment_id = entry["pk"].removeprefix("C#")
            if leftovers(table, comment_id):
                yield comment_id
