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
PER_NETWORK = 3  # votes, or flags, on one comment
NETWORK_LIFE = timedelta(days=30)
EARLIER_LIFE = timedelta(days=30)
DATED = "/2024/"  # begins the keys of old posts

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


@dataclass(frozen=True)
class Policy:
    """What waits."""

    hold: str = "always"
    version: int = 0
    approvals: int = 1
    days: int = 14


@dataclass
class Page:
    """A post.  ``moving`` is the number of the move that goes on with it, ``moves`` are those that stand."""

    closed: bool = False
    title: str = ""
    version: int = 0
    since: datetime | None = None
    moving: int | None = None
    moves: list[int] = field(default_factory=list)
    moved_to: str = ""


@dataclass
class Transfer:
    """A move, or the way back of the one that it ``undoes``.  ``id`` is learned from the table.

    ``before`` and ``after``: (closed, moved to) of both posts.
    """

    source: str
    target: str
    at: datetime
    before: tuple[tuple[bool, str], tuple[bool, str]]
    after: tuple[tuple[bool, str], tuple[bool, str]]
    title: str = ""
    undoes: int | None = None
    undone: int | None = None
    finished: bool = False
    id: str = ""


@dataclass
class Shift:
    """A change of a post or of the policy (then ``post`` is empty).  ``id`` is learned from the table."""

    act: str
    post: str
    before: Any
    after: Any
    version: int
    at: datetime
    id: str = ""
    undone: bool = False
    undoing: bool = False


@dataclass(frozen=True)
class Ballot:
    """A vote; ``serial`` is its own."""

    direction: int
    serial: int


@dataclass
class Tally:
    """What a network counts on a comment: the serials of votes, or just flags."""

    until: datetime
    serials: set[int] = field(default_factory=set)


@dataclass
class Entry:
    """A comment.  ``path`` is learned from the table; ``sent`` is what was first submitted: words and parent.

    ``votes``: by author; ``flaggers``: by author, the note, since a moderator looked, and ``flags`` how many;
    ``networks``: how many of "vote" and "flag" came from an address; ``earlier``: what it said before a
    moderator reworded it, and when that was; ``reworded``: by whom it was last; ``via``: the moves that stand.
    """

    id: str
    post: str
    parent: str
    depth: int
    author: str
    sent: tuple[Words, str | None] | None
    created: datetime
    status: str
    words: Words
    version: int = 1
    path: str = ""
    rows: list[Row] = field(default_factory=list)
    vetted: bool = False
    badge: bool = False
    earlier: tuple[Words, datetime] | None = None
    reworded: int | None = None
    flags: int = 0
    votes: dict[str, Ballot] = field(default_factory=dict)
    flaggers: dict[str, str] = field(default_factory=dict)
    networks: dict[tuple[str, str], Tally] = field(default_factory=dict)
    via: list[int] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)

    def tally(self, kind: str, address: str, now: datetime) -> Tally:
        """What is counted of a network; anew where it was for long enough."""
        tally = self.networks.get((kind, address))
        if tally is None or now >= tally.until:
            tally = Tally(now + NETWORK_LIFE)
        return tally


@dataclass
class Model:
    """Everything that is known of the site.  ``posts`` maps a key to what is known of it."""

    now: datetime
    comments: dict[str, Entry] = field(default_factory=dict)
    posts: dict[str, Page] = field(default_factory=dict)
    policy: Policy = Policy()
    shifts: list[Shift] = field(default_factory=list)
    bulks: dict[str, list[str]] = field(default_factory=dict)
    serials: int = 0
    moves: list[Transfer] = field(default_factory=list)

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

    def verdict(self, author: str, post: str) -> str:
        """The status of what nothing but the policy holds."""
        since = self.posts.get(post, Page()).since or self.now
        is_first = not any(entry.post == post and entry.status == "published" for entry in self.comments.values())
        is_old = is_first or post.startswith(DATED) or self.now - since > timedelta(days=self.policy.days)
        holds = {
            "always": True,
            "new_authors": self.approved(author) < self.policy.approvals,
            "posts_older_than": is_old,
            "never": False,
        }
        return "pending" if holds[self.policy.hold] else "published"

    def approved(self, author: str) -> int:
        """How many of an author's comments are published because a moderator said so."""
        if not author:
            return 0
        mine = (entry for entry in self.comments.values() if entry.author == author)
        return sum(entry.vetted and entry.status == "published" for entry in mine)

    def move(self, entry: Entry, status: str, act: str, *, vetted: bool = True) -> None:
        """Change a comment's status; nothing is flagged any more."""
        entry.version += 1
        entry.rows.append(Row(act, entry.status, status, entry.version, self.now))
        entry.status, entry.flags, entry.flaggers = status, 0, {}
        entry.vetted = vetted and status not in {"pending", "deleted"}
        if status == "deleted":
            entry.words, entry.author, entry.earlier, entry.badge = Words(), "", None, False
            entry.votes, entry.networks = {}, {}

    def page(self, post: str) -> Page:
        """What is known of a post; from now on it is known."""
        page = self.posts.setdefault(post, Page())
        page.since = page.since or self.now
        return page


def owned(model: Model, comment_id: str, author: str) -> Entry | None:
    """The author's own comment."""
    entry = model.comments.get(comment_id)
    return entry if entry and entry.author == author and entry.status != "deleted" else None


def rewrite(model: Model, entry: Entry, words: Words) -> None:
    """The new words are screened like new ones; but an edit brings nothing back that was rejected."""
    verdict = "pending" if entry.reworded is not None else model.verdict(entry.author, entry.post)
    status = entry.status if entry.status in {"rejected", "spam"} else verdict
    if status == "published" and not model.is_visible(entry) and model.in_the_way(entry):
        status = "pending"
    if status == entry.status:
        entry.version += 1
    else:
        model.move(entry, status, "edit", vetted=False)
    entry.words, entry.reworded = words, None


def changed(model: Model, entry: Entry, status: str, act: str) -> Answer:
    """A moderator's change, if nothing above is in its way."""
    if status == "published" and not model.is_visible(entry) and model.in_the_way(entry):
        return "refused", "parent_not_published"
    model.move(entry, status, act)
    return "done", entry.status, entry.version


def take_back(model: Model, entry: Entry, row: Row) -> Answer:
    """The reverse of one change, unless another one followed."""
    if row.act not in UNDOABLE or row.before == row.after or entry.status == "deleted":
        return "refused", "not_possible"
    if model.now > row.at + UNDO_WINDOW:
        return "refused", "undo_expired"
    if entry.version != row.version:
        is_so = row.undone and entry.status == row.before
        return "already_so" if is_so else "changed_meanwhile", entry.status, entry.version
    answer = changed(model, entry, row.before, "undo")
    row.undone = answer[0] == "done"
    return answer
