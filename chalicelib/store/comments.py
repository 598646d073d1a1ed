"""Comments in the table: each change is one write that carries all it means.

The comment, its audit row, its post's count, its author's record and the places above it change
together or not at all.  A list is never read after its own write: indexes lag.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ..core.comments import EARLIER_LIFE, Comment, Earlier, Status
from ..core.decisions import TIMER, AuditRow, counted
from ..core.errors import ChangedMeanwhile, NotFound, PostClosed, Unavailable
from ..core.posts import Post
from ..core.threads import Ripple, together
from ..core.times import iso
from .audit import audit_put, undone_part
from .cleanup import sweep
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Delete, Part, Put, Update, Where
from .engine.schema import SHARDS, STATUS
from .engine.table import Span, Table
from .items import comment_item, comment_of, earlier_item, earlier_of, present, tombstone_item
from .memo import Memo
from .posts import listed
from .stats import DECISIVE, day_part


class AlreadyStored(Exception):  # noqa: N818  not a failure, an answer
    """This very submission is in the table."""

    def __init__(self, comment: Comment) -> None:
        super().__init__()
        self.comment = comment


class PlaceChanged(Exception):  # noqa: N818  not a failure: gather again and try again
    """The thread round the comment changed, not the comment itself."""


@dataclass(frozen=True)
class Change:
    """One change of one comment, worked out: what it was, and all that it becomes."""

    before: Comment
    ripple: Ripple
    row: AuditRow | None = None
    undone: AuditRow | None = None
    earlier: Earlier | None = None


class Comments:
    """Reads and writes comments.  ``hidden`` is called when what anybody could read is to be read no more."""

    def __init__(self, table: Table, memo: Memo, *, hidden: Callable[[], None] | None = None) -> None:
        self.table, self.memo, self._hidden = table, memo, hidden

    def find(self, comment_id: str) -> Comment | None:
        """A comment in any status, as it is now."""
        item = self.table.get(keys.comment(comment_id))
        return comment_of(item) if item else None

    def get(self, comment_id: str) -> Comment:
        """A comment in any status.

        Raises:
            NotFound: there is none.
        """
        comment = self.find(comment_id)
        if comment is None:
            raise NotFound
        return comment

    def get_many(self, comment_ids: Sequence[str]) -> dict[str, Comment]:
        """Those of the comments that exist."""
        found = self.table.get_many([keys.comment(comment_id) for comment_id in comment_ids])
        return {comment.id: comment for comment in map(comment_of, found.values())}

    def ancestors(self, comment: Comment) -> Iterator[Comment]:
        """Parent, grandparent and so on, each read when it is asked for."""
        while comment.parent and (above := self.find(comment.parent)):
            yield above
            comment = above

    def all(self) -> Iterator[Comment]:
        """Every comment, status by status; for the command line."""
        for status in Status:
            for shard in range(SHARDS):
                for entry in self.table.walk(Span(f"{status.upper()}#{shard}"), index=STATUS):
                    if comment := self.find(entry["pk"].removeprefix("C#")):
                        yield comment

    def add(self, ripple: Ripple, post: Post, *, proposed_title: str = "", row: AuditRow | None = None) -> None:
        """Store a new comment, waiting or published.

        Raises:
            AlreadyStored: it is there, from an earlier try.
            PostClosed: the post was closed this moment.
            PlaceChanged: the comment that it answers went away this moment.
        """
        comment = ripple.comment
        parts = [_new(comment)]
        if ripple.count or not post.first_seen:
            parts.append(_first_post_update(comment, ripple.count, proposed_title))
        if row:
            parts.append(audit_put(row))
        self._write(comment.post, *parts, *_above(ripple))

    def change(self, change: Change) -> None:
        """Move a comment to another status, or give it another text, with everything that goes with it.

        Raises:
            ChangedMeanwhile: it is not as it was when the change was worked out.
            PlaceChanged: it is, but the thread round it is not.
        """
        before, after = change.before, change.ripple.comment
        self._write(after.post, *_changed(change), operation=after.operation, hides=_hides(before, after))

    def answer(self, approval: Change, reply: Ripple, row: AuditRow) -> None:
        """Approve a comment and store the moderator's reply to it; ``reply`` was worked out on what that leaves.

        Raises:
            AlreadyStored: the reply is there, from an earlier try.
            ChangedMeanwhile: the comment is not as it was.
            PlaceChanged: it is, but the thread round it is not.
        """
        both = replace(approval, ripple=together(approval.ripple, reply))
        parts = [_new(reply.comment), audit_put(row), *_changed(both)]
        self._write(reply.comment.post, *parts, operation=approval.ripple.comment.operation)

    def earlier(self, comment_id: str, now: datetime) -> Earlier | None:
        """What it said before a moderator edited it; no longer than promised, however late it goes."""
        item = self.table.get(keys.earlier(comment_id))
        found = earlier_of(item) if item else None
        return found if found and now <= found.at + EARLIER_LIFE else None

    def sweep(self, before: Comment) -> None:
        """Remove what readers left under a comment that was deleted, and the title that came with it.

        What can't be removed this moment is left to ``table check``: nothing may fail because of it.
        """
        with suppress(Unavailable):
            if before.titled:
                self.forget_title(before)
            if before.up or before.down or before.flags or before.round:
                sweep(self.table, before.id)

    def forget_title(self, comment: Comment) -> None:
        """Remove the title that a comment proposed for its post, if it is still that one."""
        where = Where(equal={"proposed_by": comment.id})
        with suppress(ChangedMeanwhile):
            self.table.write(Update(key=keys.post(comment.post), remove=("proposed", "proposed_by"), where=where))

    def render_anew(self, comment: Comment, html: str, renderer: int) -> None:
        """Give a comment the HTML of a newer renderer; nothing else of it changes.

        Raises:
            ChangedMeanwhile: its text is not the one that was rendered.
        """
        where = Where(equal={"ver": comment.version})
        new = Update(key=keys.comment(comment.id), set={"html": html, "renderer": renderer}, where=where)
        self._write(comment.post, new, hides=comment.is_public)

    def _write(self, post: str, *parts: Part, operation: str = "", hides: bool = False) -> None:
        """Write, and forget what was shown of the post, for even a write that failed may have got through."""
        try:
            self.table.write(*parts, operation=operation)
        finally:
            self.memo.drop(post)
            if hides and self._hidden:
                self._hidden()


def _hides(before: Comment, after: Comment) -> bool:
    """Whether something that anybody could read is gone, or a moderator replaced it; an author's edit can wait."""
    if not before.is_public:
        return False
    was, is_now = ((each.html, each.name, each.link) for each in (before, after))
    return not after.is_public or (bool(after.edited_by) and was != is_now)


