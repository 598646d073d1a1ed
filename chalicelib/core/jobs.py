"""Jobs: long operations, stored before they begin so that any process can finish them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .actors import Actor
from .decisions import UNDO_WINDOW

WORKING_TIME = 6.0  # seconds that one request may spend on a job; the next request continues
NOTES = "notes"  # in a payload: comment id → what a moderator noted, until the job is finished
JOB_LIFE = UNDO_WINDOW + timedelta(days=1)  # of a finished job, so that all of it can be undone


@dataclass(frozen=True, kw_only=True)
class Job:
    """A long operation.

    ``id`` is a ULID, which also joins the audit rows of the job; for an erasure it is the author's hash.
    ``kind`` names an entry of the registry in ``service/jobs.py``, and ``payload`` is what only this kind writes and
    reads: JSON without fractions.  ``revision`` counts how often the payload was replaced.  ``finished`` jobs are not
    listed.
    """

    id: str
    kind: str
    actor: Actor
    at: datetime
    payload: Mapping[str, Any]
    revision: int = 0
    finished: bool = False
