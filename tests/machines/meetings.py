"""What two people do at once in a play: one from beginning to end in the midst of the other."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machines.deeds import Edit, Erase, Flag, Vote, Withdraw
from tests.machines.drawn import (
    ANY_POST,
    BOOLEANS,
    DECISIONS,
    HOLDS,
    MEETINGS,
    NUMBERS,
    READERS,
    VOTES,
    Meeting,
)
from tests.machines.governing import ChangePost, SetPolicy, UndoShift
from tests.machines.play import IDS, Play
from tests.machines.rulings import Reword
from tests.world import POST

HOME = "203.0.113.7"  # where they react from


class Meetings(Play):
    """Races."""

    @rule(comment_id=IDS, decisions=st.tuples(DECISIONS, DECISIONS), meeting=MEETINGS)
    def two_moderators_meet(self, comment_id: str, decisions: tuple[str, str], meeting: Meeting) -> None:
        one, other = (self.decision(comment_id, decision, by) for by, decision in enumerate(decisions))
        self.meet(one, other, meeting, comment_id)

    @rule(comment_id=IDS, other=IDS, decisions=st.tuples(DECISIONS, DECISIONS), meeting=MEETINGS)
    def a_decision_meets_one_on_what_it_answers(
        self, comment_id: str, other: str, decisions: tuple[str, str], meeting: Meeting
    ) -> None:
        entry = self.entry(comment_id)
        pair = (comment_id, entry.parent if entry and entry.parent else other)
        one, two = (self.decision(key, decision, 0) for key, decision in zip(pair, decisions, strict=True))
        self.meet(one, two, meeting, *pair)

    @rule(comment_id=IDS, decision=DECISIONS, meeting=MEETINGS, edit=BOOLEANS)
    def an_author_meets_a_moderator(self, comment_id: str, decision: str, meeting: Meeting, edit: bool) -> None:
        author = self.author_of(comment_id)
        words = self.new_words(name=True)
        deed = Edit(comment_id, author, words) if edit else Withdraw(comment_id, author)
        self.meet(deed, self.decision(comment_id, decision, 0), meeting, comment_id)

    @rule(target=IDS, parent=IDS, decision=DECISIONS, meeting=MEETINGS)
    def a_reply_meets_a_decision(self, parent: str, decision: str, meeting: Meeting) -> str:
        made = self.submission(self.post_of(parent), "ben", parent, name=False, form=True)
        self.meet(made, self.decision(parent, decision, 0), meeting, parent, made.id)
        return made.id

    @rule(comment_id=IDS, decision=DECISIONS, number=NUMBERS, meeting=MEETINGS)
    def an_undo_meets_a_decision(self, comment_id: str, decision: str, number: int, meeting: Meeting) -> None:
        one, other = self.undoing(comment_id, number, 0), self.decision(comment_id, decision, 1)
        self.meet(one, other, meeting, comment_id)

    @rule(target=IDS, post=ANY_POST, closed=BOOLEANS, form=BOOLEANS, meeting=MEETINGS)
    def a_comment_meets_a_closing_post(self, post: str, closed: bool, form: bool, meeting: Meeting) -> str:
        made = self.submission(post, "ann", None, name=False, form=form)
        self.meet(made, ChangePost(post, closed, None, 0), meeting, made.id)
        return made.id

    @rule(comment_id=IDS, decision=DECISIONS, direction=VOTES, flags=BOOLEANS, meeting=MEETINGS, author=READERS)
    def a_reader_meets_a_moderator(
        self, comment_id: str, decision: str, direction: int, flags: bool, meeting: Meeting, author: str
    ) -> None:
        one = self.reaction(comment_id, author, direction, flags=flags)
        self.meet(one, self.decision(comment_id, decision, 0), meeting, comment_id)

    @rule(comment_id=IDS, authors=st.tuples(READERS, READERS), directions=st.tuples(VOTES, VOTES), meeting=MEETINGS)
    def two_readers_meet(
        self, comment_id: str, authors: tuple[str, str], directions: tuple[int, int], meeting: Meeting
    ) -> None:
        one, other = (Vote(comment_id, *who, HOME) for who in zip(authors, directions, strict=True))
        self.meet(one, other, meeting, comment_id)

    @rule(comment_id=IDS, authors=st.tuples(READERS, READERS), meeting=MEETINGS)
    def two_readers_flag_at_once(self, comment_id: str, authors: tuple[str, str], meeting: Meeting) -> None:
        one, other = (self.reaction(comment_id, author, 0, flags=True) for author in authors)
        self.meet(one, other, meeting, comment_id)

    @rule(comment_id=IDS, decision=DECISIONS, meeting=MEETINGS, reader=st.none() | READERS)
    def somebody_erases_meanwhile(self, comment_id: str, decision: str, meeting: Meeting, reader: str | None) -> None:
        deed = Erase(reader or self.author_of(comment_id))
        self.meet(deed, self.decision(comment_id, decision, 0), meeting, comment_id)

    @rule(comment_id=IDS, direction=VOTES, flags=BOOLEANS, author=READERS, meeting=MEETINGS)
    def who_erases_meets_a_reader(
        self, comment_id: str, direction: int, flags: bool, author: str, meeting: Meeting
    ) -> None:
        deed = Erase(self.author_of(comment_id))
        self.meet(deed, self.reaction(comment_id, author, direction, flags=flags), meeting, comment_id)

    @rule(target=IDS, comment_id=IDS, decision=DECISIONS, approve=BOOLEANS, meeting=MEETINGS)
    def an_answer_meets_a_decision(self, comment_id: str, decision: str, approve: bool, meeting: Meeting) -> str:
        version = self.version_of(comment_id) if approve else None
        made = self.answer(comment_id, self.post_of(comment_id), 0, version)
        self.meet(made, self.decision(comment_id, decision, 1), meeting, comment_id, made.id)
        return made.id

    @rule(comment_id=IDS, decision=DECISIONS, edit=BOOLEANS, meeting=MEETINGS)
    def a_moderators_edit_meets_another_change(
        self, comment_id: str, decision: str, edit: bool, meeting: Meeting
    ) -> None:
        one = Reword(comment_id, self.version_of(comment_id), self.new_words(name=True), 0)
        theirs = Edit(comment_id, self.author_of(comment_id), self.new_words(name=False))
        self.meet(one, theirs if edit else self.decision(comment_id, decision, 1), meeting, comment_id)

    @rule(post=ANY_POST, closed=BOOLEANS, number=NUMBERS, undo=BOOLEANS, meeting=MEETINGS)
    def two_changes_of_a_post_meet(self, post: str, closed: bool, number: int, undo: bool, meeting: Meeting) -> None:
        one = UndoShift(self.shift(number), 0) if undo else ChangePost(post, self.new_note(), None, 0)
        version = self.site.model.posts[post].version if post in self.site.model.posts else 0
        self.meet(one, ChangePost(post, closed, version, 1), meeting)

    @rule(hold=HOLDS, number=NUMBERS, submits=BOOLEANS, meeting=MEETINGS, target=IDS)
    def a_change_of_the_policy_meets_another_deed(self, hold: str, number: int, submits: bool, meeting: Meeting) -> str:
        made = self.submission(POST, "ann", None, name=False, form=True)
        change = SetPolicy(hold, self.site.model.policy.version)
        self.meet(made if submits else UndoShift(self.shift(number), 0), change, meeting, made.id)
        return made.id

    def reaction(self, comment_id: str, author: str, direction: int, *, flags: bool) -> Vote | Flag:
        """A flag, or a vote."""
        if flags:
            return Flag(comment_id, author, self.new_words(name=False).text, HOME)
        return Vote(comment_id, author, direction, HOME)
