"""Rules for two operations at once: one runs from start to end in the middle of the other."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machines.base import IDS, SiteMachine
from tests.machines.commands import ModeratorEdit
from tests.machines.operations import Edit, Erase, Flag, Vote, Withdraw
from tests.machines.policy_commands import ChangePost, SetPolicy, UndoAdminChange
from tests.machines.strategies import (
    ANY_POST,
    BOOLEANS,
    DECISIONS,
    INTERLEAVINGS,
    NUMBERS,
    POLICY_CHANGES,
    READERS,
    VOTES,
    Interleaving,
)
from tests.support.model import Rules
from tests.support.world import POST

ADDRESS = "203.0.113.7"  # where they react from


class InterleavingRules(SiteMachine):
    """Rules for pairs of concurrent operations."""

    @rule(comment_id=IDS, decisions=st.tuples(DECISIONS, DECISIONS), interleaving=INTERLEAVINGS)
    def two_moderators_decide_at_once(
        self, comment_id: str, decisions: tuple[str, str], interleaving: Interleaving
    ) -> None:
        one, other = (self.decision(comment_id, decision, by) for by, decision in enumerate(decisions))
        self.interleave(one, other, interleaving, comment_id)

    @rule(comment_id=IDS, other=IDS, decisions=st.tuples(DECISIONS, DECISIONS), interleaving=INTERLEAVINGS)
    def a_decision_during_one_on_its_parent(
        self, comment_id: str, other: str, decisions: tuple[str, str], interleaving: Interleaving
    ) -> None:
        entry = self.entry(comment_id)
        pair = (comment_id, entry.parent if entry and entry.parent else other)
        one, two = (self.decision(key, decision, 0) for key, decision in zip(pair, decisions, strict=True))
        self.interleave(one, two, interleaving, *pair)

    @rule(comment_id=IDS, decision=DECISIONS, interleaving=INTERLEAVINGS, edit=BOOLEANS)
    def an_author_changes_a_comment_during_a_decision(
        self, comment_id: str, decision: str, interleaving: Interleaving, edit: bool
    ) -> None:
        author = self.author_of(comment_id)
        content = self.new_content(name=True)
        operation = Edit(comment_id, author, content) if edit else Withdraw(comment_id, author)
        self.interleave(operation, self.decision(comment_id, decision, 0), interleaving, comment_id)

    @rule(target=IDS, parent=IDS, decision=DECISIONS, interleaving=INTERLEAVINGS)
    def a_reply_during_a_decision_on_its_parent(self, parent: str, decision: str, interleaving: Interleaving) -> str:
        made = self.submission(self.post_of(parent), "ben", parent, name=False, form=True)
        self.interleave(made, self.decision(parent, decision, 0), interleaving, parent, made.id)
        return made.id

    @rule(comment_id=IDS, decision=DECISIONS, number=NUMBERS, interleaving=INTERLEAVINGS)
    def an_undo_during_a_decision(
        self, comment_id: str, decision: str, number: int, interleaving: Interleaving
    ) -> None:
        one, other = self.undoing(comment_id, number, 0), self.decision(comment_id, decision, 1)
        self.interleave(one, other, interleaving, comment_id)

    @rule(target=IDS, post=ANY_POST, closed=BOOLEANS, form=BOOLEANS, interleaving=INTERLEAVINGS)
    def a_submission_while_the_post_closes(
        self, post: str, closed: bool, form: bool, interleaving: Interleaving
    ) -> str:
        made = self.submission(post, "ann", None, name=False, form=form)
        self.interleave(made, ChangePost(post, closed, None, 0), interleaving, made.id)
        return made.id

    @rule(
        comment_id=IDS, decision=DECISIONS, direction=VOTES, flags=BOOLEANS, interleaving=INTERLEAVINGS, author=READERS
    )
    def a_reaction_during_a_decision(
        self, comment_id: str, decision: str, direction: int, flags: bool, interleaving: Interleaving, author: str
    ) -> None:
        one = self.reaction(comment_id, author, direction, flags=flags)
        self.interleave(one, self.decision(comment_id, decision, 0), interleaving, comment_id)

    @rule(comment_id=IDS, author=READERS, by=BOOLEANS, interleaving=INTERLEAVINGS)
    def a_flag_during_an_edit(self, comment_id: str, author: str, by: bool, interleaving: Interleaving) -> None:
        """The flag's audit row names the version that was flagged."""
        content = self.new_content(name=False)
        edit = Edit(comment_id, self.author_of(comment_id), content)
        one = ModeratorEdit(comment_id, self.version_of(comment_id), content, 0) if by else edit
        self.interleave(self.reaction(comment_id, author, 0, flags=True), one, interleaving, comment_id)

    @rule(
        comment_id=IDS,
        authors=st.tuples(READERS, READERS),
        directions=st.tuples(VOTES, VOTES),
        interleaving=INTERLEAVINGS,
    )
    def two_readers_vote_at_once(
        self, comment_id: str, authors: tuple[str, str], directions: tuple[int, int], interleaving: Interleaving
    ) -> None:
        one, other = (Vote(comment_id, *who, ADDRESS) for who in zip(authors, directions, strict=True))
        self.interleave(one, other, interleaving, comment_id)

    @rule(comment_id=IDS, authors=st.tuples(READERS, READERS), interleaving=INTERLEAVINGS)
    def two_readers_flag_at_once(self, comment_id: str, authors: tuple[str, str], interleaving: Interleaving) -> None:
        one, other = (self.reaction(comment_id, author, 0, flags=True) for author in authors)
        self.interleave(one, other, interleaving, comment_id)

    @rule(comment_id=IDS, decision=DECISIONS, interleaving=INTERLEAVINGS, reader=st.none() | READERS)
    def an_author_erases_during_a_decision(
        self, comment_id: str, decision: str, interleaving: Interleaving, reader: str | None
    ) -> None:
        operation = Erase(reader or self.author_of(comment_id))
        self.interleave(operation, self.decision(comment_id, decision, 0), interleaving, comment_id)

    @rule(comment_id=IDS, direction=VOTES, flags=BOOLEANS, author=READERS, interleaving=INTERLEAVINGS)
    def an_author_erases_during_a_reaction(
        self, comment_id: str, direction: int, flags: bool, author: str, interleaving: Interleaving
    ) -> None:
        operation = Erase(self.author_of(comment_id))
        self.interleave(operation, self.reaction(comment_id, author, direction, flags=flags), interleaving, comment_id)

    @rule(target=IDS, comment_id=IDS, decision=DECISIONS, approve=BOOLEANS, interleaving=INTERLEAVINGS)
    def a_moderators_reply_during_a_decision(
        self, comment_id: str, decision: str, approve: bool, interleaving: Interleaving
    ) -> str:
        version = self.version_of(comment_id) if approve else None
        made = self.moderator_reply(comment_id, self.post_of(comment_id), 0, version)
        self.interleave(made, self.decision(comment_id, decision, 1), interleaving, comment_id, made.id)
        return made.id

    @rule(comment_id=IDS, decision=DECISIONS, edit=BOOLEANS, interleaving=INTERLEAVINGS)
    def a_moderators_edit_during_another_change(
        self, comment_id: str, decision: str, edit: bool, interleaving: Interleaving
    ) -> None:
        one = ModeratorEdit(comment_id, self.version_of(comment_id), self.new_content(name=True), 0)
        theirs = Edit(comment_id, self.author_of(comment_id), self.new_content(name=False))
        self.interleave(one, theirs if edit else self.decision(comment_id, decision, 1), interleaving, comment_id)

    @rule(comment_id=IDS, decision=DECISIONS, other=DECISIONS, edit=BOOLEANS, interleaving=INTERLEAVINGS)
    def two_changes_of_an_edit_at_once(
        self, comment_id: str, decision: str, other: str, edit: bool, interleaving: Interleaving
    ) -> None:
        """A decision about an edit that waits, mostly, meets another decision, or another edit."""
        author = self.author_of(comment_id)
        self.site.do(self.decision(comment_id, "approve", 0))
        self.site.do(Edit(comment_id, author, self.new_content(name=True)))
        one = Edit(comment_id, author, self.new_content(name=True)) if edit else self.decision(comment_id, other, 1)
        self.interleave(one, self.decision(comment_id, decision, 0), interleaving, comment_id)

    @rule(comment_id=IDS, decision=DECISIONS, withdraws=BOOLEANS, interleaving=INTERLEAVINGS)
    def an_undo_of_a_decision_about_an_edit_during_another_change(
        self, comment_id: str, decision: str, withdraws: bool, interleaving: Interleaving
    ) -> None:
        author = self.author_of(comment_id)
        self.site.do(self.decision(comment_id, "approve", 0))
        self.site.do(Edit(comment_id, author, self.new_content(name=True)))
        self.site.do(self.decision(comment_id, decision, 0))
        entry = self.entry(comment_id)
        last = len(entry.rows) - 1 if entry and entry.rows else 0
        other = Withdraw(comment_id, author) if withdraws else Edit(comment_id, author, self.new_content(name=False))
        self.interleave(self.undoing(comment_id, last, 1), other, interleaving, comment_id)

    @rule(post=ANY_POST, closed=BOOLEANS, number=NUMBERS, undo=BOOLEANS, interleaving=INTERLEAVINGS)
    def two_changes_of_a_post_at_once(
        self, post: str, closed: bool, number: int, undo: bool, interleaving: Interleaving
    ) -> None:
        one = UndoAdminChange(self.admin_change_id(number), 0) if undo else ChangePost(post, self.new_note(), None, 0)
        version = self.site.model.posts[post].version if post in self.site.model.posts else 0
        self.interleave(one, ChangePost(post, closed, version, 1), interleaving)

    @rule(rules=POLICY_CHANGES, number=NUMBERS, submits=BOOLEANS, interleaving=INTERLEAVINGS, target=IDS)
    def a_policy_change_during_another_operation(
        self, rules: Rules, number: int, submits: bool, interleaving: Interleaving
    ) -> str:
        made = self.submission(POST, "ann", None, name=False, form=True)
        change = SetPolicy(rules, self.site.model.policy.version)
        self.interleave(
            made if submits else UndoAdminChange(self.admin_change_id(number), 0), change, interleaving, made.id
        )
        return made.id

    def reaction(self, comment_id: str, author: str, direction: int, *, flags: bool) -> Vote | Flag:
        """A flag or a vote."""
        if flags:
            return Flag(comment_id, author, self.new_content(name=False).text, ADDRESS)
        return Vote(comment_id, author, direction, ADDRESS)
