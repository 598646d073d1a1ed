"""A comment ↔ its item; and what an index shows of it → what everybody may read.

Attributes that a comment does not have are not stored, so that no index holds an empty one.
"""

from datetime import datetime
from typing import Any

from ..core.comments import EARLIER_LIFE, Comment, Earlier, Reason, Status
from ..core.decisions import Act, AuditRow
from ..core.ids import ulid_iso
from ..core.posts import Post
from ..core.public import LatestComment, PublicComment
from ..core.times import from_iso, iso, seconds
from .engine import keys
from .engine.attributes import Item

SCHEMA = 1  # the version of what an item holds


def present(**attributes: object) -> Item:
    """Only what is there: no empty text, no 0, no false."""
    return {name: value for name, value in attributes.items() if value}


def comment_item(comment: Comment) -> Item:
    """Everything, with the index keys that its status gives it."""
    pk, sk = keys.comment(comment.id)
    required = {"pk": pk, "sk": sk, "v": SCHEMA, "status": str(comment.status), "ver": comment.version}
    return (
        required
        | public_keys(comment)
        | listing_keys(comment)
        | present(
            post=comment.post,
            path=comment.path,
            parent=comment.parent,
            at=iso(comment.created),
            first=comment.first_hash,
            name=comment.name,
            link=comment.link,
            text=comment.text,
            html=comment.html,
            renderer=comment.renderer,
            avatar=comment.avatar,
            edited=comment.edited and iso(comment.edited),
            up=comment.up,
            down=comment.down,
            badge=comment.badge,
            vetted=comment.vetted,
            decided=comment.decided,
            titled=comment.titled,
            flags=comment.flags,
            round=comment.round,
            children=comment.children,
            gone=comment.tombstone,
            op=comment.operation,
            edited_by=comment.edited_by,
            via=list(comment.via),
            reasons=[{"rule": reason.rule, "words": reason.words} for reason in comment.reasons],
        )
    )


def public_keys(comment: Comment) -> Item:
    """What makes a comment public: nothing but these keys, and only while it is published."""
    if not comment.is_public:
        return {}
    return {
        "ppk": keys.thread(comment.post),
        "psk": comment.path,
        "rpk": keys.PUBLISHED,
        "rsk": comment.published,
    }


def listing_keys(comment: Comment) -> Item:
    """Where moderators find it."""
    lists: Item = {"qpk": keys.queue(comment.status, comment.id), "qsk": comment.order}
    if comment.author:
        lists |= {"apk": comment.author, "ask": comment.order}
    if comment.network:
        lists |= {"npk": comment.network, "nsk": comment.order}
    return lists


def comment_of(item: Item) -> Comment:
    """The comment of an item."""
    return Comment(
        id=item["pk"].removeprefix("C#"),
        post=item["post"],
        status=Status(item["status"]),
        path=item["path"],
        created=from_iso(item["at"]),
        first_hash=item.get("first", ""),
        version=item["ver"],
        parent=item.get("parent", ""),
        name=item.get("name", ""),
        link=item.get("link", ""),
        text=item.get("text", ""),
        html=item.get("html", ""),
        renderer=item.get("renderer", 0),
        avatar=item.get("avatar", ""),
        author=item.get("apk", ""),
        network=item.get("npk", ""),
        edited=_time(item.get("edited")),
        published=item.get("rsk", ""),
        up=item.get("up", 0),
        down=item.get("down", 0),
        badge=item.get("badge", False),
        vetted=item.get("vetted", False),
        decided=item.get("decided", False),
        titled=item.get("titled", False),
        flags=item.get("flags", 0),
        round=item.get("round", 0),
        children=item.get("children", 0),
        tombstone=item.get("gone", False),
        operation=item.get("op", ""),
        edited_by=item.get("edited_by", ""),
        via=tuple(item.get("via", ())),
        reasons=tuple(Reason(each["rule"], each["words"]) for each in item.get("reasons", [])),
    )


