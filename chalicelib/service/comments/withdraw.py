"""Withdrawal: authors delete their own comments, at any time."""

from collections.abc import Sequence
from dataclasses import replace

from ...core.actors import AUTHOR
from ...core.audit import Action, change_row
from ...core.comments import Caller, Comment, Status
from ...core.decisions import transition
from ...core.errors import ChangedMeanwhile, NotFound, Unauthenticated
from ...core.threads import thread_effects
from ...store.changes import Change, ThreadChanged
from ...store.comments import Comments
from ...store.jobs import Jobs
from ..clock import Essentials
from ..retry import retry


class WithdrawService:
    """Deletes comments for their authors."""

    def __init__(self, essentials: Essentials, comments: Comments, jobs: Jobs) -> None:
        self.essentials, self.comments, self.jobs = essentials, comments, jobs

    def withdraw(self, comment_id: str, caller: Caller, action: Action = Action.WITHDRAW) -> None:
        """Delete the author's own comment for good; ``action`` says in the audit log what the author asked for.

        Raises:
            NotFound: no such comment of this author.
        """
        noting: list[str] = []
        if action is Action.WITHDRAW:  # an erasure forgets the notes about all of its comments at once
            own_comment(self.comments, comment_id, caller)  # first: only authors may make it read jobs
            noting = self.jobs.noting({comment_id})
        retry(lambda: self._withdraw_once(comment_id, caller, action, noting), on=(ChangedMeanwhile, ThreadChanged))

    def _withdraw_once(self, comment_id: str, caller: Caller, action: Action, noting: Sequence[str]) -> None:
        before, now = own_comment(self.comments, comment_id, caller), self.essentials.clock()

        after = transition(before, Status.DELETED, operation=self.essentials.new_ulid(now))
        effects = thread_effects(before, after, self.comments.ancestors(after))
        row = change_row(before, after, action=action, actor=AUTHOR, at=now)

        # first: a deleted comment no longer appears among its author's comments
        self.comments.remove_notes(before.id)
        for job_id in noting:
            self.jobs.forget_notes(job_id, {before.id})
        if before.has_proposed_title:
            self.comments.remove_proposed_title(before)
        self.comments.change(Change(before, effects, row))
        self.comments.remove_orphans(replace(before, has_proposed_title=False))


def own_comment(comments: Comments, comment_id: str, caller: Caller) -> Comment:
    """Read a comment of the author who is asking.

    Raises:
        Unauthenticated: no author key.
        NotFound: no such comment of this author.
    """
    if not caller.author:
        raise Unauthenticated
    comment = comments.find(comment_id)
    if comment is None or comment.author != caller.author or comment.status is Status.DELETED:
        raise NotFound
    return comment
