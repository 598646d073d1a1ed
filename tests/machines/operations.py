"""Operations of readers and authors: each is one request, with the outcome that the model expects.

``send`` calls the service, ``apply`` changes the model and returns the expected outcome, and ``outcome_of``
reduces the service's response to the same form.
"""

import copy
from dataclasses import dataclass
from typing import Any, Protocol

from tests.support.model import (
    EDIT_WINDOW,
    MAX_DEPTH,
    PER_NETWORK,
    Ballot,
    CommentEntry,
    Content,
    Model,
    Outcome,
    PostEntry,
    apply_edit,
    own_comment,
)
from tests.support.world import Response, World, key22

ADDRESS = "203.0.113.7"  # the address of authors, unless a test names another
MAX_REQUESTS = 4  # requests


class Operation(Protocol):
    """A request, with the outcome that the model expects."""

    def send(self, world: World, tokens: list[str]) -> Response:
        """Ask the service; ``tokens`` are the moderators'."""

    def apply(self, model: Model) -> Outcome:
        """Change the model; returns the expected outcome."""

    def outcome_of(self, response: Response) -> Outcome:
        """The outcome in a response."""


def refusal(response: Response) -> Outcome:
    """The outcome of a refused request."""
    return response.status, response.json["code"]


def outcome_for_author(entry: CommentEntry, done: int) -> Outcome:
    """The outcome that an author sees: held and rejected look the same."""
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
    content: Content
    form: str

    @property
    def submitted(self) -> tuple[Content, str | None]:
        """The identity of a submission, wherever it is sent from."""
        return self.content, self.parent

    def send(self, world: World, _tokens: list[str]) -> Response:
        fields: dict[str, Any] = {"parent": self.parent, "form": self.form}
        fields |= {"name": self.content.name or None, "link": self.content.link or None}
        return world.submit(self.content.text, post=self.post, author=self.author, key=self.key, **fields)

    def apply(self, model: Model) -> Outcome:
        if known := model.comments.get(self.id):
            return (
                outcome_for_author(known, 201) if known.submitted == self.submitted else (409, "idempotency_key_reused")
            )
        if model.posts.get(self.post, PostEntry()).closed:
            return 423, "post_closed"
        above = model.comments.get(self.parent or "")
        if self.parent is not None and not (above and above.status == "published" and above.post == self.post):
            return 422, "invalid"
        status = model.verdict(self.author, self.post) if self.form else "pending"
        entry = CommentEntry(
            self.id, self.post, *place_below(above), self.author, self.submitted, model.now, status, self.content
        )
        entry.via, entry.has_form = list(above.via) if above else [], bool(self.form)
        model.comments[self.id] = entry
        model.post_entry(self.post)
        return outcome_for_author(entry, 201)

    def outcome_of(self, response: Response) -> Outcome:
        return (
            (response.status, response.json["id"], response.json["status"])
            if response.status < 400
            else refusal(response)
        )


def place_below(above: CommentEntry | None) -> tuple[str, int]:
    """(parent, depth): a reply to the deepest level becomes a sibling."""
    if above is None:
        return "", 1
    return (above.id, above.depth + 1) if above.depth < MAX_DEPTH else (above.parent, MAX_DEPTH)


@dataclass(frozen=True)
class Edit:
    """An author edits their own comment."""

    id: str
    author: str
    content: Content

    def send(self, world: World, _tokens: list[str]) -> Response:
        fields = {"name": self.content.name or None, "link": self.content.link or None}
        return world.edit(self.id, self.content.text, author=self.author, **fields)

    def apply(self, model: Model) -> Outcome:
        entry = own_comment(model, self.id, self.author)
        if entry is None:
            return 404, "not_found"
        if model.now > entry.created + EDIT_WINDOW:
            return 403, "edit_window_closed"
        newest = entry.edit.content if entry.edit else entry.content
        if newest != self.content:
            apply_edit(model, entry, self.content)
        return outcome_for_author(entry, 202 if entry.edit else 200)

    def outcome_of(self, response: Response) -> Outcome:
        return (
            (response.status, response.json["id"], response.json["status"])
            if response.status < 400
            else refusal(response)
        )


