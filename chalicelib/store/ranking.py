"""The order of threads by their votes, kept for a minute: so that a vote between two pages hides no thread."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

LIFE = timedelta(seconds=60)
MOST = 100  # posts, of up to 500 threads each


class Ranking:
    """Scores by root, of each post as they were when its order was last worked out."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[datetime, Mapping[str, int]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, post: str, scores: Mapping[str, int]) -> Mapping[str, int]:
        """The scores to order by: those kept, if they are fresh; a thread that came since has its own."""
        now = self._clock()
        with self._lock:
            until, kept = self._kept.get(post, (now, scores))
            if until <= now:
                until, kept = now + LIFE, scores
                self._kept[post] = until, kept
                self._kept.move_to_end(post)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return {**scores, **kept}
