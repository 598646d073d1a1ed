"""What has stood for long enough: the hashes of networks, rejected comments, spam.

A hash is looked for in the index ``network`` itself, portion by portion: it holds nothing but comments that still
carry one.  So none is missed, whatever becomes of a comment meanwhile, and nothing has to be remembered.
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
NAMES = ("pk", "sk", NETWORK.partition, NETWORK.sort)  # of the keys of an entry of ``network``
ENTRIES = 1_000  # of the index ``network`` in one portion
PORTION = 100  # comments of a list: what one BatchGetItem takes


class Overdue:
    """Finds it, and removes hashes."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def networks(self, before: datetime, above: str) -> tuple[list[str], str]:
        """The ids of comments older than that which carry a hash, of one portion, and after what it goes on."""
        start = dict(zip(NAMES, above.split("\n"), strict=True)) if above else {}
        entries, last = self.table.portion(NETWORK, ENTRIES, start)
        found = [entry["pk"].removeprefix("C#") for entry in entries if entry["nsk"] < first_ulid(before)]
        return found, "\n".join(last[name] for name in NAMES) if last else ""

    def all_networks(self, before: datetime) -> Iterator[str]:
        """All of them; for the command line."""
        found, above = self.networks(before, "")
        yield from found
        while above:
            found, above = self.networks(before, above)
            yield from found

    def forget_network(self, comment_id: str) -> bool:
        """Remove a comment's hash; false if it has none any more."""
        with suppress(ChangedMeanwhile):
            where = Where(present=("npk",))
            self.table.write(Update(key=keys.comment(comment_id), remove=("npk", "nsk"), where=where))
            return True
        return False

    def listed(self, number: int, before: datetime, above: str) -> tuple[list[str], str]:
        """The ids of comments in one of LISTS that were submitted before that, and after what it goes on."""
        found, end = self.table.query(Span(LISTS[number], above=above), index=STATUS, limit=PORTION), first_ulid(before)
        old = [entry["pk"].removeprefix("C#") for entry in found.items if entry["qsk"] < end]
        return old, found.last if len(old) == len(found.items) else ""
