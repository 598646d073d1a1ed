"""Replies of moderators: published at once, with a badge."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core.accounts import Principal
from ...core.audit import Action, AuditRow
from ...core.comments import Comment, Status, parent_below, path_below, submission_hash
from ...core.errors import ChangedMeanwhile, Invalid, KeyReused, ParentNotPublished
from ...core.ids import comment_id, keyed
from ...core.text.markdown import RENDERER
from ...core.threads import ThreadEffects, thread_effects
from ...core.totals import NOTHING
from ...store.changes import AlreadyStored, Change, ThreadChanged
from ...store.comments import Comments
from ...store.posts import Posts
from ..clock import Essentials
from ..comments.submit import rendered
from ..retry import retry
from .decide import DecisionService


@dataclass(frozen=True)
class ModeratorReply:
    """A reply that a moderator wrote.

    ``approve_parent`` is the version in which the moderator saw the parent and approved it with the reply,
    or 0 if the parent is not to be approved.
    """

    post: str
    text: str
    parent: str = ""
    approve_parent: int = 0


class ReplyService:
    """Publishes replies for moderators."""

    def __init__(
        self,
        essentials: Essentials,
        comments: Comments,
        posts: Posts,
        decisions: DecisionService,
    ) -> None:
        self.essentials, self.comments, self.posts, self.decisions = essentials, comments, posts, decisions

    def reply(self, reply: ModeratorReply, by: Principal, idempotency_key: str) -> Comment:
        """Publish a moderator's reply, and approve its parent if asked to; a repeat returns the stored comment.

        Raises:
            KeyReused: the key was used before with another text.
            Invalid: the parent is not a comment of this post.
            ParentNotPublished: the parent is not published, and not to be approved.
            ChangedMeanwhile: the parent no longer has the version that the moderator saw.
        """
        new_id = comment_id(self.essentials.keys.identity, reply.post, f"moderator {by.moderator.id}", idempotency_key)
        if stored := self.comments.find(new_id):
            return self._repeated(stored, reply)
        try:
            return retry(lambda: self._reply_once(new_id, reply, by), on=(ThreadChanged,))
        except AlreadyStored as found:
            return self._repeated(found.comment, reply)

    def _reply_once(self, new_id: str, reply: ModeratorReply, by: Principal) -> Comment:
        now, post = self.essentials.clock(), self.posts.get(reply.post)
        parent = self._parent(reply)
        approval = self._approval(parent, reply, by) if parent and _waits(parent, reply) else None
        comment = self._comment(new_id, reply, by, parent, now)
        effects = thread_effects(None, comment, self._ancestors(comment, approval))
        row = AuditRow(
            id=comment.operation,
            action=Action.REPLY,
            actor=by.actor,
            at=now,
            comment=comment.id,
            post=comment.post,
            after=comment.status,
            version=1,
        )
        if approval:
            self.comments.approve_with_reply(approval, effects, row)
        else:
            self.comments.add(effects, post, row=row)
        return effects.comment

    def _approval(self, parent: Comment, reply: ModeratorReply, by: Principal) -> Change:
        """The change that publishes the parent, or its pending edit; it is written together with the reply."""
        if not reply.approve_parent:
            raise ParentNotPublished(parent.id, parent.version)
        if parent.version != reply.approve_parent:
            raise ChangedMeanwhile
        return self.decisions.approval(parent, by)

    def _ancestors(self, comment: Comment, approval: Change | None) -> Iterator[Comment]:
        """The ancestors of a comment as they are after the approval."""
        effects = approval.effects if approval else ThreadEffects(comment, (), NOTHING)
        changed = {after.id: after for after in (effects.comment, *(after for _, after in effects.ancestors))}
        return (changed.get(each.id, each) for each in self.comments.ancestors(comment))

    def _parent(self, reply: ModeratorReply) -> Comment | None:
        if not reply.parent:
            return None
        parent = self.comments.find(reply.parent)
        if parent is None or parent.post != reply.post or parent.status is Status.DELETED:
            raise Invalid({"parent": "There is no such comment under this post."})
        return parent

    def _comment(
        self, new_id: str, reply: ModeratorReply, by: Principal, parent: Comment | None, now: datetime
    ) -> Comment:
        order = self.essentials.new_ulid(now)
        return Comment(
            id=new_id,
            post=reply.post,
            status=Status.PUBLISHED,
            path=path_below(parent, order),
            parent=parent_below(parent),
            created=now,
            submission_hash=self._hash(reply),
            name=by.moderator.name,
            text=reply.text,
            html=rendered(reply.text),
            renderer=RENDERER,
            avatar=keyed(self.essentials.keys.identity, "avatar", by.moderator.id, size=6),
            badge=True,
            published=order,
            operation=order,
            relocations=parent.relocations if parent else (),
        )

    def _hash(self, reply: ModeratorReply) -> str:
        return submission_hash(self.essentials.keys.identity, reply.text, "", "", reply.parent)

    def _repeated(self, stored: Comment, reply: ModeratorReply) -> Comment:
        """The stored comment, if this is the same reply."""
        if stored.submission_hash != self._hash(reply):
            raise KeyReused(stored.id)
        return stored


def _waits(parent: Comment, reply: ModeratorReply) -> bool:
    """Whether the parent has to be approved first, or has a pending edit that is to be approved with the reply."""
    return not parent.is_public or bool(parent.pending_edit and reply.approve_parent)