def earlier_item(comment_id: str, earlier: Earlier) -> Item:
    """What a comment said; goes by itself."""
    pk, sk = keys.earlier(comment_id)
    about = {"pk": pk, "sk": sk, "v": SCHEMA, "by": earlier.by, "at": iso(earlier.at)}
    ttl = seconds(earlier.at + EARLIER_LIFE)
    return about | present(text=earlier.text, name=earlier.name, link=earlier.link, ttl=ttl)


def earlier_of(item: Item) -> Earlier:
    """The words of an item."""
    words = {name: item.get(name, "") for name in ("text", "name", "link")}
    return Earlier(**words, by=item["by"], at=from_iso(item["at"]))


def _time(text: str | None) -> datetime | None:
    return from_iso(text) if text else None


def tombstone_item(comment: Comment) -> Item:
    """Only a place in the thread."""
    pk, sk = keys.tombstone(comment.id)
    place = {"pk": pk, "sk": sk, "v": SCHEMA, "ppk": keys.thread(comment.post), "psk": comment.path, "gone": True}
    return place | present(parent=comment.parent)


def public_of(entry: Item) -> PublicComment:
    """What the ``published`` index shows of a comment, or of a tombstone."""
    return PublicComment(
        id=entry["pk"].removeprefix("C#"),
        post=entry["ppk"].removeprefix("P#"),
        parent=entry.get("parent"),
        status=Status.DELETED if entry.get("gone") else Status.PUBLISHED,
        name=entry.get("name"),
        link=entry.get("link"),
        avatar=entry.get("avatar", ""),
        html=entry.get("html", ""),
        created=entry.get("at"),
        published=ulid_iso(entry["rsk"]) if "rsk" in entry else None,
        edited=entry.get("edited"),
        up=entry.get("up", 0),
        down=entry.get("down", 0),
        moderator=entry.get("badge", False),
        gone=entry.get("gone", False),
    )


def latest_of(entry: Item) -> LatestComment:
    """What the ``recent`` index shows of a comment."""
    return LatestComment(
        id=entry["pk"].removeprefix("C#"),
        post=entry["post"],
        parent=entry.get("parent"),
        name=entry.get("name"),
        link=entry.get("link"),
        avatar=entry.get("avatar", ""),
        html=entry["html"],
        created=entry["at"],
        published=ulid_iso(entry["rsk"]),
        edited=entry.get("edited"),
        moderator=entry.get("badge", False),
    )


def post_of(key: str, item: Item | None) -> Post:
    """A post, known or not: one without comments is as good as another."""
    item = item or {}
    return Post(
        key=key,
        count=item.get("n", 0),
        closed=item.get("closed", False),
        title=item.get("title", ""),
        proposed_title=item.get("proposed", ""),
        first_seen=_time(item.get("at")),
        version=item.get("ver", 0),
        moving=item.get("moving", ""),
        moves=tuple(item.get("moves", ())),
        moved_to=item.get("moved_to", ""),
    )


AUDIT_NAMES = {"before": "frm", "after": "to", "version": "ver"}
AUDIT_TEXTS = ("post", "before", "after", "version", "note", "bulk", "undoes", "undone")


def audit_item(row: AuditRow) -> Item:
    """An audit row, found by its comment and by its month; a comment's part in a move by the comment alone."""
    pk, sk = keys.audit(row.comment, row.id)
    required = {"pk": pk, "sk": sk, "v": SCHEMA, "act": str(row.act), "by": row.by, "at": iso(row.at), "op": row.id}
    lists = {"qpk": keys.audit_month(row.at), "qsk": row.id}
    if row.act is Act.MOVE and row.comment:
        lists = {}
    rest = {AUDIT_NAMES.get(name, name): getattr(row, name) for name in AUDIT_TEXTS}
    return required | lists | present(**rest)


def audit_of(item: Item) -> AuditRow:
    """The row of an item."""
    about: dict[str, Any] = {
        name: item[AUDIT_NAMES.get(name, name)] for name in AUDIT_TEXTS if AUDIT_NAMES.get(name, name) in item
    }
    comment = item["pk"].removeprefix("C#") if item["pk"].startswith("C#") else ""
    return AuditRow(
        id=item["op"], act=Act(item["act"]), by=item["by"], at=from_iso(item["at"]), comment=comment, **about
    )
