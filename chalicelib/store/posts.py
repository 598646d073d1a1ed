"""Posts: one item each, created by the first submission, with the exact count of published comments."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge

from ..core.audit import AuditRow
from ..core.posts import Post
from ..core.times import iso
from ..core.totals import Totals, stored_totals
from .audit import audit_put, undone_part
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Update, Where
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import post_from_item, totals_attributes, without_empty
from .memo import Memo

TOTALS = ("n", "size", "long")  # the attributes of a post that hold its totals


class Posts:
    """Reads and changes posts."""

    def __init__(self, table: Table, memo: Memo) -> None:
        self.table, self.memo = table, memo

    def get(self, key: str, *, consistent: bool = True) -> Post:
        """A post; without comments if it is not in the table."""
        return post_from_item(key, self.table.get(keys.post(key), consistent=consistent))

    def counts(self, posts: Sequence[str]) -> dict[str, int]:
        """The number of published comments of each post; eventually consistent."""
        found = self.table.get_many([keys.post(key) for key in posts], consistent=False, only=("n",))
        return {key: found.get(keys.post(key), {}).get("n", 0) for key in posts}

    def all(self) -> Iterator[Post]:
        """Every post that ever had a submission.  Slow; for the command line."""
        for partition in keys.queues("posts"):
            for entry in self.table.iterate(Span(partition), index=STATUS):
                yield self.get(entry["qsk"])

    def page(self, *, limit: int, after: str) -> tuple[list[Post], str]:
        """A page of posts ordered by key, and the key after which the next page starts ("" at the end)."""
        entries = list(merge(*(self._shard(partition, limit, after) for partition in keys.queues("posts"))))
        page = entries[:limit]
        found = self.table.get_many([keys.post(key) for key in page])
        return [post_from_item(key, found.get(keys.post(key))) for key in page], page[-1] if len(
            entries
        ) > limit else ""

    def _shard(self, partition: str, limit: int, after: str) -> list[str]:
        span = Span(partition, above=after)
        return [entry["qsk"] for entry in self.table.query(span, index=STATUS, limit=limit + 1).items]

    def change(self, before: Post, after: Post, row: AuditRow, undone: AuditRow | None = None) -> None:
        """Close, reopen or retitle a post.  ``undone`` is the audit row that this change undoes.

        Raises:
            ChangedMeanwhile: the post was changed after ``before`` was read.
        """
        change = without_empty(closed=after.closed, title=after.title)
        try:
            self.table.write(
                Update(
                    key=keys.post(before.key),
                    set={**change, "ver": after.version, "op": row.id},
                    default=listed_attributes(before.key, row.at),
                    remove=tuple({"closed", "title"} - set(change)),
                    where=Where(equal={"ver": before.version}) if before.version else Where(absent=("ver",)),
                ),
                audit_put(row),
                *([undone_part(undone, row.id)] if undone else []),
                operation=row.id,
            )
        finally:  # a write that failed may still have succeeded
            self.memo.drop(before.key)

    def recount(self, post: Post, totals: Totals) -> None:
        """Correct totals that have drifted.

        Raises:
            ChangedMeanwhile: they have changed since the post was read.
        """
        old, new = totals_attributes(stored_totals(post)), totals_attributes(totals)
        zero = {name: 1 for name in TOTALS if name not in old}
        gone = tuple(name for name in TOTALS if name not in new)
        where = Where(equal=old, below=zero)
        self.table.write(Update(key=keys.post(post.key), set=new, remove=gone, where=where))
        self.memo.drop(post.key)


def listed_attributes(key: str, at: datetime) -> Item:
    """The attributes that put a post into the list of posts, set once by its first write."""
    return {"post": key, "at": iso(at), "qpk": keys.posts(key), "qsk": key}
