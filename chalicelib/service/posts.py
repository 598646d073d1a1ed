"""Changes that moderators make to posts: close, reopen, set the title; each can be undone."""

from collections.abc import Callable
from dataclasses import replace

from ..core.accounts import Principal
from ..core.audit import Action, AuditRow
from ..core.errors import ChangedMeanwhile, PostIsMoving
from ..core.posts import Post
from ..store.posts import Posts
from .clock import Essentials
from .retry import TryAgain, retry, trying_again_on


class PostService:
    """Changes posts and records each change in the audit log."""

    def __init__(self, essentials: Essentials, posts: Posts) -> None:
        self.essentials, self.posts = essentials, posts

    def set_closed(self, key: str, version: int | None, by: Principal, *, closed: bool) -> Post:
        """Close or reopen a post and return it; nothing is written if it is so already.

        Raises:
            ChangedMeanwhile: the post no longer has the version that the moderator saw.
            PostIsMoving: its comments are being moved.
        """
        before, after = ("open", "closed") if closed else ("closed", "open")
        row = replace(self._new_row(Action.CLOSE if closed else Action.REOPEN, by), before=before, after=after)
        return self._apply(key, version, lambda post: replace(post, closed=closed), lambda _: row)

    def set_title(self, key: str, version: int | None, by: Principal, title: str) -> Post:
        """Set the title that readers see, or remove it, and return the post.

        Raises:
            ChangedMeanwhile: the post no longer has the version that the moderator saw.
            PostIsMoving: its comments are being moved.
        """
        row = replace(self._new_row(Action.RETITLE, by), after=title)
        return self._apply(
            key, version, lambda post: replace(post, title=title), lambda post: replace(row, before=post.title)
        )

    def revert(self, row: AuditRow, undo_row: AuditRow) -> None:
        """Undo the change that ``row`` records; ``undo_row`` records the undo.

        Raises:
            ChangedMeanwhile: the post was changed again since.
        """
        post = self.posts.get(row.post)
        if post.version != row.version:
            raise ChangedMeanwhile
        after = (
            replace(post, title=row.before) if row.action is Action.RETITLE else replace(post, closed=not post.closed)
        )
        self.posts.change(post, replace(after, version=undo_row.version), undo_row, undone=row)

    def _apply(
        self, key: str, version: int | None, change: Callable[[Post], Post], row_for: Callable[[Post], AuditRow]
    ) -> Post:
        """Apply a change to the version that the moderator saw or, without one, to the current version."""

        def apply_once() -> Post:
            before = self.posts.get(key)
            after = change(before)
            if after == before:
                return before
            if before.moving:
                raise PostIsMoving
            if version not in {None, before.version}:
                raise ChangedMeanwhile
            with trying_again_on(ChangedMeanwhile):
                return self._write(before, after, row_for(before))

        return retry(apply_once, on=(TryAgain,))

    def _write(self, before: Post, after: Post, row: AuditRow) -> Post:
        after = replace(after, version=before.version + 1)
        self.posts.change(before, after, replace(row, post=before.key, version=after.version))
        return after

    def _new_row(self, action: Action, by: Principal) -> AuditRow:
        now = self.essentials.clock()
        return AuditRow(id=self.essentials.new_ulid(now), action=action, actor=by.actor, at=now)
