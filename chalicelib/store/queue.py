"""The lists that moderators work through, merged over the shards, each entry read as it is now."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import merge

from ..core.comments import Comment, Status
from .engine import keys
from .engine.attributes import Item
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import comment_of

MAX_LOOK = 500  # comments in one call
PORTION = 100  # comments: where the first ones are not those wanted, few large portions cost less than many small ones
COUNTED = 250  # comments of each shard, where a person waits for the answer


@dataclass(frozen=True)
class Counted:
    """The ULIDs of what a list holds, oldest first; how many by post; ``more``: there are more than were counted."""

    ulids: list[str]
    more: bool
    posts: Mapping[str, int]


@dataclass(frozen=True)
class QueuePage:
    """Comments in order, and the ULID after which it goes on, if it does; ``looked`` at so many to find them."""

    comments: list[Comment]
    next: str
    looked: int


class Queue:
    """Those that wait, and those that are flagged, come oldest first; all others newest first."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def page(
        self, status: Status, *, limit: int, after: str, flagged: bool = False, wanted: Callable[[Comment], bool]
    ) -> QueuePage:
        """Up to ``limit`` comments that are wanted, looking at no more than MAX_LOOK.

        What was decided a moment ago and still stands in the index is left out.
        """
        backwards = status is not Status.PENDING and not flagged
        found: list[Comment] = []
        looked = 0
        while looked < MAX_LOOK:
            portion = min(PORTION, MAX_LOOK - looked) if looked else limit
            entries, more = self._entries("flagged" if flagged else status, portion, after, backwards=backwards)
            for comment in self._comments(entries):
                looked, after = looked + 1, comment.order
                if comment.status is status and (comment.flags or not flagged) and wanted(comment):
                    found.append(comment)
                if len(found) == limit:
                    is_last = not more and comment.order == entries[-1]["qsk"]
                    return QueuePage(found, "" if is_last else after, looked)
            if not more:
                return QueuePage(found, "", looked)
            after = entries[-1]["qsk"]
        return QueuePage(found, after, looked)

    def count(self, name: str = Status.PENDING, *, most: int = 0) -> Counted:
        """What a list holds, counted up to ``most`` in each shard, or up to COUNTED."""
        most = most or COUNTED
        shards = [self.table.query(Span(key), index=STATUS, limit=most + 1).items for key in keys.queues(name)]
        entries = [entry for shard in shards for entry in shard[:most]]
        posts = Counter(entry.get("post", "") for entry in entries)
        return Counted(sorted(entry["qsk"] for entry in entries), any(len(shard) > most for shard in shards), posts)

    def newest(self, name: str = Status.PENDING) -> str:
        """The ULID of what came last, or nothing."""
        shards = (self._shard(key, 0, "", backwards=True) for key in keys.queues(name))
        return max((entry["qsk"] for shard in shards for entry in shard), default="")

    def _comments(self, entries: list[Item]) -> list[Comment]:
        wanted = [(entry["pk"], "C") for entry in entries]
        found = self.table.get_many(wanted)
        return [comment_of(found[key]) for key in wanted if key in found]

    def _entries(self, name: str, limit: int, after: str, *, backwards: bool) -> tuple[list[Item], bool]:
        """A page of the list merged over its shards, and whether there is more."""
        shards = [self._shard(partition, limit, after, backwards=backwards) for partition in keys.queues(name)]
        entries = list(merge(*shards, key=lambda entry: str(entry["qsk"]), reverse=backwards))
        return entries[:limit], len(entries) > limit

    def _shard(self, partition: str, limit: int, after: str, *, backwards: bool) -> list[Item]:
        span = Span(partition, below=after) if backwards else Span(partition, above=after)
        return self.table.query(span, index=STATUS, limit=limit + 1, backwards=backwards).items
