"""What the service consumes for each operation, as measured; tests compare these numbers with the service itself.

They are for comments of 450 characters with a name and an author key, and include limits and the moderator's token;
``python -m benchmarks.units`` and ``python -m benchmarks.cpu`` print them and many others.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """What one request consumes.  ``ms``: of CPU time; ``calls``: to DynamoDB, one after the other."""

    writes: float = 0
    reads: float = 0
    calls: int = 0
    ms: float = 0.0


LIST = Operation(reads=2.5, calls=2, ms=2.8)  # 25 comments, newest first; a later page up to 4
SUBMIT = Operation(writes=7, reads=3, calls=6, ms=4.6)  # held
APPROVE = Operation(writes=18, reads=3, calls=3, ms=3.1)
REJECT = Operation(writes=14, reads=3, calls=3, ms=3.1)
VOTE = Operation(writes=11, reads=3, calls=3, ms=3.1)
QUEUE = Operation(reads=30.5, calls=8, ms=6.2)  # 25 waiting comments
OWN_COMMENT = Operation(reads=1, calls=1, ms=2.0)  # an author reads their own comment
STATIC = Operation(ms=0.2)  # a script, a form, an unchanged response
TIMER = Operation(reads=30, calls=20, ms=50.0)  # the hourly timer, roughly

ITEM_BYTES = 1_974  # a published comment and the audit row of its approval, each with AWS's overhead of 100 bytes
ENTRY_BYTES = 2_293  # their index entries, with the same overhead
VOTE_ITEM_BYTES, VOTE_ENTRY_BYTES = 277, 248  # a vote and its index entries
LINE_BYTES = 150  # the log line of a request
