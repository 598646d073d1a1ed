"""The order of threads by votes, cached for a minute so that a vote between two pages hides no thread.

To compute it, all comments of a post are read.  They are kept as long as a response would be, so that the pages of a
post cost one such read, and not one each.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.pages import Row
from .memo import Memo

LIFE = timedelta(seconds=60)
MAX_POSTS = 100  # posts, of up to 500 threads each
MAX_KEPT = 8  # posts whose comments are kept, of less than 400 KB each


@dataclass(frozen=True)
class KeptRows:
    """All comments of a post, valid until ``stale`` unless entries of the memo were dropped since."""

    rows: list[Row]
    stale: datetime
    drops: int


class Ranking:
    """The comments of each post as they were just read, and the scores of its threads when it was last ordered."""

    def __init__(self, clock: Callable[[], datetime], memo: Memo) -> None:
        self._clock, self._memo = clock, memo
        self._scores: OrderedDict[str, tuple[datetime, Mapping[str, int]]] = OrderedDict()
        self._kept: OrderedDict[str, KeptRows] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, post: str, read: Callable[[], list[Row]]) -> list[Row]:
        """All comments of a post, read unless they were read a moment ago."""
        kept = self._kept.get(post)
        if kept and kept.drops == self._memo.drops and self._clock() < kept.stale:
            return kept.rows
        drops = self._memo.drops
        rows = read()
        with self._lock:
            self._kept[post] = KeptRows(rows, self._clock() + self._memo.life, drops)
            self._kept.move_to_end(post)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return rows

    def of(self, post: str, scores: Mapping[str, int]) -> Mapping[str, int]:
        """The scores to order by: the cached ones while they are fresh, and the current ones of newer threads."""
        now = self._clock()
        with self._lock:
            until, cached = self._scores.get(post, (now, scores))
            if until <= now:
                until, cached = now + LIFE, scores
                self._scores[post] = until, cached
                self._scores.move_to_end(post)
            if len(self._scores) > MAX_POSTS:
                self._scores.popitem(last=False)
        return {**scores, **cached}
