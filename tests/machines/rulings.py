"""Rulings: what moderators and the owner ask for, each one request, with what the model says of it."""

from dataclasses import dataclass, replace
from typing import Any

from tests.machines.deeds import place_below, refused
from tests.machines.model import (
    EARLIER_LIFE,
    IMPOSSIBLE,
    STATUS_BY,
    Answer,
    Entry,
    Model,
    Row,
    Words,
    changed,
    take_back,
)
from tests.world import Reply, World, key22

NAMES = ("Ada", "Bea")  # of the moderators


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
        if entry.status == status and not entry.flags:
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
class Answering:
    """A moderator replies; ``approve`` is the version of what they answer, to approve it in the same write."""

    id: str
    key: str
    post: str
    parent: str
    words: Words
    approve: int | None
    by: int

    @property
    def sent(self) -> tuple[Words, str | None]:
        return self.words, self.parent

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"post": self.post, "text": self.words.text, "parent": self.parent, "approve_parent": self.approve}
        headers = {"Idempotency-Key": key22(self.key)}
        return world.request("POST", "/v1/moderation/comments", json_body=body, token=tokens[self.by], headers=headers)

    def apply(self, model: Model) -> Answer:
        if known := model.comments.get(self.id):
            return (201, known.id, known.status) if self.sent == known.sent else (409, "idempotency_key_reused")
        above = model.comments.get(self.parent)
        if above is None or above.post != self.post or above.status == "deleted":
            return 422, "invalid"
        if above.status != "published":
            if not self.approve:
                return 409, "parent_not_published"
            answer = Decide.settle(model, Wish(self.parent, self.approve, "approve"))
            if answer[0] != "done":
                return 409, answer[1] if answer[0] == "refused" else answer[0]
        return self.write(model, above)

    def write(self, model: Model, above: Entry) -> Answer:
        """The reply itself."""
        words = replace(self.words, name=NAMES[self.by])
        entry = Entry(self.id, self.post, *place_below(above), "", self.sent, model.now, "published", words, badge=True)
        entry.rows.append(Row("reply", "", "published", 1, model.now))
        entry.via = list(above.via)
        model.comments[self.id] = entry
        model.page(self.post)
        return 201, self.id, "published"

    def understood(self, reply: Reply) -> Answer:
        return (201, reply.json["id"], reply.json["status"]) if reply.status == 201 else refused(reply)


@dataclass(frozen=True)
class Reword:
    """A moderator edits a comment in the version that they saw."""

    id: str
    version: int
    words: Words
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        fields = {"name": self.words.name or None, "link": self.words.link or None}
        body = {"version": self.version, "text": self.words.text, **fields}
        route, path = "/v1/moderation/comments/{comment_id}", {"comment_id": self.id}
        return world.request("PATCH", route, path=path, json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        entry = model.comments.get(self.id)
        if entry is None or entry.status == "deleted":
            return 404, "not_found"
        words = replace(self.words, name=entry.words.name) if entry.badge else self.words
        is_done = (entry.version, entry.reworded) == (self.version + 1, self.by)
        if entry.words == words and (is_done or entry.version == self.version):
            return 200, entry.version
        if entry.version != self.version:
            return 409, "changed_meanwhile"
        entry.version += 1
        entry.rows.append(Row("edit", entry.status, entry.status, entry.version, model.now))
        if not entry.earlier or model.now > entry.earlier[1] + EARLIER_LIFE:
            entry.earlier = entry.words, model.now
        entry.words, entry.reworded = words, self.by
        return 200, entry.version

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["version"]) if reply.status == 200 else refused(reply)
