"""Rules for moderators and the owner."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machines.base import IDS, SiteMachine
from tests.machines.commands import Decide, ModeratorEdit, UndoBulk
from tests.machines.policy_commands import ChangePost, SetPolicy, UndoAdminChange
from tests.machines.strategies import (
    ANY_POST,
    BOOLEANS,
    DECISIONS,
    LIMITS,
    MODERATOR,
    NUMBERS,
    PLANS,
    POLICY_CHANGES,
    VERSIONS_BACK,
    Plan,
)
from tests.support.model import Rules


class ModeratorRules(SiteMachine):
    """Rules for decisions, undo, replies, edits, posts and the policy."""

    @rule(comment_id=IDS, decision=DECISIONS, by=st.integers(0, 1), back=VERSIONS_BACK, plan=PLANS, limit=LIMITS)
    def decide(self, comment_id: str, decision: str, plan: Plan, limit: int, **how: int) -> None:
        self.step(self.decision(comment_id, decision, **how), plan, limit, comment_id)

    @rule(comment_id=IDS, plan=PLANS, limit=LIMITS)
    def approve_with_all_ancestors(self, comment_id: str, plan: Plan, limit: int) -> None:
        chain = [comment_id]
        while (entry := self.entry(chain[0])) and entry.parent:
            chain.insert(0, entry.parent)
        self.step(Decide(tuple(self.decision_request(each, "approve") for each in chain), 0), plan, limit, comment_id)

    @rule(chosen=st.dictionaries(IDS, DECISIONS, min_size=2, max_size=4), plan=PLANS, limit=LIMITS)
    def decide_on_several(self, chosen: dict[str, str], plan: Plan, limit: int) -> None:
        note = self.new_note()
        decisions = tuple(self.decision_request(comment_id, decision) for comment_id, decision in chosen.items())
        self.step(Decide(decisions, 1, note), plan, limit, *chosen)

    @rule(comment_id=IDS, number=NUMBERS, by=st.integers(0, 1), plan=PLANS, limit=LIMITS)
    def undo(self, comment_id: str, number: int, by: int, plan: Plan, limit: int) -> None:
        self.step(self.undoing(comment_id, number, by), plan, limit, comment_id)

    @precondition(lambda self: self.site.model.bulks)
    @rule(number=NUMBERS, plan=PLANS, limit=LIMITS)
    def undo_bulk(self, number: int, plan: Plan, limit: int) -> None:
        bulks = sorted(self.site.model.bulks)
        bulk = bulks[number % len(bulks)]
        self.step(UndoBulk(bulk, 1), plan, limit, *self.site.model.bulks[bulk])

    @rule(target=IDS, comment_id=IDS, by=MODERATOR, approve=BOOLEANS, back=VERSIONS_BACK, plan=PLANS, limit=LIMITS)
    def reply_as_moderator(self, comment_id: str, by: int, approve: bool, back: int, plan: Plan, limit: int) -> str:
        version = self.version_of(comment_id, back) if approve else None
        made = self.moderator_reply(comment_id, self.post_of(comment_id), by, version)
        self.step(made, plan, limit, made.id, comment_id)
        return made.id

    @rule(comment_id=IDS, name=BOOLEANS, by=MODERATOR, back=VERSIONS_BACK, plan=PLANS, limit=LIMITS)
    def edit_as_moderator(self, comment_id: str, name: bool, by: int, back: int, plan: Plan, limit: int) -> None:
        operation = ModeratorEdit(comment_id, self.version_of(comment_id, back), self.new_content(name=name), by)
        self.step(operation, plan, limit, comment_id)

    # Posts and the policy

    @rule(post=ANY_POST, closed=BOOLEANS, version=st.none() | st.integers(0, 3), by=MODERATOR, plan=PLANS)
    def close(self, post: str, closed: bool, version: int | None, by: int, plan: Plan) -> None:
        self.site.do(ChangePost(post, closed, version, by), plan)
        self.site.check({post}, set(), 25)

    @rule(post=ANY_POST, none=BOOLEANS, version=st.none() | st.integers(0, 3), by=MODERATOR, plan=PLANS)
    def retitle(self, post: str, none: bool, version: int | None, by: int, plan: Plan) -> None:
        self.site.do(ChangePost(post, "" if none else self.new_note(), version, by), plan)
        self.site.check({post}, set(), 25)

    @rule(rules=POLICY_CHANGES, back=VERSIONS_BACK, plan=PLANS)
    def change_the_policy(self, rules: Rules, back: int, plan: Plan) -> None:
        version = max(0, self.site.model.policy.version - back)
        self.site.do(SetPolicy(rules, version), plan)

    @rule(number=NUMBERS, by=st.sampled_from((0, 0, 1)), plan=PLANS)
    def undo_an_admin_change(self, number: int, by: int, plan: Plan) -> None:
        self.site.do(UndoAdminChange(self.admin_change_id(number), by), plan)
