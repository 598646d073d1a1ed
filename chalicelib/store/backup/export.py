"""Reads everything that belongs in a backup, with queries and consistent reads instead of a scan.

The ``status`` index lists the comments; one query of a comment's partition returns everything that
belongs to it.  While the table is in use, a comment can move from a list that was not read yet to one
that was.  So comments that the audit log or the lists show as changed since the start are read at the
end.  No comment is missed, and none is exported twice.

Not exported: tokens, because a restore would bring revoked ones back; rate limit counters; checkpoints of
the hourly timer; expired items; finished jobs that changed nothing; and records of authors who have no
comment, vote or flag left.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from ...core.audit import Action
from ...core.backup import BadBackup, Entry, EntryKind
from ...core.comments import Status
from ...core.decisions import UNDO_WINDOW
from ...core.ids import first_ulid
from ...core.times import from_iso, months, seconds
from ..checkpoints import is_checkpoint
from ..engine import keys
from ..engine.attributes import Item
from ..engine.parts import Key
from ..engine.schema import STATUS, TTL
from ..engine.table import MAX_BATCH_GET, Span, Table
from .disk_set import DiskSet

LAG = timedelta(minutes=5)  # longer than any index lag observed
SKEW = timedelta(days=1)  # larger than the clock difference of any two instances
PARALLEL = 8  # comments read at the same time; reading them one by one is mostly waiting
READ_AHEAD = 64  # comments held in memory
KINDS = tuple(
    (EntryKind(kind), re.compile(pk), re.compile(sk))
    for kind, patterns in keys.BACKED_UP.items()
    for pk, sk in patterns
)


def kind_of(item: Item) -> EntryKind | None:
    """The kind of a backup entry for this item; None if it does not belong in a backup."""
    pk, sk = item.get("pk"), item.get("sk")
    if not isinstance(pk, str) or not isinstance(sk, str):
        return None
    found = (kind for kind, first, second in KINDS if first.fullmatch(pk) and second.fullmatch(sk))
    return next(found, None)


@dataclass(frozen=True)
class Seen:
    """The ids of what was exported so far, and of what is still to be exported."""

    comments: DiskSet
    authors: DiskSet
    jobs: DiskSet


def fingerprint(table: Table) -> str:
    """The fingerprint of the secret that the table belongs to.

    Raises:
        BadBackup: the table is empty, or a restore into it is not finished.
    """
    found = table.get_many([keys.FINGERPRINT, keys.RESTORING])
    if keys.RESTORING in found:
        raise BadBackup("A restore into this table was not finished: finish it first.")
    if keys.FINGERPRINT not in found:
        raise BadBackup("Nothing was ever written to this table.")
    return str(found[keys.FINGERPRINT]["fingerprint"])


class Export:
    """One pass over the table.  ``changed`` holds the comments that were added or changed during it."""

    def __init__(self, table: Table, clock: Callable[[], datetime]) -> None:
        self.table, self.clock = table, clock
        self.begun = clock()
        self.changed: set[str] = set()

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order in which a restore writes them."""
        with ExitStack() as stack:
            seen = Seen(*(stack.enter_context(closing(DiskSet())) for _ in range(3)))
            for item in self._items(seen):
                if item.get(TTL, self._now + 1) > self._now:
                    yield _entry(item)

    @property
    def _now(self) -> int:
        return seconds(self.begun)

    def _items(self, seen: Seen) -> Iterator[Item]:
        config = [item for item in self.table.iterate(Span(keys.CONFIG)) if not is_checkpoint(item)]
        yield from config
        yield from self.table.iterate(Span(keys.MODERATORS))
        listed = (entry["pk"] for list_ in _lists() for entry in self.table.iterate(Span(list_), index=STATUS))
        yield from self._comments(listed, seen)
        [first] = [from_iso(item["at"]) - SKEW for item in config if item["sk"] == keys.FINGERPRINT[1]]
        yield from self._site_audit_rows(first, seen)
        yield from self._comments(self._changed_partitions(), seen)
        yield from self._existing(map(keys.record, seen.authors))
        for partition in (keys.JOBS, keys.AUTHORS_JOBS):
            for entry in self.table.iterate(Span(partition), index=STATUS):
                seen.jobs.add(keys.job_id_of(entry["pk"]))
        yield from self._existing(map(keys.job, seen.jobs))
        yield from self._existing(map(keys.post, self._posts()))
        for month in months(first, self.clock()):
            yield from self.table.iterate(Span(keys.month(month)))

    def _comments(self, partitions: Iterator[str], seen: Seen) -> Iterator[Item]:
        """All items of the comments that were not exported yet."""
        new = filter(seen.comments.add, partitions)
        too_old = first_ulid(self.begun - UNDO_WINDOW - SKEW - SKEW)
        with ThreadPoolExecutor(PARALLEL) as pool:
            while page := list(islice(new, READ_AHEAD)):
                for item in chain.from_iterable(pool.map(self._read_partition, page)):
                    if "apk" in item:
                        seen.authors.add(item["apk"])
                    if item.get("bulk", "") > too_old:
                        seen.jobs.add(item["bulk"])
                    yield item

    def _site_audit_rows(self, first: datetime, seen: Seen) -> Iterator[Item]:
        """The audit rows that are not about a comment.  Remembers the jobs of moves that can still be undone."""
        too_old = first_ulid(self.begun - UNDO_WINDOW - SKEW - SKEW)
        for item in self._existing(key for key in self._audit_keys(first) if not keys.comment_id_of(key[0])):
            if item["act"] == Action.MOVE and item["op"] > too_old:
                seen.jobs.add(item["op"])
            yield item

    def _read_partition(self, partition: str) -> list[Item]:
        return list(self.table.iterate(Span(partition)))

    def _changed_partitions(self) -> Iterator[str]:
        """The partitions of comments that may have changed lists while the lists were read."""
        margin, begun = (first_ulid(time) for time in (self.begun - LAG, self.begun))
        spans = [Span(list_, first=margin) for list_ in _lists()]
        spans += [Span(keys.audit_month(month), first=margin) for month in months(self.begun - LAG, self.clock())]
        for span in spans:
            for entry in self.table.iterate(span, index=STATUS):
                if not keys.comment_id_of(entry["pk"]):
                    continue
                if entry["qsk"] >= begun:
                    self.changed.add(entry["pk"])
                yield entry["pk"]

    def _audit_keys(self, first: datetime) -> Iterator[Key]:
        """The keys of all audit rows."""
        for month in months(first, self.clock()):
            for entry in self.table.iterate(Span(keys.audit_month(month)), index=STATUS):
                yield entry["pk"], entry["sk"]

    def _posts(self) -> Iterator[str]:
        for partition in keys.queues("posts"):
            for entry in self.table.iterate(Span(partition), index=STATUS):
                yield entry["qsk"]

    def _existing(self, wanted: Iterator[Key]) -> Iterator[Item]:
        """The items that exist, in the order of the keys."""
        while page := list(islice(wanted, MAX_BATCH_GET)):
            found = self.table.get_many(page)
            yield from (found[key] for key in page if key in found)


def _entry(item: Item) -> Entry:
    kind = kind_of(item)
    if kind is None:
        raise BadBackup(f"This release does not know the item {item['pk']} {item['sk']}.")
    return Entry(kind=kind, item=dict(sorted(item.items())))


def _lists() -> Iterator[str]:
    for status in Status:
        yield from keys.queues(status)
