"""Rules for readers and authors."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machines.base import IDS, SiteMachine
from tests.machines.operations import Edit, Erase, Flag, Submit, Vote, Withdraw
from tests.machines.strategies import (
    ADDRESSES,
    ANY_AUTHOR,
    ANY_POST,
    AUTHORS,
    BOOLEANS,
    CALLERS,
    DECISIONS,
    LIMITS,
    NUMBERS,
    PLANS,
    READERS,
    VOTES,
    Plan,
)
from tests.support.world import POST


class ReaderRules(SiteMachine):
    """Rules for submissions, edits, votes, flags and erasure."""

    @rule(target=IDS, post=ANY_POST, author=ANY_AUTHOR, name=BOOLEANS, form=BOOLEANS, plan=PLANS, limit=LIMITS)
    def submit(self, post: str, author: str, plan: Plan, limit: int, **how: bool) -> str:
        made = self.submission(post, author, None, **how)
        self.step(made, plan, limit, made.id)
        return made.id

    @rule(target=IDS, parent=IDS, post=st.none() | ANY_POST, author=ANY_AUTHOR, form=BOOLEANS, plan=PLANS, limit=LIMITS)
    def reply(self, parent: str, post: str | None, author: str, form: bool, plan: Plan, limit: int) -> str:
        post = post or self.post_of(parent)
        made = self.submission(post, author, parent, name=True, form=form)
        self.step(made, plan, limit, made.id, parent)
        return made.id

    @rule(comment_id=IDS, other=BOOLEANS, plan=PLANS, limit=LIMITS)
    def submit_again(self, comment_id: str, other: bool, plan: Plan, limit: int) -> None:
        """Send the same or other content under the same key."""
        made = self.submissions[comment_id]
        if other:
            made = replace(made, content=self.new_content(name=isinstance(made, Submit)))
        if self.entry(comment_id) is None:
            self.submissions[comment_id] = made
        self.step(made, plan, limit, comment_id)

    @rule(comment_id=IDS, author=CALLERS, name=BOOLEANS, plan=PLANS, limit=LIMITS)
    def edit(self, comment_id: str, author: str, name: bool, plan: Plan, limit: int) -> None:
        author = author or self.author_of(comment_id)
        self.step(Edit(comment_id, author, self.new_content(name=name)), plan, limit, comment_id)

    @rule(comment_id=IDS, decision=DECISIONS, again=BOOLEANS, plan=PLANS, limit=LIMITS)
    def edit_what_was_approved(self, comment_id: str, decision: str, again: bool, plan: Plan, limit: int) -> None:
        """The edit waits, mostly; then the author edits again or takes it back, or a moderator decides."""
        self.site.do(self.decision(comment_id, "approve", 0))
        author, entry = self.author_of(comment_id), self.entry(comment_id)
        before = entry.content if entry and entry.content.text else self.new_content(name=False)
        self.step(Edit(comment_id, author, self.new_content(name=True)), plan, limit, comment_id)
        if again:
            self.step(Edit(comment_id, author, before), plan, limit, comment_id)
        else:
            self.step(self.decision(comment_id, decision, 1), plan, limit, comment_id)

    @rule(comment_id=IDS, author=CALLERS, plan=PLANS, limit=LIMITS)
    def withdraw(self, comment_id: str, author: str, plan: Plan, limit: int) -> None:
        author = author or self.author_of(comment_id)
        self.step(Withdraw(comment_id, author), plan, limit, comment_id)

    @rule(comment_id=IDS, author=READERS, direction=VOTES, address=ADDRESSES, plan=PLANS, limit=LIMITS)
    def vote(self, comment_id: str, author: str, direction: int, address: str, plan: Plan, limit: int) -> None:
        self.step(Vote(comment_id, author, direction, address), plan, limit, comment_id)

    @rule(comment_id=IDS, author=READERS, address=ADDRESSES, plan=PLANS, limit=LIMITS)
    def flag(self, comment_id: str, author: str, address: str, plan: Plan, limit: int) -> None:
        self.step(Flag(comment_id, author, self.new_content(name=False).text, address), plan, limit, comment_id)

    @rule(comment_id=IDS, address=ADDRESSES, direction=st.sampled_from((1, -1)), flags=BOOLEANS)
    def everyone_reacts(self, comment_id: str, address: str, direction: int, flags: bool) -> None:
        """More readers react than one network may."""
        for author in AUTHORS:
            note = self.new_content(name=False).text
            reaction = (
                Flag(comment_id, author, note, address) if flags else Vote(comment_id, author, direction, address)
            )
            self.site.do(reaction)
        self.check_comments(25, comment_id)

    @rule(comment_id=IDS, author=st.none() | READERS, plan=PLANS, limit=LIMITS)
    def erase(self, comment_id: str, author: str | None, plan: Plan, limit: int) -> None:
        operation = Erase(author or self.author_of(comment_id))
        if self.site.faults.lag:
            self.site.erase_with_stale_index(operation, plan)
            self.check_comments(limit, comment_id)
        else:
            self.step(operation, plan, limit, comment_id)

    @rule(target=IDS, comment_id=IDS, author=READERS, writes=st.integers(2, 12), seed=NUMBERS, plan=PLANS)
    def erase_with_a_stale_index(self, comment_id: str, author: str, writes: int, seed: int, plan: Plan) -> str:
        """Erase while an index lags behind a comment, its approval and a vote."""
        self.site.lag_behind(writes, seed)
        made = self.submission(POST, author, None, name=True, form=True)
        for operation in (made, self.decision(made.id, "approve", 0), Vote(comment_id, author, 1, "198.51.100.1")):
            self.site.do(operation)
        self.site.erase_with_stale_index(Erase(author), plan)
        self.check_comments(25, made.id, comment_id)
        return made.id
