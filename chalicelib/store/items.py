"""Conversions between comments, posts and their items, and from index entries to public comments.

Empty attributes are not stored, because an index key must not be empty.  What readers see of a comment is in
its map ``public``, what they count in its map ``counters``; everything else is private.

Items have no version attribute: an item without ``v`` has version 1 of the layout.  The first change of a layout
adds ``v: 2`` to the items that it writes, and a reader of version 1 beside the new one.
"""

from collections.abc import Iterable
from datetime import datetime

from ..core.comments import PREVIOUS_TEXT_LIFE, Comment, PendingEdit, PreviousText, Reason, Status
from ..core.posts import Post
from ..core.public import SAME, LatestComment, PublicComment, public_fields, shown_fields
from ..core.times import from_iso, from_milliseconds, iso, seconds
from ..core.totals import Totals
from .engine import keys
from .engine.attributes import Item

COUNTED = ("up", "down")  # the entries of the map ``counters``


def without_empty(**attributes: object) -> Item:
    """The attributes that are not empty: no empty string, no 0, no false."""
    return {name: value for name, value in attributes.items() if value}


def totals_attributes(totals: Totals) -> dict[str, int]:
    """The attributes of a post that hold its totals, or the change of each; without zeros."""
    return without_empty(n=totals.count, size=totals.size, long=totals.long)


def comment_item(comment: Comment) -> Item:
    """The item of a comment, with the index keys for its status."""
    pk, sk = keys.comment(comment.id)
    required = {"pk": pk, "sk": sk, "status": str(comment.status), "ver": comment.version}
    maps = {"public": public_fields(comment), "counters": without_empty(up=comment.up, down=comment.down)}
    return (
        required
        | maps
        | public_keys(comment)
        | listing_keys(comment)
        | without_empty(
            post=comment.post,
            path=comment.path,
            first=comment.submission_hash,
            text=comment.text,
            renderer=comment.renderer,
            vetted=comment.vetted,
            decided=comment.ever_decided,
            titled=comment.has_proposed_title,
            wide=comment.wide_network,
            flags=comment.flags,
            round=comment.flag_round,
            children=comment.children,
            tombstone=comment.tombstone,
            op=comment.operation,
            edited_by=comment.edited_by,
            via=list(comment.relocations),
            reasons=reasons_list(comment.reasons),
            edit=edit_map(comment.pending_edit),
            had_edit=comment.ever_had_pending_edit,
        )
    )


def public_keys(comment: Comment) -> Item:
    """The index keys that make a comment public; empty unless it is published."""
    if not comment.is_public:
        return {}
    return {
        "ppk": keys.thread(comment.post),
        "psk": comment.path,
        "rpk": keys.PUBLISHED,
        "rsk": comment.published,
    }


def listing_keys(comment: Comment) -> Item:
    """The index keys of moderators' lists, of the author and of the network."""
    lists: Item = {"qpk": keys.queue(comment.status, comment.id), "qsk": comment.order}
    if comment.author:
        lists |= {"apk": comment.author, "ask": comment.order}
    if comment.network:
        lists |= {"npk": comment.network, "nsk": comment.order}
    return lists


def comment_from_item(item: Item) -> Comment:
    """The comment stored in an item."""
    public, counters = item["public"], item["counters"]
    return Comment(
        id=keys.comment_id_of(item["pk"]),
        post=item["post"],
        status=Status(item["status"]),
        path=item["path"],
        created=from_milliseconds(public["created"]),
        submission_hash=item.get("first", ""),
        version=item["ver"],
        text=item.get("text", ""),
        renderer=item.get("renderer", 0),
        author=item.get("apk", ""),
        network=item.get("npk", ""),
        wide_network=item.get("wide", ""),
        edited=from_milliseconds(public["edited"]) if "edited" in public else None,
        published=item.get("rsk", ""),
        badge=public.get("moderator", False),
        vetted=item.get("vetted", False),
        ever_decided=item.get("decided", False),
        has_proposed_title=item.get("titled", False),
        flags=item.get("flags", 0),
        flag_round=item.get("round", 0),
        children=item.get("children", 0),
        tombstone=item.get("tombstone", False),
        operation=item.get("op", ""),
        edited_by=item.get("edited_by", ""),
        relocations=tuple(item.get("via", ())),
        reasons=reasons_of(item),
        pending_edit=edit_from_map(item["edit"]) if "edit" in item else None,
        ever_had_pending_edit=item.get("had_edit", False),
        **_known(SAME, public),
        **_known(COUNTED, counters),
    )


