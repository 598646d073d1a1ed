"""Going through everything, a portion an hour: from a mark on, once a day, whoever stops it where."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from ...core.errors import ChangedMeanwhile, Refusal
from ...core.maintenance import EVERY, Step
from ...store.checkpoints import Marks
from ..clock import Clockwork

Enough = Callable[[], bool]  # whether a step has worked for long enough
T = TypeVar("T")


class Overtaken(Exception):  # noqa: N818  not a failure: the other run goes on
    """Another run of the same step moved the mark."""


class Walk:
    """One step's way.  What could not be done in passing is tried on the next pass, a day later."""

    def __init__(self, step: Step, marks: Marks, tools: Clockwork, enough: Enough) -> None:
        self.marks, self.tools, self.enough = marks, tools, enough
        self.mark, now = marks.get(step), tools.clock()
        if self.mark.done and now - self.mark.began >= EVERY:
            self.mark = replace(self.mark, began=now, number=0, above="", done=False)
        self.done = self.failed = 0
        self.rests = self.mark.done or marks.is_restoring()

    @property
    def goes_on(self) -> bool:
        """There is something left to go through, and time for it."""
        return not (self.rests or self.mark.done or self.enough())

    def on(self, **to: Any) -> None:  # noqa: ANN401  as Mark
        """Move the mark.

        Raises:
            Overtaken: another run did.
        """
        after = replace(self.mark, operation=self.tools.new_ulid(self.tools.clock()), **to)
        try:
            self.marks.set(self.mark, after)
        except ChangedMeanwhile:
            raise Overtaken from None
        self.mark = after

    def each(self, things: Iterable[T], deed: Callable[[T], bool]) -> bool:
        """Do something to each, whatever becomes of the others; whether none was left for lack of time."""
        for thing in things:
            if self.enough():
                return False
            try:
                self.done += deed(thing)
            except Refusal:
                self.failed += 1
        return True
