"""What services need besides the table: the time, a stopwatch, random bytes and the keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..core.crypto.keys import Keys
from ..core.ids import ULID_ENTROPY, ulid


@dataclass(frozen=True)
class ClockAndIds:
    """The time and new ids, without the secret.

    ``entropy(n)`` returns n random bytes; ``stopwatch`` counts seconds.
    """

    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    stopwatch: Callable[[], float]

    def new_ulid(self, now: datetime) -> str:
        """Create an id that sorts by time."""
        return ulid(now, self.entropy(ULID_ENTROPY))


@dataclass(frozen=True)
class Essentials(ClockAndIds):
    """The time, new ids and the keys that are derived from the stage's secret."""

    keys: Keys