def _known(names: Iterable[str], values: Item) -> Item:
    """The entries of a map with these names; a newer version may have written others."""
    return {name: values[name] for name in names if name in values}


def reasons_list(reasons: Iterable[Reason]) -> list[Item]:
    """Reasons as they are stored."""
    return [{"rule": reason.rule} | without_empty(parameters=reason.parameters) for reason in reasons]


def reasons_of(item: Item) -> tuple[Reason, ...]:
    """The reasons stored in an item."""
    return tuple(Reason(each["rule"], each.get("parameters", {})) for each in item.get("reasons", []))


def edit_map(edit: PendingEdit | None) -> Item:
    """A pending edit as it is stored; empty without one."""
    if edit is None:
        return {}
    return {"id": edit.id, "text": edit.text} | without_empty(
        name=edit.name, link=edit.link, reasons=reasons_list(edit.reasons)
    )


def edit_from_map(item: Item) -> PendingEdit:
    """The pending edit in a stored map."""
    return PendingEdit(item["id"], item["text"], item.get("name", ""), item.get("link", ""), reasons_of(item))


def previous_text_item(comment_id: str, previous: PreviousText) -> Item:
    """The item with a comment's text before an edit; it expires."""
    pk, sk = keys.previous_text(comment_id)
    about = {"pk": pk, "sk": sk, "by": previous.by, "at": iso(previous.at)}
    ttl = seconds(previous.at + PREVIOUS_TEXT_LIFE)
    return about | without_empty(text=previous.text, name=previous.name, link=previous.link, ttl=ttl)


def previous_text_from_item(item: Item) -> PreviousText:
    """The previous text stored in an item."""
    texts = {name: item.get(name, "") for name in ("text", "name", "link")}
    return PreviousText(**texts, by=item["by"], at=from_iso(item["at"]))


def _time(text: str | None) -> datetime | None:
    return from_iso(text) if text else None


def tombstone_item(comment: Comment) -> Item:
    """The item that keeps a comment's place in its thread."""
    pk, sk = keys.tombstone(comment.id)
    place = {"pk": pk, "sk": sk, "ppk": keys.thread(comment.post), "psk": comment.path}
    return place | {"public": {"gone": True} | without_empty(parent=comment.parent)}


def public_from_entry(entry: Item) -> PublicComment:
    """The public comment, or tombstone, of an entry in the ``published`` index."""
    fields = shown_fields(entry["public"])
    return PublicComment(
        id=keys.comment_id_of(entry["pk"]),
        post=keys.post_of(entry["ppk"]),
        status=Status.DELETED if fields.get("gone") else Status.PUBLISHED,
        **fields,
        **_known(COUNTED, entry.get("counters", {})),
    )


def latest_from_entry(entry: Item) -> LatestComment:
    """The public comment of an entry in the ``recent`` index."""
    return LatestComment(id=keys.comment_id_of(entry["pk"]), post=entry["post"], **shown_fields(entry["public"]))


def post_from_item(key: str, item: Item | None) -> Post:
    """The post stored in an item, or a post without comments if there is no item."""
    item = item or {}
    return Post(
        key=key,
        count=item.get("n", 0),
        size=item.get("size", 0),
        long=item.get("long", 0),
        closed=item.get("closed", False),
        title=item.get("title", ""),
        proposed_title=item.get("proposed", ""),
        first_seen=_time(item.get("at")),
        version=item.get("ver", 0),
        moving=item.get("moving", ""),
        relocations=tuple(item.get("moves", ())),
        moved_to=item.get("moved_to", ""),
    )