@dataclass(frozen=True)
class Withdraw:
    """An author deletes their own comment."""

    id: str
    author: str

    def send(self, world: World, _tokens: list[str]) -> Response:
        return world.withdraw(self.id, author=self.author)

    def apply(self, model: Model) -> Outcome:
        entry = own_comment(model, self.id, self.author)
        if entry is None:
            return 404, "not_found"
        model.move(entry, "deleted", "withdraw", "author")
        return (204,)

    def outcome_of(self, response: Response) -> Outcome:
        return (204,) if response.status == 204 else refusal(response)


def reactable(model: Model, comment_id: str, author: str) -> CommentEntry | Outcome:
    """The comment, if this author may react to it; otherwise the refusal."""
    entry = model.comments.get(comment_id)
    if entry is None or entry.status != "published":
        return 404, "not_found"
    return (403, "own_comment") if entry.author == author else entry


@dataclass(frozen=True)
class Vote:
    """An author votes; 0 removes the vote."""

    id: str
    author: str
    direction: int
    address: str

    def send(self, world: World, _tokens: list[str]) -> Response:
        return world.vote(self.id, self.direction, author=self.author, address=self.address)

    def apply(self, model: Model) -> Outcome:
        entry = reactable(model, self.id, self.author)
        if not isinstance(entry, CommentEntry):
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

    def vote(self, model: Model, entry: CommentEntry) -> Outcome:
        """A first vote."""
        tally = entry.tally("vote", self.address, model.now)
        if len(tally.serials) >= PER_NETWORK:
            return 429, "too_many_requests"
        model.serials += 1
        tally.serials.add(model.serials)
        entry.networks["vote", self.address] = tally
        entry.votes[self.author] = Ballot(self.direction, model.serials)
        return 200, self.direction

    def outcome_of(self, response: Response) -> Outcome:
        return (200, response.json["vote"]) if response.status == 200 else refusal(response)


def take_back_vote(model: Model, entry: CommentEntry, author: str, address: str) -> None:
    """Remove a vote; its network gets it back if the author still uses that network."""
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

    def send(self, world: World, _tokens: list[str]) -> Response:
        return world.flag(self.id, author=self.author, note=self.note, address=self.address)

    def apply(self, model: Model) -> Outcome:
        entry = reactable(model, self.id, self.author)
        if not isinstance(entry, CommentEntry):
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
        model.record("flag", entry, "reader")
        return (202,)

    def outcome_of(self, response: Response) -> Outcome:
        return (202,) if response.status == 202 else refusal(response)


@dataclass(frozen=True)
class Erase:
    """An author erases all their data."""

    author: str

    def send(self, world: World, _tokens: list[str]) -> Response:
        """Until nothing is left, as a client does."""
        for _ in range(MAX_REQUESTS):
            response = world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(self.author)}")
            if response.status != 200 or not response.json["left"]:
                break
        return response

    def apply(self, model: Model) -> Outcome:
        for entry in model.comments.values():
            if self.author in entry.votes:
                take_back_vote(model, entry, self.author, ADDRESS)
            entry.flaggers.pop(self.author, None)
            if entry.author == self.author:
                model.move(entry, "deleted", "erase", "author")
        return 200, False

    def outcome_of(self, response: Response) -> Outcome:
        return (200, response.json["left"]) if response.status == 200 else refusal(response)


def model_after(model: Model, *operations: Operation) -> tuple[Model, list[Outcome]]:
    """The model after some operations in order, and the expected outcome of each."""
    changed_model = copy.deepcopy(model)
    return changed_model, [operation.apply(changed_model) for operation in operations]
