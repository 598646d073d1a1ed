"""Recounting: what every post counts is compared, once a day, with what its thread holds."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ...core.errors import ChangedMeanwhile
from ...core.maintenance import Step
from ...core.posts import Post
from ...store.checkpoints import Marks
from ...store.posts import Posts
from ...store.recount import counted_at_rest
from ..clock import Clockwork
from .checkpoint import Enough, Overtaken, Walk

PORTION = 50  # posts
AT_REST = 20.0  # seconds for which a post must not change before its count is set right: its index lags


class Recounting:
    """``pause`` waits for some seconds."""

    def __init__(
        self, tools: Clockwork, posts: Posts, marks: Marks, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.tools, self.posts, self.marks, self.pause = tools, posts, marks, pause

    def recount(self, enough: Enough) -> dict[str, int]:
        """Set right what posts at rest count wrong.

        A count is wrong if the post did not change for a while and twice the same other number was found; what
        moves, or is not at rest, is left for another day.
        """
        walk, wrong, right = Walk(Step.COUNTS, self.marks, self.tools, enough), 0, 0
        with suppress(Overtaken):
            while walk.goes_on:
                posts, above = self.posts.page(limit=PORTION, after=walk.mark.above)
                suspects: dict[Post, int] = {}
                whole = walk.each(posts, partial(self._looked_at, suspects))
                sure = self._sure(suspects)
                wrong, right = wrong + len(sure), right + sum(self._set_right(*each) for each in sure.items())
                if whole:
                    walk.on(above=above, done=not above)
        return {"counted": walk.done, "wrong": wrong, "right": right, "failed": walk.failed}

    def _looked_at(self, suspects: dict[Post, int], post: Post) -> bool:
        counted = counted_at_rest(self.posts, post)
        if counted is None:
            return False
        if counted != post.count:
            suspects[post] = counted
        return True

    def _sure(self, suspects: dict[Post, int]) -> dict[Post, int]:
        """Those that still stand so a while later."""
        if suspects:
            self.pause(AT_REST)
        return {post: counted for post, counted in suspects.items() if counted_at_rest(self.posts, post) == counted}

    def _set_right(self, post: Post, counted: int) -> bool:
        with suppress(ChangedMeanwhile):
            self.posts.recount(post.key, seen=post.count, count=counted)
            return True
        return False
