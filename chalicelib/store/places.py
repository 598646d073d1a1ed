"""Where a page of public comments starts: after the first comment of its cursor that still has a place."""

from collections.abc import Callable, Mapping, Sequence
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
from .room import Room


@dataclass(frozen=True)
class Place:
    """The place of a comment that is public, or of its tombstone."""

    post: str
    path: str


class Places:
    """Finds comments' places.  A comment without one can't be told from one that does not exist."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def in_post(self, key: str, cursor: Cursor | None, room: Room) -> tuple[Post, Position | None]:
        """A post, and where the page at this cursor starts: one read, unless the comment named first is gone.

        ``room`` learns what was read, and which post it is.

        Raises:
            Invalid: the cursor names no comment of this post.
        """
        if cursor is None:
            room.post = post_from_item(key, self.table.get(keys.post(key), consistent=False))
            return room.post, None
        wanted = [keys.post(key), keys.comment(cursor.names[0].id)]
        found = self.table.get_many(wanted, consistent=False)
        room.post = post_from_item(key, found.pop(keys.post(key), None))
        room.spend_comments(found.values(), consistent=False)

        def belongs(place: Place) -> bool:
            return place.post == key

        return room.post, self._start(cursor, found, belongs) or self._later_start(cursor, 0, belongs, room)

    def below(self, comment_id: str, cursor: Cursor | None, room: Room) -> tuple[Place, Position]:
        """The place of a comment, and where the page of its replies at this cursor starts.

        ``room`` learns what was read.

        Raises:
            NotFound: the comment has no place.
            Invalid: the cursor names neither the comment nor a reply below it.
        """
        own = Name(comment_id, inside=True)
        cursor = cursor or Cursor((own,))
        found = self._comments([comment_id, cursor.names[0].id], room)
        top = _place(found.get(keys.comment(comment_id)))
        if top is None:
            raise NotFound
        first = {key: item for key, item in found.items() if key == keys.comment(cursor.names[0].id)}
        within = top.path + SEPARATOR

        def belongs(place: Place) -> bool:
            return (place.path + SEPARATOR).startswith(within)

        return top, self._start(cursor, first, belongs) or self._later_start(cursor, 1, belongs, room)

    def _comments(self, ids: Sequence[str], room: Room, *, consistent: bool = True) -> dict[Key, Item]:
        found = self.table.get_many([keys.comment(each) for each in ids], consistent=consistent) if ids else {}
        room.spend_comments(found.values(), consistent=consistent)
        return found

    def _start(self, cursor: Cursor, found: Mapping[Key, Item], belongs: Callable[[Place], bool]) -> Position | None:
        """The first place that the cursor names, among the comments that were found."""
        for number, name in enumerate(cursor.names):
            place = _place(found.get(keys.comment(name.id)))
            if place and belongs(place):
                return Position(place.path, inside=name.inside, score=name.score or 0, names=cursor.names[number:])
        return None

    def _later_start(self, cursor: Cursor, known: int, belongs: Callable[[Place], bool], room: Room) -> Position:
        """The first place that the cursor names, apart from the first ``known`` comments, which have none.

        The first comment is read consistently: it may be so new that an earlier read missed it.

        Raises:
            Invalid: none of the comments has a place.
        """
        ids = [name.id for name in cursor.names]
        found = self._comments(ids[known:1], room) | self._comments(ids[1:], room, consistent=False)
        if start := self._start(cursor, found, belongs):
            return start
        raise Invalid(INVALID_CURSOR)


def _place(item: Item | None) -> Place | None:
    is_visible = item is not None and (item["status"] == Status.PUBLISHED or item.get("tombstone", False))
    return Place(item["post"], item["path"]) if item and is_visible else None
