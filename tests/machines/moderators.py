"""What moderators and the owner do in a play."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machines.drawn import (
    ANY_POST,
    BACK,
    BOOLEANS,
    DECISIONS,
    HOLDS,
    LIMITS,
    MODERATOR,
    NUMBERS,
    PLANS,
    Plan,
)
from tests.machines.governing import ChangePost, SetPolicy, UndoShift
from tests.machines.play import IDS, Play
from tests.machines.rulings import Decide, Reword, UndoBulk


class Moderators(Play):
    """Decisions, undo, replies, edits, posts, the policy."""

    @rule(comment_id=IDS, decision=DECISIONS, by=st.integers(0, 1), back=BACK, plan=PLANS, limit=LIMITS)
    def decide(self, comment_id: str, decision: str, plan: Plan, limit: int, **how: int) -> None:
        self.step(self.decision(comment_id, decision, **how), plan, limit, comment_id)

    @rule(comment_id=IDS, plan=PLANS, limit=LIMITS)
    def approve_with_all_above(self, comment_id: str, plan: Plan, limit: int) -> None:
        chain = [comment_id]
        while (entry := self.entry(chain[0])) and entry.parent:
            chain.insert(0, entry.parent)
        self.step(Decide(tuple(self.wish(each, "approve") for each in chain), 0), plan, limit, comment_id)

    @rule(chosen=st.dictionaries(IDS, DECISIONS, min_size=2, max_size=4), plan=PLANS, limit=LIMITS)
    def decide_on_several(self, chosen: dict[str, str], plan: Plan, limit: int) -> None:
        note = self.new_note()
        wishes = tuple(self.wish(comment_id, decision) for comment_id, decision in chosen.items())
        self.step(Decide(wishes, 1, note), plan, limit, *chosen)

    @rule(comment_id=IDS, number=NUMBERS, by=st.integers(0, 1), plan=PLANS, limit=LIMITS)
    def undo(self, comment_id: str, number: int, by: int, plan: Plan, limit: int) -> None:
        self.step(self.undoing(comment_id, number, by), plan, limit, comment_id)

    @precondition(lambda self: self.site.model.bulks)
    @rule(number=NUMBERS, plan=PLANS, limit=LIMITS)
    def undo_bulk(self, number: int, plan: Plan, limit: int) -> None:
        bulks = sorted(self.site.model.bulks)
        bulk = bulks[number % len(bulks)]
        self.step(UndoBulk(bulk, 1), plan, limit, *self.site.model.bulks[bulk])

    @rule(target=IDS, comment_id=IDS, by=MODERATOR, approve=BOOLEANS, back=BACK, plan=PLANS, limit=LIMITS)
    def answer_it(self, comment_id: str, by: int, approve: bool, back: int, plan: Plan, limit: int) -> str:
        version = self.version_of(comment_id, back) if approve else None
        made = self.answer(comment_id, self.post_of(comment_id), by, version)
        self.step(made, plan, limit, made.id, comment_id)
        return made.id

    @rule(comment_id=IDS, name=BOOLEANS, by=MODERATOR, back=BACK, plan=PLANS, limit=LIMITS)
    def reword(self, comment_id: str, name: bool, by: int, back: int, plan: Plan, limit: int) -> None:
        deed = Reword(comment_id, self.version_of(comment_id, back), self.new_words(name=name), by)
        self.step(deed, plan, limit, comment_id)

    # Posts and the policy

    @rule(post=ANY_POST, closed=BOOLEANS, version=st.none() | st.integers(0, 3), by=MODERATOR, plan=PLANS)
    def close(self, post: str, closed: bool, version: int | None, by: int, plan: Plan) -> None:
        self.site.do(ChangePost(post, closed, version, by), plan)
        self.site.check({post}, set(), 25)

    @rule(post=ANY_POST, none=BOOLEANS, version=st.none() | st.integers(0, 3), by=MODERATOR, plan=PLANS)
    def retitle(self, post: str, none: bool, version: int | None, by: int, plan: Plan) -> None:
        self.site.do(ChangePost(post, "" if none else self.new_note(), version, by), plan)
        self.site.check({post}, set(), 25)

    @rule(hold=HOLDS, back=BACK, approvals=st.integers(1, 2), days=st.sampled_from((1, 14)), plan=PLANS)
    def change_the_policy(self, hold: str, back: int, approvals: int, days: int, plan: Plan) -> None:
        version = max(0, self.site.model.policy.version - back)
        self.site.do(SetPolicy(hold, version, approvals, days), plan)

    @rule(number=NUMBERS, by=st.sampled_from((0, 0, 1)), plan=PLANS)
    def undo_a_change_of_a_post_or_of_the_policy(self, number: int, by: int, plan: Plan) -> None:
        self.site.do(UndoShift(self.shift(number), by), plan)
