"""The item beside a comment for its author's edit.

While an edit is pending, the item is a marker that lists it; the words are in the comment, in the private map
``edit``.  A decision about the edit turns it into what that decision replaced, which an undo needs.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice

from ..core.comments import Comment, PendingEdit, Status
from ..core.decisions import UNDO_WINDOW
from ..core.edits import DecidedEdit
from ..core.errors import ChangedMeanwhile
from ..core.times import from_iso, iso, seconds
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Check, Delete, Part, Put, Where
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import comment_from_item, edit_from_map, edit_map, reasons_list, reasons_of, without_empty

BATCH = 50  # comments, each with its marker


def edit_marker(comment: Comment, edit: PendingEdit) -> Item:
    """The item that lists a comment's pending edit among what waits, by the time of the edit."""
    pk, sk = keys.edit(comment.id)
    return {"pk": pk, "sk": sk, "qpk": keys.queue(Status.PENDING, comment.id), "qsk": edit.id, "post": comment.post}


def decided_edit_item(comment_id: str, decided: DecidedEdit, at: datetime) -> Item:
    """The item with what a decision of this time about an edit replaced; it expires."""
    pk, sk = keys.edit(comment_id)
    earlier = without_empty(
        name=decided.name,
        link=decided.link,
        edited=iso(decided.edited) if decided.edited else "",
        edited_by=decided.edited_by,
        vetted=decided.vetted,
        reasons=reasons_list(decided.reasons),
    )
    edit, ttl = edit_map(decided.edit), seconds(at + UNDO_WINDOW)
    return {"pk": pk, "sk": sk, "ttl": ttl, "text": decided.text, "edit": edit} | earlier


def decided_edit_from_item(item: Item) -> DecidedEdit | None:
    """What a decision about an edit replaced; None for the marker of one that waits."""
    if "edit" not in item:
        return None
    return DecidedEdit(
        text=item["text"],
        name=item.get("name", ""),
        link=item.get("link", ""),
        edited=from_iso(item["edited"]) if "edited" in item else None,
        edited_by=item.get("edited_by", ""),
        vetted=item.get("vetted", False),
        reasons=reasons_of(item),
        edit=edit_from_map(item["edit"]),
    )


def wrongly_listed(table: Table) -> Iterator[Comment]:
    """The comments whose marker is missing, or lists an edit that does not wait.  Slow; for the command line."""
    published = (entry for name in keys.queues(Status.PUBLISHED) for entry in table.iterate(Span(name), index=STATUS))
    pending = (entry for name in keys.queues(Status.PENDING) for entry in table.iterate(Span(name), index=STATUS))
    for entries in (published, pending):
        while ids := [keys.comment_id_of(entry["pk"]) for entry in islice(entries, BATCH)]:
            found = table.get_many([key(each) for each in ids for key in (keys.comment, keys.edit)])
            for each in dict.fromkeys(ids):
                item, marker = found.get(keys.comment(each)), found.get(keys.edit(each), {})
                if item and not _is_listed_rightly(comment := comment_from_item(item), marker):
                    yield comment


def _is_listed_rightly(comment: Comment, item: Item) -> bool:
    edit = comment.pending_edit
    return item == edit_marker(comment, edit) if edit else "qpk" not in item


def list_rightly(table: Table, comment: Comment) -> None:
    """Write the marker of a comment's pending edit, or remove it, unless the comment has changed meanwhile."""
    edit = comment.pending_edit
    part: Part = Put(item=edit_marker(comment, edit)) if edit else Delete(key=keys.edit(comment.id))
    with suppress(ChangedMeanwhile):
        table.write(Check(key=keys.comment(comment.id), where=Where(equal={"ver": comment.version})), part)
