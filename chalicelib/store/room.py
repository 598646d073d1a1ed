"""How much one request may read, whatever is stored: rows are read at once only if even the longest ones fit."""

from collections.abc import Iterable

from ..core.comments import Comment
from ..core.posts import Post
from ..core.totals import LONG, MAX_ENTRY, MAX_PATH, OVERHEAD
from .engine.attributes import Item

UNIT = 8_192  # bytes that an eventually consistent read unit pays for
ROOM = 40 * UNIT  # bytes of one request; what is small, and what is rounded up, is in addition
TOP_ROOM = 44 * UNIT  # bytes of a post that can be ordered by votes, for which all of it is read
MAX_ROW = MAX_ENTRY + 1_024  # bytes, with the key of the post
MIN_ROWS = 2  # rows for which there is always room
MAX_PORTIONS = 16  # queries for one list: enough for 50 comments of which nothing is known
OTHERS = 2_048  # bytes of a comment's item apart from its text and HTML


def bytes_of(post: Post) -> int:
    """The bytes of a post's list of comments."""
    return post.size + post.count * len(post.key.encode())


class Room:
    """The bytes that a request may still read.  ``post`` is the one whose list is read, None if it is not known."""

    def __init__(self) -> None:
        self.left = ROOM
        self.post: Post | None = None

    def rows(self, wanted: int) -> int:
        """How many rows of a list can be read at once; 0 if the room is used up."""
        left = self.left - MIN_ROWS * MAX_ROW
        if left <= 0:
            return 0
        if self.post and bytes_of(self.post) <= left:
            return wanted
        return min(wanted, max(MIN_ROWS, left // MAX_ROW, self._rows_of_post(left, wanted)))

    def _rows_of_post(self, left: int, wanted: int) -> int:
        """How many rows fit if as many of them as possible are long."""
        if self.post is None:
            return 0
        key = len(self.post.key.encode())
        return (left - min(self.post.long, wanted) * MAX_ROW) // (LONG + key)

    def spend_entries(self, entries: Iterable[Item]) -> None:
        """Count entries of an index that were read."""
        for entry in entries:
            texts = [entry["public"].get(name, "") for name in ("html", "name", "link")]
            texts.append(entry.get("ppk") or entry["post"])
            self.left -= sum(len(text.encode()) for text in texts) + MAX_PATH + OVERHEAD

    def spend_comment(self, comment: Comment) -> None:
        """Count a comment's whole item, read consistently."""
        self.left -= 2 * (len(comment.text.encode()) + len(comment.html.encode()) + OTHERS)

    def spend_comments(self, items: Iterable[Item], *, consistent: bool) -> None:
        """Count comments' whole items; a consistent read costs twice as much."""
        for item in items:
            texts = item.get("text", ""), item.get("public", {}).get("html", "")
            self.left -= (sum(len(text.encode()) for text in texts) + OTHERS) * (1 + consistent)
