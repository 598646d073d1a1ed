"""Tending: what the hourly timer does, each step for a time of its own, none of them in another's way."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from ...core.maintenance import Step
from ...store.engine.table import deadline
from .checkpoint import Enough
from .digest import Noticing
from .recount import Recounting
from .retention import Expiring

WORKING_TIME = 45.0  # seconds, of each step
GRACE = 30.0  # seconds after that, in which a step ends what it was at
RUN = 220.0  # seconds, of all: with the grace, and a last call that hangs, less than the 300 of the function

Figures = dict[str, int]


class Tending:
    """``stopwatch`` counts seconds."""

    def __init__(
        self,
        noticing: Noticing,
        expiring: Expiring,
        recounting: Recounting,
        *,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.noticing, self.expiring, self.recounting, self.stopwatch = noticing, expiring, recounting, stopwatch

    def steps(self, topic: str) -> Iterator[tuple[Step, Callable[[], Figures]]]:
        """Each step, and what does it and says what it did; ``topic`` is the ARN of the one to tell, or nothing.

        What waits is counted and told first, and what takes longest comes last.  Each is bounded, goes on where it
        was stopped, may be done twice or by two at once, and says how often it ``failed`` in passing.
        """
        deeds: dict[Step, Callable[[Enough], Figures]] = {
            Step.FIGURES: lambda _enough: self.noticing.figures(),
            Step.NOTICE: lambda _enough: self.noticing.notice(topic),
            Step.NETWORKS: self.expiring.forget_networks,
            Step.ERASE: self.expiring.erase,
            Step.COUNTS: self.recounting.recount,
        }
        last = self.stopwatch() + RUN
        for step, deed in deeds.items():
            yield step, partial(self._in_time, deed, last)

    def _in_time(self, deed: Callable[[Enough], Figures], last: float) -> Figures:
        left = min(WORKING_TIME, last - self.stopwatch())
        end, token = self.stopwatch() + left, deadline.set(time.monotonic() + left + GRACE)
        try:
            return deed(lambda: self.stopwatch() > end)
        finally:
            deadline.reset(token)
