"""What a post's published comments add up to, so that a request knows beforehand what reading them costs."""

from dataclasses import dataclass

from .comments import Comment
from .posts import Post
from .public import PublicFields
from .text.sanitize import MAX_LINK, MAX_NAME

MAX_HTML = 51_200  # bytes of a comment; enough for MAX_TEXT of any character, without formatting
OVERHEAD = 150  # bytes of an entry in the list of a post, apart from its texts, its path and the key of the post
LONG = 8_192  # bytes: longer entries are counted
MAX_PATH = 161  # bytes: six ULIDs and what joins them
MAX_ENTRY = MAX_HTML + 4 * MAX_NAME + MAX_LINK + MAX_PATH + OVERHEAD  # bytes


@dataclass(frozen=True)
class Totals:
    """The number of comments, the bytes of their entries in the list of their post, and how many are longer than LONG.

    The key of the post is left out of ``size``, although each entry contains it.
    """

    count: int = 0
    size: int = 0
    long: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        """Both together."""
        return Totals(self.count + other.count, self.size + other.size, self.long + other.long)

    def __sub__(self, other: "Totals") -> "Totals":
        """The difference, of which each number may be negative."""
        return Totals(self.count - other.count, self.size - other.size, self.long - other.long)

    def __bool__(self) -> bool:
        """Whether any of the numbers is not 0."""
        return bool(self.count or self.size or self.long)


NOTHING = Totals()


def entry_size(path: str, shown: Comment | PublicFields) -> int:
    """The bytes of a comment's entry in the list of its post, without the key of the post."""
    texts = len(shown.html.encode()) + len((shown.name or "").encode()) + len((shown.link or "").encode())
    return texts + len(path) + OVERHEAD


def stored_totals(post: Post) -> Totals:
    """The totals that are stored with a post."""
    return Totals(post.count, post.size, post.long)


def totals_of(comment: Comment | None) -> Totals:
    """What one comment adds to the totals of its post; nothing unless it is published."""
    return totals_of_entry(comment.path, comment) if comment and comment.is_public else NOTHING


def totals_of_entry(path: str, shown: Comment | PublicFields) -> Totals:
    """What an entry in the list of a post adds to the post's totals."""
    size = entry_size(path, shown)
    return Totals(1, size, int(size > LONG))
