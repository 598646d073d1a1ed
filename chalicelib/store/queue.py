"""The lists that moderators work through, merged over the shards, each entry read as it is now."""

from dataclasses import dataclass
from heapq import merge

from ..core.comments import Comment, Status
from . import keys
from .attributes import Item
from .items import comment_of
from .schema import STATUS
from .table import Span, Table


@dataclass(frozen=True)
class QueuePage:
    """Comments in order, and the ULID after which it goes on, if it does."""

    comments: list[Comment]
    next: str


class Queue:
    """Those that wait come oldest first, all others newest first."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def page(self, status: Status, *, limit: int, after: str) -> QueuePage:
        """One page; what was decided a moment ago and still stands in the index is left out."""
        backwards = status is not Status.PENDING
        shards = [self._shard(partition, limit, after, backwards=backwards) for partition in keys.queues(status)]
        entries = list(merge(*shards, key=lambda entry: str(entry["qsk"]), reverse=backwards))
        page = entries[:limit]
        found = self.table.get_many([(entry["pk"], entry["sk"]) for entry in page])
        comments = [comment_of(found[key]) for entry in page if (key := (entry["pk"], entry["sk"])) in found]
        more = len(entries) > limit
        return QueuePage([each for each in comments if each.status is status], page[-1]["qsk"] if more else "")

    def _shard(self, partition: str, limit: int, after: str, *, backwards: bool) -> list[Item]:
        span = Span(partition)
        if after:
            span = Span(partition, below=after) if backwards else Span(partition, first=after + " ")
        return self.table.query(span, index=STATUS, limit=limit + 1, backwards=backwards).items
