"""What moderators decide about posts, and the owner about the site; all of it can be taken back."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TypeVar

from ..core.accounts import Scope, Signed
from ..core.decisions import UNDO_WINDOW, Act, AuditRow, NotPossible
from ..core.errors import ChangedMeanwhile, PostIsMoving, Unavailable, UndoExpired
from ..core.posts import Post
from ..core.screening.engine import Policy, policy_of
from ..store.audit import Audit
from ..store.policy import Config
from ..store.posts import Posts
from .clock import RETRIES, Tools
from .moderation.decide import Outcome
from .relocation import Moving

T = TypeVar("T")
UNDONE_BY = {Act.CLOSE: Act.REOPEN, Act.REOPEN: Act.CLOSE}


class Governing:
    """Posts and the policy."""

    def __init__(self, tools: Tools, posts: Posts, config: Config, audit: Audit, moving: Moving) -> None:
        self.tools, self.posts, self.config, self.audit, self.moving = tools, posts, config, audit, moving

    def set_closed(self, key: str, version: int | None, by: Signed, *, closed: bool) -> Post:
        """Close a post, or reopen it; a post that is so already stays as it is.

        Raises:
            ChangedMeanwhile: it is no longer in the version that the moderator saw.
            PostIsMoving: its comments are being moved.
        """
        words = ("open", "closed") if closed else ("closed", "open")
        told = replace(self._row(Act.CLOSE if closed else Act.REOPEN, by), before=words[0], after=words[1])
        return self._until_it_fits(key, version, lambda post: replace(post, closed=closed), lambda _: told)

    def set_title(self, key: str, version: int | None, by: Signed, title: str) -> Post:
        """Give a post the title that readers see, or none.

        Raises:
            ChangedMeanwhile: it is no longer in the version that the moderator saw.
            PostIsMoving: its comments are being moved.
        """
        row = replace(self._row(Act.RETITLE, by), after=title)
        return self._until_it_fits(
            key, version, lambda post: replace(post, title=title), lambda post: replace(row, before=post.title)
        )

    def set_policy(self, policy: Policy, by: Signed) -> Policy:
        """Let ``policy`` follow the one with the version before; the same change twice is one change.

        Raises:
            ChangedMeanwhile: another one follows already.
        """
        return _looking_twice(lambda: self._set_policy(policy, by))

    def _set_policy(self, policy: Policy, by: Signed) -> Policy:
        current = self._policy()
        if current == policy:
            return current
        if current.version != policy.version - 1:
            raise ChangedMeanwhile
        row = replace(self._row(Act.POLICY, by), before=_told(current), after=_told(policy), version=policy.version)
        self.config.set_policy(policy, row)
        return policy

    def undo(self, row_id: str, by: Signed) -> tuple[Outcome, str, str]:
        """Take back a change of a post or of the policy, or a move, if nothing followed it.

        The id of the row that tells so; and, if comments are still to be moved, that of the job that does it.

        Raises:
            NotFound: there was no such change.
            NotPossible: it can't be taken back.
            UndoExpired: it is too long ago.
            ChangedMeanwhile: another change followed.
            Forbidden: the policy is the owner's.
            PostIsMoving: another move goes on with one of its posts.
        """
        row = self.audit.get("", row_id)
        if row.act is Act.MOVE:
            return self.moving.undo(row, by.moderator.id)
        try:
            return *self._undo(row, by), ""
        except ChangedMeanwhile:  # that may have been this very one: another look tells
            return *self._undo(self.audit.get("", row_id), by), ""

    def _undo(self, row: AuditRow, by: Signed) -> tuple[Outcome, str]:
        if row.act not in {Act.POLICY, Act.CLOSE, Act.REOPEN, Act.RETITLE}:
            raise NotPossible
        if row.act is Act.POLICY:
            by.need(Scope.MANAGE)
        if row.undone:
            return Outcome.ALREADY_SO, row.undone
        if self.tools.clock() > row.at + UNDO_WINDOW:
            raise UndoExpired
        own = replace(self._row(UNDONE_BY.get(row.act, row.act), by), before=row.after, after=row.before, undoes=row.id)
        own = replace(own, post=row.post, version=row.version + 1)
        if row.act is Act.POLICY:
            self._undo_policy(row, own)
        else:
            self._undo_post(row, own)
        return Outcome.DONE, own.id

    def _undo_policy(self, row: AuditRow, own: AuditRow) -> None:
        if self._policy().version != row.version:
            raise ChangedMeanwhile
        self.config.set_policy(policy_of(json.loads(row.before), own.version), own, undone=row)

    def _undo_post(self, row: AuditRow, own: AuditRow) -> None:
        post = self._post(row.post)
        if post.version != row.version:
            raise ChangedMeanwhile
        after = replace(post, title=row.before) if row.act is Act.RETITLE else replace(post, closed=not post.closed)
        self.posts.change(post, replace(after, version=own.version), own, undone=row)

    def _until_it_fits(
        self, key: str, version: int | None, change: Callable[[Post], Post], told: Callable[[Post], AuditRow]
    ) -> Post:
        """Without a version, a change applies to the post as it is, whoever changed it meanwhile."""
        for _ in range(RETRIES):
            before = self._post(key)
            after = change(before)
            if after == before:
                return before
            if before.moving:
                raise PostIsMoving
            if version not in {None, before.version}:
                raise ChangedMeanwhile
            with suppress(ChangedMeanwhile):
                return self._change_post(before, after, told(before))
        raise Unavailable

    def _change_post(self, before: Post, after: Post, told: AuditRow) -> Post:
        after = replace(after, version=before.version + 1)
        self.posts.change(before, after, replace(told, post=before.key, version=after.version))
        return after

    def _post(self, key: str) -> Post:
        self.config.check_keys(self.tools.keys, self.tools.clock())
        return self.posts.get(key)

    def _policy(self) -> Policy:
        self.config.check_keys(self.tools.keys, self.tools.clock())
        return self.config.policy()

    def _row(self, act: Act, by: Signed) -> AuditRow:
        now = self.tools.clock()
        return AuditRow(id=self.tools.new_ulid(now), act=act, by=by.moderator.id, at=now)


def _looking_twice(deed: Callable[[], T]) -> T:
    """A change that came in between may have been the very one that was asked for: another look tells."""
    try:
        return deed()
    except ChangedMeanwhile:
        return deed()


def _told(policy: Policy) -> str:
    """A policy in an audit row, so that it can come back."""
    return json.dumps({name: value for name, value in asdict(policy).items() if name != "version"})
