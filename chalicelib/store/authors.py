"""What belongs to an author key: comments, votes, flags, the record; found by the ``author`` index."""

from dataclasses import dataclass
from enum import Enum

from ..core.comments import Comment
from ..core.decisions import Record
from ..core.times import from_iso
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Delete, Key, Where
from .engine.schema import AUTHOR
from .engine.table import Span, Table
from .items import comment_of

PAGES = 8  # of the index that one call looks through for comments
MAX_THINGS = 500  # more than one request can remove


@dataclass(frozen=True)
class AuthorPage:
    """An author's comments, newest first, and the ULID after which it goes on, if it does."""

    comments: list[Comment]
    next: str


class Kind(Enum):
    """What a thing of an author is."""

    COMMENT = "C"
    VOTE = "V"
    FLAG = "F"


@dataclass(frozen=True)
class Thing:
    """Something that an author left: a comment, or a vote or a flag on a comment."""

    kind: Kind
    comment: str
    key: Key


class Authors:
    """Reads and removes it."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def record(self, author: str) -> Record:
        """How moderators decided on one author, as it is now."""
        item = self.table.get(keys.record(author))
        return _record(item) if item else Record()

    def records(self, authors: set[str]) -> dict[str, Record]:
        """How moderators decided on these authors."""
        found = self.table.get_many([keys.record(author) for author in authors], consistent=False)
        return {key[0].removeprefix("A#"): _record(item) for key, item in found.items()}

    def page(self, author: str, *, limit: int, before: str) -> AuthorPage:
        """A page of an author's comments."""
        entries: list[Item] = []
        more = False
        for _ in range(PAGES):
            found = self.table.query(Span(author, below=before), index=AUTHOR, limit=limit + 1, backwards=True)
            entries += [entry for entry in found.items if entry["sk"] == "C"]
            more = found.more
            if len(entries) > limit or not more:
                break
            before = found.items[-1]["ask"]
        page = entries[:limit]
        whole = self.table.get_many([(entry["pk"], "C") for entry in page])
        comments = [comment_of(whole[entry["pk"], "C"]) for entry in page if (entry["pk"], "C") in whole]
        mine = [comment for comment in comments if comment.author == author]
        following = before if more else ""
        return AuthorPage(mine, page[-1]["ask"] if len(entries) > limit else following)

    def things(self, author: str) -> tuple[list[Thing], bool]:
        """What an author key left, comments, votes, flags; and whether there is more.

        The index lags: what was removed this moment may still be among them.
        """
        found = self.table.query(Span(author), index=AUTHOR, limit=MAX_THINGS)
        return [_thing(entry) for entry in found.items], found.more

    def remove_flag(self, thing: Thing) -> None:
        """Take a flag back; what a moderator was asked to look at stays listed."""
        self.table.write(Delete(key=thing.key))

    def forget(self, author: str) -> None:
        """Remove the record, if it counts nothing any more.

        Raises:
            ChangedMeanwhile: there are comments that the index did not show yet.
        """
        nothing = Where(below={"approved": 1, "rejected": 1})
        self.table.write(Delete(key=keys.record(author), where=nothing))


def _thing(entry: Item) -> Thing:
    key = entry["pk"], entry["sk"]
    return Thing(Kind(key[1][0]), key[0].removeprefix("C#"), key)


def _record(item: Item) -> Record:
    since = from_iso(item["at"]) if "at" in item else None
    return Record(item.get("approved", 0), item.get("rejected", 0), since)
