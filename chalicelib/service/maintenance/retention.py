"""Expiring: hashes of networks after 30 days, what was rejected after the days that the owner chose."""

from contextlib import suppress
from datetime import timedelta

from ...core.comments import Comment, Status
from ...core.decisions import TIMER, Act, change_row, moved
from ...core.errors import ChangedMeanwhile, Unavailable
from ...core.ids import first_ulid
from ...core.maintenance import NETWORK_LIFE, Step
from ...core.threads import ripple
from ...store.checkpoints import Marks
from ...store.cleanup import sweep
from ...store.comments import Change, Comments, PlaceChanged
from ...store.retention import LISTS, Overdue
from ..clock import RETRIES, Clockwork
from .checkpoint import Enough, Overtaken, Walk

REJECTED = {Status.REJECTED, Status.SPAM}


class Expiring:
    """``keep`` is how long what was rejected stays after it was last changed; nothing means for ever."""

    def __init__(
        self,
        tools: Clockwork,
        comments: Comments,
        marks: Marks,
        overdue: Overdue,
        keep: timedelta | None,
    ) -> None:
        self.tools, self.comments, self.marks, self.overdue, self.keep = tools, comments, marks, overdue, keep

    def forget_networks(self, enough: Enough) -> dict[str, int]:
        """Remove the hash of the network from comments that are older than 30 days; nothing else of them changes."""
        walk = Walk(Step.NETWORKS, self.marks, self.tools, enough)
        before = self.tools.clock() - NETWORK_LIFE
        with suppress(Overtaken):
            while walk.goes_on:
                found, above = self.overdue.networks(before, walk.mark.above)
                if walk.each(found, self.overdue.forget_network):
                    walk.on(above=above, done=not above)
        return {"forgotten": walk.done, "failed": walk.failed}

    def erase(self, enough: Enough) -> dict[str, int]:
        """Delete what was rejected, or taken for spam, so long ago, for good, as a moderator would.

        Comments under which readers left something are noted before they go: so that is swept too, whoever
        stops this where.
        """
        if self.keep is None:
            return {"erased": 0, "failed": 0}
        walk = Walk(Step.ERASE, self.marks, self.tools, enough)
        with suppress(Overtaken):
            while walk.goes_on:
                self._erase_some(walk, self.keep)
        return {"erased": walk.done, "failed": walk.failed}

    def _erase_some(self, walk: Walk, keep: timedelta) -> None:
        number, before = walk.mark.number, self.tools.clock() - keep
        found, above = self.overdue.listed(number, before, walk.mark.above)
        due = [comment for comment in self.comments.get_many(found).values() if _is_due(comment, first_ulid(before))]
        left = dict.fromkeys([*walk.mark.left, *(comment.id for comment in due if _is_littered(comment))])
        if tuple(left) != walk.mark.left:
            walk.on(left=tuple(left))
        if walk.each(due, lambda comment: self._erased(comment, first_ulid(before))):
            for comment_id in left:
                self._sweep(comment_id)
            last = number + 1 == len(LISTS)
            to = {"above": above} if above else {"above": "", "number": 0 if last else number + 1, "done": last}
            walk.on(left=(), **to)

    def _erased(self, comment: Comment, before: str) -> bool:
        """Whether it went; not if somebody decided on it meanwhile."""
        found: Comment | None = comment
        for _ in range(RETRIES):
            if found is None or not _is_due(found, before):
                return False
            try:
                self._delete(found)
            except (ChangedMeanwhile, PlaceChanged):
                found = self.comments.find(comment.id)
            else:
                return True
        raise Unavailable

    def _delete(self, before: Comment) -> None:
        now = self.tools.clock()
        after = moved(before, Status.DELETED, operation=self.tools.new_ulid(now))
        effect = ripple(before, after, self.comments.ancestors(before))
        row = change_row(before, after, act=Act.DELETE, by=TIMER, at=now)
        self.comments.change(Change(before, effect, row))

    def _sweep(self, comment_id: str) -> None:
        """Remove what readers left under it, if it is deleted, and the title that came with it."""
        comment = self.comments.find(comment_id)
        if comment and comment.status is Status.DELETED:
            self.comments.forget_title(comment)
            while sweep(self.comments.table, comment_id):
                pass


def _is_due(comment: Comment, before: str) -> bool:
    """Rejected, or spam, and nobody changed it since; ``before`` is a ULID."""
    return comment.status in REJECTED and "" < comment.operation < before


def _is_littered(comment: Comment) -> bool:
    return bool(comment.titled or comment.up or comment.down or comment.flags or comment.round)
