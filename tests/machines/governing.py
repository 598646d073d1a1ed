"""Governing: what is decided about posts and the policy, each one request, with what the model says of it."""

from dataclasses import dataclass, replace

from tests.machines.deeds import refused
from tests.machines.model import UNDO_WINDOW, Answer, Model, Page, Policy, Shift
from tests.world import Reply, World


@dataclass(frozen=True)
class ChangePost:
    """A moderator closes a post, reopens it or gives it a title; ``version`` is the one seen, or none."""

    post: str
    change: bool | str
    version: int | None
    by: int

    @property
    def name(self) -> str:
        """What changes."""
        return "title" if isinstance(self.change, str) else "closed"

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {self.name: self.change, "version": self.version}
        query = {"post": self.post}
        return world.request("PATCH", "/v1/moderation/posts", query=query, json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        page = model.posts.get(self.post, Page())
        if getattr(page, self.name) == self.change:
            return 200, page.closed, page.title, page.version
        if page.moving is not None:
            return 409, "post_is_moving"
        if self.version not in {None, page.version}:
            return 409, "changed_meanwhile"
        return 200, *shift_post(model, self.post, self.name, self.change)

    def understood(self, reply: Reply) -> Answer:
        if reply.status != 200:
            return refused(reply)
        return 200, reply.json["closed"], reply.json["title"] or "", reply.json["version"]


def shift_post(model: Model, post: str, name: str, value: bool | str, *, undoing: bool = False) -> Answer:
    """Change a post; (closed, title, version)."""
    page = model.page(post)
    act = "retitle" if name == "title" else "close" if value else "reopen"
    before = getattr(page, name)
    setattr(page, name, value)
    page.version += 1
    model.shifts.append(Shift(act, post, before, value, page.version, model.now, undoing=undoing))
    return page.closed, page.title, page.version


@dataclass(frozen=True)
class SetPolicy:
    """The owner changes the policy that had this version."""

    hold: str
    version: int
    approvals: int = 1
    days: int = 14

    @property
    def policy(self) -> Policy:
        """The next one."""
        return Policy(self.hold, self.version + 1, self.approvals, self.days)

    def send(self, world: World, tokens: list[str]) -> Reply:
        return world.request("PUT", "/v1/moderation/policy", json_body=vars(self), token=tokens[0])

    def apply(self, model: Model) -> Answer:
        if self.policy != model.policy:
            if self.version != model.policy.version:
                return 409, "changed_meanwhile"
            shift_policy(model, self.policy)
        return 200, *vars(model.policy).values()

    def understood(self, reply: Reply) -> Answer:
        names = ("hold", "version", "approvals", "days")
        return (200, *(reply.json[name] for name in names)) if reply.status == 200 else refused(reply)


def shift_policy(model: Model, policy: Policy, *, undoing: bool = False) -> None:
    """Change the policy."""
    before, model.policy = model.policy, policy
    model.shifts.append(Shift("policy", "", before, policy, policy.version, model.now, undoing=undoing))


@dataclass(frozen=True)
class UndoShift:
    """A change of a post or of the policy is taken back."""

    row: str
    by: int

    def send(self, world: World, tokens: list[str]) -> Reply:
        body = {"decision": self.row}
        return world.request("POST", "/v1/moderation/undo", json_body=body, token=tokens[self.by])

    def apply(self, model: Model) -> Answer:
        shift = next((shift for shift in model.shifts if shift.id == self.row), None)
        if shift is None:
            return 404, "not_found"
        if not shift.post and self.by:
            return 403, "forbidden"
        if shift.undone:
            return 200, "already_so"
        if model.now > shift.at + UNDO_WINDOW:
            return 409, "undo_expired"
        version = model.posts[shift.post].version if shift.post else model.policy.version
        return self.undo(model, shift) if version == shift.version else (409, "changed_meanwhile")

    @staticmethod
    def undo(model: Model, shift: Shift) -> Answer:
        """What was before, as the next version."""
        shift.undone = True
        if shift.post:
            name = "title" if shift.act == "retitle" else "closed"
            shift_post(model, shift.post, name, shift.before, undoing=True)
        else:
            shift_policy(model, replace(shift.before, version=shift.version + 1), undoing=True)
        return 200, "done"

    def understood(self, reply: Reply) -> Answer:
        return (200, reply.json["results"][0]["outcome"]) if reply.status == 200 else refused(reply)
