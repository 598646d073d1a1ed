"""What every deed needs besides the table: the time, randomness, the keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..core.crypto.keys import Keys
from ..core.ids import ULID_ENTROPY, ulid

RETRIES = 8  # of a deed whose surroundings changed while it was worked out


@dataclass(frozen=True)
class Clockwork:
    """What needs no secret.  ``entropy`` gives so many random bytes."""

    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]

    def new_ulid(self, now: datetime) -> str:
        """An id that sorts by time."""
        return ulid(now, self.entropy(ULID_ENTROPY))


@dataclass(frozen=True)
class Tools(Clockwork):
    """All of it."""

    keys: Keys
