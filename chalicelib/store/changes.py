"""The parts of a write that adds or changes a comment, and the exceptions that their conditions raise."""

from dataclasses import dataclass

from ..core.actors import ActorKind
from ..core.audit import AuditRow
from ..core.comments import Comment, PreviousText, Status
from ..core.decisions import record_counts
from ..core.edits import decided_edit
from ..core.errors import ChangedMeanwhile, NotFound, PostClosed
from ..core.threads import ThreadEffects
from ..core.times import iso
from ..core.totals import Totals
from .audit import audit_put, undone_part
from .edits import decided_edit_item, edit_marker
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Delete, Part, Put, Update, Where
from .items import (
    comment_from_item,
    comment_item,
    previous_text_item,
    tombstone_item,
    totals_attributes,
    without_empty,
)
from .posts import listed_attributes
from .stats import DECISIVE, day_part


class AlreadyStored(Exception):  # noqa: N818  not an error
    """The same submission is already stored."""

    def __init__(self, comment: Comment) -> None:
        super().__init__()
        self.comment = comment


class ThreadChanged(Exception):  # noqa: N818  not an error: read again and retry
    """Comments around the comment changed, but not the comment itself."""


@dataclass(frozen=True)
class Change:
    """One change of one comment: the comment before, and everything that changes with it.

    ``undone`` is the audit row that this change undoes.  ``keeps_edit``: it decides on the comment's pending edit,
    and what an undo needs is kept.
    """

    before: Comment
    effects: ThreadEffects
    row: AuditRow
    undone: AuditRow | None = None
    previous_text: PreviousText | None = None
    keeps_edit: bool = False


def hides_public_content(change: Change) -> bool:
    """Whether public content is removed or replaced by a moderator.

    An author's edit does not count, nor does its approval; the undo of its approval does.
    """
    before, after = change.before, change.effects.comment
    if not before.is_public or not after.is_public:
        return before.is_public
    was, is_now = ((each.html, each.name, each.link) for each in (before, after))
    is_by_author = change.row.actor.kind is ActorKind.AUTHOR or change.keeps_edit
    return was != is_now and not is_by_author


def post_part(comment: Comment, change: Totals, proposed_title: str) -> Part:
    """The part that creates and counts a submission's post.  Moderators can reply on closed posts."""
    proposal = {"proposed": proposed_title, "proposed_by": comment.id} if proposed_title else {}
    return Update(
        key=keys.post(comment.post),
        default=listed_attributes(comment.post, comment.created) | proposal,
        add=totals_attributes(change),
        where=Where() if comment.badge else Where(absent=("closed",)),
        otherwise=lambda _found: PostClosed(),
    )


def new_comment_part(comment: Comment) -> Part:
    """The part that stores a new comment."""
    stored = comment_item(comment)
    return Put(item=stored, where=NEW, otherwise=lambda found: AlreadyStored(comment_from_item(found)))


def change_parts(change: Change) -> list[Part]:
    """All parts of a change."""
    before, after = change.before, change.effects.comment
    parts: list[Part] = [_comment_part(before, after), audit_put(change.row)]
    if change.undone:
        parts.append(undone_part(change.undone, after.operation))
    if change.row.action in DECISIVE and change.row.actor.kind is ActorKind.MODERATOR:
        parts.append(day_part(change.row, before))
    if totals := totals_attributes(change.effects.totals_change):
        parts.append(Update(key=keys.post(after.post), add=totals))
    if before.flags and not after.flags:
        parts.append(Delete(key=keys.flagged(after.id)))
    return [
        *parts,
        *_previous_text_parts(change),
        *_edit_parts(change),
        *_record_parts(before, after),
        *_tombstone_parts(before, after),
        *ancestor_parts(change.effects),
    ]


def _previous_text_parts(change: Change) -> list[Part]:
    """Stores the text that a moderator's edit replaces; removes it when the comment is deleted."""
    after = change.effects.comment
    if change.previous_text:
        return [Put(item=previous_text_item(after.id, change.previous_text))]
    is_gone = after.status is Status.DELETED and change.before.edited
    return [Delete(key=keys.previous_text(after.id))] if is_gone else []


