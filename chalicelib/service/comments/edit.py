"""Edits that authors make to their own comments, for some minutes after the submission."""

from dataclasses import replace
from datetime import datetime, timedelta

from ...core.actors import AUTHOR
from ...core.audit import Action, change_row
from ...core.comments import Caller, Comment, Status
from ...core.decisions import transition
from ...core.drafts import EditedText
from ...core.errors import ChangedMeanwhile, EditWindowClosed, ParentNotPublished
from ...core.screening.context import Context
from ...core.screening.engine import HOLD_BELOW_HIDDEN, ScreeningResult, screen
from ...core.text.markdown import RENDERER
from ...core.threads import thread_effects
from ...store.changes import Change, ThreadChanged
from ...store.comments import Comments
from ...store.limits import Limits
from ..clock import Essentials
from ..context import ContextReader
from ..retry import retry
from .submit import rendered
from .withdraw import own_comment

FINAL = {Status.REJECTED, Status.SPAM}  # statuses that an edit does not change


class EditService:
    """Edits comments for their authors.  ``window`` is how long after its submission a comment can be edited."""

    def __init__(
        self,
        essentials: Essentials,
        comments: Comments,
        context_reader: ContextReader,
        limits: Limits,
        window: timedelta,
    ) -> None:
        self.essentials, self.comments = essentials, comments
        self.context_reader, self.limits, self.window = context_reader, limits, window

    def editable_until(self, comment: Comment) -> datetime | None:
        """When the author's time to edit the comment ends; None if it has ended."""
        end = comment.created + self.window
        return None if comment.status is Status.DELETED or self.essentials.clock() > end else end

    def edit(self, comment_id: str, text: EditedText, caller: Caller) -> Comment:
        """Screen the new text, store it in place of the old one, and return the comment with its new status.

        Raises:
            NotFound: no such comment of this author.
            EditWindowClosed: it was submitted too long ago.
            Invalid: the text is too long as HTML.
            TooManyRequests: too many edits from this network.
        """
        before, now = own_comment(self.comments, comment_id, caller), self.essentials.clock()
        self.limits.count_edit(caller.limit, now)
        if self.editable_until(before) is None:
            raise EditWindowClosed
        return retry(lambda: self._edit_once(comment_id, text, caller), on=(ChangedMeanwhile, ThreadChanged))

    def _context(self, before: Comment, text: EditedText, caller: Caller, now: datetime) -> Context:
        """The context, read after the comment: a decision that changes its author's record changes the comment too."""
        context = self.context_reader.read(before.post, caller, now)
        return replace(context, before=before, text=text.text, name=text.name or "", link=text.link or "")

    def _edit_once(self, comment_id: str, text: EditedText, caller: Caller) -> Comment:
        before, now = own_comment(self.comments, comment_id, caller), self.essentials.clock()
        if _is_same(before, text):
            return before

        screening = screen(self._context(before, text, caller, now))
        operation = self.essentials.new_ulid(now)
        after = _edited(before, text, screening, operation, now)

        try:
            self._write(before, after, now)
        except ParentNotPublished:
            after = _edited(before, text, HOLD_BELOW_HIDDEN, operation, now)
            self._write(before, after, now)
        return after

    def _write(self, before: Comment, after: Comment, now: datetime) -> None:
        effects = thread_effects(before, after, self.comments.ancestors(after))
        row = change_row(before, after, action=Action.EDIT, actor=AUTHOR, at=now)
        self.comments.change(Change(before, effects, row))


def _is_same(comment: Comment, text: EditedText) -> bool:
    return (comment.text, comment.name, comment.link) == (text.text, text.name or "", text.link or "")


def _edited(before: Comment, text: EditedText, screening: ScreeningResult, operation: str, now: datetime) -> Comment:
    status = before.status if before.status in FINAL else screening.status
    after = before
    if status is not before.status:
        after = transition(before, status, operation=operation, vetted=False)
    return replace(
        after,
        text=text.text,
        html=rendered(text.text),
        renderer=RENDERER,
        name=text.name or "",
        link=text.link or "",
        edited=now,
        edited_by="",
        version=before.version + 1,
        operation=operation,
        reasons=screening.reasons,
    )
