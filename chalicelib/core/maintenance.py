"""The tasks of the hourly maintenance, and how far each one has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .times import EPOCH

NETWORK_LIFE = timedelta(days=30)  # how long the hash of a network is kept on comments, votes and flags
EVERY = timedelta(hours=23)  # between the starts of two passes: a day, minus the time a timer may be early


class Task(StrEnum):
    """A maintenance task.  The tasks run in this order."""

    METRICS = "metrics"
    DIGEST = "digest"
    NETWORK_HASHES = "network_hashes"
    RETENTION = "retention"
    RECOUNT = "recount"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """How far a task has come on its current pass over the table, which ``began`` then.

    The pass continues in list ``list_number`` after the key ``after``; ``done`` means that it reached the end.
    ``unfinished`` holds the comments being deleted whose votes and flags may still be in the table.
    ``operation`` is the ULID of the write that stored this checkpoint.  For the digest, ``began`` is the time of the
    last attempt and ``after`` the newest ULID that a digest reported.
    """

    task: Task
    operation: str = ""
    began: datetime = EPOCH
    list_number: int = 0
    after: str = ""
    done: bool = True
    unfinished: tuple[str, ...] = ()
