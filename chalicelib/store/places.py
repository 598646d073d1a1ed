"""Where a page of public comments starts: after the first comment of its cursor that still has a place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..core.comments import SEPARATOR, Status
from ..core.errors import Invalid, NotFound
from ..core.pages import INVALID_CURSOR, Cursor, Name, Position
from ..core.posts import Post
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Key
from .engine.table import Table
from .items import post_from_item


@dataclass(frozen=True)
class Place:
    """The place of a comment that is public, or of its tombstone."""

    post: str
    path: str


class Places:
    """Finds comments' places.  A comment without one can't be told from one that does not exist."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def in_post(self, key: str, cursor: Cursor | None) -> tuple[Post, Position | None]:
        """A post, and where the page at this cursor starts: one read, unless the comment named first is gone.

        Raises:
            Invalid: the cursor names no comment of this post.
        """
        if cursor is None:
            return post_from_item(key, self.table.get(keys.post(key), consistent=False)), None
        wanted = [keys.post(key), keys.comment(cursor.names[0].id)]
        found = self.table.get_many(wanted, consistent=False)
        after = self._start(cursor, found, lambda place: place.post == key)
        return post_from_item(key, found.get(keys.post(key))), after

    def below(self, comment_id: str, cursor: Cursor | None) -> tuple[Place, Position]:
        """The place of a comment, and where the page of its replies at this cursor starts.

        Raises:
            NotFound: the comment has no place.
            Invalid: the cursor names neither the comment nor a reply below it.
        """
        own = Name(comment_id, inside=True)
        cursor = cursor or Cursor((own,))
        wanted = [keys.comment(comment_id), keys.comment(cursor.names[0].id)]
        found = self.table.get_many(wanted)
        top = _place(found.get(keys.comment(comment_id)))
        if top is None:
            raise NotFound
        return top, self._start(cursor, found, lambda place: (place.path + SEPARATOR).startswith(top.path + SEPARATOR))

    def _start(self, cursor: Cursor, found: Mapping[Key, Item], belongs: Callable[[Place], bool]) -> Position:
        """The first place that the cursor names.

        If the first comment is not there, all are read consistently: it may be so new that the first read missed it.
        """
        start = _first_place(cursor.names[:1], found, belongs)
        if start is None:
            wanted = [keys.comment(name.id) for name in cursor.names]
            start = _first_place(cursor.names, self.table.get_many(wanted), belongs)
        if start is None:
            raise Invalid(INVALID_CURSOR)
        place, number = start
        name = cursor.names[number]
        return Position(place.path, inside=name.inside, score=name.score or 0, names=cursor.names[number:])


def _first_place(
    names: tuple[Name, ...], found: Mapping[Key, Item], belongs: Callable[[Place], bool]
) -> tuple[Place, int] | None:
    for number, name in enumerate(names):
        place = _place(found.get(keys.comment(name.id)))
        if place and belongs(place):
            return place, number
    return None


def _place(item: Item | None) -> Place | None:
    is_visible = item is not None and (item["status"] == Status.PUBLISHED or item.get("tombstone", False))
    return Place(item["post"], item["path"]) if item and is_visible else None
