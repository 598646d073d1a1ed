"""Moderators' lists of comments and of pending edits, merged over the shards; each comment is read consistently."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import merge

from ..core.comments import Comment, Status
from .engine import keys
from .engine.attributes import Item
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import comment_from_item

MAX_SCANNED = 500  # comments in one call
BATCH_SIZE = 100  # comments, after the first batch: few large batches cost less than many small ones
MAX_COUNTED = 250  # comments of each shard, where a person waits for the response


@dataclass(frozen=True)
class QueueCount:
    """The ULIDs of a list's comments, oldest first, and their number by post.

    ``more``: the list has more comments than were counted.
    """

    ulids: list[str]
    more: bool
    posts: Mapping[str, int]


@dataclass(frozen=True)
class QueuePage:
    """Comments in order, and the ULID after which the next page starts ("" at the end).

    ``places`` are their ULIDs in the list, after which a shorter page could end.  ``scanned`` is the number of
    comments read to find them.
    """

    comments: list[Comment]
    places: list[str]
    next: str
    scanned: int


class Queue:
    """Reads the lists by status: pending and flagged comments oldest first, all others newest first."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def page(
        self, status: Status, *, limit: int, after: str, flagged: bool = False, wanted: Callable[[Comment], bool]
    ) -> QueuePage:
        """Up to ``limit`` comments that are ``wanted``, out of at most MAX_SCANNED.

        Comments that the index still lists although their status has changed are left out.  A published comment with
        a pending edit is listed among the pending ones too, at the time of the edit.
        """
        backwards = status is not Status.PENDING and not flagged
        found: list[Comment] = []
        places: list[str] = []
        scanned = 0
        while scanned < MAX_SCANNED:
            size = min(BATCH_SIZE, MAX_SCANNED - scanned) if scanned else limit
            entries, more = self._entries("flagged" if flagged else status, size, after, backwards=backwards)
            for entry, comment in self._comments(entries):
                scanned, after = scanned + 1, entry["qsk"]
                if _is_listed(entry, comment, status) and (comment.flags or not flagged) and wanted(comment):
                    found.append(comment)
                    places.append(after)
                if len(found) == limit:
                    is_last = not more and after == entries[-1]["qsk"]
                    return QueuePage(found, places, "" if is_last else after, scanned)
            if not more:
                return QueuePage(found, places, "", scanned)
            after = entries[-1]["qsk"]
        return QueuePage(found, places, after, scanned)

    def count(self, name: str = Status.PENDING, *, most: int = 0) -> QueueCount:
        """Count a list, up to ``most`` comments in each shard, by default MAX_COUNTED."""
        most = most or MAX_COUNTED
        shards = [self.table.query(Span(key), index=STATUS, limit=most + 1).items for key in keys.queues(name)]
        entries = [entry for shard in shards for entry in shard[:most]]
        posts = Counter(entry.get("post", "") for entry in entries)
        return QueueCount(sorted(entry["qsk"] for entry in entries), any(len(shard) > most for shard in shards), posts)

    def newest(self, name: str = Status.PENDING) -> str:
        """The ULID of the newest comment in a list, or ""."""
        shards = (self._shard(key, 0, "", backwards=True) for key in keys.queues(name))
        return max((entry["qsk"] for shard in shards for entry in shard), default="")

    def _comments(self, entries: list[Item]) -> list[tuple[Item, Comment]]:
        """The entries with their comments, as these are now."""
        wanted = [(entry, keys.comment(keys.comment_id_of(entry["pk"]))) for entry in entries]
        found = self.table.get_many([key for _, key in wanted])
        return [(entry, comment_from_item(found[key])) for entry, key in wanted if key in found]

    def _entries(self, name: str, limit: int, after: str, *, backwards: bool) -> tuple[list[Item], bool]:
        """A page of the list, merged over its shards, and whether there is more."""
        shards = [self._shard(partition, limit, after, backwards=backwards) for partition in keys.queues(name)]
        entries = list(merge(*shards, key=lambda entry: str(entry["qsk"]), reverse=backwards))
        return entries[:limit], len(entries) > limit

    def _shard(self, partition: str, limit: int, after: str, *, backwards: bool) -> list[Item]:
        span = Span(partition, below=after) if backwards else Span(partition, above=after)
        return self.table.query(span, index=STATUS, limit=limit + 1, backwards=backwards).items


def _is_listed(entry: Item, comment: Comment, status: Status) -> bool:
    """Whether a comment still is what an entry of this list says: an edit that waits, or a comment of this status."""
    if (entry["pk"], entry["sk"]) == keys.edit(comment.id):
        return comment.pending_edit is not None and comment.pending_edit.id == entry["qsk"]
    return comment.status is status
