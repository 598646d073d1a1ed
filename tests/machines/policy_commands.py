"""Administration of posts and the policy: each command is one request, with the outcome that the model expects."""

from dataclasses import dataclass, replace

from tests.machines.operations import refusal
from tests.support.model import (
    UNDO_WINDOW,
    AdminChange,
    LogEntry,
    Model,
    Outcome,
    Policy,
    PostEntry,
    Rules,
    known_rules,
    moderator,
)
from tests.support.world import Response, World


@dataclass(frozen=True)
class ChangePost:
    """A moderator closes, reopens or retitles a post; ``version`` is the one seen, or none."""

    post: str
    change: bool | str
    version: int | None
    by: int

    @property
    def name(self) -> str:
        """The field that changes."""
        return "title" if isinstance(self.change, str) else "closed"

    def send(self, world: World, tokens: list[str]) -> Response:
        body = {self.name: self.change, "version": self.version}
        query = {"post": self.post}
        return world.request("PATCH", "/v1/moderation/posts", query=query, json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        post_entry = model.posts.get(self.post, PostEntry())
        if getattr(post_entry, self.name) == self.change:
            return 200, post_entry.closed, post_entry.title, post_entry.version
        if post_entry.moving is not None:
            return 409, "post_is_moving"
        if self.version not in {None, post_entry.version}:
            return 409, "changed_meanwhile"
        return 200, *apply_post_change(model, self.post, self.name, self.change, self.by)

    def outcome_of(self, response: Response) -> Outcome:
        if response.status != 200:
            return refusal(response)
        return 200, response.json["closed"], response.json["title"] or "", response.json["version"]


def apply_post_change(
    model: Model, post: str, name: str, value: bool | str, by: int, *, undoing: bool = False
) -> Outcome:
    """Change a post; returns (closed, title, version)."""
    post_entry = model.post_entry(post)
    act = "retitle" if name == "title" else "close" if value else "reopen"
    before = getattr(post_entry, name)
    setattr(post_entry, name, value)
    post_entry.version += 1
    model.admin_changes.append(AdminChange(act, post, before, value, post_entry.version, model.now, undoing=undoing))
    model.log.append(LogEntry(act, "", post, post_entry.version, moderator(by)))
    return post_entry.closed, post_entry.title, post_entry.version


@dataclass(frozen=True)
class SetPolicy:
    """The owner changes settings of the policy that had this version."""

    rules: Rules
    version: int

    def send(self, world: World, tokens: list[str]) -> Response:
        return world.request("PUT", "/v1/moderation/policy", json_body=vars(self), token=tokens[0])

    def apply(self, model: Model) -> Outcome:
        policy = model.policy.changed(self.rules)
        if policy.rules != model.policy.rules:
            if self.version != model.policy.version:
                return 409, "changed_meanwhile"
            apply_policy_change(model, policy, 0)
        return 200, model.policy.version, model.policy.rules

    def outcome_of(self, response: Response) -> Outcome:
        if response.status != 200:
            return refusal(response)
        return 200, response.json["version"], known_rules(response.json["rules"])


def apply_policy_change(model: Model, policy: Policy, by: int, *, undoing: bool = False) -> None:
    """Change the policy."""
    before, model.policy = model.policy, policy
    model.admin_changes.append(AdminChange("policy", "", before, policy, policy.version, model.now, undoing=undoing))
    model.log.append(LogEntry("policy", "", "", policy.version, moderator(by)))


@dataclass(frozen=True)
class UndoAdminChange:
    """A moderator undoes a change of a post or of the policy."""

    row: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Response:
        body = {"decision": self.row}
        return world.request("POST", "/v1/moderation/undo", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Outcome:
        admin_change = next((admin_change for admin_change in model.admin_changes if admin_change.id == self.row), None)
        if admin_change is None:
            return 404, "not_found"
        if not admin_change.post and self.by:
            return 403, "forbidden"
        if admin_change.undone:
            return 200, "already_so"
        if model.now > admin_change.at + UNDO_WINDOW:
            return 409, "undo_expired"
        version = model.posts[admin_change.post].version if admin_change.post else model.policy.version
        return self.undo(model, admin_change) if version == admin_change.version else (409, "changed_meanwhile")

    def undo(self, model: Model, admin_change: AdminChange) -> Outcome:
        """Restore the previous value as a new version."""
        admin_change.undone = True
        if admin_change.post:
            name = "title" if admin_change.act == "retitle" else "closed"
            apply_post_change(model, admin_change.post, name, admin_change.before, self.by, undoing=True)
        else:
            before = replace(admin_change.before, version=admin_change.version + 1)
            apply_policy_change(model, before, self.by, undoing=True)
        return 200, "done"

    def outcome_of(self, response: Response) -> Outcome:
        return (200, response.json["results"][0]["outcome"]) if response.status == 200 else refusal(response)
