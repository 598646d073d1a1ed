"""Commands of moderators and the owner: each is one request, with the outcome that the model expects."""

from dataclasses import dataclass, replace
from typing import Any

from tests.machines.operations import place_below, refusal
from tests.support.model import (
    EDIT_STATES,
    IMPOSSIBLE,
    PREVIOUS_TEXT_LIFE,
    STATUS_BY,
    CommentEntry,
    Content,
    Model,
    Outcome,
    Row,
    change_status,
    decide_on_edit,
    moderator,
    undo_change,
)
from tests.support.world import Response, World, key22

NAMES = ("Ada", "Bea")  # of the moderators


@dataclass(frozen=True)
class DecisionRequest:
    """One decision about a comment in the version that the moderator saw."""

    id: str
    version: int
    decision: str


@dataclass(frozen=True)
class Decide:
    """A moderator decides on some comments."""

    decisions: tuple[DecisionRequest, ...]
    by: int
    note: str = ""

    def send(self, world: World, tokens: list[str]) -> Response:
        body = {"decisions": [{**vars(decision_request), "note": self.note} for decision_request in self.decisions]}
        return world.request("POST", "/v1/moderation/decisions", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        bulk = len(self.decisions) > 1
        return 200, *(self.settle(model, each, self.by, bulk=bulk) for each in self.decisions)

    @staticmethod
    def settle(model: Model, decision_request: DecisionRequest, by: int, *, bulk: bool = False) -> Outcome:
        entry, status = model.comments.get(decision_request.id), STATUS_BY[decision_request.decision]
        if entry is None:
            return "refused", "not_found"
        if entry.status == status and not entry.flags and not entry.edit:
            return "already_so", entry.status, entry.version
        if entry.version != decision_request.version:
            return "changed_meanwhile", entry.status, entry.version
        if (entry.status, decision_request.decision) in IMPOSSIBLE or entry.status == "deleted":
            return "refused", "not_possible"
        if entry.edit and decision_request.decision in EDIT_STATES:
            return decide_on_edit(model, entry, decision_request.decision, by, bulk=bulk)
        return change_status(model, entry, status, decision_request.decision, by, bulk=bulk)

    def outcome_of(self, response: Response) -> Outcome:
        return results_of(response)


def results_of(response: Response) -> Outcome:
    """The results of several decisions."""
    if response.status != 200:
        return refusal(response)
    return 200, *map(result_of, response.json["results"])


def result_of(result: dict[str, Any]) -> Outcome:
    """The result of one decision: the current state, or why it was refused."""
    if result["outcome"] == "refused":
        return "refused", result["code"]
    comment = result["comment"] or {"status": None, "version": None}
    return result["outcome"], comment["status"], comment["version"]


@dataclass(frozen=True)
class Undo:
    """A moderator undoes one decision."""

    id: str
    row: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Response:
        body = {"comment": self.id, "decision": self.row}
        return world.request("POST", "/v1/moderation/undo", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        entry = model.comments.get(self.id)
        row = next((row for row in entry.rows if row.id == self.row), None) if entry else None
        return (200, undo_change(model, entry, row, self.by)) if entry and row else (404, "not_found")

    def outcome_of(self, response: Response) -> Outcome:
        return results_of(response)


@dataclass(frozen=True)
class UndoBulk:
    """A moderator undoes a whole bulk, parents before their replies."""

    bulk: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Response:
        return world.request("POST", "/v1/moderation/undo", json_body={"bulk": self.bulk}, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        if self.bulk not in model.bulks:
            return 404, "not_found"
        known = (model.comments[key] for key in model.bulks[self.bulk] if key in model.comments)
        entries = sorted(known, key=lambda entry: entry.path)
        rows = [(entry, row) for entry in entries for row in entry.rows if row.bulk == self.bulk]
        return 200, *(undo_change(model, entry, row, self.by, bulk=len(rows) > 1) for entry, row in rows)

    def outcome_of(self, response: Response) -> Outcome:
        return results_of(response)


@dataclass(frozen=True)
class ModeratorReply:
    """A moderator replies; ``approve`` is the version of the parent, to approve it in the same write."""

    id: str
    key: str
    post: str
    parent: str
    content: Content
    approve: int | None
    by: int

    @property
    def submitted(self) -> tuple[Content, str | None]:
        return self.content, self.parent

    def send(self, world: World, tokens: list[str]) -> Response:
        body = {"post": self.post, "text": self.content.text, "parent": self.parent, "approve_parent": self.approve}
        headers = {"Idempotency-Key": key22(self.key)}
        return world.request("POST", "/v1/moderation/comments", json_body=body, token=tokens[self.by], headers=headers)

    def apply(self, model: Model) -> Outcome:
        if known := model.comments.get(self.id):
            return (
                (201, known.id, known.status) if self.submitted == known.submitted else (409, "idempotency_key_reused")
            )
        above = model.comments.get(self.parent)
        if above is None or above.post != self.post or above.status == "deleted":
            return 422, "invalid"
        if above.status != "published" or (above.edit and self.approve):
            if not self.approve:
                return 409, "parent_not_published"
            outcome = Decide.settle(model, DecisionRequest(self.parent, self.approve, "approve"), self.by)
            if outcome[0] != "done":
                return 409, outcome[1] if outcome[0] == "refused" else outcome[0]
        return self.write(model, above)

    def write(self, model: Model, above: CommentEntry) -> Outcome:
        """Add the reply to the model."""
        content = replace(self.content, name=NAMES[self.by])
        entry = CommentEntry(
            self.id, self.post, *place_below(above), "", self.submitted, model.now, "published", content, badge=True
        )
        entry.rows.append(Row("reply", "", "published", 1, model.now))
        entry.via = list(above.via)
        model.comments[self.id] = entry
        model.record("reply", entry, moderator(self.by))
        model.post_entry(self.post)
        return 201, self.id, "published"

    def outcome_of(self, response: Response) -> Outcome:
        return (201, response.json["id"], response.json["status"]) if response.status == 201 else refusal(response)


@dataclass(frozen=True)
class ModeratorEdit:
    """A moderator edits a comment in the version that they saw."""

    id: str
    version: int
    content: Content
    by: int

    def send(self, world: World, tokens: list[str]) -> Response:
        fields = {"name": self.content.name or None, "link": self.content.link or None}
        body = {"version": self.version, "text": self.content.text, **fields}
        route, path = "/v1/moderation/comments/{comment_id}", {"comment_id": self.id}
        return world.request("PATCH", route, path=path, json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        entry = model.comments.get(self.id)
        if entry is None or entry.status == "deleted":
            return 404, "not_found"
        content = replace(self.content, name=entry.content.name) if entry.badge else self.content
        is_repeat = (entry.version, entry.edited_by) == (self.version + 1, self.by)
        if entry.content == content and (is_repeat or entry.version == self.version):
            return 200, entry.version
        if entry.version != self.version:
            return 409, "changed_meanwhile"
        entry.version += 1
        entry.rows.append(Row("edit", entry.status, entry.status, entry.version, model.now))
        model.record("edit", entry, moderator(self.by))
        if not entry.previous or model.now > entry.previous[1] + PREVIOUS_TEXT_LIFE:
            entry.previous = entry.content, model.now
        entry.content, entry.edited_by = content, self.by
        return 200, entry.version

    def outcome_of(self, response: Response) -> Outcome:
        return (200, response.json["version"]) if response.status == 200 else refusal(response)
