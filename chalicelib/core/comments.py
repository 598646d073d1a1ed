"""Comments: a draft comes in, a comment is the truth.

``Draft`` (in) → ``Comment`` (truth) → item (table) → ``PublicComment`` (out); there is no fifth shape.  Its
author gets it with the source and the time left to edit it (``OwnComment``).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .ids import keyed

SEPARATOR = "#"  # sorts before every character of a ULID: a thread is contiguous, parent first
MAX_DEPTH = 6  # levels
EARLIER_LIFE = timedelta(days=30)  # of what a moderator's edit replaced


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


@dataclass(frozen=True)
class Earlier:
    """What a comment said before moderator ``by`` edited it; kept for 30 days, beside the comment."""

    text: str
    name: str
    link: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Comment:
    """The truth about one comment.  ``titled``: it came with a title for its post.

    ``path`` is the ULIDs of its thread from the root down, joined by ``#``.  ``published`` is the
    ULID of its publication.  ``children`` counts the replies directly below that are visible;
    ``tombstone`` says that its place is kept for them although it is not published itself.
    ``version`` counts decisions and edits, not votes.  ``vetted``: a moderator decided its status;
    ``decided``: one ever did.  ``edited_by`` is the moderator whose words it has now.  ``flags`` counts
    the readers who flagged it since a moderator last looked, ``round`` how often flags were settled.
    ``operation`` is the ULID of the write that made it what it is.  ``via`` are the moves that brought it to its
    post and stand, first to last; a reply has those of what it answers.
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
    decided: bool = False
    titled: bool = False
    flags: int = 0
    round: int = 0
    children: int = 0
    tombstone: bool = False
    operation: str = ""
    reasons: tuple[Reason, ...] = field(default=())
    edited_by: str = ""
    via: tuple[str, ...] = ()

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


def hangs_below(parent: Comment | None) -> str:
    """The id of the comment below which a reply stands: beside what it answers, at the deepest level."""
    if parent is None:
        return ""
    return parent.id if parent.path.count(SEPARATOR) + 1 < MAX_DEPTH else parent.parent


def hash_of_submission(identity_key: bytes, *words: str) -> str:
    """Tells a repeat of a submission from another one under the same key.

    Nobody without the key can try out words: so it may stay when the words are erased.
    """
    return keyed(identity_key, "first", *words, size=32)


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
        via=comment.via,
    )
