"""How often the CDN is invalidated: AWS charges for each, and allows 15 in progress.

All invalidations of a day are counted in one item.  When the day's number is reached, public pages are kept in the CDN
for a shorter time instead; each process reads the counter at most once a minute for that.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from ..core.errors import TooManyRequests, Unavailable
from ..core.times import seconds
from .engine import keys
from .engine.parts import Key, Update, Where
from .engine.table import Table

PER_MINUTE = 3
DAY = 86_400  # seconds
REMEMBERED = timedelta(minutes=1)


class Invalidations:
    """The day's invalidations, of which ``per_day`` are allowed."""

    def __init__(self, table: Table, per_day: int, clock: Callable[[], datetime]) -> None:
        self._table, self._per_day, self._clock = table, per_day, clock
        self._used_up = False
        self._until: datetime | None = None

    def count(self) -> None:
        """Count an invalidation.

        Raises:
            TooManyRequests: the limit for the minute or the day is reached.
        """
        at = seconds(self._clock())
        limits = {f"m{at % DAY // 60}": PER_MINUTE, "n": self._per_day}
        refusal = TooManyRequests(retry_after=60 - at % 60)
        add, ttl = dict.fromkeys(limits, 1), at + 2 * DAY
        self._table.write(
            Update(key=self._key(), add=add, set={"ttl": ttl}, where=Where(below=limits), otherwise=lambda _: refusal)
        )

    def are_used_up(self) -> bool:
        """Whether there can be no more today, as known a minute ago at most; no if that can't be read."""
        now = self._clock()
        if self._until is None or now >= self._until:
            self._until = now + REMEMBERED
            try:
                found = self._table.get(self._key(), consistent=False) or {}
            except Unavailable:
                return self._used_up
            self._used_up = found.get("n", 0) >= self._per_day
        return self._used_up

    def _key(self) -> Key:
        return keys.counter("cdn", f"{self._clock():%Y%m%d}")
