"""The public comments of a post, in pages of whole threads.

A page takes at most two queries, or four if ordered by votes.  It reads up to ``limit`` rows and one more.
An incomplete thread at its end moves to the next page; a thread longer than a page is cut, and the cursor
names the rows after which it continues.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from ..core.errors import SortUnavailable
from ..core.pages import End, Page, Position, Row, threads_of
from ..core.public import LatestComment
from .engine import keys
from .engine.attributes import Item
from .engine.schema import PUBLISHED, RECENT
from .engine.table import Span, Table
from .items import latest_from_entry, public_from_entry
from .ranking import Ranking

AFTER_SEPARATOR = "$"  # the next character: ends a thread
BEFORE_SEPARATOR = " "  # a character before it: begins what is below a row
MAX_QUERIES = 4  # of 1 MB each, to order a post by votes


class Sort(StrEnum):
    """The order of threads.  Within a thread, replies always follow what they reply to."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"


class Threads:
    """Reads pages of public comments, from the ``published`` and ``recent`` indexes only."""

    def __init__(self, table: Table, ranking: Ranking) -> None:
        self.table, self.ranking = table, ranking

    def page(self, post: str, sort: Sort, limit: int, after: Position | None) -> Page:
        """A page of whole threads."""
        if sort is Sort.TOP:
            return self._top(post, limit, after)
        if sort is Sort.OLDEST:
            return self._oldest(post, limit, after)
        if after and after.inside:
            return self._rest_and_older(post, limit, after)
        return self._newest(post, limit, after)

    def below(self, post: str, path: str, limit: int, after: Position) -> Page:
        """The replies below a comment, in order; after the comment itself, or after one of them."""
        span = Span(keys.thread(post), first=after.path + BEFORE_SEPARATOR, last=path + AFTER_SEPARATOR)
        rows, more = self._rows(span, limit)
        return Page(rows[:limit], End.INSIDE if more else End.LAST, after)

    def latest(self, limit: int) -> list[LatestComment]:
        """The most recently published comments of the whole site."""
        found = self.table.query(Span(keys.PUBLISHED), index=RECENT, limit=limit, backwards=True)
        return [latest_from_entry(entry) for entry in found.items]

    def newest(self, post: str, limit: int) -> list[Row]:
        """The last rows of a post, in reverse thread order."""
        span = Span(keys.thread(post))
        found = self.table.query(span, index=PUBLISHED, limit=limit, backwards=True)
        return [_row(entry) for entry in found.items]

    def _top(self, post: str, limit: int, after: Position | None) -> Page:
        """A page ordered by the votes of top-level comments, then newest first; reads the whole post."""
        rows: list[Row] = []
        for thread in self._by_score(post):
            rest = _rows_after(thread, after)
            if len(rows) + len(rest) > limit and len(rows) * 2 >= limit:
                return Page(rows, End.BETWEEN, after)
            if len(rows) + len(rest) > limit + 1 + _extra(limit):
                rows += rest[: limit - len(rows)]
                return Page(rows, End.INSIDE, after)
            rows += rest
        return Page(rows, End.LAST, after)

    def _by_score(self, post: str) -> list[list[Row]]:
        newest_first = threads_of(self._all(post))[::-1]
        scores = self.ranking.of(post, {thread[0].root: thread[0].score for thread in newest_first})
        by_score = sorted(newest_first, key=lambda thread: -scores[thread[0].root])
        return [[replace(row, rank=scores[row.root]) for row in thread] for thread in by_score]

    def _all(self, post: str) -> list[Row]:
        """All rows of a post, in order.

        Raises:
            SortUnavailable: the post is too long to be read in one request.
        """
        rows: list[Row] = []
        for _ in range(MAX_QUERIES):
            span = Span(keys.thread(post), above=rows[-1].path if rows else "")
            found = self.table.query(span, index=PUBLISHED)
            rows += [_row(entry) for entry in found.items]
            if not found.more:
                return rows
        raise SortUnavailable({"sort": "is not available for this many comments"})

    def _rows(self, span: Span, limit: int, *, backwards: bool = False) -> tuple[list[Row], bool]:
        """Up to ``limit`` rows and one more, which shows whether the last thread is complete."""
        found = self.table.query(span, index=PUBLISHED, limit=limit + 1, backwards=backwards)
        rows = [_row(entry) for entry in found.items]
        return rows, len(rows) > limit or (found.more and len(rows) <= limit)

    def _oldest(self, post: str, limit: int, after: Position | None) -> Page:
        first = ""
        if after:
            first = after.path + BEFORE_SEPARATOR if after.inside else after.root + AFTER_SEPARATOR
        rows, more = self._rows(Span(keys.thread(post), first=first), limit)
        if not more:
            return Page(rows, End.LAST, after)
        whole = _without_last_thread(rows)
        if not _is_enough(whole, rows, limit):
            span = Span(keys.thread(post), first=rows[-1].path + BEFORE_SEPARATOR)
            extra, more = self._rows(span, _extra(limit))
            rows += extra
            whole = _without_last_thread(rows)
        if not more:
            return Page(rows, End.LAST, after)
        if not _is_enough(whole, rows, limit):
            return Page(rows[:-1], End.INSIDE, after)
        return Page(whole, End.BETWEEN, after)

    def _newest(self, post: str, limit: int, after: Position | None) -> Page:
        rows, more = self._rows_backwards(post, limit, after.root if after else "")
        if not more:
            return Page(_newest_first(rows), End.LAST, after)
        whole = _whole_threads(rows, limit)
        if _is_enough(whole, rows, limit):
            return Page(_newest_first(whole), End.BETWEEN, after)
        return replace(self._newest_with_a_long_thread(post, limit, rows, whole), after=after)

    def _rows_backwards(self, post: str, limit: int, below: str) -> tuple[list[Row], bool]:
        """The last rows before a thread, or of the whole post, in order."""
        rows, more = self._rows(Span(keys.thread(post), below=below), limit, backwards=True)
        return rows[::-1], more

    def _newest_with_a_long_thread(self, post: str, limit: int, rows: list[Row], whole: list[Row]) -> Page:
        """A page that ends in a long thread, whose beginning takes a second query."""
        root = rows[0].root
        end = rows[: len(rows) - len(whole)]
        head, _ = self._rows(Span(keys.thread(post), first=root, last=end[0].path), _extra(limit))
        if head and head[-1].path < end[0].path:
            return Page([*_newest_first(whole), *head], End.INSIDE)
        return Page([*_newest_first(whole), *head[:-1], *end], End.BETWEEN)

    def _rest_and_older(self, post: str, limit: int, after: Position) -> Page:
        """The rest of a long thread, followed by as many older threads as fit."""
        first, last = after.path + BEFORE_SEPARATOR, after.root + AFTER_SEPARATOR
        rest, more = self._rows(Span(keys.thread(post), first=first, last=last), limit)
        if more:
            return Page(rest[:limit], End.INSIDE, after)
        room = limit - len(rest)
        older, more = self._rows_backwards(post, room, after.root)
        if not more:
            return Page([*rest, *_newest_first(older)], End.LAST, after)
        return Page([*rest, *_newest_first(_whole_threads(older, room))], End.BETWEEN, after)


