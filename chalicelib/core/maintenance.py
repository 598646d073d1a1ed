"""What the hourly timer does, step by step, and how far each step came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .times import EPOCH

NETWORK_LIFE = timedelta(days=30)  # of the hash of the network that a comment came from
EVERY = timedelta(hours=23)  # between the beginnings of two passes: a day, less what a timer may be early


class Step(StrEnum):
    """In their order."""

    FIGURES = "figures"
    NOTICE = "notice"
    NETWORKS = "networks"
    ERASE = "erase"
    COUNTS = "counts"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How far a step came on its pass through everything, and when that pass ``began``.

    ``number`` is the list's, ``above`` the key after which it goes on; ``done``: it came to the end.  ``left`` are
    comments that are being deleted, and what readers left under them.  ``operation`` is the ULID of the mark's write.
    Of notices: when one was last tried, and the newest ULID that one told of.
    """

    step: Step
    operation: str = ""
    began: datetime = EPOCH
    number: int = 0
    above: str = ""
    done: bool = True
    left: tuple[str, ...] = ()
