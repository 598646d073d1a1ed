"""Daily statistics of moderators' decisions, counted in the same write as each decision.

Each moderator has one item a day, so two moderators who decide at once never conflict.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ..core.audit import Action, AuditRow
from ..core.comments import Comment, Status
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Part, Update
from .engine.table import Span, Table

DECISIVE = {Action.APPROVE, Action.REJECT, Action.SPAM, Action.RESTORE, Action.DELETE}


@dataclass(frozen=True)
class Day:
    """The decisions of one day, by action and by moderator.

    ``settled`` counts the comments that got their first decision; ``waited`` is the total of the seconds they waited.
    """

    day: date
    actions: dict[str, int]
    by: dict[str, int]
    settled: int
    waited: int


class Stats:
    """Reads the daily statistics."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def days(self, last: date, number: int) -> list[Day]:
        """The ``number`` days up to ``last``, newest first, including days without decisions."""
        wanted = [last - timedelta(days=each) for each in range(number)]
        found: dict[date, list[Item]] = {}
        for month in {keys.month(each) for each in wanted}:
            for item in self.table.iterate(Span(month)):
                found.setdefault(_day_and_moderator(item)[0], []).append(item)
        return [_day(each, found.get(each, [])) for each in wanted]


def day_part(row: AuditRow, before: Comment) -> Part:
    """The write part that counts a decision; the first one about a comment also adds how long the comment waited."""
    add = {str(row.action): 1}
    if before.status is Status.PENDING and not before.ever_decided:
        add |= {"settled": 1, "waited": max(0, int((row.at - before.created).total_seconds()))}
    return Update(key=keys.day(row.at.date(), row.actor.id), add=add)


def _day(day: date, items: list[Item]) -> Day:
    actions = {str(act): sum(item.get(act, 0) for item in items) for act in DECISIVE}
    by = {_day_and_moderator(item)[1]: sum(item.get(act, 0) for act in DECISIVE) for item in items}
    settled, waited = (sum(item.get(name, 0) for item in items) for name in ("settled", "waited"))
    return Day(day, {act: count for act, count in actions.items() if count}, by, settled, waited)


def _day_and_moderator(item: Item) -> tuple[date, str]:
    return keys.day_of((item["pk"], item["sk"]))
