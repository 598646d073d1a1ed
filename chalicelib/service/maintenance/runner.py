"""What the hourly timer runs: all tasks, each with a time limit of its own."""

from collections.abc import Callable, Iterator
from functools import partial

from ...core.maintenance import Task
from ...store.engine.deadline import time_limit
from .checkpoint import IsOver
from .digest import DigestTask
from .recount import RecountTask
from .retention import RetentionTask

WORKING_TIME = 45.0  # seconds for each task
GRACE = 30.0  # seconds after that, in which a task finishes what it has begun
RUN = 220.0  # seconds for all tasks: with the grace, and a last call that hangs, less than the function's 300

Counts = dict[str, int]


class MaintenanceRunner:
    """Runs the tasks.  ``stopwatch`` counts seconds."""

    def __init__(
        self,
        digest_task: DigestTask,
        retention_task: RetentionTask,
        recount_task: RecountTask,
        stopwatch: Callable[[], float],
    ) -> None:
        self.digest_task, self.retention_task, self.recount_task = digest_task, retention_task, recount_task
        self.stopwatch = stopwatch

    def tasks(self, topic: str) -> Iterator[tuple[Task, Callable[[], Counts]]]:
        """Each task with a function that runs it and returns its counts.

        ``topic`` is the ARN of the topic to which the digest is sent, or ``""`` for no digest.  The metrics and
        the digest come first, the slowest task last.  Each task has a time limit and continues where the last run
        stopped; running it twice, or two at once, is safe.  ``failed`` counts the items that a task could not
        process.
        """
        tasks: dict[Task, Callable[[IsOver], Counts]] = {
            Task.METRICS: lambda _is_over: self.digest_task.metrics(),
            Task.DIGEST: lambda _is_over: self.digest_task.send(topic),
            Task.NETWORK_HASHES: self.retention_task.clear_networks,
            Task.RETENTION: self.retention_task.erase,
            Task.RECOUNT: self.recount_task.recount,
        }
        last = self.stopwatch() + RUN
        for task, run in tasks.items():
            yield task, partial(self._in_time, run, last)

    def _in_time(self, run: Callable[[IsOver], Counts], last: float) -> Counts:
        left = min(WORKING_TIME, last - self.stopwatch())
        end = self.stopwatch() + left
        with time_limit(self.stopwatch, left + GRACE):
            return run(lambda: self.stopwatch() > end)
