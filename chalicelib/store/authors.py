"""What belongs to an author key (comments, votes, flags and the record), found by the ``author`` index."""

from dataclasses import dataclass
from enum import Enum

from ..core.comments import Comment
from ..core.decisions import AuthorRecord
from ..core.times import from_iso
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Delete, Key, Where
from .engine.schema import AUTHOR
from .engine.table import Span, Table
from .items import comment_from_item

PAGES = 8  # of the index that one call reads to find comments
MAX_OWNED = 500  # more items than one request can remove


@dataclass(frozen=True)
class AuthorPage:
    """An author's comments, newest first, and the ULID after which the next page starts ("" at the end)."""

    comments: list[Comment]
    next: str


class OwnedKind(Enum):
    """The kinds of items that belong to an author."""

    COMMENT = keys.COMMENT
    VOTE = keys.VOTE
    FLAG = keys.FLAG


@dataclass(frozen=True)
class OwnedItem:
    """An item that belongs to an author: a comment, or a vote or a flag on a comment."""

    kind: OwnedKind
    comment: str
    key: Key


class Authors:
    """Reads and removes what belongs to an author key."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def record(self, author: str) -> AuthorRecord:
        """How moderators have decided on an author's comments."""
        item = self.table.get(keys.record(author))
        return _record(item) if item else AuthorRecord()

    def records(self, authors: set[str]) -> dict[str, AuthorRecord]:
        """How moderators have decided on these authors' comments; eventually consistent."""
        found = self.table.get_many([keys.record(author) for author in authors], consistent=False)
        return {keys.author_of(key[0]): _record(item) for key, item in found.items()}

    def page(self, author: str, *, limit: int, before: str) -> AuthorPage:
        """A page of an author's comments."""
        entries: list[Item] = []
        more = False
        for _ in range(PAGES):
            found = self.table.query(Span(author, below=before), index=AUTHOR, limit=limit + 1, backwards=True)
            entries += [entry for entry in found.items if entry["sk"] == keys.COMMENT]
            more = found.more
            if len(entries) > limit or not more:
                break
            before = found.items[-1]["ask"]
        page = entries[:limit]
        wanted = [(entry["pk"], entry["sk"]) for entry in page]
        whole = self.table.get_many(wanted)
        comments = [comment_from_item(whole[key]) for key in wanted if key in whole]
        mine = [comment for comment in comments if comment.author == author]
        following = before if more else ""
        return AuthorPage(mine, page[-1]["ask"] if len(entries) > limit else following)

    def owned_items(self, author: str) -> tuple[list[OwnedItem], bool]:
        """The comments, votes and flags of an author key, up to MAX_OWNED, and whether there are more.

        The index lags, so items that were just removed may be among them.
        """
        found = self.table.query(Span(author), index=AUTHOR, limit=MAX_OWNED)
        return [_owned_item(entry) for entry in found.items], found.more

    def remove_flag(self, item: OwnedItem) -> None:
        """Remove an author's flag; the comment stays in the list of flagged comments."""
        self.table.write(Delete(key=item.key))

    def has_record(self, author: str) -> bool:
        """Whether there is a record of an author."""
        return self.table.get(keys.record(author)) is not None

    def remove_record(self, author: str) -> None:
        """Remove an author's record, if all its counts are 0.

        Raises:
            ChangedMeanwhile: it counts comments that the index did not show yet.
        """
        nothing = Where(below={"approved": 1, "rejected": 1})
        self.table.write(Delete(key=keys.record(author), where=nothing))


def _owned_item(entry: Item) -> OwnedItem:
    key = entry["pk"], entry["sk"]
    return OwnedItem(OwnedKind(keys.kind_of(key[1])), keys.comment_id_of(key[0]), key)


def _record(item: Item) -> AuthorRecord:
    since = from_iso(item["at"]) if "at" in item else None
    return AuthorRecord(item.get("approved", 0), item.get("rejected", 0), since)
