"""Edits that moderators make to comments; the text before the first one is stored for 30 days."""

from dataclasses import replace
from datetime import datetime

from ...core.accounts import Principal
from ...core.audit import Action, change_row
from ...core.comments import Comment, PreviousText, Status
from ...core.drafts import EditedText
from ...core.errors import ChangedMeanwhile, NotFound
from ...core.text.markdown import RENDERER
from ...core.threads import ThreadEffects
from ...core.totals import totals_of
from ...store.changes import Change, ThreadChanged
from ...store.comments import Comments
from ..clock import Essentials
from ..comments.submit import rendered
from ..retry import TryAgain, retry, trying_again_on


class ModeratorEditService:
    """Edits comments for moderators, who are named on the comment."""

    def __init__(self, essentials: Essentials, comments: Comments) -> None:
        self.essentials, self.comments = essentials, comments

    def edit(self, comment_id: str, version: int, text: EditedText, by: Principal) -> Comment:
        """Replace a comment's text and return the comment; a repeat changes nothing.

        A name or link that ``text`` does not set stays as it is.

        Raises:
            NotFound: no such comment, or it is deleted.
            ChangedMeanwhile: the comment no longer has the version that the moderator saw.
        """
        return retry(lambda: self._edit_once(comment_id, version, text, by), on=(TryAgain,))

    def _edit_once(self, comment_id: str, version: int, text: EditedText, by: Principal) -> Comment:
        before = self.comments.get(comment_id)
        change = self._change(before, version, text, by)
        if change is None:
            return before
        with trying_again_on(ChangedMeanwhile, ThreadChanged):
            self.comments.change(change)
        return change.effects.comment

    def _change(self, before: Comment, version: int, text: EditedText, by: Principal) -> Change | None:
        """The change to write, or None if an earlier request already made it."""
        now, moderator_id = self.essentials.clock(), by.moderator.id
        if before.status is Status.DELETED:
            raise NotFound
        after = self._edited(before, text, moderator_id, now)
        is_done = before.version == version + 1 and before.edited_by == moderator_id
        if _is_same(before, after) and (is_done or before.version == version):
            return None
        if before.version != version:
            raise ChangedMeanwhile
        row = change_row(before, after, action=Action.EDIT, actor=by.actor, at=now)
        is_first = not self.comments.previous_text(before.id, now)
        previous = PreviousText(before.text, before.name, before.link, moderator_id, now) if is_first else None
        effects = ThreadEffects(after, (), totals_of(after) - totals_of(before))
        return Change(before, effects, row, previous_text=previous)

    def _edited(self, before: Comment, text: EditedText, by: str, now: datetime) -> Comment:
        fields = text.model_fields_set
        return replace(
            before,
            text=text.text,
            # a comment with a badge is a moderator's: its name is the account's
            name=(text.name or "") if "name" in fields and not before.badge else before.name,
            link=(text.link or "") if "link" in fields else before.link,
            html=rendered(text.text),
            renderer=RENDERER,
            edited=now,
            version=before.version + 1,
            operation=self.essentials.new_ulid(now),
            edited_by=by,
        )


def _is_same(one: Comment, other: Comment) -> bool:
    return (one.text, one.name, one.link) == (other.text, other.name, other.link)
