"""Posts: one item each, made by the first submission, with the exact count of published comments."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ..core.deciding import AuditRow
from ..core.posts import Post
from ..core.times import iso
from . import keys
from .attributes import Item
from .items import audit_item, post_of
from .memo import Memo
from .parts import Put, Update, Where
from .schema import SHARDS, STATUS
from .table import Span, Table


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

    def set_closed(self, post: Post, *, closed: bool, row: AuditRow) -> Post:
        """Close or reopen, if nobody changed it since ``post`` was read.

        Raises:
            ChangedMeanwhile: somebody did.
        """
        change = {"closed": True} if closed else {}
        try:
            self.table.write(
                Update(
                    key=keys.post(post.key),
                    set={**change, "ver": post.version + 1, "op": row.id},
                    default=listed(post.key, row.at),
                    remove=() if closed else ("closed",),
                    where=Where(equal={"ver": post.version}) if post.version else Where(absent=("ver",)),
                ),
                Put(item=audit_item(row)),
                operation=row.id,
            )
        finally:  # even a write that failed may have got through
            self.memo.drop(post.key)
        return replace(post, closed=closed, version=post.version + 1)

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
