"""Everything that a backup holds, read from the table item by item: no Scan, each item as it is now.

The lists of the index ``status`` name the comments; one query of a comment's partition brings all that
belongs to it.  An index shows a table that is in use as of several moments, and a comment may move from
a list that was not read yet to one that was: so what the audit and the lists show as changed since the
beginning is looked up once more.  No comment is missed, and none comes twice.

Left out: tokens, because one that was revoked meanwhile would count again; counters of limits; how far the
hourly timer came; whatever expired; a finished job that changed nothing; and the record of an author of whom no
comment, vote or flag is left, which counts nothing any more.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from ...core.backup import BadBackup, Entry, Kind
from ...core.comments import Status
from ...core.decisions import UNDO_WINDOW, Act
from ...core.ids import ULID_ENTROPY, ulid
from ...core.times import from_iso, seconds
from ..checkpoints import is_mark
from ..engine import keys
from ..engine.attributes import Item
from ..engine.parts import Key
from ..engine.schema import SHARDS, STATUS, TTL
from ..engine.table import MAX_BATCH_GET, Span, Table
from .disk_set import Noted

LAG = timedelta(minutes=5)  # more than an index was ever seen to lag
SKEW = timedelta(days=1)  # more than the clocks of two instances differ
MONTH = timedelta(days=31)
AT_ONCE = 8  # comments that are read at the same time: one after the other waits more than it works
AHEAD = 64  # comments in memory
KINDS = tuple(
    (kind, re.compile(pk), re.compile(sk))
    for kind, pk, sk in (
        (Kind.KEYS, "CFG", "KEYS"),
        (Kind.POLICY, "CFG", "POLICY#[0-9]+"),
        (Kind.MODERATOR, "MODERATORS", "M#.+"),
        (Kind.COMMENT, "C#.+", "C"),
        (Kind.TOMBSTONE, "C#.+", "T"),
        (Kind.AUDIT, "C#.+", "L#.+"),
        (Kind.AUDIT, "AUD#.+", "L"),
        (Kind.VOTE, "C#.+", "V#.+"),
        (Kind.FLAG, "C#.+", "F#.+"),
        (Kind.FLAGGED, "C#.+", "Q"),
        (Kind.NETWORK, "C#.+", "N#.+"),
        (Kind.RECORD, "A#.+", "A"),
        (Kind.POST, "P#.+", "M"),
        (Kind.DAY, "S#.+", "[0-9]{2}#.+"),
        (Kind.JOB, "J#.+", "J"),
        (Kind.EARLIER, "C#.+", "E"),
    )
)


def kind_of(item: Item) -> Kind | None:
    """What an item is; nothing if it does not belong into a backup."""
    pk, sk = item.get("pk"), item.get("sk")
    if not isinstance(pk, str) or not isinstance(sk, str):
        return None
    found = (kind for kind, first, second in KINDS if first.fullmatch(pk) and second.fullmatch(sk))
    return next(found, None)


@dataclass(frozen=True)
class Met:
    """What was met on the way."""

    comments: Noted
    authors: Noted
    jobs: Noted


def fingerprint(table: Table) -> str:
    """Which secret the table belongs to.

    Raises:
        BadBackup: nothing was ever written to it, or a restore into it is not finished.
    """
    found = table.get_many([keys.FINGERPRINT, keys.RESTORING])
    if keys.RESTORING in found:
        raise BadBackup("A restore into this table was not finished: finish it first.")
    if keys.FINGERPRINT not in found:
        raise BadBackup("Nothing was ever written to this table.")
    return str(found[keys.FINGERPRINT]["fingerprint"])


class Export:
    """One walk through the table.  ``changed`` counts the comments that came or changed meanwhile."""

    def __init__(self, table: Table, clock: Callable[[], datetime]) -> None:
        self.table, self.clock = table, clock
        self.begun = clock()
        self.changed: set[str] = set()

    def entries(self) -> Iterator[Entry]:
        """All, in the order in which a restore writes them."""
        with ExitStack() as stack:
            met = Met(*(stack.enter_context(closing(Noted())) for _ in range(3)))
            for item in self._items(met):
                if item.get(TTL, self._now + 1) > self._now:
                    yield _entry(item)

    @property
    def _now(self) -> int:
        return seconds(self.begun)

    def _items(self, met: Met) -> Iterator[Item]:
        config = [item for item in self.table.walk(Span(keys.CONFIG)) if not is_mark(item)]
        yield from config
        yield from self.table.walk(Span(keys.MODERATORS))
        listed = (entry["pk"] for list_ in _lists() for entry in self.table.walk(Span(list_), index=STATUS))
        yield from self._comments(listed, met)
        [first] = [from_iso(item["at"]) - SKEW for item in config if item["sk"] == keys.FINGERPRINT[1]]
        yield from self._of_the_site(first, met)
        yield from self._comments(self._meanwhile(), met)
        yield from self._found(map(keys.record, met.authors))
        for entry in self.table.walk(Span(keys.JOBS), index=STATUS):
            met.jobs.add(entry["pk"].removeprefix("J#"))
        yield from self._found(map(keys.job, met.jobs))
        yield from self._found(map(keys.post, self._posts()))
        for month in _months(first, self.clock()):
            yield from self.table.walk(Span(keys.month(month)))

    def _comments(self, partitions: Iterator[str], met: Met) -> Iterator[Item]:
        """All that belongs to those that were not there yet."""
        new = filter(met.comments.add, partitions)
        too_old = _first_ulid(self.begun - UNDO_WINDOW - SKEW - SKEW)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while page := list(islice(new, AHEAD)):
                for item in chain.from_iterable(pool.map(self._partition, page)):
                    if "apk" in item:
                        met.authors.add(item["apk"])
                    if item.get("bulk", "") > too_old:
                        met.jobs.add(item["bulk"])
                    yield item

    def _of_the_site(self, first: datetime, met: Met) -> Iterator[Item]:
        """The audit rows about no comment; a move that can still be taken back needs its job."""
        too_old = _first_ulid(self.begun - UNDO_WINDOW - SKEW - SKEW)
        for item in self._found(key for key in self._audit(first) if key[0].startswith("AUD#")):
            if item["act"] == Act.MOVE and item["op"] > too_old:
                met.jobs.add(item["op"])
            yield item

    def _partition(self, partition: str) -> list[Item]:
        return list(self.table.walk(Span(partition)))

    def _meanwhile(self) -> Iterator[str]:
        """The partitions of comments that may have moved while the lists were read."""
        margin, begun = (_first_ulid(time) for time in (self.begun - LAG, self.begun))
        spans = [Span(list_, first=margin) for list_ in _lists()]
        months = _months(self.begun - LAG, self.clock())
        spans += [Span(keys.audit_month(month), first=margin) for month in months]
        for span in spans:
            for entry in self.table.walk(span, index=STATUS):
                if not entry["pk"].startswith("C#"):
                    continue
                if entry["qsk"] >= begun:
                    self.changed.add(entry["pk"])
                yield entry["pk"]

    def _audit(self, first: datetime) -> Iterator[Key]:
        """The keys of all audit rows."""
        for month in _months(first, self.clock()):
            for entry in self.table.walk(Span(keys.audit_month(month)), index=STATUS):
                yield entry["pk"], entry["sk"]

    def _posts(self) -> Iterator[str]:
        for number in range(SHARDS):
            for entry in self.table.walk(Span(f"POSTS#{number}"), index=STATUS):
                yield entry["qsk"]

    def _found(self, wanted: Iterator[Key]) -> Iterator[Item]:
        """Those of the items that exist, in the order of their keys."""
        while page := list(islice(wanted, MAX_BATCH_GET)):
            found = self.table.get_many(page)
            yield from (found[key] for key in page if key in found)


def _entry(item: Item) -> Entry:
    kind = kind_of(item)
    if kind is None:
        raise BadBackup(f"There is an item that this release doesn't know: {item['pk']} {item['sk']}.")
    return Entry(kind=kind, item=dict(sorted(item.items())))


def _lists() -> Iterator[str]:
    for status in Status:
        yield from keys.queues(status)


def _months(first: datetime, last: datetime) -> Iterator[datetime]:
    """A day of each month, from the first to the last."""
    month = first.replace(day=1)
    while (month.year, month.month) <= (last.year, last.month):
        yield month
        month = (month + MONTH).replace(day=1)


def _first_ulid(time: datetime) -> str:
    return ulid(time, bytes(ULID_ENTROPY))
