"""A short-lived cache of public responses, which protects the table from popular pages.

Bounded in bytes; a write in the same process drops the affected entries at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.errors import Refusal

OVERHEAD = 500  # bytes of an entry besides its strings


@dataclass(frozen=True)
class CachedResponse:
    """A response body with its entity tag, valid until ``stale``.  ``size`` counts against the cache's bound.

    ``refusal`` is why there is no such response: it is kept too, as finding that out may have cost as much.
    """

    body: str
    etag: str
    stale: datetime
    size: int
    refusal: Refusal | None = None


class Memo:
    """Cached responses by (post, request).  Responses about the whole site have the post ``""``.

    ``drops`` counts how often entries were dropped, so that a response read before the last drop is not stored.
    """

    def __init__(self, clock: Callable[[], datetime], life: timedelta, max_size: int) -> None:
        self.life, self._clock, self._max_size = life, clock, max_size
        self._responses: OrderedDict[tuple[str, str], CachedResponse] = OrderedDict()
        self._size = 0
        self.drops = 0
        self._lock = threading.Lock()

    def get(self, post: str, request: str) -> CachedResponse | None:
        """The cached response, if it is fresh."""
        with self._lock:
            cached = self._responses.get((post, request))
            return cached if cached and self._clock() < cached.stale else None

    def store(
        self, post: str, request: str, *, drops: int, body: str = "", etag: str = "", refusal: Refusal | None = None
    ) -> None:
        """Store a response or a refusal; ``drops`` is the value of the counter before it was read."""
        with self._lock:
            size = len(post) + len(request) + len(body) + OVERHEAD
            if drops != self.drops or size > self._max_size:
                return
            self._remove((post, request))
            self._responses[post, request] = CachedResponse(body, etag, self._clock() + self.life, size, refusal)
            self._size += size
            while self._size > self._max_size:
                self._remove(next(iter(self._responses)))

    def drop(self, post: str) -> None:
        """Drop all responses about a post and about the whole site."""
        with self._lock:
            self.drops += 1
            for key in [key for key in self._responses if key[0] in {post, ""}]:
                self._remove(key)

    def _remove(self, key: tuple[str, str]) -> None:
        cached = self._responses.pop(key, None)
        self._size -= cached.size if cached else 0
