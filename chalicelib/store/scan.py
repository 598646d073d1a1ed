"""Looking for all comments of a post, in whatever status: piece by piece, for the lists that hold them are long.

The lists are indexes, so each is as of a moment ago, and a comment may go from one to another meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..core.comments import SEPARATOR, Status
from ..core.ids import ULID_ENTROPY, ulid
from ..core.relocation import SETTLING, Pass
from ..core.times import EPOCH
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Where
from .engine.schema import PUBLISHED, STATUS
from .engine.table import Span, Table

MAX_FOUND = 500  # comments that one look finds
MAX_QUERIES = 40  # of 1 MB each, in one look
ORDER = (Status.PENDING, Status.PUBLISHED, Status.REJECTED, Status.SPAM, Status.DELETED)  # as decisions mostly lead
LISTS = [name for status in ORDER for name in keys.queues(status)]
STEPS = len(LISTS) + 1  # the public thread comes before them
MONTH = timedelta(days=31)

Enough = Callable[[], bool]


@dataclass(frozen=True)
class Counted:
    """Comments of one post, of whatever status; ``more``: there may be more; ``others``: of the other post, any."""

    comments: int
    more: bool
    others: bool


def is_whole(look: Pass) -> bool:
    """It came to the end of the last list."""
    return look.step == STEPS


class Looking:
    """Reads indexes only.  ``most``: so many comments are enough for one look."""

    def __init__(self, table: Table, most: int = MAX_FOUND) -> None:
        self.table, self.most = table, most

    def count(self, source: str, target: str, enough: Enough) -> Counted:
        """How many comments a post has, and whether another one has any."""
        mine, others, only = 0, False, Where(among={"post": (source, target)})
        look = Pass(began=EPOCH, step=1)
        for _ in range(MAX_QUERIES):
            if look.step == STEPS or enough():
                break
            found = self.table.query(_span(look), index=STATUS, only=only)
            mine += sum(entry["post"] == source for entry in found.items)
            others = others or any(entry["post"] == target for entry in found.items)
            look = _after(look, found.last)
        return Counted(mine, look.step < STEPS, others)

    def look(self, source: str, look: Pass, now: datetime, enough: Enough) -> tuple[list[str], Pass]:
        """Ids of a post's comments from there on, and how far that came; threads as readers see them come first.

        At the end of a pass come those that somebody decided on since it began: they may have gone from a list
        that was not read to one that was.
        """
        ids: list[str] = []
        for _ in range(MAX_QUERIES):
            if look.step == STEPS or len(ids) >= self.most or enough():
                break
            more, look = self._step(source, look, self.most - len(ids))
            ids += more
        if look.step == STEPS:
            ids += self._decided_on(look.began - SETTLING, now)
        return list(dict.fromkeys(ids)), look

    def _step(self, source: str, look: Pass, most: int) -> tuple[list[str], Pass]:
        if not look.step:
            return self._threads(source, look)
        found = self.table.query(_span(look), index=STATUS, only=Where(equal={"post": source}))
        items, last = found.items[:most], found.last
        if len(items) < len(found.items):
            last = items[-1]["qsk"]
        return [_id(item) for item in items], _after(look, last)

    def _threads(self, source: str, look: Pass) -> tuple[list[str], Pass]:
        """Whole threads, where one is not longer than a page."""
        found = self.table.query(Span(keys.thread(source), above=look.above), index=PUBLISHED, limit=self.most)
        items = found.items
        if found.more:
            cut = items[-1]["psk"].partition(SEPARATOR)[0]
            items = [item for item in items if not item["psk"].startswith(cut)] or items
        last = items[-1]["psk"] if found.more else ""
        return [_id(item) for item in items], _after(look, last)

    def _decided_on(self, since: datetime, now: datetime) -> list[str]:
        first, month = ulid(since, bytes(ULID_ENTROPY)), since.replace(day=1)
        ids: list[str] = []
        while (month.year, month.month) <= (now.year, now.month):
            span = Span(keys.audit_month(month), first=first)
            ids += [_id(entry) for entry in self.table.walk(span, index=STATUS) if entry["pk"].startswith("C#")]
            month = (month + MONTH).replace(day=1)
        return ids


def _id(entry: Item) -> str:
    return str(entry["pk"]).removeprefix("C#")


def _span(look: Pass) -> Span:
    return Span(LISTS[look.step - 1], above=look.above)


def _after(look: Pass, last: str) -> Pass:
    """On in the same list, or with the next one."""
    return replace(look, above=last) if last else replace(look, step=look.step + 1, above="")
