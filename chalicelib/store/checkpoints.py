"""How far the steps of the hourly timer came: one item each, which only one of two runs at once can move on."""

from ..core.maintenance import Mark, Step
from ..core.times import from_iso, iso
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Key, Put, Where
from .engine.table import Table
from .items import present

ALL: frozenset[Key] = frozenset(keys.mark(step) for step in Step)


class Marks:
    """Reads and moves them."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, step: Step) -> Mark:
        """The step's."""
        item = self.table.get(keys.mark(step))
        return _mark(step, item) if item else Mark(step=step)

    def set(self, before: Mark, after: Mark) -> None:
        """Move it on.

        Raises:
            ChangedMeanwhile: another run did.
        """
        where = Where(equal={"op": before.operation}) if before.operation else NEW
        self.table.write(Put(item=_item(after), where=where), operation=after.operation)

    def is_restoring(self) -> bool:
        """A backup is on its way into the table: nothing may be changed meanwhile."""
        return self.table.get(keys.RESTORING) is not None


def is_mark(item: Item) -> bool:
    """It says how far a step came: nothing that belongs into a backup."""
    return (item["pk"], item["sk"]) in ALL


def _item(mark: Mark) -> Item:
    pk, sk = keys.mark(mark.step)
    required = {"pk": pk, "sk": sk, "v": 1, "op": mark.operation, "began": iso(mark.began)}
    return required | present(number=mark.number, above=mark.above, done=mark.done, left=list(mark.left))


def _mark(step: Step, item: Item) -> Mark:
    return Mark(
        step=step,
        operation=item["op"],
        began=from_iso(item["began"]),
        number=item.get("number", 0),
        above=item.get("above", ""),
        done=item.get("done", False),
        left=tuple(item.get("left", ())),
    )
