"""The public thread of a post, page by page: whole threads, in at most two queries.

A page reads up to ``limit`` rows and one.  What it holds of an unfinished thread at its end goes
to the next page; a thread too long for a page is cut, and the place where it goes on is the cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..core.comments import SEPARATOR
from ..core.public import PublicComment
from . import keys
from .attributes import Item
from .items import public_of
from .schema import PUBLISHED
from .table import Span, Table

AFTER_SEPARATOR = "$"  # the next character: ends a thread
BEFORE_SEPARATOR = " "  # a character before it: begins what is below a row


class Sort(StrEnum):
    """The order of threads; within a thread the order is always that of a conversation."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Row:
    """A place in the thread, and who stands there."""

    path: str
    comment: PublicComment

    @property
    def root(self) -> str:
        """The thread that it belongs to."""
        return self.path.partition(SEPARATOR)[0]


@dataclass(frozen=True)
class Place:
    """Where a page ends: after a row; ``inside`` its thread, or with the thread done."""

    path: str
    inside: bool

    @property
    def root(self) -> str:
        """The thread of the row."""
        return self.path.partition(SEPARATOR)[0]


@dataclass(frozen=True)
class Page:
    """Rows in order, and the place where it goes on, if it does."""

    rows: list[Row]
    next: Place | None


class Threads:
    """Reads the ``published`` index, and nothing else: what is not public is not there."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def page(self, post: str, sort: Sort, limit: int, after: Place | None) -> Page:
        """A page of whole threads."""
        if sort is Sort.OLDEST:
            return self._oldest(post, limit, after)
        if after and after.inside:
            return self._rest_and_older(post, limit, after)
        return self._newest(post, limit, after.root if after else "")

    def below(self, post: str, path: str, limit: int, after: Place | None) -> Page:
        """The replies below one row, in order."""
        first = (after.path if after else path) + BEFORE_SEPARATOR
        rows, more = self._rows(Span(keys.thread(post), first=first, last=path + AFTER_SEPARATOR), limit)
        return Page(rows[:limit], Place(rows[:limit][-1].path, inside=True) if more else None)

    def _rows(self, span: Span, limit: int, *, backwards: bool = False) -> tuple[list[Row], bool]:
        """Up to ``limit`` rows and one more, which shows whether the last thread is done."""
        found = self.table.query(span, index=PUBLISHED, limit=limit + 1, backwards=backwards)
        rows = [_row(entry) for entry in found.items]
        return rows, len(rows) > limit or (found.more and len(rows) <= limit)

    def _oldest(self, post: str, limit: int, after: Place | None) -> Page:
        first = ""
        if after:
            first = after.path + BEFORE_SEPARATOR if after.inside else after.root + AFTER_SEPARATOR
        rows, more = self._rows(Span(keys.thread(post), first=first), limit)
        if not more:
            return Page(rows, None)
        whole = _without_last_thread(rows)
        if not _is_enough(whole, rows, limit):
            span = Span(keys.thread(post), first=rows[-1].path + BEFORE_SEPARATOR)
            extra, more = self._rows(span, _extra(limit))
            rows += extra
            whole = _without_last_thread(rows)
        if not more:
            return Page(rows, None)
        if not _is_enough(whole, rows, limit):
            return Page(rows[:-1], Place(rows[-2].path, inside=True))
        return Page(whole, Place(whole[-1].path, inside=False))

    def _newest(self, post: str, limit: int, below: str) -> Page:
        rows, more = self._backwards(post, limit, below)
        if not more:
            return Page(_newest_first(rows), None)
        whole = _whole_threads(rows, limit)
        if not _is_enough(whole, rows, limit):
            return self._newest_with_a_long_thread(post, limit, rows, whole)
        return Page(_newest_first(whole), Place(whole[0].root, inside=False))

    def _backwards(self, post: str, limit: int, below: str) -> tuple[list[Row], bool]:
        """The last rows below a root, or of all, in their order."""
        rows, more = self._rows(Span(keys.thread(post), below=below), limit, backwards=True)
        return rows[::-1], more

    def _newest_with_a_long_thread(self, post: str, limit: int, rows: list[Row], whole: list[Row]) -> Page:
        """The thread at the page's end is longer than what was read of it: read its beginning too."""
        root = rows[0].root
        end = rows[: len(rows) - len(whole)]
        head, _ = self._rows(Span(keys.thread(post), first=root, last=end[0].path), _extra(limit))
        if head and head[-1].path < end[0].path:
            return Page([*_newest_first(whole), *head], Place(head[-1].path, inside=True))
        return Page([*_newest_first(whole), *head[:-1], *end], Place(root, inside=False))

    def _rest_and_older(self, post: str, limit: int, after: Place) -> Page:
        """The rest of a long thread, and as many older ones as there is room for."""
        first, last = after.path + BEFORE_SEPARATOR, after.root + AFTER_SEPARATOR
        rest, more = self._rows(Span(keys.thread(post), first=first, last=last), limit)
        if more:
            return Page(rest[:limit], Place(rest[:limit][-1].path, inside=True))
        room = limit - len(rest)
        older, more = self._backwards(post, room, after.root)
        if not more:
            return Page([*rest, *_newest_first(older)], None)
        whole = _whole_threads(older, room)
        return Page([*rest, *_newest_first(whole)], Place(whole[0].root if whole else after.root, inside=False))


def _row(entry: Item) -> Row:
    return Row(entry["psk"], public_of(entry))


def _extra(limit: int) -> int:
    """What a second query may read, so that a page of 25 stays within 4 read units."""
    return max(2, limit * 2 // 5 - 1)


def _is_enough(whole: Sequence[Row], rows: Sequence[Row], limit: int) -> bool:
    """Half a page of whole threads; or any, where the texts are so long that the query ended before its limit."""
    return len(whole) * 2 >= limit or (len(whole) > 0 and len(rows) <= limit)


def _without_last_thread(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.root != rows[-1].root]


def _whole_threads(rows: Sequence[Row], room: int) -> list[Row]:
    """Of what was read backwards: the threads whose roots were reached, as far as there is room for them."""
    whole = list(rows) if rows[0].path == rows[0].root else _without_first_thread(rows)
    return whole if len(whole) <= room else _without_first_thread(whole)


def _without_first_thread(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.root != rows[0].root]


def _newest_first(rows: Sequence[Row]) -> list[Row]:
    """Threads in reverse, each in its own order."""
    threads: dict[str, list[Row]] = {}
    for row in rows:
        threads.setdefault(row.root, []).append(row)
    return [row for root in reversed(threads) for row in threads[root]]
