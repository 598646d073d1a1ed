"""Finds all comments of a post in any status, in several calls, because the lists are long.

The lists are indexes: they lag, and a comment may move from one list to another during the scan.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ..core.comments import SEPARATOR, Status
from ..core.relocation import SETTLE_TIME, ScanProgress
from ..core.times import EPOCH
from .audit import entries_since
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Where
from .engine.schema import PUBLISHED, STATUS
from .engine.table import Span, Table

MAX_FOUND = 500  # comments that one call finds
MAX_QUERIES = 40  # of 1 MB each, in one call
ORDER = (
    Status.PENDING,
    Status.PUBLISHED,
    Status.REJECTED,
    Status.SPAM,
    Status.DELETED,
)  # the usual direction of decisions
LISTS = [name for status in ORDER for name in keys.queues(status)]
END = len(LISTS) + 1  # the public thread is step 0

Enough = Callable[[], bool]  # whether the time of the request is used up


@dataclass(frozen=True)
class PostCount:
    """The number of a post's comments in any status.

    ``more``: there may be more; ``others``: the other post has comments, too.
    """

    comments: int
    more: bool
    others: bool


def is_complete(progress: ScanProgress) -> bool:
    """Whether a scan reached the end of the last list."""
    return progress.list_number == END


class PostScan:
    """Scans the public thread and the lists for a post's comments.  ``most`` limits the comments found per call."""

    def __init__(self, table: Table, most: int = MAX_FOUND) -> None:
        self.table, self.most = table, most

    def count(self, source: str, target: str, enough: Enough) -> PostCount:
        """Count the comments of ``source``, and find out whether ``target`` has any."""
        comments, others, only = 0, False, Where(among={"post": (source, target)})
        progress = ScanProgress(began=EPOCH, list_number=1)
        for _ in range(MAX_QUERIES):
            if progress.list_number == END or enough():
                break
            found = self.table.query(_span(progress), index=STATUS, only=only)
            comments += sum(entry["post"] == source and entry["sk"] == keys.COMMENT for entry in found.items)
            others = others or any(entry["post"] == target for entry in found.items)
            progress = _advance(progress, found.last)
        return PostCount(comments, progress.list_number < END, others)

    def scan(
        self, source: str, progress: ScanProgress, now: datetime, enough: Enough
    ) -> tuple[list[str], ScanProgress]:
        """The ids of a post's next comments, and the progress after them.  The public thread comes first.

        A scan ends with the comments that were changed since it began, because they may have moved from a list
        that was not read yet to one that was.
        """
        ids: list[str] = []
        for _ in range(MAX_QUERIES):
            if progress.list_number == END or len(ids) >= self.most or enough():
                break
            more, progress = self._step(source, progress, self.most - len(ids))
            ids += more
        if progress.list_number == END:
            changed = entries_since(self.table, progress.began - SETTLE_TIME, now)
            ids += filter(None, map(_id, changed))
        return list(dict.fromkeys(ids)), progress

    def _step(self, source: str, progress: ScanProgress, most: int) -> tuple[list[str], ScanProgress]:
        if not progress.list_number:
            return self._threads(source, progress)
        found = self.table.query(_span(progress), index=STATUS, only=Where(equal={"post": source}))
        items, last = found.items[:most], found.last
        if len(items) < len(found.items):
            last = items[-1]["qsk"]
        return [_id(item) for item in items], _advance(progress, last)

    def _threads(self, source: str, progress: ScanProgress) -> tuple[list[str], ScanProgress]:
        """The next public comments, as whole threads unless one is longer than a page."""
        found = self.table.query(Span(keys.thread(source), above=progress.after), index=PUBLISHED, limit=self.most)
        items = found.items
        if found.more:
            cut = items[-1]["psk"].partition(SEPARATOR)[0]
            items = [item for item in items if not item["psk"].startswith(cut)] or items
        last = items[-1]["psk"] if found.more else ""
        return [_id(item) for item in items], _advance(progress, last)


def _id(entry: Item) -> str:
    return keys.comment_id_of(entry["pk"])


def _span(progress: ScanProgress) -> Span:
    return Span(LISTS[progress.list_number - 1], above=progress.after)


def _advance(progress: ScanProgress, last: str) -> ScanProgress:
    """The progress in the same list, or at the start of the next one."""
    return replace(progress, after=last) if last else replace(progress, list_number=progress.list_number + 1, after="")
