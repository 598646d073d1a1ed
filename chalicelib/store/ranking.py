"""The order of threads by votes, cached for a minute so that a vote between two pages hides no thread."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

LIFE = timedelta(seconds=60)
MAX_POSTS = 100  # posts, of up to 500 threads each


class Ranking:
    """The scores of each post's threads when its order was last computed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._scores: OrderedDict[str, tuple[datetime, Mapping[str, int]]] = OrderedDict()
        self._lock = threading.Lock()

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
