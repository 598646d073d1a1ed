"""Edits that authors make to their own comments, for some minutes after the submission."""

from dataclasses import replace
from datetime import datetime, timedelta

from ...core.actors import AUTHOR
from ...core.audit import Action, change_row
from ...core.comments import Caller, Comment, PendingEdit, Status
from ...core.decisions import transition
from ...core.drafts import EditedText
from ...core.edits import EditState, edit_parameters, with_pending_edit, without_pending_edit
from ...core.errors import ChangedMeanwhile, EditWindowClosed, ParentNotPublished, Unauthenticated
from ...core.screening.context import Context, context_of_edit
from ...core.screening.engine import HOLD_BELOW_HIDDEN, ScreeningResult, screen
from ...core.text.markdown import RENDERER, to_html
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

    @staticmethod
    def render(text: str) -> str:
        """The HTML of a text that was accepted."""
        return to_html(text)

    def edit(self, comment_id: str, text: EditedText, caller: Caller) -> Comment:
        """Screen the new words, and return the comment with them and with its new status.

        If they are held, a published comment stays as it is, and they are its pending edit.

        Raises:
            NotFound: no such comment of this author.
            EditWindowClosed: it was submitted too long ago.
            Invalid: the text is too long as HTML.
            TooManyRequests: too many edits from this network.
        """
        if not caller.author:
            raise Unauthenticated
        self.limits.count_edit(caller, self.essentials.clock())
        before = own_comment(self.comments, comment_id, caller)
        if self.editable_until(before) is None:
            raise EditWindowClosed
        return retry(lambda: self._edit_once(comment_id, text, caller), on=(ChangedMeanwhile, ThreadChanged))

    def _context(self, before: Comment, text: EditedText, caller: Caller, now: datetime) -> Context:
        """The context, read after the comment: a decision that changes its author's record changes the comment too."""
        context = self.context_reader.read(before.post, caller, now)
        return context_of_edit(context, before, text=text.text, name=text.name or "", link=text.link or "")

    def _edit_once(self, comment_id: str, text: EditedText, caller: Caller) -> Comment:
        before, now = own_comment(self.comments, comment_id, caller), self.essentials.clock()
        if _repeats(before, text):
            return before
        operation = self.essentials.new_ulid(now)
        if _words(before) == _words(text):  # the approved words again: nothing is left to wait
            after = without_pending_edit(before, operation)
            return self._write(before, after, now, edit=EditState.WITHDRAWN)

        html, screening = rendered(text.text), screen(self._context(before, text, caller, now))
        if before.is_public and screening.status is not Status.PUBLISHED:
            edit = PendingEdit(operation, *_words(text), reasons=screening.reasons)
            return self._write(before, with_pending_edit(before, edit), now, edit=EditState.PENDING)
        try:
            return self._write(before, _edited(before, text, html, screening, operation, now), now)
        except ParentNotPublished:
            return self._write(before, _edited(before, text, html, HOLD_BELOW_HIDDEN, operation, now), now)

    def _write(self, before: Comment, after: Comment, now: datetime, *, edit: EditState | None = None) -> Comment:
        effects = thread_effects(before, after, self.comments.ancestors(after))
        row = change_row(before, after, action=Action.EDIT, actor=AUTHOR, at=now)
        if edit:
            row = replace(row, parameters=edit_parameters(edit))
        self.comments.change(Change(before, effects, row))
        return after


def _words(source: Comment | EditedText | PendingEdit) -> tuple[str, str, str]:
    return source.text, source.name or "", source.link or ""


def _repeats(comment: Comment, text: EditedText) -> bool:
    """Whether the newest words of the comment, pending or not, are these."""
    return _words(comment.pending_edit or comment) == _words(text)


def _edited(
    before: Comment, text: EditedText, html: str, screening: ScreeningResult, operation: str, now: datetime
) -> Comment:
    """The comment with its new words and their verdict.

    Nobody has approved words that are published at once, so they no longer count in their author's record.
    """
    status = before.status if before.status in FINAL else screening.status
    after = replace(before, vetted=before.vetted and status in FINAL, pending_edit=None)
    if status is not before.status:
        after = transition(before, status, operation=operation, vetted=False)
    return replace(
        after,
        text=text.text,
        html=html,
        renderer=RENDERER,
        name=text.name or "",
        link=text.link or "",
        edited=now,
        edited_by="",
        version=before.version + 1,
        operation=operation,
        reasons=screening.reasons,
    )
