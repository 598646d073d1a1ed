"""What authors do with their own comments: edit for some minutes, withdraw at any time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ...core.comments import Caller, Comment, Reason, Status
from ...core.decisions import AUTHOR, Act, change_row, moved
from ...core.drafts import Words
from ...core.errors import (
    ChangedMeanwhile,
    EditWindowClosed,
    NotFound,
    ParentNotPublished,
    Unauthenticated,
    Unavailable,
)
from ...core.screening.engine import Screened, Verdict, screen
from ...core.text.markdown import RENDERER
from ...core.threads import ripple
from ...store.comments import Change, Comments, PlaceChanged
from ...store.limits import Limits
from ...store.policy import Config
from ..clock import RETRIES, Tools
from ..context import Gathering
from .submit import rendered

KEPT = {Status.REJECTED, Status.SPAM}  # what an edit can't bring back
BELOW_WHAT_IS_HIDDEN = Screened(
    Verdict.HOLD, (Reason("hold_below_what_is_hidden", "What it answers is not public any more."),)
)


class Editing:
    """``window`` is how long after its submission a comment can be edited."""

    def __init__(
        self,
        tools: Tools,
        comments: Comments,
        config: Config,
        gathering: Gathering,
        limits: Limits,
        window: timedelta,
    ) -> None:
        self.tools, self.comments, self.config = tools, comments, config
        self.gathering, self.limits, self.window = gathering, limits, window

    def until(self, comment: Comment) -> datetime | None:
        """Until when its author can edit a comment, or nothing when that is over."""
        end = comment.created + self.window
        return None if comment.status is Status.DELETED or self.tools.clock() > end else end

    def edit(self, comment_id: str, words: Words, caller: Caller) -> Comment:
        """Screen the new words and let them take the old ones' place; the new verdict replaces the status.

        Raises:
            NotFound: no such comment of this author.
            EditWindowClosed: it was submitted too long ago.
            Invalid: the text becomes too long as HTML.
            TooManyRequests: too many edits from this network.
        """
        self.config.check_keys(self.tools.keys, self.tools.clock())
        self._own(comment_id, caller)
        self.limits.count_edit(caller.limit, self.tools.clock())
        return self._until_it_fits(lambda: self._edit_once(comment_id, words, caller))

    def withdraw(self, comment_id: str, caller: Caller) -> None:
        """Delete the author's own comment, for ever.

        Raises:
            NotFound: no such comment of this author.
        """
        self.config.check_keys(self.tools.keys, self.tools.clock())
        self._until_it_fits(lambda: self._withdraw_once(comment_id, caller))

    def _own(self, comment_id: str, caller: Caller) -> Comment:
        if not caller.author:
            raise Unauthenticated
        comment = self.comments.find(comment_id)
        if comment is None or comment.author != caller.author or comment.status is Status.DELETED:
            raise NotFound
        return comment

    def _edit_once(self, comment_id: str, words: Words, caller: Caller) -> Comment:
        before, now = self._own(comment_id, caller), self.tools.clock()
        if self.until(before) is None:
            raise EditWindowClosed
        if _same_words(before, words):
            return before
        verdict = self._screened(before, now)

        operation = self.tools.new_ulid(now)
        after = _edited(before, words, verdict, operation, now)

        try:
            self._change(before, after, Act.EDIT, now)
        except ParentNotPublished:
            after = _edited(before, words, BELOW_WHAT_IS_HIDDEN, operation, now)
            self._change(before, after, Act.EDIT, now)
        return after

    def _withdraw_once(self, comment_id: str, caller: Caller) -> Comment:
        before, now = self._own(comment_id, caller), self.tools.clock()

        after = moved(before, Status.DELETED, operation=self.tools.new_ulid(now))

        if before.titled:  # first: nobody can find it by its author when the comment is gone
            self.comments.forget_title(before)
        self._change(before, after, Act.WITHDRAW, now)
        self.comments.sweep(replace(before, titled=False))
        return after

    def _screened(self, before: Comment, now: datetime) -> Screened:
        return screen(replace(self.gathering.facts(before.post, before.author, now), before=before))

    def _change(self, before: Comment, after: Comment, act: Act, now: datetime) -> None:
        effect = ripple(before, after, self.comments.ancestors(after))
        row = change_row(before, after, act=act, by=AUTHOR, at=now) if before.status is not after.status else None
        self.comments.change(Change(before, effect, row))

    def _until_it_fits(self, deed: Callable[[], Comment]) -> Comment:
        """An author's deed applies to the comment as it is, whoever changed it meanwhile."""
        for _ in range(RETRIES):
            try:
                return deed()
            except (ChangedMeanwhile, PlaceChanged):
                continue
        raise Unavailable


def _same_words(comment: Comment, words: Words) -> bool:
    return (comment.text, comment.name, comment.link) == (words.text, words.name or "", words.link or "")


def _edited(before: Comment, words: Words, verdict: Screened, operation: str, now: datetime) -> Comment:
    """The new verdict replaces the status; but what was rejected or taken for spam stays that."""
    status = before.status if before.status in KEPT else verdict.status
    after = before
    if status is not before.status:
        after = moved(before, status, operation=operation, vetted=False)
    return replace(
        after,
        text=words.text,
        html=rendered(words.text),
        renderer=RENDERER,
        name=words.name or "",
        link=words.link or "",
        edited=now,
        edited_by="",
        version=before.version + 1,
        operation=operation,
        reasons=verdict.reasons,
    )
