"""Writes threads into the table directly, so that tests of reading stay fast."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.core.comments import MAX_DEPTH, Comment, Status, path_below
from chalicelib.core.ids import ulid
from chalicelib.core.totals import NOTHING, totals_of
from chalicelib.store.engine.attributes import Item, item_to_wire
from chalicelib.store.items import comment_item, tombstone_item, totals_attributes
from chalicelib.store.posts import listed_attributes
from tests.support.world import POST, START, World, key22

BATCH = 25  # items in one call


def comment(number: int, parent: Comment | None = None, *, post: str = POST, **more: Any) -> Comment:
    """The comment with this number, one second after the previous one; published by default."""
    time = START + timedelta(seconds=number)
    order = ulid(time, number.to_bytes(10))
    known: dict[str, Any] = {
        "id": key22(f"{post} {number}"),
        "post": post,
        "status": Status.PUBLISHED,
        "path": path_below(parent, order),
        "parent": _parent_id(parent),
        "created": time,
        "submission_hash": "-",
        "html": f"<p>{number}</p>\n",
        "published": order,
        "operation": order,
    }
    return Comment(**known | more)


def _parent_id(parent: Comment | None) -> str:
    if parent is None:
        return ""
    return parent.id if parent.path.count("#") + 1 < MAX_DEPTH else parent.parent


def grow_forest(parents: Sequence[int | None], *, apart: int = 1, **more: Any) -> list[Comment]:
    """Comments below the parents with these numbers, or new threads, ``apart`` seconds apart."""
    made: list[Comment] = []
    for number, parent in enumerate(parents):
        made.append(comment(number * apart, None if parent is None else made[parent], **more))
    return made


def tombstoned(one: Comment) -> Comment:
    """A copy of the comment as a tombstone."""
    return replace(one, status=Status.REJECTED, published="", tombstone=True)


def items_of(comments: Iterable[Comment]) -> list[Item]:
    """All items of these comments."""
    comments = list(comments)
    return [*map(comment_item, comments), *(tombstone_item(each) for each in comments if each.tombstone)]


def store(world: World, comments: Sequence[Comment]) -> None:
    """Write the comments with their posts and counts."""
    items = items_of(comments)
    for post in dict.fromkeys(each.post for each in comments):
        totals = sum((totals_of(each) for each in comments if each.post == post), NOTHING)
        listed = listed_attributes(post, START)
        items.append({"pk": f"P#{post}", "sk": "M", **totals_attributes(totals), **listed})
    put(world, items)


def put(world: World, items: Sequence[Item]) -> None:
    """Write items."""
    table = world.runtime.settings.table
    for start in range(0, len(items), BATCH):
        left: Any = {table: [{"PutRequest": {"Item": item_to_wire(item)}} for item in items[start : start + BATCH]]}
        while left:
            left = world.runtime.table.client.batch_write_item(RequestItems=left)["UnprocessedItems"]
    for post in {item["post"] for item in items if "post" in item}:
        world.runtime.memo.drop(post)


def remove(world: World, one: Comment) -> None:
    """Remove a comment and its tombstone from the table."""
    for item in items_of([one]):
        key = item_to_wire({"pk": item["pk"], "sk": item["sk"]})
        world.runtime.table.client.delete_item(TableName=world.runtime.settings.table, Key=key)
    world.runtime.memo.drop(one.post)


def in_order(comments: Iterable[Comment], *, newest: bool) -> list[str]:
    """The ids in the order that a reader must see."""
    threads: dict[str, list[Comment]] = {}
    for each in sorted((each for each in comments if each.is_visible), key=lambda one: one.path.split("#")):
        threads.setdefault(each.path.split("#")[0], []).append(each)
    return [each.id for root in sorted(threads, reverse=newest) for each in threads[root]]
