"""Deeds: each is one request, with what the model says of it.

``send`` asks the service, ``apply`` changes the model and returns what the service should answer, and
``understood`` is what it did answer, in the same words.
"""

import copy
from dataclasses import dataclass
from typing import Any, Protocol

from tests.machines.model import (
    EDIT_WINDOW,
    IMPOSSIBLE,
    MAX_DEPTH,
    STATUS_BY,
    Answer,
    Entry,
    Model,
    Words,
    changed,
    owned,
    rewrite,
    take_back,
)
from tests.world import Reply, World


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

    @property
    def sent(self) -> tuple[Words, str | None]:
        """What makes it the same submission, wherever it is sent from."""
        return self.words, self.parent

    def send(self, world: World, _tokens: list[str]) -> Reply:
        fields: dict[str, Any] = {"parent": self.parent, "form": self.form}
        fields |= {"name": self.words.name or None, "link": self.words.link or None}
        return world.submit(self.words.text, post=self.post, author=self.author, key=self.key, **fields)

    def apply(self, model: Model) -> Answer:
        if known := model.comments.get(self.id):
            return to_author(known, 201) if self.sent == known.sent else (409, "idempotency_key_reused")
        if model.posts.get(self.post, (False, 0))[0]:
            return 423, "post_closed"
        above = model.comments.get(self.parent or "")
        if self.parent is not None and not (above and above.status == "published" and above.post == self.post):
            return 422, "invalid"
        status = model.verdict() if self.form else "pending"
        entry = Entry(self.id, self.post, *place_below(above), self.author, self.sent, model.now, status, self.words)
        model.comments[self.id] = entry
        model.posts.setdefault(self.post, (False, 0))
        return to_author(entry, 201)

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
