"""Finds data whose retention period has ended: network hashes, rejected comments and spam.

Network hashes are found by scanning the ``network`` index page by page.  It contains only comments that still
have a hash, so none is missed, even if comments change meanwhile.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from ..core.comments import Status
from ..core.errors import ChangedMeanwhile
from ..core.ids import first_ulid
from .engine import keys
from .engine.parts import Update, Where
from .engine.schema import NETWORK, STATUS
from .engine.table import Span, Table

LISTS = [name for status in (Status.REJECTED, Status.SPAM) for name in keys.queues(status)]
NAMES = ("pk", "sk", NETWORK.partition, NETWORK.sort)  # the key attributes of an entry in ``network``
SCAN_PAGE = 1_000  # entries of ``network`` in one page
LIST_PAGE = 100  # comments of a list in one page: the limit of BatchGetItem


class Retention:
    """Finds expired network hashes and comments, and removes hashes."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def expired_networks(self, before: datetime, above: str) -> tuple[list[str], str]:
        """One page of the ids of comments older than ``before`` that have a hash, and where the next page starts."""
        start = dict(zip(NAMES, above.split("\n"), strict=True)) if above else {}
        entries, last = self.table.scan_index(NETWORK, SCAN_PAGE, start)
        found = [keys.comment_id_of(entry["pk"]) for entry in entries if entry["nsk"] < first_ulid(before)]
        return found, "\n".join(last[name] for name in NAMES) if last else ""

    def all_expired_networks(self, before: datetime) -> Iterator[str]:
        """The ids of all comments older than ``before`` that have a hash.  Slow; for the command line."""
        found, above = self.expired_networks(before, "")
        yield from found
        while above:
            found, above = self.expired_networks(before, above)
            yield from found

    def clear_network(self, comment_id: str) -> bool:
        """Remove a comment's hashes of its network and of the /48 around it; false if it has none."""
        with suppress(ChangedMeanwhile):
            where = Where(present=("npk",))
            self.table.write(Update(key=keys.comment(comment_id), remove=("npk", "nsk", "wide"), where=where))
            return True
        return False

    def expired_comments(self, number: int, before: datetime, above: str) -> tuple[list[str], str]:
        """One page of the ids of comments in one of LISTS submitted before a time, and where the next page starts."""
        found, end = (
            self.table.query(Span(LISTS[number], above=above), index=STATUS, limit=LIST_PAGE),
            first_ulid(before),
        )
        old = [keys.comment_id_of(entry["pk"]) for entry in found.items if entry["qsk"] < end]
        return old, found.last if len(old) == len(found.items) else ""
