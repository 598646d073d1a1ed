"""What moderators do in a play when a page's address changes, and what others do meanwhile."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machines.deeds import Deed, Edit, Withdraw
from tests.machines.drawn import (
    ANY_POST,
    BOOLEANS,
    DECISIONS,
    LIMITS,
    MEETINGS,
    MODERATOR,
    NUMBERS,
    PLANS,
    Meeting,
    Plan,
)
from tests.machines.governing import ChangePost
from tests.machines.moving import GoOn, MovePost, Settle, UndoMove
from tests.machines.play import IDS, Play

PAIRS = st.tuples(ANY_POST, st.sampled_from(("/moved", "/moved too")) | ANY_POST).filter(
    lambda pair: pair[0] != pair[1]
)


class Movers(Play):
    """Moves, their ways back, and races with them."""

    @rule(
        pair=PAIRS, turned=BOOLEANS, by=MODERATOR, dry=st.sampled_from((False, False, True)), plan=PLANS, limit=LIMITS
    )
    def move(self, pair: tuple[str, str], turned: bool, by: int, dry: bool, plan: Plan, limit: int) -> None:
        self.site.catch_up()
        source, target = pair[::-1] if turned else pair
        self.site.do(MovePost(source, target, by, dry), plan)
        self.site.check({source, target}, {*self.site.model.comments}, limit)

    @precondition(lambda self: self.site.model.moves)
    @rule(number=NUMBERS, by=MODERATOR, later=BOOLEANS, plan=PLANS, limit=LIMITS)
    def go_on_with_a_move(self, number: int, by: int, later: bool, plan: Plan, limit: int) -> None:
        self.site.catch_up()
        if later:
            self.site.world.clock.forward(seconds=21)
        self.site.do(GoOn(self.move_of(number), by), plan)
        self.site.check({*self.site.model.posts}, set(), limit)

    @precondition(lambda self: self.site.model.moves)
    @rule(number=NUMBERS, by=MODERATOR, plan=PLANS, limit=LIMITS)
    def undo_a_move(self, number: int, by: int, plan: Plan, limit: int) -> None:
        self.site.catch_up()
        self.site.do(UndoMove(self.move_of(number), by), plan)
        self.site.check({*self.site.model.posts}, {*self.site.model.comments}, limit)

    @precondition(lambda self: self.site.model.moves)
    @rule()
    def moves_settle(self) -> None:
        self.site.catch_up()
        self.site.do(Settle())

    @rule(pair=PAIRS, writes=st.integers(1, 6), seed=st.integers(0, 2**16))
    def move_behind_the_index(self, pair: tuple[str, str], writes: int, seed: int) -> None:
        self.site.do(Settle())
        self.site.fall_behind(writes, seed)
        self.site.move_behind(MovePost(*pair, 0))

    @rule(
        target=IDS,
        comment_id=IDS,
        kind=st.integers(0, 5),
        to=ANY_POST,
        decision=DECISIONS,
        undo=BOOLEANS,
        meeting=MEETINGS,
    )
    def somebody_meets_a_move(
        self, comment_id: str, kind: int, to: str, decision: str, undo: bool, meeting: Meeting
    ) -> str:
        """When the move has settled, it is as if one came after the other."""
        self.site.catch_up()
        post, made_id = self.post_of(comment_id), comment_id
        other: Deed = self.decision(comment_id, decision, 1)
        if kind == 1:
            other = Withdraw(comment_id, self.author_of(comment_id))
        elif kind == 2:
            other = Edit(comment_id, self.author_of(comment_id), self.new_words(name=False))
        elif kind == 3:
            other = reply = self.submission(post, "ben", comment_id, name=False, form=True)
            made_id = reply.id
        elif kind == 4:
            other = answer = self.answer(comment_id, post, 0, self.version_of(comment_id))
            made_id = answer.id
        elif kind == 5:
            other = ChangePost(post, meeting.swapped, None, 1)
        moves = self.site.model.moves
        move: Deed = UndoMove(moves[-1].id, 0) if undo and moves else MovePost(post, "/moved" if to == post else to, 0)
        slow, quick = (other, move) if meeting.swapped else (move, other)
        self.site.race(slow, quick, meeting, Settle())
        self.look(25, comment_id, made_id)
        return made_id

    def move_of(self, number: int) -> str:
        """The id of one of the last moves."""
        moves = self.site.model.moves
        return moves[-1 - number % len(moves)].id
