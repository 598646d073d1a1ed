"""Reads on in the audit log from a checkpoint, as whoever tells others of changes has to.

Index entries appear late and not in order.  So each reading begins some time before the newest entry that was seen,
and skips the entries that it has seen since then.
"""

from datetime import datetime, timedelta

from chalicelib.core.ids import ulid_milliseconds
from chalicelib.core.times import EPOCH
from chalicelib.store.audit import entries_since
from chalicelib.store.engine.table import Table

OVERLAP = timedelta(seconds=120)


class LogReader:
    """``read`` are the ids of all rows, in the order in which they were read."""

    def __init__(self, since: datetime) -> None:
        self.checkpoint = since
        self.read: list[str] = []
        self._seen: set[str] = set()  # of those not older than the overlap

    def follow(self, table: Table, now: datetime) -> None:
        """Read the rows that are new."""
        found = [entry["qsk"] for entry in entries_since(table, self.checkpoint - OVERLAP, now)]
        self.read += [row_id for row_id in found if row_id not in self._seen]
        self.checkpoint = max([self.checkpoint, *map(time_of, found)])
        remembered = {*self._seen, *found}
        self._seen = {row_id for row_id in remembered if time_of(row_id) >= self.checkpoint - OVERLAP}


def time_of(row_id: str) -> datetime:
    """The time of a ULID."""
    return EPOCH + timedelta(milliseconds=ulid_milliseconds(row_id))
