"""The recount: compares every post's stored totals with its thread once a day, and corrects them."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ...core.errors import ChangedMeanwhile
from ...core.maintenance import Task
from ...core.posts import Post
from ...core.totals import Totals, stored_totals
from ...store.checkpoints import Checkpoints
from ...store.posts import Posts
from ...store.recount import exact_totals
from ..clock import ClockAndIds
from .checkpoint import AnotherRunIsAhead, BatchJob, IsOver

PORTION = 50  # posts
INDEX_LAG = 20.0  # seconds for which a post must not change before its count is corrected: its index lags


class RecountTask:
    """Corrects counts.  ``pause`` waits for some seconds."""

    def __init__(
        self,
        clock_and_ids: ClockAndIds,
        posts: Posts,
        checkpoints: Checkpoints,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock_and_ids, self.posts, self.checkpoints, self.pause = clock_and_ids, posts, checkpoints, pause

    def recount(self, is_over: IsOver) -> dict[str, int]:
        """Correct the wrong counts of posts that do not change.

        A count is wrong if the thread was counted twice, some time apart, with the same other result and the post
        did not change in between.  Posts that change or are being moved are checked on another day.
        """
        job, wrong, right = BatchJob(Task.RECOUNT, self.checkpoints, self.clock_and_ids, is_over), 0, 0
        with suppress(AnotherRunIsAhead):
            while job.can_continue:
                posts, after = self.posts.page(limit=PORTION, after=job.checkpoint.after)
                suspects: dict[Post, Totals] = {}
                is_complete = job.process(posts, partial(self._check, suspects))
                confirmed = self._confirmed(suspects)
                wrong += len(confirmed)
                right += sum(self._correct(*each) for each in confirmed.items())
                if is_complete:
                    job.advance(after=after, done=not after)
        return {"counted": job.done, "wrong": wrong, "corrected": right, "failed": job.failed}

    def _check(self, suspects: dict[Post, Totals], post: Post) -> bool:
        """Count a post's thread and note a difference; False if it can't be counted now."""
        totals = exact_totals(self.posts, post)
        if totals is None:
            return False
        if totals != stored_totals(post):
            suspects[post] = totals
        return True

    def _confirmed(self, suspects: dict[Post, Totals]) -> dict[Post, Totals]:
        """The posts that are counted with the same result again, after a pause."""
        if suspects:
            self.pause(INDEX_LAG)
        return {post: totals for post, totals in suspects.items() if exact_totals(self.posts, post) == totals}

    def _correct(self, post: Post, totals: Totals) -> bool:
        with suppress(ChangedMeanwhile):
            self.posts.recount(post, totals)
            return True
        return False
