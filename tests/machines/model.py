"""What the service should do, in words of dictionaries: no table, no HTTP, nothing that fails.

A *deed* is one request: ``send`` asks the service, ``apply`` changes the model and returns what the service should
answer, ``understood`` is what it did answer, in the same words.
"""

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from tests.world import Reply, World

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
    """A comment.  ``path`` is learned from the table; ``sent`` is the submission that made it."""

    id: str
    post: str
    parent: str
    depth: int
    author: str
    sent: "Submit"
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


class Deed(Protocol):
    """One request."""

    def send(self, world: World, tokens: list[str]) -> Reply:
        """Ask the service; ``tokens`` are the moderators'."""

    def apply(self, model: Model) -> Answer:
        """Change the model; what the service should answer."""

    def understood(self, reply: Reply) -> Answer:
        """What it answered."""


def refused(reply: Reply) -> Answer:
    """A refusal."""
    return reply.status, reply.json["code"]


def to_author(entry: Entry, done: int) -> Answer:
    """What its author is told: whether it waits or is not wanted looks the same."""
    shown = {"rejected": "pending", "spam": "pending"}.get(entry.status, entry.status)
    return (done if entry.status == "published" else 202), entry.id, shown


@dataclass(frozen=True)
class Submit:
    """A comment is submitted; ``form`` is a good form token, or nothing."""

    id: str
    key: str
    post: str
    author: str
    parent: str | None
    words: Words
    form: str

    def send(self, world: World, _tokens: list[str]) -> Reply:
        fields: dict[str, Any] = {"parent": self.parent, "form": self.form}
        fields |= {"name": self.words.name or None, "link": self.words.link or None}
        return world.submit(self.words.text, post=self.post, author=self.author, key=self.key, **fields)

    def apply(self, model: Model) -> Answer:
        if known := model.comments.get(self.id):
            return to_author(known, 201) if self.is_repeat_of(known.sent) else (409, "idempotency_key_reused")
        if model.posts.get(self.post, (False, 0))[0]:
            return 423, "post_closed"
        above = model.comments.get(self.parent or "")
        if self.parent is not None and not (above and above.status == "published" and above.post == self.post):
            return 422, "invalid"
        status = model.verdict() if self.form else "pending"
        entry = Entry(self.id, self.post, *place_below(above), self.author, self, model.now, status, self.words)
        model.comments[self.id] = entry
        model.posts.setdefault(self.post, (False, 0))
        return to_author(entry, 201)

    def is_repeat_of(self, first: "Submit") -> bool:
        """The same words, wherever they are sent from."""
        return (self.words, self.parent) == (first.words, first.parent)

    def understood(self, reply: Reply) -> Answer:
        return (reply.status, reply.json["id"], reply.json["status"]) if reply.status < 400 else refused(reply)


def place_below(above: Entry | None) -> tuple[str, int]:
    """(what it hangs below, how deep): a reply to the deepest level stands beside what it answers."""
    if above is None:
        return "", 1
    return (above.id, above.depth + 1) if above.depth < MAX_DEPTH else (above.parent, MAX_DEPTH)


@dataclass(frozen=True)
class Edit:
    """An author writes something else."""

    id: str
    author: str
    words: Words

    def send(self, world: World, _tokens: list[str]) -> Reply:
        fields = {"name": self.words.name or None, "link": self.words.link or None}
        return world.edit(self.id, self.words.text, author=self.author, **fields)

    def apply(self, model: Model) -> Answer:
        entry = owned(model, self.id, self.author)
        if entry is None:
            return 404, "not_found"
        if model.now > entry.created + EDIT_WINDOW:
            return 403, "edit_window_closed"
        if entry.words != self.words:
            rewrite(model, entry, self.words)
        return to_author(entry, 200)

    def understood(self, reply: Reply) -> Answer:
        return (reply.status, reply.json["id"], reply.json["status"]) if reply.status < 400 else refused(reply)


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


@dataclass(frozen=True)
class Withdraw:
    """An author deletes their own comment."""

    id: str
    author: str

    def send(self, world: World, _tokens: list[str]) -> Reply:
        return world.withdraw(self.id, author=self.author)

    def apply(self, model: Model) -> Answer:
        entry = owned(model, self.id, self.author)
        if entry is None:
            return 404, "not_found"
        model.move(entry, "deleted", "withdraw")
        return (204,)

    def understood(self, reply: Reply) -> Answer:
        return (204,) if reply.status == 204 else refused(reply)


@dataclass(frozen=True)
class Wish:
    """One decision about a comment in the version that the moderator saw."""

    id: str
    version: int
    decision: str


