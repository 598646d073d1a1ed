"""The public thread of a post, page by page: whole threads, in at most two queries; by votes in four.

A page reads up to ``limit`` rows and one.  What it holds of an unfinished thread at its end goes
to the next page; a thread too long for a page is cut, and the place where it goes on is the cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..core.comments import SEPARATOR
from ..core.errors import SortUnavailable
from ..core.public import LatestComment, PublicComment
from .engine import keys
from .engine.attributes import Item
from .engine.schema import PUBLISHED, RECENT
from .engine.table import Span, Table
from .items import latest_of, public_of
from .ranking import Ranking

AFTER_SEPARATOR = "$"  # the next character: ends a thread
BEFORE_SEPARATOR = " "  # a character before it: begins what is below a row
MAX_QUERIES = 4  # of 1 MB each, to order a post by its votes


class Sort(StrEnum):
    """The order of threads; within a thread the order is always that of a conversation."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"


@dataclass(frozen=True)
class Row:
    """A place in the thread, and who stands there.  ``rank`` is its thread's score, in that order."""

    path: str
    comment: PublicComment
    rank: int = 0

    @property
    def root(self) -> str:
        """The thread that it belongs to."""
        return self.path.partition(SEPARATOR)[0]

    @property
    def score(self) -> int:
        """Votes for it, less those against."""
        return self.comment.up - self.comment.down


@dataclass(frozen=True)
class Place:
    """Where a page ends: after a row; ``inside`` its thread, or with the thread done.

    ``score`` is that of its thread, where threads are ordered by it.
    """

    path: str
    inside: bool
    score: int = 0

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

    def __init__(self, table: Table, ranking: Ranking) -> None:
        self.table, self.ranking = table, ranking

    def page(self, post: str, sort: Sort, limit: int, after: Place | None) -> Page:
        """A page of whole threads."""
        if sort is Sort.TOP:
            return self._top(post, limit, after)
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

    def latest(self, limit: int) -> list[LatestComment]:
        """What was published last, on all posts."""
        found = self.table.query(Span(keys.PUBLISHED), index=RECENT, limit=limit, backwards=True)
        return [latest_of(entry) for entry in found.items]

    def newest(self, post: str, limit: int) -> list[Row]:
        """The last rows of a post in thread order."""
        span = Span(keys.thread(post))
        found = self.table.query(span, index=PUBLISHED, limit=limit, backwards=True)
        return [_row(entry) for entry in found.items]

    def _top(self, post: str, limit: int, after: Place | None) -> Page:
        """By the root's votes, then newest first; reads the whole post."""
        rows: list[Row] = []
        for thread in self._by_score(post):
            left = _left(thread, after)
            if len(rows) + len(left) > limit and len(rows) * 2 >= limit:
                return Page(rows, Place(rows[-1].path, inside=False, score=rows[-1].rank))
            if len(rows) + len(left) > limit + 1 + _extra(limit):
                rows += left[: limit - len(rows)]
                return Page(rows, Place(rows[-1].path, inside=True, score=rows[-1].rank))
            rows += left
        return Page(rows, None)

    def _by_score(self, post: str) -> list[list[Row]]:
        newest_first = _threads(self._all(post))[::-1]
        scores = self.ranking.of(post, {thread[0].root: thread[0].score for thread in newest_first})
        ranked = [[replace(row, rank=scores[row.root]) for row in thread] for thread in newest_first]
        return sorted(ranked, key=lambda thread: -thread[0].rank)

    def _all(self, post: str) -> list[Row]:
        """Every row of a post, in order.

        Raises:
            SortUnavailable: so long that a reader would wait for it.
        """
        rows: list[Row] = []
        for _ in range(MAX_QUERIES):
            span = Span(keys.thread(post), above=rows[-1].path if rows else "")
            found = self.table.query(span, index=PUBLISHED)
            rows += [_row(entry) for entry in found.items]
            if not found.more:
                return rows
        raise SortUnavailable({"sort": "is not offered for comments as long as these"})

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


def _threads(rows: Sequence[Row]) -> list[list[Row]]:
    threads: dict[str, list[Row]] = {}
    for row in rows:
        threads.setdefault(row.root, []).append(row)
    return list(threads.values())


def _newest_first(rows: Sequence[Row]) -> list[Row]:
    """Threads in reverse, each in its own order."""
    return [row for thread in reversed(_threads(rows)) for row in thread]


def _left(thread: Sequence[Row], after: Place | None) -> list[Row]:
    """What of a thread comes after a place in the order of scores."""
    if after is None or (thread[0].rank, thread[0].root) < (after.score, after.root):
        return list(thread)
    is_cut = after.inside and thread[0].root == after.root
    return [row for row in thread if row.path > after.path] if is_cut else []
