"""Finished public answers, for a moment: what saves the table from a page that everybody reads at once.

Bounded in bytes; a write in the same process drops what it touched at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

OVERHEAD = 500  # bytes that an entry takes beside its texts


@dataclass(frozen=True)
class Kept:
    """``body`` with its entity tag, until ``stale``.  ``size`` is what it holds of the bound."""

    body: str
    etag: str
    stale: datetime
    size: int


class Memo:
    """Answers by (post, what was asked).  An answer about the whole site has the post ``""``."""

    def __init__(self, clock: Callable[[], datetime], life: timedelta, most: int) -> None:
        self._clock, self._life, self._most = clock, life, most
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._size = 0
        self._drops = 0
        self._lock = threading.Lock()

    @property
    def drops(self) -> int:
        """How often something was dropped: an answer that was begun before the last drop is not kept."""
        return self._drops

    def get(self, post: str, asked: str) -> Kept | None:
        """The answer, if it is fresh."""
        with self._lock:
            kept = self._kept.get((post, asked))
            return kept if kept and self._clock() < kept.stale else None

    def keep(self, post: str, asked: str, *, body: str, etag: str, drops: int) -> None:
        """Remember an answer; ``drops`` is what the counter said before it was read."""
        with self._lock:
            size = len(post) + len(asked) + len(body) + OVERHEAD
            if drops != self._drops or size > self._most:
                return
            self._remove((post, asked))
            self._kept[post, asked] = kept = Kept(body, etag, self._clock() + self._life, size)
            self._size += kept.size
            while self._size > self._most:
                self._remove(next(iter(self._kept)))

    def drop(self, post: str) -> None:
        """Forget all that shows this post, and all about the site."""
        with self._lock:
            self._drops += 1
            for key in [key for key in self._kept if key[0] in {post, ""}]:
                self._remove(key)

    def _remove(self, key: tuple[str, str]) -> None:
        kept = self._kept.pop(key, None)
        self._size -= kept.size if kept else 0
