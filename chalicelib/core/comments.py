"""Comments: a draft comes in, a comment is the truth.

``Draft`` (in) → ``Comment`` (truth) → item (table) → ``PublicComment`` (out); there is no fifth shape.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .ids import sha256

SEPARATOR = "#"  # sorts before every character of a ULID: a thread is contiguous, parent first
MAX_DEPTH = 6  # levels


class Status(StrEnum):
    """Where a comment stands."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"


@dataclass(frozen=True)
class Reason:
    """Why screening said what it said: the rule's name, and words for the moderator."""

    rule: str
    words: str


@dataclass(frozen=True)
class Caller:
    """Who is asking: hashes of the address, and of the author key if there is one."""

    network: str
    limit: str
    author: str = ""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """The truth about one comment.

    ``path`` is the ULIDs of its thread from the root down, joined by ``#``.  ``published`` is the
    ULID of its publication.  ``children`` counts the replies directly below that are visible;
    ``tombstone`` says that its place is kept for them although it is not published itself.
    ``version`` counts decisions and edits, not votes.  ``vetted``: a moderator decided its status.
    ``operation`` is the ULID of the write that made it what it is.
    """

    id: str
    post: str
    status: Status
    path: str
    created: datetime
    first_hash: str
    version: int = 1
    parent: str = ""
    name: str = ""
    link: str = ""
    text: str = ""
    html: str = ""
    renderer: int = 0
    avatar: str = ""
    author: str = ""
    network: str = ""
    edited: datetime | None = None
    published: str = ""
    up: int = 0
    down: int = 0
    badge: bool = False
    vetted: bool = False
    children: int = 0
    tombstone: bool = False
    operation: str = ""
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def order(self) -> str:
        """The ULID of its submission."""
        return self.path.rpartition(SEPARATOR)[2]

    @property
    def is_public(self) -> bool:
        """Everybody may read it."""
        return self.status is Status.PUBLISHED

    @property
    def is_visible(self) -> bool:
        """It has a place in the public thread: as itself or as a tombstone."""
        return self.is_public or self.tombstone


def path_below(parent: Comment | None, order: str) -> str:
    """Where a new comment stands in its thread.  Below the deepest level it becomes a sibling."""
    if parent is None:
        return order
    above = parent.path.split(SEPARATOR)[: MAX_DEPTH - 1]
    return SEPARATOR.join([*above, order])


def hash_of_submission(text: str, name: str, link: str, parent: str) -> str:
    """Tells a repeat of a submission from another one under the same key."""
    return sha256(f"{text}\x00{name}\x00{link}\x00{parent}")


def bare(comment: Comment, *, version: int, operation: str) -> Comment:
    """What stays of a deleted comment: its place, and the hash that stops a late repeat."""
    return Comment(
        id=comment.id,
        post=comment.post,
        status=Status.DELETED,
        path=comment.path,
        parent=comment.parent,
        created=comment.created,
        first_hash=comment.first_hash,
        version=version,
        children=comment.children,
        tombstone=comment.tombstone,
        operation=operation,
    )
