"""Retention: deletes network hashes after 30 days, and rejected comments after the time that the owner chose."""

from contextlib import suppress
from datetime import timedelta

from ...core.actors import TIMER
from ...core.audit import Action, change_row
from ...core.comments import Comment, Status
from ...core.decisions import transition
from ...core.errors import ChangedMeanwhile
from ...core.ids import first_ulid
from ...core.maintenance import NETWORK_LIFE, Task
from ...core.threads import thread_effects
from ...store.changes import Change, ThreadChanged
from ...store.checkpoints import Checkpoints
from ...store.cleanup import remove_orphans
from ...store.comments import Comments
from ...store.retention import LISTS, Retention
from ..clock import ClockAndIds
from ..retry import known_at_first, retry
from .checkpoint import AnotherRunIsAhead, BatchJob, IsOver

REJECTED = {Status.REJECTED, Status.SPAM}


class RetentionTask:
    """Deletes what has expired.

    ``keep_rejected`` is how long a rejected comment stays after its last change; None means for ever.
    """

    def __init__(
        self,
        clock_and_ids: ClockAndIds,
        comments: Comments,
        checkpoints: Checkpoints,
        retention: Retention,
        keep_rejected: timedelta | None,
    ) -> None:
        self.clock_and_ids, self.comments, self.checkpoints = clock_and_ids, comments, checkpoints
        self.retention, self.keep_rejected = retention, keep_rejected

    def clear_networks(self, is_over: IsOver) -> dict[str, int]:
        """Remove the network hashes of comments older than 30 days; nothing else of the comments changes."""
        job = BatchJob(Task.NETWORK_HASHES, self.checkpoints, self.clock_and_ids, is_over)
        before = self.clock_and_ids.clock() - NETWORK_LIFE
        with suppress(AnotherRunIsAhead):
            while job.can_continue:
                found, after = self.retention.expired_networks(before, job.checkpoint.after)
                if job.process(found, self.retention.clear_network):
                    job.advance(after=after, done=not after)
        return {"cleared": job.done, "failed": job.failed}

    def erase(self, is_over: IsOver) -> dict[str, int]:
        """Delete expired rejected comments and spam for good, as a moderator would.

        Comments with votes, flags or a proposed title are stored in the checkpoint before they are deleted, so
        that those are removed too, wherever a run is interrupted.
        """
        if self.keep_rejected is None:
            return {"erased": 0, "failed": 0}
        job = BatchJob(Task.RETENTION, self.checkpoints, self.clock_and_ids, is_over)
        with suppress(AnotherRunIsAhead):
            while job.can_continue:
                self._erase_batch(job, self.keep_rejected)
        return {"erased": job.done, "failed": job.failed}

    def _erase_batch(self, job: BatchJob, keep: timedelta) -> None:
        number, before = job.checkpoint.list_number, self.clock_and_ids.clock() - keep
        end = first_ulid(before)
        found, after = self.retention.expired_comments(number, before, job.checkpoint.after)
        expired = [comment for comment in self.comments.get_many(found).values() if _is_expired(comment, end)]
        with_orphans = (comment.id for comment in expired if _leaves_orphans(comment))
        unfinished = tuple(dict.fromkeys([*job.checkpoint.unfinished, *with_orphans]))
        if unfinished != job.checkpoint.unfinished:
            job.advance(unfinished=unfinished)
        if job.process(expired, lambda comment: self._erase(comment, end)):
            for comment_id in unfinished:
                self._remove_orphans(comment_id)
            job.advance(unfinished=(), **_next_position(number, after))

    def _erase(self, comment: Comment, before: str) -> bool:
        """Delete a comment, unless somebody has changed it since; returns whether it was deleted."""
        latest = known_at_first(comment, lambda: self.comments.find(comment.id))
        return retry(lambda: self._erase_once(latest(), before), on=(ChangedMeanwhile, ThreadChanged))

    def _erase_once(self, comment: Comment | None, before: str) -> bool:
        if comment is None or not _is_expired(comment, before):
            return False
        self._delete(comment)
        return True

    def _delete(self, before: Comment) -> None:
        now = self.clock_and_ids.clock()
        after = transition(before, Status.DELETED, operation=self.clock_and_ids.new_ulid(now))
        effects = thread_effects(before, after, self.comments.ancestors(before))
        row = change_row(before, after, action=Action.DELETE, actor=TIMER, at=now)
        self.comments.change(Change(before, effects, row))

    def _remove_orphans(self, comment_id: str) -> None:
        """Remove the votes, flags and proposed title of a comment, if it is deleted."""
        comment = self.comments.find(comment_id)
        if comment and comment.status is Status.DELETED:
            self.comments.remove_proposed_title(comment)
            while remove_orphans(self.comments.table, comment_id):
                pass


def _is_expired(comment: Comment, before: str) -> bool:
    """Whether a comment is rejected or spam, and its last change is older than the ULID ``before``."""
    return comment.status in REJECTED and "" < comment.operation < before


def _leaves_orphans(comment: Comment) -> bool:
    """Whether other items of the table belong to a comment."""
    return bool(comment.has_proposed_title or comment.up or comment.down or comment.flags or comment.flag_round)


def _next_position(number: int, after: str) -> dict[str, object]:
    """Where the checkpoint continues: in the same list, in the next one, or nowhere after the last one."""
    if after:
        return {"after": after}
    is_last = number + 1 == len(LISTS)
    return {"after": "", "list_number": 0 if is_last else number + 1, "done": is_last}
