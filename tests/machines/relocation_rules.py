"""Rules for moving a post's comments, and for operations at the same time."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machines.base import IDS, SiteMachine
from tests.machines.operations import Edit, Operation, Withdraw
from tests.machines.policy_commands import ChangePost
from tests.machines.relocation_commands import ContinueJob, MovePost, Settle, UndoMove
from tests.machines.strategies import (
    ANY_POST,
    BOOLEANS,
    DECISIONS,
    INTERLEAVINGS,
    LIMITS,
    MODERATOR,
    NUMBERS,
    PLANS,
    Interleaving,
    Plan,
)

PAIRS = st.tuples(ANY_POST, st.sampled_from(("/moved", "/moved too")) | ANY_POST).filter(
    lambda pair: pair[0] != pair[1]
)


class RelocationRules(SiteMachine):
    """Rules for moves, their reversal, and races with them."""

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
    def continue_a_move(self, number: int, by: int, later: bool, plan: Plan, limit: int) -> None:
        self.site.catch_up()
        if later:
            self.site.world.clock.forward(seconds=21)
        self.site.do(ContinueJob(self.move_id(number), by), plan)
        self.site.check({*self.site.model.posts}, set(), limit)

    @precondition(lambda self: self.site.model.moves)
    @rule(number=NUMBERS, by=MODERATOR, plan=PLANS, limit=LIMITS)
    def undo_a_move(self, number: int, by: int, plan: Plan, limit: int) -> None:
        self.site.catch_up()
        self.site.do(UndoMove(self.move_id(number), by), plan)
        self.site.check({*self.site.model.posts}, {*self.site.model.comments}, limit)

    @precondition(lambda self: self.site.model.moves)
    @rule()
    def moves_settle(self) -> None:
        self.site.catch_up()
        self.site.do(Settle())

    @rule(pair=PAIRS, writes=st.integers(1, 6), seed=st.integers(0, 2**16))
    def move_with_a_stale_index(self, pair: tuple[str, str], writes: int, seed: int) -> None:
        self.site.do(Settle())
        self.site.lag_behind(writes, seed)
        self.site.move_with_stale_index(MovePost(*pair, 0))

    @rule(
        target=IDS,
        comment_id=IDS,
        kind=st.integers(0, 5),
        to=ANY_POST,
        decision=DECISIONS,
        undo=BOOLEANS,
        interleaving=INTERLEAVINGS,
    )
    def an_operation_during_a_move(
        self, comment_id: str, kind: int, to: str, decision: str, undo: bool, interleaving: Interleaving
    ) -> str:
        """Once the move has settled, the two appear to have run one after the other."""
        self.site.catch_up()
        post, made_id = self.post_of(comment_id), comment_id
        other: Operation = self.decision(comment_id, decision, 1)
        if kind == 1:
            other = Withdraw(comment_id, self.author_of(comment_id))
        elif kind == 2:
            other = Edit(comment_id, self.author_of(comment_id), self.new_content(name=False))
        elif kind == 3:
            other = reply = self.submission(post, "ben", comment_id, name=False, form=True)
            made_id = reply.id
        elif kind == 4:
            other = official = self.moderator_reply(comment_id, post, 0, self.version_of(comment_id))
            made_id = official.id
        elif kind == 5:
            other = ChangePost(post, interleaving.swapped, None, 1)
        moves = self.site.model.moves
        move: Operation = (
            UndoMove(moves[-1].id, 0) if undo and moves else MovePost(post, "/moved" if to == post else to, 0)
        )
        slow, quick = (other, move) if interleaving.swapped else (move, other)
        self.site.race(slow, quick, interleaving, Settle())
        self.check_comments(25, comment_id, made_id)
        return made_id

    def move_id(self, number: int) -> str:
        """The id of one of the last moves."""
        moves = self.site.model.moves
        return moves[-1 - number % len(moves)].id
