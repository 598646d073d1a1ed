"""Batch jobs: a task processes the whole table once a day, a part each hour, and continues after its checkpoint."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from ...core.errors import ChangedMeanwhile, Refusal
from ...core.maintenance import EVERY, Task
from ...store.checkpoints import Checkpoints
from ..clock import ClockAndIds

IsOver = Callable[[], bool]  # whether the time of a task is over
T = TypeVar("T")


class AnotherRunIsAhead(Exception):  # noqa: N818  not a failure: the other run continues
    """Another run of the same task advanced the checkpoint."""


class BatchJob:
    """One run of a task.  Items that fail are tried again on the next pass, a day later.

    ``done`` and ``failed`` count the items of this run.
    """

    def __init__(self, task: Task, checkpoints: Checkpoints, clock_and_ids: ClockAndIds, is_over: IsOver) -> None:
        self.checkpoints, self.clock_and_ids, self.is_over = checkpoints, clock_and_ids, is_over
        self.checkpoint, now = checkpoints.get(task), clock_and_ids.clock()
        if self.checkpoint.done and now - self.checkpoint.began >= EVERY:
            self.checkpoint = replace(self.checkpoint, began=now, list_number=0, after="", done=False)
        self.done = self.failed = 0
        self.is_blocked = self.checkpoint.done or checkpoints.is_restoring()

    @property
    def can_continue(self) -> bool:
        """Whether there is something left to process, and time for it."""
        return not (self.is_blocked or self.checkpoint.done or self.is_over())

    def advance(self, **changes: Any) -> None:  # noqa: ANN401  as Checkpoint
        """Store a new checkpoint.

        Raises:
            AnotherRunIsAhead: another run stored one first.
        """
        now = self.clock_and_ids.clock()
        after = replace(self.checkpoint, operation=self.clock_and_ids.new_ulid(now), **changes)
        try:
            self.checkpoints.set(self.checkpoint, after)
        except ChangedMeanwhile:
            raise AnotherRunIsAhead from None
        self.checkpoint = after

    def process(self, items: Iterable[T], operation: Callable[[T], bool]) -> bool:
        """Apply an operation to each item, even if some are refused; False if the time was over before the last one."""
        for item in items:
            if self.is_over():
                return False
            try:
                self.done += operation(item)
            except Refusal:
                self.failed += 1
        return True
