"""Voting and flagging."""

from ..core.comments import Caller, Comment
from ..core.errors import ChangedMeanwhile, Unauthenticated, Unavailable
from ..core.reactions import Direction, Flag, FlagReason, check_may_react, with_vote
from ..store.limits import Limits
from ..store.policy import Config
from ..store.reactions import Reactions
from .clock import RETRIES, Tools


class Reacting:
    """Takes votes and flags."""

    def __init__(self, tools: Tools, reactions: Reactions, config: Config, limits: Limits) -> None:
        self.tools, self.reactions, self.config, self.limits = tools, reactions, config, limits

    def vote(self, comment_id: str, direction: Direction, caller: Caller) -> Comment:
        """Let an author's vote be this one; the comment with the vote counted.

        Raises:
            NotFound: no such public comment.
            OwnComment: the author's own.
            TooManyRequests: too many votes of this network, here or in this hour.
        """
        self._check(caller)
        for attempt in range(RETRIES):
            now = self.tools.clock()
            before = self.reactions.vote(comment_id, caller, now)
            comment = check_may_react(before.comment, caller.author)
            if before.direction is direction:
                return comment
            self._count("vote", caller, attempt)
            try:
                self.reactions.change_vote(before, direction, caller, at=now, order=self.tools.new_ulid(now))
            except ChangedMeanwhile:
                continue
            return with_vote(comment, before.direction, direction)
        raise Unavailable

    def flag(self, comment_id: str, reason: FlagReason, note: str, caller: Caller) -> None:
        """Ask a moderator to look at a comment; once per author, until one has looked.

        Raises:
            NotFound: no such public comment.
            OwnComment: the author's own.
            TooManyRequests: too many flags of this network, here or in this hour.
        """
        self._check(caller)
        for attempt in range(RETRIES):
            now = self.tools.clock()
            found, counter = self.reactions.flagging(comment_id, caller, now)
            comment = check_may_react(found, caller.author)
            if self.reactions.has_flagged(comment, caller.author):
                return
            self._count("flag", caller, attempt)
            flag = Flag(reason, note, now)
            try:
                self.reactions.flag(comment, counter, caller, flag, order=self.tools.new_ulid(now))
            except ChangedMeanwhile:
                continue
            return
        raise Unavailable

    def _check(self, caller: Caller) -> None:
        if not caller.author:
            raise Unauthenticated
        self.config.check_keys(self.tools.keys, self.tools.clock())

    def _count(self, kind: str, caller: Caller, attempt: int) -> None:
        if not attempt:
            self.limits.count_reaction(kind, caller.limit, self.tools.clock())
