"""Checkpoints of the maintenance tasks: one item each; of two concurrent runs only one can advance it."""

from ..core.maintenance import Checkpoint, Task
from ..core.times import from_iso, iso
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Key, Put, Where
from .engine.table import Table
from .items import without_empty

ALL: frozenset[Key] = frozenset(keys.checkpoint(task) for task in Task)


class Checkpoints:
    """Reads and advances the checkpoints of the maintenance tasks."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, task: Task) -> Checkpoint:
        """The task's checkpoint; at the beginning if there is none."""
        item = self.table.get(keys.checkpoint(task))
        return _checkpoint(task, item) if item else Checkpoint(task=task)

    def set(self, before: Checkpoint, after: Checkpoint) -> None:
        """Replace a checkpoint.

        Raises:
            ChangedMeanwhile: another run replaced it first.
        """
        where = Where(equal={"op": before.operation}) if before.operation else NEW
        self.table.write(Put(item=_checkpoint_item(after), where=where), operation=after.operation)

    def is_restoring(self) -> bool:
        """Whether a backup is being restored into the table; nothing else may change it meanwhile."""
        return self.table.get(keys.RESTORING) is not None


def is_checkpoint(item: Item) -> bool:
    """Whether an item is a checkpoint, which is not part of a backup."""
    return (item["pk"], item["sk"]) in ALL


def _checkpoint_item(checkpoint: Checkpoint) -> Item:
    pk, sk = keys.checkpoint(checkpoint.task)
    required = {"pk": pk, "sk": sk, "op": checkpoint.operation, "began": iso(checkpoint.began)}
    return required | without_empty(
        list_number=checkpoint.list_number,
        after=checkpoint.after,
        done=checkpoint.done,
        unfinished=list(checkpoint.unfinished),
    )


def _checkpoint(task: Task, item: Item) -> Checkpoint:
    return Checkpoint(
        task=task,
        operation=item["op"],
        began=from_iso(item["began"]),
        list_number=item.get("list_number", 0),
        after=item.get("after", ""),
        done=item.get("done", False),
        unfinished=tuple(item.get("unfinished", ())),
    )
