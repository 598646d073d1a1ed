"""Pages of public comments, and the cursors that lead from one page to the next.

A cursor names the last rows of a page by their public ids, last first.  The next page starts after the first of
them that still has a place in the list, so that paging goes on when the comment that ended a page is withdrawn.
It holds nothing secret: docs/decisions/cursors.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from .comments import SEPARATOR
from .ids import ID
from .public import PublicComment

MAX_NAMES = 3  # of a cursor
_NAME = rf"[rt]{ID.pattern}(?:~(?:0|-?[1-9][0-9]{{0,8}}))?"
CURSOR = re.compile(rf"{_NAME}(?:\.{_NAME}){{0,{MAX_NAMES - 1}}}")
MAX_CURSOR = 104  # characters
INVALID_CURSOR = {"cursor": "is not a cursor of this query"}


@dataclass(frozen=True)
class Name:
    """A row that a cursor names: the next page starts after this row, or after its whole thread.

    ``score`` is the score of the thread, if threads are ordered by votes.
    """

    id: str
    inside: bool
    score: int | None = None

    def __str__(self) -> str:
        score = "" if self.score is None else f"~{self.score}"
        return f"{'r' if self.inside else 't'}{self.id}{score}"


@dataclass(frozen=True)
class Cursor:
    """The names of one to three rows, last first."""

    names: tuple[Name, ...]

    def __str__(self) -> str:
        return ".".join(map(str, self.names))


def parse_cursor(text: str, *, scored: bool = False) -> Cursor:
    """The cursor that is written like this; ``scored``: of a list that is ordered by votes.

    Raises:
        ValueError: it is no cursor of such a list.
    """
    if not CURSOR.fullmatch(text):
        raise ValueError("not a cursor")
    names = tuple(_parsed_name(part) for part in text.split("."))
    if any((name.score is not None) is not scored for name in names):
        raise ValueError("a cursor of another order")
    return Cursor(names)


def _parsed_name(text: str) -> Name:
    name, _, score = text.partition("~")
    return Name(name[1:], inside=name[0] == "r", score=int(score) if score else None)


@dataclass(frozen=True)
class Row:
    """A comment and its path in the thread.  ``rank`` is the score of its thread if threads are ordered by votes."""

    path: str
    comment: PublicComment
    rank: int | None = None

    @property
    def root(self) -> str:
        """The path of its thread's top-level comment."""
        return self.path.partition(SEPARATOR)[0]

    @property
    def score(self) -> int:
        """Upvotes minus downvotes."""
        return self.comment.up - self.comment.down


@dataclass(frozen=True)
class Position:
    """Where a page starts: after a row, either ``inside`` its thread or at the thread's end.

    ``score`` is the score of the thread, if threads are ordered by votes.  ``names`` are those of the cursor from
    this row on.
    """

    path: str
    inside: bool
    score: int = 0
    names: tuple[Name, ...] = ()

    @property
    def root(self) -> str:
        """The path of the thread's top-level comment."""
        return self.path.partition(SEPARATOR)[0]


class End(Enum):
    """How a page ends."""

    LAST = auto()  # nothing follows
    BETWEEN = auto()  # with a whole thread
    INSIDE = auto()  # inside a thread


@dataclass(frozen=True)
class Page:
    """Rows in order.  ``after`` is where the page starts, if it is not the first one."""

    rows: list[Row]
    end: End
    after: Position | None = None

    @property
    def next(self) -> Cursor | None:
        """The cursor of the next page, if there is one."""
        return None if self.end is End.LAST else Cursor((*self._names(), *self._previous_names())[:MAX_NAMES])

    def shortened(self, max_rows: int) -> "Page":
        """The first rows, cut between threads, or within the first thread if it is too long."""
        if max_rows >= len(self.rows):
            return self
        cut_thread = self.rows[max_rows].root
        whole = [row for row in self.rows[:max_rows] if row.root != cut_thread]
        return replace(self, rows=whole or self.rows[:max_rows], end=End.BETWEEN if whole else End.INSIDE)

    def _cut_thread(self) -> str:
        return self.rows[-1].root if self.rows and self.end is End.INSIDE else ""

    def _names(self) -> Iterator[Name]:
        """From the last one back: each row of a thread that is cut, and the first row of each whole thread.

        So nothing that is still there lies between two names: a thread disappears with its first row.
        """
        cut_thread = self._cut_thread()
        for thread in reversed(threads_of(self.rows)):
            inside = thread[0].root == cut_thread
            for row in reversed(thread if inside else thread[:1]):
                yield Name(row.comment.id, inside=inside, score=row.rank)

    def _previous_names(self) -> Iterator[Name]:
        """The names of the cursor that led here, for pages that have fewer rows than a cursor has names."""
        if self.after:
            is_still_cut = self.after.root == self._cut_thread()
            for name in self.after.names:
                yield replace(name, inside=name.inside and is_still_cut)


def threads_of(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows by thread, in the order of their first rows."""
    threads: dict[str, list[Row]] = {}
    for row in rows:
        threads.setdefault(row.root, []).append(row)
    return list(threads.values())
