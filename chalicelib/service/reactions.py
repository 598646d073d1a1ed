"""Votes and flags of readers."""

from collections.abc import Callable
from functools import cache

from ..core.audit import flag_row
from ..core.comments import Caller, Comment
from ..core.errors import Unauthenticated
from ..core.reactions import Direction, Flag, FlagReason, check_may_react, with_vote
from ..store.limits import Limits
from ..store.reactions import Reactions
from .clock import Essentials
from .retry import retry


class ReactionService:
    """Stores votes and flags."""

    def __init__(self, essentials: Essentials, reactions: Reactions, limits: Limits) -> None:
        self.essentials, self.reactions, self.limits = essentials, reactions, limits

    def vote(self, comment_id: str, direction: Direction, caller: Caller) -> Comment:
        """Set an author's vote on a comment and return the comment with the vote counted.

        Raises:
            NotFound: no such public comment.
            OwnCommentForbidden: the author's own.
            TooManyRequests: too many votes from this network, on this comment or within an hour.
        """
        count = self._counting("vote", caller)
        return retry(lambda: self._vote_once(comment_id, direction, caller, count))

    def _vote_once(self, comment_id: str, direction: Direction, caller: Caller, count: Callable[[], None]) -> Comment:
        now = self.essentials.clock()
        before = self.reactions.vote(comment_id, caller, now)
        comment = check_may_react(before.comment, caller.author)
        if before.direction is direction:
            return comment
        count()
        self.reactions.change_vote(before, direction, caller, at=now, order=self.essentials.new_ulid(now))
        return with_vote(comment, before.direction, direction)

    def flag(self, comment_id: str, reason: FlagReason, note: str, caller: Caller) -> None:
        """Flag a comment for moderators; an author's second flag counts only after a moderator has decided.

        Raises:
            NotFound: no such public comment.
            OwnCommentForbidden: the author's own.
            TooManyRequests: too many flags from this network, on this comment or within an hour.
        """
        count = self._counting("flag", caller)
        retry(lambda: self._flag_once(comment_id, Flag(reason, note, self.essentials.clock()), caller, count))

    def _flag_once(self, comment_id: str, flag: Flag, caller: Caller, count: Callable[[], None]) -> None:
        found, counter = self.reactions.read_for_flag(comment_id, caller, flag.at)
        comment = check_may_react(found, caller.author)
        if self.reactions.has_flagged(comment, caller.author):
            return
        count()
        row = flag_row(comment, flag, self.essentials.new_ulid(flag.at))
        self.reactions.flag(comment, counter, caller, flag, row)

    def _counting(self, kind: str, caller: Caller) -> Callable[[], None]:
        """A function that counts this request against its network's limit, once however often it is called."""
        if not caller.author:
            raise Unauthenticated
        return cache(lambda: self.limits.count_reaction(kind, caller, self.essentials.clock()))
