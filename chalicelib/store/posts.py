"""Posts: one item each, made by the first submission, with the exact count of published comments."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge

from ..core.decisions import AuditRow
from ..core.posts import Post
from ..core.times import iso
from .audit import audit_put, undone_part
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Update, Where
from .engine.schema import SHARDS, STATUS
from .engine.table import Span, Table
from .items import post_of, present
from .memo import Memo


class Posts:
    """Reads and changes posts."""

    def __init__(self, table: Table, memo: Memo) -> None:
        self.table, self.memo = table, memo

    def get(self, key: str, *, consistent: bool = True) -> Post:
        """A post, known or not."""
        return post_of(key, self.table.get(keys.post(key), consistent=consistent))

    def counts(self, posts: Sequence[str]) -> dict[str, int]:
        """How many published comments each has, as of a moment ago."""
        found = self.table.get_many([keys.post(key) for key in posts], consistent=False, only=("n",))
        return {key: found.get(keys.post(key), {}).get("n", 0) for key in posts}

    def all(self) -> Iterator[Post]:
        """Every post that ever had a submission; for the command line."""
        for number in range(SHARDS):
            for entry in self.table.walk(Span(f"POSTS#{number}"), index=STATUS):
                yield self.get(entry["qsk"])

    def page(self, *, limit: int, after: str) -> tuple[list[Post], str]:
        """Posts in the order of their keys, and the key after which it goes on, if it does."""
        entries = list(merge(*(self._shard(number, limit, after) for number in range(SHARDS))))
        page = entries[:limit]
        found = self.table.get_many([keys.post(key) for key in page])
        return [post_of(key, found.get(keys.post(key))) for key in page], page[-1] if len(entries) > limit else ""

    def _shard(self, number: int, limit: int, after: str) -> list[str]:
        span = Span(f"POSTS#{number}", above=after)
        return [entry["qsk"] for entry in self.table.query(span, index=STATUS, limit=limit + 1).items]

    def change(self, before: Post, after: Post, row: AuditRow, undone: AuditRow | None = None) -> None:
        """Close, reopen or retitle, if nobody changed it since ``before`` was read.  ``undone``: what this takes back.

        Raises:
            ChangedMeanwhile: somebody did.
        """
        change = present(closed=after.closed, title=after.title)
        try:
            self.table.write(
                Update(
                    key=keys.post(before.key),
                    set={**change, "ver": after.version, "op": row.id},
                    default=listed(before.key, row.at),
                    remove=tuple({"closed", "title"} - set(change)),
                    where=Where(equal={"ver": before.version}) if before.version else Where(absent=("ver",)),
                ),
                audit_put(row),
                *([undone_part(undone, row.id)] if undone else []),
                operation=row.id,
            )
        finally:  # even a write that failed may have got through
            self.memo.drop(before.key)

    def recount(self, key: str, *, seen: int, count: int) -> None:
        """Set a count that drifted, if it is still the one that was ``seen``.

        Raises:
            ChangedMeanwhile: it is not.
        """
        where = Where(equal={"n": seen}) if seen else Where(below={"n": 1})
        self.table.write(Update(key=keys.post(key), set={"n": count}, where=where))
        self.memo.drop(key)


def listed(key: str, at: datetime) -> Item:
    """What makes a post known: set once, by whoever comes first."""
    return {"v": 1, "post": key, "at": iso(at), "qpk": keys.posts(key), "qsk": key}
