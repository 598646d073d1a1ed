"""What moderators write themselves: replies with a badge, and edits with a mark."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ...core.accounts import Signed
from ...core.comments import Comment, Earlier, Status, hangs_below, hash_of_submission, path_below
from ...core.decisions import Act, AuditRow, change_row
from ...core.drafts import Words
from ...core.errors import ChangedMeanwhile, Invalid, KeyReused, NotFound, ParentNotPublished, Unavailable
from ...core.ids import comment_id, keyed
from ...core.text.markdown import RENDERER
from ...core.threads import Ripple, ripple
from ...store.comments import AlreadyStored, Change, Comments, PlaceChanged
from ...store.policy import Config
from ...store.posts import Posts
from ..clock import RETRIES, Tools
from ..comments.submit import rendered
from .decide import Moderating


@dataclass(frozen=True)
class ModeratorReply:
    """``approve_parent`` is the version in which the moderator saw the comment that they answer."""

    post: str
    text: str
    parent: str = ""
    approve_parent: int = 0


class Answering:
    """Replies and edits."""

    def __init__(self, tools: Tools, comments: Comments, posts: Posts, config: Config, moderating: Moderating) -> None:
        self.tools, self.comments, self.posts, self.config = tools, comments, posts, config
        self.moderating = moderating

    def reply(self, wanted: ModeratorReply, by: Signed, idempotency_key: str) -> Comment:
        """Publish a moderator's comment at once; a repeat returns the one that is stored.

        Raises:
            KeyReused: the key came with another text before.
            Invalid: there is no such comment under this post.
            ParentNotPublished: what it answers waits, and is not to be approved.
            ChangedMeanwhile: what it answers was to be approved, but is not as the moderator saw it.
        """
        self.config.check_keys(self.tools.keys, self.tools.clock())
        new_id = comment_id(self.tools.keys.identity, wanted.post, f"moderator {by.moderator.id}", idempotency_key)
        if known := self.comments.find(new_id):
            return self._repeated(known, wanted)
        for _ in range(RETRIES):
            try:
                return self._reply_once(new_id, wanted, by)
            except AlreadyStored as stored:
                return self._repeated(stored.comment, wanted)
            except PlaceChanged:
                continue
        raise Unavailable

    def edit(self, wanted_id: str, version: int, words: Words, by: Signed) -> Comment:
        """Let other words take the place of a comment's; the earlier ones stay for 30 days.

        Raises:
            NotFound: no such comment, or it is deleted.
            ChangedMeanwhile: it is not in the version that the moderator saw.
        """
        self.config.check_keys(self.tools.keys, self.tools.clock())
        for _ in range(RETRIES):
            before = self.comments.get(wanted_id)
            change = self._edit_of(before, version, words, by)
            if change is None:
                return before
            with suppress(PlaceChanged, ChangedMeanwhile):  # another look says what is to be said
                self.comments.change(change)
                return change.ripple.comment
        raise Unavailable

    def _edit_of(self, before: Comment, version: int, words: Words, by: Signed) -> Change | None:
        """What is to be written; nothing if it is so already."""
        now, who = self.tools.clock(), by.moderator.id
        if before.status is Status.DELETED:
            raise NotFound
        after = self._edited(before, words, who, now)
        is_done = before.version == version + 1 and before.edited_by == who
        if _same_words(before, after) and (is_done or before.version == version):
            return None
        if before.version != version:
            raise ChangedMeanwhile
        row = change_row(before, after, act=Act.EDIT, by=who, at=now)
        first = not self.comments.earlier(before.id, now)
        earlier = Earlier(before.text, before.name, before.link, who, now) if first else None
        return Change(before, Ripple(after, (), 0), row, earlier=earlier)

    def _reply_once(self, new_id: str, wanted: ModeratorReply, by: Signed) -> Comment:
        now, post = self.tools.clock(), self.posts.get(wanted.post)
        parent = self._parent(wanted)
        approval = self._approval(parent, wanted, by) if parent and not parent.is_public else None
        comment = self._comment(new_id, wanted, by, parent, now)
        effect = ripple(None, comment, self._ancestors(comment, approval))
        row = AuditRow(
            id=comment.operation,
            act=Act.REPLY,
            by=by.moderator.id,
            at=now,
            comment=comment.id,
            post=comment.post,
            after=comment.status,
            version=1,
        )
        if approval:
            self.comments.answer(approval, effect, row)
        else:
            self.comments.add(effect, post, row=row)
        return effect.comment

    def _approval(self, parent: Comment, wanted: ModeratorReply, by: Signed) -> Change:
        """The change that publishes what is answered: in the same write as the answer."""
        if not wanted.approve_parent:
            raise ParentNotPublished(parent.id, parent.version)
        if parent.version != wanted.approve_parent:
            raise ChangedMeanwhile
        return self.moderating.approval(parent, by)

    def _ancestors(self, comment: Comment, approval: Change | None) -> Iterator[Comment]:
        """As the approval leaves them."""
        effect = approval.ripple if approval else Ripple(comment, (), 0)
        left = {after.id: after for after in (effect.comment, *(after for _, after in effect.above))}
        return (left.get(each.id, each) for each in self.comments.ancestors(comment))

    def _parent(self, wanted: ModeratorReply) -> Comment | None:
        if not wanted.parent:
            return None
        parent = self.comments.find(wanted.parent)
        if parent is None or parent.post != wanted.post or parent.status is Status.DELETED:
            raise Invalid({"parent": "There is no such comment under this post."})
        return parent

    def _comment(
        self, new_id: str, wanted: ModeratorReply, by: Signed, parent: Comment | None, now: datetime
    ) -> Comment:
        order = self.tools.new_ulid(now)
        return Comment(
            id=new_id,
            post=wanted.post,
            status=Status.PUBLISHED,
            path=path_below(parent, order),
            parent=hangs_below(parent),
            created=now,
            first_hash=self._first_hash(wanted),
            name=by.moderator.name,
            text=wanted.text,
            html=rendered(wanted.text),
            renderer=RENDERER,
            avatar=keyed(self.tools.keys.identity, "avatar", by.moderator.id, size=6),
            badge=True,
            published=order,
            operation=order,
            via=parent.via if parent else (),
        )

    def _edited(self, before: Comment, words: Words, by: str, now: datetime) -> Comment:
        """What is not sent stays; and a moderator's name stands beside their badge."""
        sent = words.model_fields_set
        return replace(
            before,
            text=words.text,
            name=(words.name or "") if "name" in sent and not before.badge else before.name,
            link=(words.link or "") if "link" in sent else before.link,
            html=rendered(words.text),
            renderer=RENDERER,
            edited=now,
            version=before.version + 1,
            operation=self.tools.new_ulid(now),
            edited_by=by,
        )

    def _first_hash(self, wanted: ModeratorReply) -> str:
        return hash_of_submission(self.tools.keys.identity, wanted.text, "", "", wanted.parent)

    def _repeated(self, known: Comment, wanted: ModeratorReply) -> Comment:
        if known.first_hash != self._first_hash(wanted):
            raise KeyReused(known.id)
        return known


def _same_words(one: Comment, other: Comment) -> bool:
    return (one.text, one.name, one.link) == (other.text, other.name, other.link)
