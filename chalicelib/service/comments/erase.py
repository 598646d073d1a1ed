"""One's own data: read all of it, erase all of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ...core.comments import Caller, Comment
from ...core.decisions import AUTHOR
from ...core.errors import ChangedMeanwhile, NotFound, Unauthenticated, Unavailable
from ...core.jobs import Job, Work
from ...store.authors import AuthorPage, Authors, Kind, Thing
from ...store.jobs import Jobs
from ...store.reactions import Reactions
from ..clock import RETRIES, Tools
from .edit import Editing

WORKING_TIME = 6.0  # seconds that one request may erase for


@dataclass(frozen=True)
class Erased:
    """How many things went; ``left``: another request must see whether nothing is left."""

    done: int
    left: bool


class Erasing:
    """``stopwatch`` counts seconds."""

    def __init__(
        self,
        tools: Tools,
        authors: Authors,
        reactions: Reactions,
        jobs: Jobs,
        editing: Editing,
        *,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tools, self.authors, self.reactions, self.jobs, self.editing = tools, authors, reactions, jobs, editing
        self.stopwatch = stopwatch

    def some(self, comment_ids: list[str], caller: Caller) -> list[Comment]:
        """Those of the comments that are the author's, as they are now."""
        author = _author(caller)
        found = self.editing.comments.get_many(comment_ids)
        wanted = [found[each] for each in comment_ids if each in found]
        return [comment for comment in wanted if comment.author == author]

    def page(self, caller: Caller, *, limit: int, before: str) -> AuthorPage:
        """A page of all the author's comments, newest first."""
        return self.authors.page(_author(caller), limit=limit, before=before)

    def erase(self, caller: Caller) -> Erased:
        """Remove everything of an author key: texts, names, links, votes, flags, the record.

        Replies keep their place.  The index that finds them is read once, before the first write, for it
        lags: so it is done when a request has found nothing to do.

        Raises:
            Unauthenticated: no author key.
        """
        author, now = _author(caller), self.tools.clock()
        self.editing.config.check_keys(self.tools.keys, now)
        self.jobs.begin(Job(id=author, work=Work.ERASE, by=AUTHOR, at=now))
        return self._erase(author, caller)

    def finish(self, author: str) -> Erased:
        """Go on with what an author began and did not end.

        Raises:
            NotFound: this author asked for nothing.
        """
        if self.jobs.get(author).work is not Work.ERASE:
            raise NotFound
        return self._erase(author, Caller("", "", author))

    def _erase(self, author: str, caller: Caller) -> Erased:
        end, done = self.stopwatch() + WORKING_TIME, 0
        things, more = self.authors.things(author)
        for thing in things:
            if self.stopwatch() > end:
                break
            done += self._went(thing, caller)
        if things or more:
            return Erased(done, left=True)
        try:
            self.authors.forget(author)
        except ChangedMeanwhile:
            return Erased(done, left=True)
        self.jobs.forget(author)
        return Erased(done, left=False)

    def _went(self, thing: Thing, caller: Caller) -> bool:
        """Whether a thing could be removed; one that can't be for now does not stop the rest."""
        for _ in range(RETRIES):
            try:
                return self._remove(thing, caller)
            except ChangedMeanwhile:
                continue
            except (NotFound, Unavailable):
                break
        return False

    def _remove(self, thing: Thing, caller: Caller) -> bool:
        if thing.kind is Kind.COMMENT:
            self.editing.withdraw(thing.comment, caller)
        elif thing.kind is Kind.FLAG:
            self.authors.remove_flag(thing)
        else:
            vote = self.reactions.vote(thing.comment, caller, self.tools.clock())
            if not vote.order:
                return False
            self.reactions.take_back(vote, caller)
        return True


def _author(caller: Caller) -> str:
    if not caller.author:
        raise Unauthenticated
    return caller.author
