"""A reference model of the service in plain dictionaries: no table, no HTTP, no failures."""

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
PREVIOUS_TEXT_LIFE = timedelta(days=30)
DATED = "/2024/"  # begins the keys of old posts

Outcome = tuple[Any, ...]  # the status, then what each part of it came to


@dataclass(frozen=True)
class Content:
    """The text, name and link of a comment."""

    text: str = ""
    name: str = ""
    link: str = ""


@dataclass
class Row:
    """A change of a comment.  ``id`` and ``bulk`` are learned from the table.

    ``edit`` is what became of a pending edit, and ``was`` what it was before a decision.
    """

    act: str
    before: str
    after: str
    version: int
    at: datetime
    id: str = ""
    bulk: str = ""
    undone: bool = False
    edit: str = ""
    was: str = ""


@dataclass(frozen=True)
class PendingEdit:
    """An edit of a published comment that waits.  ``after_moderator``: a moderator had edited the comment."""

    content: Content
    after_moderator: bool


@dataclass(frozen=True)
class Kept:
    """What a comment was before a decision about its pending edit, for an undo."""

    content: Content
    edited_by: int | None
    vetted: bool
    after_moderator: bool
    edit: PendingEdit


@dataclass(frozen=True, order=True)
class LogEntry:
    """What the audit log has to say of one change.

    ``actor`` is a kind of actor, and of a moderator also the number.  ``listed``: in the month's list.
    """

    action: str
    comment: str
    post: str
    version: int
    actor: str
    bulk: bool = False
    listed: bool = True


def moderator(by: int) -> str:
    """A moderator as the actor of a log entry."""
    return f"moderator {by}"


Rules = dict[str, dict[str, Any]]  # section → setting → value

DEFAULT_RULES: Rules = {  # of the rules that the model knows
    "every_comment": {"active": True},
    "new_author": {"active": False, "approvals": 1},
    "old_post": {"active": False, "days": 14},
    "links": {"active": False, "allowed": 2},
    "honeypot": {"active": True},
}


def known_rules(rules: Rules) -> Rules:
    """The part of a policy that the model knows."""
    return {section: settings for section, settings in rules.items() if section in DEFAULT_RULES}


@dataclass(frozen=True)
class Policy:
    """The policy for holding comments: a document with the settings of the rules that the model knows."""

    version: int = 0
    rules: Rules = field(default_factory=lambda: DEFAULT_RULES)

    def changed(self, changes: Rules) -> "Policy":
        """The next version, with some settings changed."""
        rules = {section: {**settings, **changes.get(section, {})} for section, settings in self.rules.items()}
        return Policy(self.version + 1, rules)

    def differences(self, other: "Policy") -> Rules:
        """The settings that are different in the other policy."""
        found = {
            section: {name: value for name, value in settings.items() if other.rules[section][name] != value}
            for section, settings in self.rules.items()
        }
        return {section: settings for section, settings in found.items() if settings}


@dataclass
class PostEntry:
    """A post.  ``moving`` is the number of the move in progress, ``moves`` are those in effect."""

    closed: bool = False
    title: str = ""
    version: int = 0
    since: datetime | None = None
    moving: int | None = None
    moves: list[int] = field(default_factory=list)
    moved_to: str = ""


@dataclass
class Relocation:
    """A move, or the reversal of the one that it ``undoes``.  ``id`` is learned from the table.

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
class AdminChange:
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
    """A vote with its own serial number."""

    direction: int
    serial: int


@dataclass
class Tally:
    """Votes (by serial number) or flags of one network on a comment."""

    until: datetime
    serials: set[int] = field(default_factory=set)


@dataclass
class CommentEntry:
    """A comment.  ``path`` is learned from the table; ``submitted`` is the original submission: content and parent.

    ``votes``: by author; ``flaggers``: notes by author, since the last review, and ``flags`` their number;
    ``networks``: votes and flags by kind and address; ``previous``: the content before a moderator's edit, and
    the time of the edit; ``edited_by``: the moderator who edited it last; ``via``: the moves in effect;
    ``after_moderator``: its author has edited it since a moderator did; ``has_form``: it was submitted with a form.
    """

    id: str
    post: str
    parent: str
    depth: int
    author: str
    submitted: tuple[Content, str | None] | None
    created: datetime
    status: str
    content: Content
    version: int = 1
    path: str = ""
    rows: list[Row] = field(default_factory=list)
    vetted: bool = False
    badge: bool = False
    previous: tuple[Content, datetime] | None = None
    edited_by: int | None = None
    after_moderator: bool = False
    has_form: bool = True
    edit: PendingEdit | None = None
    kept: Kept | None = None
    flags: int = 0
    votes: dict[str, Ballot] = field(default_factory=dict)
    flaggers: dict[str, str] = field(default_factory=dict)
    networks: dict[tuple[str, str], Tally] = field(default_factory=dict)
    via: list[int] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)

    def tally(self, kind: str, address: str, now: datetime) -> Tally:
        """A network's tally, new if the old one expired."""
        tally = self.networks.get((kind, address))
        if tally is None or now >= tally.until:
            tally = Tally(now + NETWORK_LIFE)
        return tally