def _first_post_update(comment: Comment, count: int, proposed_title: str) -> Part:
    """What a submission does to its post: makes it known, and counts.  Moderators answer on closed posts too."""
    proposal = {"proposed": proposed_title, "proposed_by": comment.id} if proposed_title else {}
    return Update(
        key=keys.post(comment.post),
        default=listed(comment.post, comment.created) | proposal,
        add={"n": count} if count else {},
        where=Where() if comment.badge else Where(absent=("closed",)),
        otherwise=lambda _found: PostClosed(),
    )


def _new(comment: Comment) -> Part:
    stored = comment_item(comment)
    return Put(item=stored, where=NEW, otherwise=lambda found: AlreadyStored(comment_of(found)))


def _changed(change: Change) -> list[Part]:
    """All that goes with a change."""
    before, after = change.before, change.ripple.comment
    parts: list[Part] = [_comment_update(before, after)]
    if change.row:
        parts.append(audit_put(change.row))
    if change.undone:
        parts.append(undone_part(change.undone, after.operation))
    if change.row and change.row.act in DECISIVE and change.row.by != TIMER:
        parts.append(day_part(change.row, before))
    if change.ripple.count:
        parts.append(Update(key=keys.post(after.post), add={"n": change.ripple.count}))
    if before.flags and not after.flags:
        parts.append(Delete(key=keys.flagged(after.id)))
    return [*parts, *_earlier(change), *_record(before, after), *_tombstone(before, after), *_above(change.ripple)]


def _earlier(change: Change) -> list[Part]:
    """What a moderator's edit replaces; it goes at once with the comment."""
    after = change.ripple.comment
    if change.earlier:
        return [Put(item=earlier_item(after.id, change.earlier))]
    is_gone = after.status is Status.DELETED and change.before.edited
    return [Delete(key=keys.earlier(after.id))] if is_gone else []


def _comment_update(before: Comment, after: Comment) -> Part:
    """Only what differs: votes, say, go on meanwhile."""
    old, new = comment_item(before), comment_item(after)
    gone = dict.fromkeys(name for name in old if name not in new)
    if after.status is Status.DELETED:
        gone |= dict.fromkeys(("up", "down"))  # of votes that came meanwhile, too
    return Update(
        key=keys.comment(after.id),
        set={name: value for name, value in new.items() if old.get(name) != value},
        remove=tuple(gone),
        where=_as_it_was(before),
        otherwise=lambda found: _what_changed(before, found),
    )


def _as_it_was(comment: Comment) -> Where:
    """Its version; its place: its post, and a child more or less would make another tombstone; and who flagged it."""
    counts = {"children": comment.children, "flags": comment.flags}
    gone = {"gone": True} if comment.tombstone else {}
    return Where(
        equal={"ver": comment.version, "post": comment.post, **gone, **present(**counts)},
        absent=() if comment.tombstone else ("gone",),
        below={name: 1 for name, count in counts.items() if not count},
    )


def _what_changed(before: Comment, found: Item) -> Exception:
    if not found:
        return NotFound()
    return PlaceChanged() if found["ver"] == before.version else ChangedMeanwhile()


def _record(before: Comment, after: Comment) -> list[Part]:
    """The author's record, where this decision changes it."""
    (approved, rejected), (was_approved, was_rejected) = counted(after), counted(before)
    change = {"approved": approved - was_approved, "rejected": rejected - was_rejected}
    add = {name: value for name, value in change.items() if value}
    if not add or not before.author:
        return []
    return [Update(key=keys.record(before.author), add=add, default={"at": iso(before.created)})]


def _tombstone(before: Comment, after: Comment) -> list[Part]:
    if before.tombstone == after.tombstone:
        return []
    return [Put(item=tombstone_item(after)) if after.tombstone else Delete(key=keys.tombstone(after.id))]


def _above(ripple: Ripple) -> list[Part]:
    """The places above that change with it."""
    return [part for before, after in ripple.above for part in (_child(before, after), *_tombstone(before, after))]


def _child(before: Comment, after: Comment) -> Part:
    """A child more or less.  Below a published comment any number may come and go at once."""
    if before.is_public:
        where = Where(equal={"status": str(before.status), "post": before.post})
        add = {"children": after.children - before.children}
        return Update(key=keys.comment(after.id), add=add, where=where, otherwise=lambda _found: PlaceChanged())
    return Update(
        key=keys.comment(after.id),
        set={"gone": True} if after.tombstone else {},
        remove=() if after.tombstone else ("gone",),
        add={"children": after.children - before.children},
        where=_as_it_was(before),
        otherwise=lambda _found: PlaceChanged(),
    )
