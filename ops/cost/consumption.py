"""What the service consumes, measured: tests hold these figures against the service itself.

Units are those of comments of 450 characters with a name and an author key, limits and the moderator's token
included; ``python -m benchmarks.units`` and ``python -m benchmarks.cpu`` print them beside many others.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deed:
    """One request.  ``ms``: of a whole processor, without waiting; ``calls``: to DynamoDB, one after the other."""

    writes: float = 0
    reads: float = 0
    calls: int = 0
    ms: float = 0.0


LISTING = Deed(reads=2.5, calls=2, ms=2.8)  # 25 comments, newest first; a later page up to 4
SUBMITTING = Deed(writes=8, reads=3, calls=7, ms=5.1)  # held
APPROVING = Deed(writes=17, reads=3, calls=3, ms=3.1)
REJECTING = Deed(writes=13, reads=3, calls=3, ms=3.1)
VOTING = Deed(writes=11, reads=3, calls=3, ms=3.1)
QUEUEING = Deed(reads=30.5, calls=8, ms=6.2)  # 25 of what waits
LOOKING = Deed(reads=1, calls=1, ms=2.0)  # an author after the own comment
SERVING = Deed(ms=0.2)  # a script, a form, an unchanged answer
TICKING = Deed(reads=30, calls=20, ms=50.0)  # the hourly timer, roughly

ITEM_BYTES = 2_029  # of a published comment and the row of its approval, with 100 bytes for each of both
ENTRY_BYTES = 2_248  # of their entries in the indexes, likewise
VOTE_ITEM_BYTES, VOTE_ENTRY_BYTES = 280, 248  # likewise
LINE_BYTES = 150  # of the line that a request logs