@dataclass
class Model:
    """The state of the site."""

    now: datetime
    comments: dict[str, CommentEntry] = field(default_factory=dict)
    posts: dict[str, PostEntry] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    admin_changes: list[AdminChange] = field(default_factory=list)
    bulks: dict[str, list[str]] = field(default_factory=dict)
    serials: int = 0
    moves: list[Relocation] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)

    def is_visible(self, entry: CommentEntry) -> bool:
        """Whether it has a place in the public thread: itself, or as a tombstone for its replies."""
        below = (each for each in self.comments.values() if each.parent == entry.id)
        return entry.status == "published" or any(map(self.is_visible, below))

    def is_blocked(self, entry: CommentEntry) -> bool:
        """Whether an unpublished ancestor keeps it from being public; deleted ancestors become tombstones."""
        above = self.comments.get(entry.parent)
        while above and not self.is_visible(above):
            if above.status != "deleted":
                return True
            above = self.comments.get(above.parent)
        return False

    def verdict(self, author: str, post: str, edited: str = "") -> str:
        """The status of a comment that only the policy may hold.  An edit counts as if its comment did not exist."""
        since = self.posts.get(post, PostEntry()).since or self.now
        others = [entry for entry in self.comments.values() if entry.id != edited]
        is_first = not any(entry.post == post and entry.status == "published" for entry in others)
        rules = self.policy.rules
        holds = {
            "every_comment": True,
            "new_author": self.approved(author, edited) < rules["new_author"]["approvals"],
            "old_post": is_first
            or post.startswith(DATED)
            or self.now - since > timedelta(days=rules["old_post"]["days"]),
        }
        return "pending" if any(rules[rule]["active"] and found for rule, found in holds.items()) else "published"

    def approved(self, author: str, edited: str = "") -> int:
        """The number of an author's other comments that are published by a moderator's decision."""
        if not author:
            return 0
        mine = (entry for entry in self.comments.values() if entry.author == author and entry.id != edited)
        return sum(entry.vetted and entry.status == "published" for entry in mine)

    def record(self, act: str, entry: CommentEntry, actor: str, *, bulk: bool = False) -> None:
        """Add a change of a comment to the log."""
        self.log.append(LogEntry(act, entry.id, entry.post, entry.version, actor, bulk))

    def move(
        self, entry: CommentEntry, status: str, act: str, actor: str, *, vetted: bool = True, bulk: bool = False
    ) -> None:
        """Change a comment's status, which resolves its flags."""
        entry.version += 1
        self.record(act, entry, actor, bulk=bulk)
        entry.rows.append(Row(act, entry.status, status, entry.version, self.now))
        entry.status, entry.flags, entry.flaggers = status, 0, {}
        entry.vetted = vetted and status not in {"pending", "deleted"}
        if status == "deleted":
            entry.content, entry.author, entry.previous, entry.badge = Content(), "", None, False
            entry.votes, entry.networks = {}, {}
            entry.edit = entry.kept = None

    def post_entry(self, post: str) -> PostEntry:
        """The entry of a post, created if needed."""
        post_entry = self.posts.setdefault(post, PostEntry())
        post_entry.since = post_entry.since or self.now
        return post_entry


def own_comment(model: Model, comment_id: str, author: str) -> CommentEntry | None:
    """The author's own comment, if it is."""
    entry = model.comments.get(comment_id)
    return entry if entry and entry.author == author and entry.status != "deleted" else None


