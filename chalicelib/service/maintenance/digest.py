"""The digest: counts the comments that wait for a moderator and reports them to an SNS topic."""

from contextlib import suppress
from dataclasses import replace

from ...core.digest import Digest, QueueSummary, compose, is_due
from ...core.errors import ChangedMeanwhile
from ...core.ids import ulid_iso
from ...core.maintenance import Task
from ...core.times import from_iso
from ...notify.channels.sns import NotSent, SnsChannel
from ...store.checkpoints import Checkpoints
from ...store.queue import Queue
from ..clock import ClockAndIds

COUNTED = 2_500  # comments in each of the four shards


class DigestTask:
    """Measures the queue and sends digests.

    ``site`` and ``url`` are the addresses of the blog and of this service, or ``""``.
    """

    def __init__(
        self,
        clock_and_ids: ClockAndIds,
        queue: Queue,
        checkpoints: Checkpoints,
        channel: SnsChannel,
        site: str,
        url: str,
    ) -> None:
        self.clock_and_ids, self.queue, self.checkpoints, self.channel = clock_and_ids, queue, checkpoints, channel
        self.site, self.url = site, url

    def metrics(self) -> dict[str, int]:
        """The number of waiting comments, and for how many seconds the oldest one has waited."""
        waiting = self._waiting()
        age = self.clock_and_ids.clock() - from_iso(ulid_iso(waiting.oldest)) if waiting.count else None
        return {"waiting": waiting.count, "oldest": max(0, int(age.total_seconds())) if age else 0}

    def send(self, topic: str) -> dict[str, int]:
        """Send a digest to a topic if a comment came since the last one, or if a day has passed.

        The attempt is stored before it is made, and only one of two concurrent runs can store it: so two digests
        are at least an hour apart.  The success is stored afterwards: a digest that was lost is sent again, at the
        earliest an hour later, and so, rarely, is one that arrived.
        """
        now, before, waiting = self.clock_and_ids.clock(), self.checkpoints.get(Task.DIGEST), self._waiting()
        if not topic or not is_due(waiting, last_attempt=before.began, last_reported=before.after, now=now):
            return {"sent": 0, "failed": 0}
        attempt = replace(before, began=now, operation=self.clock_and_ids.new_ulid(now))
        try:
            self.checkpoints.set(before, attempt)
            sent = self.channel.publish(topic, self._digest(waiting))
        except (ChangedMeanwhile, NotSent) as error:
            return {"sent": 0, "failed": int(isinstance(error, NotSent))}
        if sent:
            success = replace(attempt, after=waiting.newest, operation=self.clock_and_ids.new_ulid(now))
            with suppress(ChangedMeanwhile):
                self.checkpoints.set(attempt, success)
        return {"sent": int(sent), "failed": 0}

    def _digest(self, waiting: QueueSummary) -> Digest:
        return compose(waiting, from_iso(ulid_iso(waiting.oldest)), site=self.site, url=self.url)

    def _waiting(self) -> QueueSummary:
        counted = self.queue.count(most=COUNTED)
        if not counted.ulids:
            return QueueSummary()
        newest = self.queue.newest() if counted.more else counted.ulids[-1]
        return QueueSummary(len(counted.ulids), counted.more, counted.ulids[0], newest)
