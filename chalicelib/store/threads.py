"""The public comments of a post, in pages of whole threads.

A page takes at most two queries, except where many comments are long: these are read in portions, so that no page
costs more than others (store/room.py).  It reads up to ``limit`` rows and one more.
An incomplete thread at its end moves to the next page; a thread longer than a page is cut, and the cursor
names the rows after which it continues.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..core.comments import SEPARATOR
from ..core.errors import SortUnavailable
from ..core.pages import End, Page, Position, Row, threads_of
from ..core.public import LatestComment, PublicComment
from .engine import keys
from .engine.attributes import Item
from .engine.schema import PUBLISHED, RECENT, Index
from .engine.table import QueryResult, Span, Table
from .items import latest_from_entry, public_from_entry
from .ranking import Ranking
from .room import MAX_PORTIONS, MIN_ROWS, Room

AFTER_SEPARATOR = "$"  # the next character: ends a thread
BEFORE_SEPARATOR = " "  # a character before it: begins what is below a row


class Sort(StrEnum):
    """The order of threads.  Within a thread, replies always follow what they reply to."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"


@dataclass(frozen=True)
class List:
    """A post's list, of which ``limit`` rows are wanted, within this room."""

    post: str
    limit: int
    room: Room


class Threads:
    """Reads pages of public comments, from the ``published`` and ``recent`` indexes only."""

    def __init__(self, table: Table, ranking: Ranking) -> None:
        self.table, self.ranking = table, ranking

    def page(self, wanted: List, sort: Sort, after: Position | None) -> Page:
        """A page of whole threads."""
        if sort is Sort.TOP:
            return self._top(wanted, after)
        if sort is Sort.OLDEST:
            return self._oldest(wanted, after)
        if after and after.inside:
            return self._rest_and_older(wanted, after)
        return self._newest(wanted, after)

    def above(self, post: str, path: str, room: Room) -> list[Row]:
        """The visible comments above the one with this path, from the root down."""
        orders = path.split(SEPARATOR)
        paths = [SEPARATOR.join(orders[:level]) for level in range(1, len(orders))]
        spans = [Span(keys.thread(post), first=each, last=each) for each in paths]
        found = [self._read(span, PUBLISHED, 1, room) for span in spans]
        return [_row(entry) for result in found for entry in result.items]

    def below(self, wanted: List, path: str, after: Position) -> Page:
        """The replies below a comment, in order; after the comment itself, or after one of them."""
        span = Span(keys.thread(wanted.post), first=after.path + BEFORE_SEPARATOR, last=path + AFTER_SEPARATOR)
        rows, more = self._rows(wanted, span)
        return Page(rows[: wanted.limit], End.INSIDE if more else End.LAST, after)

    def latest(self, limit: int) -> list[LatestComment]:
        """The most recently published comments of the whole site."""
        found = self._read(Span(keys.PUBLISHED), RECENT, limit, Room(), backwards=True)
        return [latest_from_entry(entry) for entry in found.items]

    def newest(self, wanted: List) -> list[PublicComment]:
        """The last comments of a post, in reverse thread order, without tombstones."""
        span = Span(keys.thread(wanted.post))
        found = self._read(span, PUBLISHED, wanted.limit, wanted.room, backwards=True)
        return [comment for comment in map(public_from_entry, found.items) if not comment.gone]

    def _top(self, wanted: List, after: Position | None) -> Page:
        """A page ordered by the votes of top-level comments, then newest first; reads the whole post."""
        rows, limit = list[Row](), wanted.limit
        for thread in self._by_score(wanted):
            rest = _rows_after(thread, after)
            if len(rows) + len(rest) > limit and len(rows) * 2 >= limit:
                return Page(rows, End.BETWEEN, after)
            if len(rows) + len(rest) > limit + 1 + _extra(wanted).limit:
                rows += rest[: limit - len(rows)]
                return Page(rows, End.INSIDE, after)
            rows += rest
        return Page(rows, End.LAST, after)

    def _by_score(self, wanted: List) -> list[list[Row]]:
        newest_first = threads_of(self.ranking.rows(wanted.post, lambda: self._all(wanted)))[::-1]
        scores = self.ranking.of(wanted.post, {thread[0].root: thread[0].score for thread in newest_first})
        by_score = sorted(newest_first, key=lambda thread: -scores[thread[0].root])
        return [[replace(row, rank=scores[row.root]) for row in thread] for thread in by_score]

    def _all(self, wanted: List) -> list[Row]:
        """All rows of a post, in order.

        Raises:
            SortUnavailable: the post is longer than it was a moment ago.
        """
        found = self.table.query(Span(keys.thread(wanted.post)), index=PUBLISHED)
        if found.more:
            raise SortUnavailable({"sort": "is not available for this many comments"})
        return [_row(entry) for entry in found.items]

    def _rows(self, wanted: List, span: Span, *, backwards: bool = False) -> tuple[list[Row], bool]:
        """Up to ``limit`` rows and one more, which shows whether the last thread is complete."""
        found = self._read(span, PUBLISHED, wanted.limit + 1, wanted.room, backwards=backwards)
        return [_row(entry) for entry in found.items], found.more or len(found.items) > wanted.limit

    def _read(self, span: Span, index: Index, most: int, room: Room, *, backwards: bool = False) -> QueryResult:
        """Up to ``most`` entries, in as few queries as there is room for; at least MIN_ROWS, so that a page goes on."""
        entries: list[Item] = []
        at_once = room.rows(most) or min(most, MIN_ROWS)
        for _ in range(MAX_PORTIONS):
            found = self.table.query(span, index=index, limit=at_once, backwards=backwards)
            room.spend_entries(found.items)
            entries += found.items
            if not found.more or len(entries) >= most:
                return QueryResult(entries, found.more)
            on = {"below": found.last} if backwards else {"first": found.last + BEFORE_SEPARATOR}
            span, at_once = replace(span, **on), room.rows(most - len(entries))
            if not at_once:
                break
        return QueryResult(entries, more=True)

    def _oldest(self, wanted: List, after: Position | None) -> Page:
        post, limit = wanted.post, wanted.limit
        first = ""
        if after:
            first = after.path + BEFORE_SEPARATOR if after.inside else after.root + AFTER_SEPARATOR
        rows, more = self._rows(wanted, Span(keys.thread(post), first=first))
        if not more:
            return Page(rows, End.LAST, after)
        whole = _without_last_thread(rows)
        if not _is_enough(whole, rows, limit):
            span = Span(keys.thread(post), first=rows[-1].path + BEFORE_SEPARATOR)
            extra, more = self._rows(_extra(wanted), span)
            rows += extra
            whole = _without_last_thread(rows)
        if not more:
            return Page(rows, End.LAST, after)
        if not _is_enough(whole, rows, limit):
            return Page(rows[:-1], End.INSIDE, after)
        return Page(whole, End.BETWEEN, after)

    def _newest(self, wanted: List, after: Position | None) -> Page:
        rows, more = self._rows_backwards(wanted, after.root if after else "")
        if not more:
            return Page(_newest_first(rows), End.LAST, after)
        whole = _whole_threads(rows, wanted.limit)
        if _is_enough(whole, rows, wanted.limit):
            return Page(_newest_first(whole), End.BETWEEN, after)
        return replace(self._newest_with_a_long_thread(wanted, rows, whole), after=after)

    def _rows_backwards(self, wanted: List, below: str) -> tuple[list[Row], bool]:
        """The last rows before a thread, or of the whole post, in order."""
        rows, more = self._rows(wanted, Span(keys.thread(wanted.post), below=below), backwards=True)
        return rows[::-1], more

    def _newest_with_a_long_thread(self, wanted: List, rows: list[Row], whole: list[Row]) -> Page:
        """A page that ends in a long thread, whose beginning takes a second query."""
        root = rows[0].root
        end = rows[: len(rows) - len(whole)]
        head, _ = self._rows(_extra(wanted), Span(keys.thread(wanted.post), first=root, last=end[0].path))
        if head and head[-1].path < end[0].path:
            return Page([*_newest_first(whole), *head], End.INSIDE)
        return Page([*_newest_first(whole), *head[:-1], *end], End.BETWEEN)

    def _rest_and_older(self, wanted: List, after: Position) -> Page:
        """The rest of a long thread, followed by as many older threads as fit."""
        post, limit = wanted.post, wanted.limit
        first, last = after.path + BEFORE_SEPARATOR, after.root + AFTER_SEPARATOR
        rest, more = self._rows(wanted, Span(keys.thread(post), first=first, last=last))
        if more:
            return Page(rest[:limit], End.INSIDE, after)
        older_wanted = replace(wanted, limit=limit - len(rest))
        older, more = self._rows_backwards(older_wanted, after.root)
        if not more:
            return Page([*rest, *_newest_first(older)], End.LAST, after)
        return Page([*rest, *_newest_first(_whole_threads(older, older_wanted.limit))], End.BETWEEN, after)


def _row(entry: Item) -> Row:
    return Row(entry["psk"], public_from_entry(entry))


def _extra(wanted: List) -> List:
    """What a second query may read, so that a page of 25 takes at most 4 read units."""
    return replace(wanted, limit=max(2, wanted.limit // 5 - 1))


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
