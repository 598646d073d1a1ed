"""What the service should do, in words of dictionaries: no table, no HTTP, nothing that fails."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

EDIT_WINDOW = timedelta(minutes=15)
UNDO_WINDOW = timedelta(days=30)
MAX_DEPTH = 6  # levels

STATUS_BY = {
    "approve": "published",
    "reject": "rejected",
    "spam": "spam",
    "restore": "pending",
    "delete": "deleted",
}
IMPOSSIBLE = {("published", "restore")}
UNDOABLE = {"approve", "reject", "spam", "restore", "undo"}

Answer = tuple[Any, ...]  # the status, then what each part of it came to


@dataclass(frozen=True)
class Words:
    """What somebody wrote."""

    text: str = ""
    name: str = ""
    link: str = ""


@dataclass
class Row:
    """A change of a comment's status.  ``id`` and ``bulk`` are learned from the table."""

    act: str
    before: str
    after: str
    version: int
    at: datetime
    id: str = ""
    bulk: str = ""
    undone: bool = False


@dataclass
class Entry:
    """A comment.  ``path`` is learned from the table; ``sent`` is what was first submitted: words and parent."""

    id: str
    post: str
    parent: str
    depth: int
    author: str
    sent: tuple[Words, str | None]
    created: datetime
    status: str
    words: Words
    version: int = 1
    path: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Model:
    """Everything that is known of the site.  ``posts`` maps a key to (closed, version)."""

    now: datetime
    comments: dict[str, Entry] = field(default_factory=dict)
    posts: dict[str, tuple[bool, int]] = field(default_factory=dict)
    policy: tuple[str, int] = ("always", 0)
    bulks: dict[str, list[str]] = field(default_factory=dict)

    def is_visible(self, entry: Entry) -> bool:
        """It has a place in the public thread: as itself, or for what hangs below."""
        below = (each for each in self.comments.values() if each.parent == entry.id)
        return entry.status == "published" or any(map(self.is_visible, below))

    def in_the_way(self, entry: Entry) -> bool:
        """Something above is not public, so that it can't be; of what was deleted the place comes back."""
        above = self.comments.get(entry.parent)
        while above and not self.is_visible(above):
            if above.status != "deleted":
                return True
            above = self.comments.get(above.parent)
        return False

    def verdict(self) -> str:
        """The status of what nothing but the policy holds."""
        return "pending" if self.policy[0] == "always" else "published"

    def move(self, entry: Entry, status: str, act: str) -> None:
        """Change a comment's status."""
        entry.version += 1
        entry.rows.append(Row(act, entry.status, status, entry.version, self.now))
        entry.status = status
        if status == "deleted":
            entry.words, entry.author = Words(), ""


def owned(model: Model, comment_id: str, author: str) -> Entry | None:
    """The author's own comment."""
    entry = model.comments.get(comment_id)
    return entry if entry and entry.author == author and entry.status != "deleted" else None


def rewrite(model: Model, entry: Entry, words: Words) -> None:
    """The new words are screened like new ones; but an edit brings nothing back that was rejected."""
    status = entry.status if entry.status in {"rejected", "spam"} else model.verdict()
    if status == "published" and not model.is_visible(entry) and model.in_the_way(entry):
        status = "pending"
    if status == entry.status:
        entry.version += 1
    else:
        model.move(entry, status, "edit")
    entry.words = words


def changed(model: Model, entry: Entry, status: str, act: str) -> Answer:
    """A moderator's change, if nothing above is in its way."""
    if status == "published" and not model.is_visible(entry) and model.in_the_way(entry):
        return "refused", "parent_not_published"
    model.move(entry, status, act)
    return "done", entry.status, entry.version


def take_back(model: Model, entry: Entry, row: Row) -> Answer:
    """The reverse of one change, unless another one followed."""
    if row.act not in UNDOABLE or entry.status == "deleted":
        return "refused", "not_possible"
    if model.now > row.at + UNDO_WINDOW:
        return "refused", "undo_expired"
    if entry.version != row.version:
        is_so = row.undone and entry.status == row.before
        return "already_so" if is_so else "changed_meanwhile", entry.status, entry.version
    answer = changed(model, entry, row.before, "undo")
    row.undone = answer[0] == "done"
    return answer