def _row(entry: Item) -> Row:
    return Row(entry["psk"], public_from_entry(entry))


def _extra(limit: int) -> int:
    """The rows that a second query may read, so that a page of 25 takes at most 4 read units."""
    return max(2, limit // 5 - 1)


def _is_enough(whole: Sequence[Row], rows: Sequence[Row], limit: int) -> bool:
    """Whether the whole threads fill half a page, or the texts are so long that the query ended before its limit."""
    return len(whole) * 2 >= limit or (len(whole) > 0 and len(rows) <= limit)


def _without_last_thread(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.root != rows[-1].root]


def _whole_threads(rows: Sequence[Row], room: int) -> list[Row]:
    """The complete threads of rows that were read backwards, as many as fit."""
    whole = list(rows) if rows[0].path == rows[0].root else _without_first_thread(rows)
    return whole if len(whole) <= room else _without_first_thread(whole)


def _without_first_thread(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.root != rows[0].root]


def _newest_first(rows: Sequence[Row]) -> list[Row]:
    """The threads in reverse order, the rows of each thread in order."""
    return [row for thread in reversed(threads_of(rows)) for row in thread]


def _rows_after(thread: Sequence[Row], after: Position | None) -> list[Row]:
    """The rows of a thread that come after a position, ordered by score."""
    if after is None or (thread[0].rank or 0, thread[0].root) < (after.score, after.root):
        return list(thread)
    is_cut = after.inside and thread[0].root == after.root
    return [row for row in thread if row.path > after.path] if is_cut else []
