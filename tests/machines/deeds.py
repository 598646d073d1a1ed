"""Deeds of readers and authors: each is one request, with what the model says of it.

``send`` asks the service, ``apply`` changes the model and returns what the service should answer, and
``understood`` is what it did answer, in the same words.
"""

import copy
from dataclasses import dataclass
from typing import Any, Protocol

from tests.machines.model import (
    EDIT_WINDOW,
    MAX_DEPTH,
    PER_NETWORK,
    Answer,
    Ballot,
    Entry,
    Model,
    Page,
    Words,
    owned,
    rewrite,
)
from tests.world import Reply, World, key22

HOME = "203.0.113.7"  # where authors are who name no other address
ENOUGH = 4  # requests


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
            return to_author(known, 201) if known.sent == self.sent else (409, "idempotency_key_reused")
        if model.posts.get(self.post, Page()).closed:
            return 423, "post_closed"
        above = model.comments.get(self.parent or "")
        if self.parent is not None and not (above and above.status == "published" and above.post == self.post):
            return 422, "invalid"
        status = model.verdict(self.author, self.post) if self.form else "pending"
        entry = Entry(self.id, self.post, *place_below(above), self.author, self.sent, model.now, status, self.words)
        entry.via = list(above.via) if above else []
        model.comments[self.id] = entry
        model.page(self.post)
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


def reactable(model: Model, comment_id: str, author: str) -> Entry | Answer:
    """The comment, if this author may vote on it or flag it; or the refusal."""
    entry = model.comments.get(comment_id)
    if entry is None or entry.status != "published":
        return 404, "not_found"
    return (403, "own_comment") if entry.author == author else entry


@dataclass(frozen=True)
class Vote:
    """An author votes; 0 takes the vote back."""

    id: str
    author: str
    direction: int
    address: str

    def send(self, world: World, _tokens: list[str]) -> Reply:
        return world.vote(self.id, self.direction, author=self.author, address=self.address)

    def apply(self, model: Model) -> Answer:
        entry = reactable(model, self.id, self.author)
        if not isinstance(entry, Entry):
            return entry
        before = entry.votes.get(self.author, Ballot(0, 0))
        if self.direction == before.direction:
            return 200, self.direction
        if not self.direction:
            take_back_vote(model, entry, self.author, self.address)
        elif before.direction:
            entry.votes[self.author] = Ballot(self.direction, before.serial)
        else:
            return self.vote(model, entry)
        return 200, self.direction

    def vote(self, model: Model, entry: Entry) -> Answer:
        """The first time."""
        tally = entry.tally("vote", self.address, model.now)
        if len(tally.serials) >= PER_NETWORK:
            return 429, "too_many_requests"
        model.serials += 1
        tally.serials.add(model.serials)
        entry.networks["vote", self.address] = tally
        entry.votes[self.author] = Ballot(self.direction, model.serials)
        return 200, self.direction

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["vote"]) if reply.status == 200 else refused(reply)


def take_back_vote(model: Model, entry: Entry, author: str, address: str) -> None:
    """Its network may give one more, if the author still comes from there."""
    ballot = entry.votes.pop(author)
    tally = entry.networks.get(("vote", address))
    if tally and model.now < tally.until:
        tally.serials.discard(ballot.serial)


@dataclass(frozen=True)
class Flag:
    """An author flags a comment; once."""

    id: str
    author: str
    note: str
    address: str

    def send(self, world: World, _tokens: list[str]) -> Reply:
        return world.flag(self.id, author=self.author, note=self.note, address=self.address)

    def apply(self, model: Model) -> Answer:
        entry = reactable(model, self.id, self.author)
        if not isinstance(entry, Entry):
            return entry
        if self.author in entry.flaggers:
            return (202,)
        tally = entry.tally("flag", self.address, model.now)
        if len(tally.serials) >= PER_NETWORK:
            return 429, "too_many_requests"
        model.serials += 1
        tally.serials.add(model.serials)
        entry.networks["flag", self.address] = tally
        entry.flaggers[self.author] = self.note
        entry.flags += 1
        return (202,)

    def understood(self, reply: Reply) -> Answer:
        return (202,) if reply.status == 202 else refused(reply)


@dataclass(frozen=True)
class Erase:
    """An author erases all that is theirs."""

    author: str

    def send(self, world: World, _tokens: list[str]) -> Reply:
        """Until nothing is left, as a client does."""
        for _ in range(ENOUGH):
            reply = world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(self.author)}")
            if reply.status != 200 or not reply.json["left"]:
                break
        return reply

    def apply(self, model: Model) -> Answer:
        for entry in model.comments.values():
            if self.author in entry.votes:
                take_back_vote(model, entry, self.author, HOME)
            entry.flaggers.pop(self.author, None)
            if entry.author == self.author:
                model.move(entry, "deleted", "withdraw")
        return 200, False

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["left"]) if reply.status == 200 else refused(reply)


def after(model: Model, *deeds: Deed) -> tuple[Model, list[Answer]]:
    """The model after some deeds, one after the other, and what each should be answered."""
    changed_model = copy.deepcopy(model)
    return changed_model, [deed.apply(changed_model) for deed in deeds]