@dataclass(frozen=True)
class Decide:
    """A moderator decides on some comments."""

    wishes: tuple[Wish, ...]
    by: int
    note: str = ""

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"decisions": [{**vars(wish), "note": self.note} for wish in self.wishes]}
        return world.request("POST", "/v1/moderation/decisions", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        return 200, *(self.settle(model, wish) for wish in self.wishes)

    @staticmethod
    def settle(model: Model, wish: Wish) -> Answer:
        entry, status = model.comments.get(wish.id), STATUS_BY[wish.decision]
        if entry is None:
            return "refused", "not_found"
        if entry.status == status:
            return "already_so", entry.status, entry.version
        if entry.version != wish.version:
            return "changed_meanwhile", entry.status, entry.version
        if (entry.status, wish.decision) in IMPOSSIBLE or entry.status == "deleted":
            return "refused", "not_possible"
        return changed(model, entry, status, wish.decision)

    def understood(self, reply: Reply) -> Answer:
        return results_of(reply)


def changed(model: Model, entry: Entry, status: str, act: str) -> Answer:
    """A moderator's change, if nothing above is in its way."""
    if status == "published" and not model.is_visible(entry) and model.in_the_way(entry):
        return "refused", "parent_not_published"
    model.move(entry, status, act)
    return "done", entry.status, entry.version


def results_of(reply: Reply) -> Answer:
    """What became of each."""
    if reply.status != 200:
        return refused(reply)
    return 200, *map(result_of, reply.json["results"])


def result_of(result: dict[str, Any]) -> Answer:
    """What became of one: as it stands now, or why not."""
    if result["outcome"] == "refused":
        return "refused", result["code"]
    comment = result["comment"] or {"status": None, "version": None}
    return result["outcome"], comment["status"], comment["version"]


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


@dataclass(frozen=True)
class Undo:
    """A moderator takes one decision back."""

    id: str
    row: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"comment": self.id, "decision": self.row}
        return world.request("POST", "/v1/moderation/undo", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        entry = model.comments.get(self.id)
        row = next((row for row in entry.rows if row.id == self.row), None) if entry else None
        return (200, take_back(model, entry, row)) if entry and row else (404, "not_found")

    def understood(self, reply: Reply) -> Answer:
        return results_of(reply)


@dataclass(frozen=True)
class UndoBulk:
    """A moderator takes back all that one request decided: what is answered comes before its replies."""

    bulk: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        return world.request("POST", "/v1/moderation/undo", json_body={"bulk": self.bulk}, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        if self.bulk not in model.bulks:
            return 404, "not_found"
        known = (model.comments[key] for key in model.bulks[self.bulk] if key in model.comments)
        entries = sorted(known, key=lambda entry: entry.path)
        rows = [(entry, row) for entry in entries for row in entry.rows if row.bulk == self.bulk]
        return 200, *(take_back(model, entry, row) for entry, row in rows)

    def understood(self, reply: Reply) -> Answer:
        return results_of(reply)


@dataclass(frozen=True)
class Close:
    """A moderator closes a post or reopens it; ``version`` is the one seen, or none."""

    post: str
    closed: bool
    version: int | None
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"closed": self.closed, "version": self.version}
        query = {"post": self.post}
        return world.request("PATCH", "/v1/moderation/posts", query=query, json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        closed, version = model.posts.get(self.post, (False, 0))
        if closed is not self.closed and self.version not in {None, version}:
            return 409, "changed_meanwhile"
        if closed is not self.closed:
            version += 1
            model.posts[self.post] = (self.closed, version)
        return 200, self.closed, version

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["closed"], reply.json["version"]) if reply.status == 200 else refused(reply)


@dataclass(frozen=True)
class SetPolicy:
    """The owner changes the policy that had this version."""

    hold: str
    version: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"hold": self.hold, "version": self.version}
        return world.request("PUT", "/v1/moderation/policy", json_body=body, token=tokens[0])

    def apply(self, model: Model) -> Answer:
        wanted = (self.hold, self.version + 1)
        if wanted != model.policy and self.version != model.policy[1]:
            return 409, "changed_meanwhile"
        model.policy = wanted
        return 200, *wanted

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["hold"], reply.json["version"]) if reply.status == 200 else refused(reply)


def after(model: Model, *deeds: Deed) -> tuple[Model, list[Answer]]:
    """The model after some deeds, one after the other, and what each should be answered."""
    changed_model = copy.deepcopy(model)
    return changed_model, [deed.apply(changed_model) for deed in deeds]
