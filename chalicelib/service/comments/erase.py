"""Everything that belongs to an author key: list it, erase it."""

from collections.abc import Sequence
from functools import partial

from ...core.actors import AUTHOR, Actor
from ...core.audit import Action
from ...core.comments import Caller, Comment
from ...core.errors import ChangedMeanwhile, NotFound, Unauthenticated, Unavailable
from ...core.jobs import WORKING_TIME, Job
from ...store.authors import AuthorPage, Authors, OwnedItem, OwnedKind
from ...store.jobs import Jobs
from ...store.limits import Limits
from ...store.reactions import Reactions
from ..clock import Essentials
from ..jobs import NOTHING_DONE, JobKind, StepResult
from ..retry import retry
from .withdraw import WithdrawService

ERASE = "erase"  # the kind of job


class EraseService:
    """Lists and erases an author's data."""

    def __init__(
        self,
        essentials: Essentials,
        authors: Authors,
        reactions: Reactions,
        jobs: Jobs,
        withdrawal: WithdrawService,
        limits: Limits,
    ) -> None:
        self.essentials, self.authors, self.reactions = essentials, authors, reactions
        self.jobs, self.withdrawal, self.limits = jobs, withdrawal, limits
        self.stopwatch = essentials.stopwatch
        self.job_kinds = (JobKind(ERASE, "erasure of an author's data", self._step),)

    def own_comments(self, comment_ids: list[str], caller: Caller) -> list[Comment]:
        """The given comments as they are now, without those that are not the author's."""
        author = _author(caller)
        found = self.withdrawal.comments.get_many(comment_ids)
        comments = [found[each] for each in comment_ids if each in found]
        return [comment for comment in comments if comment.author == author]

    def page(self, caller: Caller, *, limit: int, before: str) -> AuthorPage:
        """A page of all the author's comments, newest first."""
        return self.authors.page(_author(caller), limit=limit, before=before)

    def erase(self, caller: Caller) -> StepResult:
        """Remove everything of an author key: texts, names, links, votes, flags and the record.

        Replies of other authors keep their place.  The index that lists the items lags behind the table, so it
        is read once, before the first write, and the erasure is complete when a request finds nothing left.
        Nothing is written for a key that has nothing.

        Raises:
            Unauthenticated: no author key.
            TooManyRequests: too many requests from this network that found something.
        """
        author, now = _author(caller), self.essentials.clock()
        items, more = self.authors.owned_items(author)
        noting = self._noting(items)
        if items or self.authors.has_record(author):
            self.limits.count_erasure(caller, now)
            self.jobs.begin(Job(id=author, kind=ERASE, actor=AUTHOR, at=now, payload={}))
        elif not self.jobs.exists(author):
            return NOTHING_DONE
        return self._erase(items, caller, noting, more=more)

    def _step(self, job: Job, _actor: Actor) -> StepResult:
        """Continue an erasure; the author stays the one who erases, whoever continues."""
        items, more = self.authors.owned_items(job.id)
        return self._erase(items, Caller("", "", job.id), self._noting(items), more=more)

    def _erase(self, items: Sequence[OwnedItem], caller: Caller, noting: Sequence[str], *, more: bool) -> StepResult:
        end, done = self.stopwatch() + WORKING_TIME, 0
        for job_id in noting:
            retry(partial(self.jobs.forget_notes, job_id, _comments(items)))
        for item in items:
            if self.stopwatch() > end:
                break
            done += self._try_remove(item, caller)
        if items or more:
            return StepResult(done, left=True)
        try:
            self.authors.remove_record(caller.author)
        except ChangedMeanwhile:
            return StepResult(done, left=True)
        self.jobs.remove(caller.author)
        return StepResult(done, left=False)

    def _noting(self, items: Sequence[OwnedItem]) -> list[str]:
        """The unfinished jobs with notes about comments that are to be erased; read before the first write."""
        comments = _comments(items)
        return self.jobs.noting(comments) if comments else []

    def _try_remove(self, item: OwnedItem, caller: Caller) -> bool:
        """Remove an item and tell whether that worked; a failure must not stop the others."""
        try:
            return retry(lambda: self._remove(item, caller))
        except (NotFound, Unavailable):
            return False

    def _remove(self, item: OwnedItem, caller: Caller) -> bool:
        if item.kind is OwnedKind.COMMENT:
            self.withdrawal.withdraw(item.comment, caller, Action.ERASE)
        elif item.kind is OwnedKind.FLAG:
            self.authors.remove_flag(item)
        else:
            vote = self.reactions.vote(item.comment, caller, self.essentials.clock())
            if not vote.order:
                return False
            self.reactions.withdraw_vote(vote, caller)
        return True


def _comments(items: Sequence[OwnedItem]) -> set[str]:
    return {item.comment for item in items if item.kind is OwnedKind.COMMENT}


def _author(caller: Caller) -> str:
    if not caller.author:
        raise Unauthenticated
    return caller.author
