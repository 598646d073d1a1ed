"""Comments in the table: each change is one atomic write.

A comment, its audit row, its post's count, its author's record and its ancestors change together or not
at all.  Lists are never read after their own write, because indexes lag.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ..core.audit import AuditRow
from ..core.comments import PREVIOUS_TEXT_LIFE, Comment, PreviousText, Status
from ..core.edits import DecidedEdit
from ..core.errors import ChangedMeanwhile, NotFound, Unavailable
from ..core.posts import Post
from ..core.threads import ThreadEffects, merged
from ..core.totals import totals_of
from .audit import audit_put
from .changes import (
    Change,
    ancestor_parts,
    change_parts,
    hides_public_content,
    new_comment_part,
    post_part,
)
from .cleanup import remove_orphans
from .edits import decided_edit_from_item
from .engine import keys
from .engine.parts import Part, Update, Where
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import (
    comment_from_item,
    previous_text_from_item,
    totals_attributes,
)
from .memo import Memo


class Comments:
    """Reads and writes comments.  ``hidden`` is called when public content was removed or replaced by a moderator."""

    def __init__(self, table: Table, memo: Memo, *, hidden: Callable[[], None] | None = None) -> None:
        self.table, self.memo, self._hidden = table, memo, hidden

    def find(self, comment_id: str) -> Comment | None:
        """A comment in any status, or None."""
        item = self.table.get(keys.comment(comment_id))
        return comment_from_item(item) if item else None

    def get(self, comment_id: str) -> Comment:
        """A comment in any status.

        Raises:
            NotFound: there is no such comment.
        """
        comment = self.find(comment_id)
        if comment is None:
            raise NotFound
        return comment

    def get_many(self, comment_ids: Sequence[str]) -> dict[str, Comment]:
        """The comments that exist, by id."""
        found = self.table.get_many([keys.comment(comment_id) for comment_id in comment_ids])
        return {comment.id: comment for comment in map(comment_from_item, found.values())}

    def ancestors(self, comment: Comment) -> Iterator[Comment]:
        """Parent, grandparent and so on, each read only when it is needed."""
        while comment.parent and (parent := self.find(comment.parent)):
            yield parent
            comment = parent

    def all(self) -> Iterator[Comment]:
        """Every comment, by status.  Slow; for the command line."""
        for status in Status:
            for partition in keys.queues(status):
                for entry in self.table.iterate(Span(partition), index=STATUS):
                    is_comment = entry["sk"] == keys.COMMENT  # and not the marker of a pending edit
                    if is_comment and (comment := self.find(keys.comment_id_of(entry["pk"]))):
                        yield comment

    def add(self, effects: ThreadEffects, post: Post, *, proposed_title: str = "", row: AuditRow | None = None) -> None:
        """Store a new comment, held or published.

        Raises:
            AlreadyStored: an earlier attempt stored it.
            PostClosed: the post has just been closed.
            ThreadChanged: the parent was removed meanwhile.
        """
        comment = effects.comment
        parts = [new_comment_part(comment)]
        if effects.totals_change or not post.first_seen:
            parts.append(post_part(comment, effects.totals_change, proposed_title))
        if row:
            parts.append(audit_put(row))
        self._write(comment.post, *parts, *ancestor_parts(effects))

    def change(self, change: Change) -> None:
        """Change a comment's status or text, with everything that changes with it.

        Raises:
            ChangedMeanwhile: the comment has changed since it was read.
            ThreadChanged: only the comments around it have changed.
        """
        after = change.effects.comment
        self._write(after.post, *change_parts(change), operation=after.operation, hides=hides_public_content(change))

    def approve_with_reply(self, approval: Change, reply: ThreadEffects, row: AuditRow) -> None:
        """Approve a comment and store a moderator's reply to it; ``reply`` was computed from the approved comment.

        Raises:
            AlreadyStored: an earlier attempt stored the reply.
            ChangedMeanwhile: the comment has changed since it was read.
            ThreadChanged: only the comments around it have changed.
        """
        both = replace(approval, effects=merged(approval.effects, reply))
        parts = [new_comment_part(reply.comment), audit_put(row), *change_parts(both)]
        self._write(reply.comment.post, *parts, operation=approval.effects.comment.operation)

    def previous_text(self, comment_id: str, now: datetime) -> PreviousText | None:
        """A comment's text before a moderator's edit, for PREVIOUS_TEXT_LIFE even if the item is removed later."""
        item = self.table.get(keys.previous_text(comment_id))
        found = previous_text_from_item(item) if item else None
        return found if found and now <= found.at + PREVIOUS_TEXT_LIFE else None

    def decided_edit(self, comment_id: str) -> DecidedEdit | None:
        """What the last decision about an edit of a comment replaced, while it is kept and no edit waits."""
        item = self.table.get(keys.edit(comment_id))
        return decided_edit_from_item(item) if item else None

    def remove_orphans(self, before: Comment) -> None:
        """Remove the votes and flags of a deleted comment, and the title that it proposed.

        Never fails: ``table check`` finds what can't be removed now.
        """
        with suppress(Unavailable):
            if before.has_proposed_title:
                self.remove_proposed_title(before)
            if before.up or before.down or before.flags or before.flag_round:
                remove_orphans(self.table, before.id)

    def remove_notes(self, comment_id: str) -> None:
        """Empty moderators' notes in the audit rows about a comment."""
        for item in self.table.iterate(Span(*keys.audit_rows(comment_id))):
            if "note" in item:
                self.table.write(Update(key=(item["pk"], item["sk"]), remove=("note",)))

    def remove_proposed_title(self, comment: Comment) -> None:
        """Remove the title that a comment proposed for its post, unless another one replaced it."""
        where = Where(equal={"proposed_by": comment.id})
        with suppress(ChangedMeanwhile):
            self.table.write(Update(key=keys.post(comment.post), remove=("proposed", "proposed_by"), where=where))

    def rerender(self, comment: Comment, html: str, renderer: int) -> None:
        """Replace a comment's HTML by that of a newer renderer.

        Raises:
            ChangedMeanwhile: the comment has changed since it was read.
        """
        where = Where(equal={"ver": comment.version})
        changed = {"public.html": html, "renderer": renderer}
        parts: list[Part] = [Update(key=keys.comment(comment.id), set=changed, where=where)]
        if change := totals_attributes(totals_of(replace(comment, html=html)) - totals_of(comment)):
            parts.append(Update(key=keys.post(comment.post), add=change))
        self._write(comment.post, *parts, hides=comment.is_public)

    def _write(self, post: str, *parts: Part, operation: str = "", hides: bool = False) -> None:
        """Write, and drop the post's cached responses, because a write that failed may still have succeeded."""
        try:
            self.table.write(*parts, operation=operation)
        finally:
            self.memo.drop(post)
            if hides and self._hidden:
                self._hidden()