def apply_edit(model: Model, entry: CommentEntry, content: Content) -> None:
    """Screen the new content; an edit never restores a rejected comment, and never profits from its approval."""
    if content == entry.content:
        entry.edit = None
        add_row(model, entry, "edit", "author", edit="withdrawn")
        return
    after_moderator = entry.edited_by is not None or entry.after_moderator
    is_held = after_moderator or not entry.has_form
    verdict = "pending" if is_held else model.verdict(entry.author, entry.post, entry.id)
    if entry.status == "published" and verdict == "pending":
        entry.edit, entry.kept = PendingEdit(content, after_moderator), None
        add_row(model, entry, "edit", "author", edit="pending")
        return
    status = entry.status if entry.status in {"rejected", "spam"} else verdict
    if status == "published" and not model.is_visible(entry) and model.is_blocked(entry):
        status = "pending"
    if status == entry.status:
        entry.vetted = entry.vetted and status != "published"
        add_row(model, entry, "edit", "author")
    else:
        model.move(entry, status, "edit", "author", vetted=False)
    entry.content, entry.edited_by, entry.edit, entry.after_moderator = content, None, None, after_moderator


def add_row(
    model: Model, entry: CommentEntry, act: str, actor: str, *, bulk: bool = False, edit: str = "", was: str = ""
) -> None:
    """Add a row that leaves the status as it is."""
    entry.version += 1
    entry.rows.append(Row(act, entry.status, entry.status, entry.version, model.now, edit=edit, was=was))
    model.record(act, entry, actor, bulk=bulk)


EDIT_STATES = {"approve": "approved", "reject": "rejected", "spam": "spam"}


def decide_on_edit(
    model: Model, entry: CommentEntry, decision: str, by: int, *, bulk: bool = False, act: str = ""
) -> Outcome:
    """Approve or drop a pending edit; the comment stays published."""
    edit = entry.edit
    assert edit
    entry.kept = Kept(entry.content, entry.edited_by, entry.vetted, entry.after_moderator, edit)
    entry.edit = None
    if decision == "approve":
        entry.content, entry.edited_by, entry.after_moderator = edit.content, None, edit.after_moderator
        entry.vetted, entry.flags, entry.flaggers = True, 0, {}
    state = EDIT_STATES[decision]
    add_row(model, entry, act or decision, moderator(by), bulk=bulk, edit=state, was="pending")
    return "done", entry.status, entry.version


def reopen_edit(model: Model, entry: CommentEntry, row: Row, by: int, *, bulk: bool) -> Outcome:
    """Let an edit wait again, as before the decision about it."""
    kept = entry.kept
    assert kept
    entry.content, entry.edited_by, entry.vetted = kept.content, kept.edited_by, kept.vetted
    entry.after_moderator, entry.edit, entry.kept = kept.after_moderator, kept.edit, None
    add_row(model, entry, "undo", moderator(by), bulk=bulk, edit="pending", was=row.edit)
    return "done", entry.status, entry.version


def change_status(model: Model, entry: CommentEntry, status: str, act: str, by: int, *, bulk: bool = False) -> Outcome:
    """Apply a moderator's change unless an ancestor blocks it."""
    if status == "published" and not model.is_visible(entry) and model.is_blocked(entry):
        return "refused", "parent_not_published"
    model.move(entry, status, act, moderator(by), bulk=bulk)
    return "done", entry.status, entry.version


def undo_change(model: Model, entry: CommentEntry, row: Row, by: int, *, bulk: bool = False) -> Outcome:
    """Reverse one change unless another one followed."""
    is_change = row.before != row.after or row.was
    if row.act not in UNDOABLE or not is_change or entry.status == "deleted":
        return "refused", "not_possible"
    if model.now > row.at + UNDO_WINDOW:
        return "refused", "undo_expired"
    if entry.version != row.version:
        edit_is_as_before = not row.was or (row.was == "pending") == (entry.edit is not None)
        is_so = row.undone and entry.status == row.before and edit_is_as_before
        return "already_so" if is_so else "changed_meanwhile", entry.status, entry.version
    outcome = reverse(model, entry, row, by, bulk=bulk)
    row.undone = outcome[0] == "done"
    return outcome


def reverse(model: Model, entry: CommentEntry, row: Row, by: int, *, bulk: bool) -> Outcome:
    """Reverse a change of the status, a decision about an edit, or the undo of one."""
    if not row.was:
        return change_status(model, entry, row.before, "undo", by, bulk=bulk)
    if row.was == "pending":
        return reopen_edit(model, entry, row, by, bulk=bulk)
    decision = next(decision for decision, state in EDIT_STATES.items() if state == row.was)
    return decide_on_edit(model, entry, decision, by, bulk=bulk, act="undo")
