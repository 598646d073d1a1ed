"""What moderators did, day by day: counted in the write of each decision.

Each has an item of their own a day, so that two who decide at once never meet in it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ..core.comments import Comment, Status
from ..core.decisions import Act, AuditRow
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Part, Update
from .engine.table import Span, Table

DECISIVE = {Act.APPROVE, Act.REJECT, Act.SPAM, Act.RESTORE, Act.DELETE}


@dataclass(frozen=True)
class Day:
    """``waited``: for how many seconds in all the ``settled`` comments had waited that were decided first."""

    day: date
    acts: dict[str, int]
    by: dict[str, int]
    settled: int
    waited: int


class Stats:
    """Reads the days."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def days(self, last: date, number: int) -> list[Day]:
        """So many days up to the last, newest first; a day without decisions too."""
        wanted = [last - timedelta(days=each) for each in range(number)]
        found: dict[date, list[Item]] = {}
        for month in {keys.month(each) for each in wanted}:
            for item in self.table.walk(Span(month)):
                found.setdefault(_date(item), []).append(item)
        return [_day(each, found.get(each, [])) for each in wanted]


def day_part(row: AuditRow, before: Comment) -> Part:
    """A decision in its moderator's figures of the day; the first one about a comment says how long that waited."""
    add = {str(row.act): 1}
    if before.status is Status.PENDING and not before.decided:
        add |= {"settled": 1, "waited": max(0, int((row.at - before.created).total_seconds()))}
    return Update(key=keys.day(row.at.date(), row.by), add=add, default={"v": 1})


def _day(day: date, items: list[Item]) -> Day:
    acts = {str(act): sum(item.get(act, 0) for item in items) for act in DECISIVE}
    by = {item["sk"].partition("#")[2]: sum(item.get(act, 0) for act in DECISIVE) for item in items}
    settled, waited = (sum(item.get(name, 0) for item in items) for name in ("settled", "waited"))
    return Day(day, {act: count for act, count in acts.items() if count}, by, settled, waited)


def _date(item: Item) -> date:
    return date.fromisoformat(f"{item['pk'].partition('#')[2]}-{item['sk'][:2]}")
