"""Noticing: how many comments wait, and telling so to whoever asked for it."""

from contextlib import suppress
from dataclasses import replace

from ...core.digest import Notice, Waiting, digest, is_due
from ...core.errors import ChangedMeanwhile
from ...core.ids import ulid_iso
from ...core.maintenance import Step
from ...core.times import from_iso
from ...notify.channels.sns import NotSent, Topics
from ...store.checkpoints import Marks
from ...store.queue import Queue
from ..clock import Clockwork

COUNTED = 2_500  # comments of each of the four shards


class Noticing:
    """``site`` and ``url`` are the addresses of the blog and of this service, as far as they are set."""

    def __init__(self, tools: Clockwork, queue: Queue, marks: Marks, topics: Topics, site: str, url: str) -> None:
        self.tools, self.queue, self.marks, self.topics = tools, queue, marks, topics
        self.site, self.url = site, url

    def figures(self) -> dict[str, int]:
        """How many comments wait, and for how many seconds the oldest of them has."""
        waiting = self._waiting()
        age = self.tools.clock() - from_iso(ulid_iso(waiting.oldest)) if waiting.count else None
        return {"waiting": waiting.count, "oldest": max(0, int(age.total_seconds())) if age else 0}

    def notice(self, topic: str) -> dict[str, int]:
        """Tell the topic how many wait, if somebody came since it was told, or a day has passed.

        The try is written down before it is made, and only one of two runs can write it: so two notices are never
        closer than an hour.  That it was sent is written down after: so one that was lost is sent again, at the
        earliest an hour later; and so, seldom, is one that arrived.
        """
        now, mark, waiting = self.tools.clock(), self.marks.get(Step.NOTICE), self._waiting()
        if not topic or not is_due(waiting, tried=mark.began, told=mark.above, now=now):
            return {"sent": 0, "failed": 0}
        tried = replace(mark, began=now, operation=self.tools.new_ulid(now))
        try:
            self.marks.set(mark, tried)
            sent = self.topics.publish(topic, self._digest(waiting))
        except (ChangedMeanwhile, NotSent) as why:
            return {"sent": 0, "failed": int(isinstance(why, NotSent))}
        if sent:
            with suppress(ChangedMeanwhile):
                self.marks.set(tried, replace(tried, above=waiting.newest, operation=self.tools.new_ulid(now)))
        return {"sent": int(sent), "failed": 0}

    def _digest(self, waiting: Waiting) -> Notice:
        return digest(waiting, from_iso(ulid_iso(waiting.oldest)), site=self.site, url=self.url)

    def _waiting(self) -> Waiting:
        counted = self.queue.count(most=COUNTED)
        if not counted.ulids:
            return Waiting()
        newest = self.queue.newest() if counted.more else counted.ulids[-1]
        return Waiting(len(counted.ulids), counted.more, counted.ulids[0], newest)