def _edit_parts(change: Change) -> list[Part]:
    """Lists a pending edit; keeps what a decision about it replaced; removes both with the comment."""
    before, after = change.before, change.effects.comment
    if after.pending_edit:
        is_new = after.pending_edit != before.pending_edit
        return [Put(item=edit_marker(after, after.pending_edit))] if is_new else []
    if change.keeps_edit and (decided := decided_edit(before)):
        return [Put(item=decided_edit_item(after.id, decided, change.row.at))]
    is_gone = after.status is Status.DELETED and before.ever_had_pending_edit
    return [Delete(key=keys.edit(after.id))] if before.pending_edit or is_gone else []


def _comment_part(before: Comment, after: Comment) -> Part:
    """The part that updates only what differs, so that concurrent votes, for example, are kept.

    A deleted comment loses both maps whole, including votes that arrived meanwhile.
    """
    old, new = comment_item(before), comment_item(after)
    maps = {name: (old.pop(name), new.pop(name)) for name in ("public", "counters")}
    changed, removed = _differences(old, new)
    if after.status is Status.DELETED:
        changed |= {name: map_after for name, (_, map_after) in maps.items()}
    else:
        shown, hidden = _differences(*maps["public"])
        changed |= {f"public.{name}": value for name, value in shown.items()}
        removed += tuple(f"public.{name}" for name in hidden)
    return Update(
        key=keys.comment(after.id),
        set=changed,
        remove=removed,
        where=_unchanged(before),
        otherwise=lambda found: _conflict(before, found),
    )


def _differences(old: Item, new: Item) -> tuple[Item, tuple[str, ...]]:
    """The values to set, and the names to remove, so that ``old`` becomes ``new``."""
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    return changed, tuple(name for name in old if name not in new)


def _unchanged(comment: Comment) -> Where:
    """The condition that a comment's version, post, number of children and flags are as they were read."""
    counts = {"children": comment.children, "flags": comment.flags}
    tombstone = {"tombstone": True} if comment.tombstone else {}
    return Where(
        equal={"ver": comment.version, "post": comment.post, **tombstone, **without_empty(**counts)},
        absent=() if comment.tombstone else ("tombstone",),
        below={name: 1 for name, count in counts.items() if not count},
    )


def _conflict(before: Comment, found: Item) -> Exception:
    if not found:
        return NotFound()
    return ThreadChanged() if found["ver"] == before.version else ChangedMeanwhile()


def _record_parts(before: Comment, after: Comment) -> list[Part]:
    """The change of the author's record, if any."""
    (approved, rejected), (was_approved, was_rejected) = record_counts(after), record_counts(before)
    change = {"approved": approved - was_approved, "rejected": rejected - was_rejected}
    add = {name: value for name, value in change.items() if value}
    if not add or not before.author:
        return []
    return [Update(key=keys.record(before.author), add=add, default={"at": iso(before.created)})]


def _tombstone_parts(before: Comment, after: Comment) -> list[Part]:
    if before.tombstone == after.tombstone:
        return []
    return [Put(item=tombstone_item(after)) if after.tombstone else Delete(key=keys.tombstone(after.id))]


def ancestor_parts(effects: ThreadEffects) -> list[Part]:
    """The parts that change a comment's ancestors."""
    return [
        part
        for before, after in effects.ancestors
        for part in (_child_count_part(before, after), *_tombstone_parts(before, after))
    ]


def _child_count_part(before: Comment, after: Comment) -> Part:
    """The part that changes the number of a comment's children.

    Replies to a published comment may be added and removed concurrently.
    """
    if before.is_public:
        where = Where(equal={"status": str(before.status), "post": before.post})
        add = {"children": after.children - before.children}
        return Update(key=keys.comment(after.id), add=add, where=where, otherwise=lambda _found: ThreadChanged())
    return Update(
        key=keys.comment(after.id),
        set={"tombstone": True} if after.tombstone else {},
        remove=() if after.tombstone else ("tombstone",),
        add={"children": after.children - before.children},
        where=_unchanged(before),
        otherwise=lambda _found: ThreadChanged(),
    )
