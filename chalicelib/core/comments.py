"""Comments: the central model, and how comments are placed in threads.

A comment has four shapes: ``Draft`` (in) → ``Comment`` (as stored) → item (table) → ``PublicComment`` (out).
Its author also gets the Markdown source and the time left to edit it: ``OwnComment``.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .ids import keyed
from .messages import Parameters

SEPARATOR = "#"  # sorts before every character of a ULID: a thread is contiguous, parent first
MAX_DEPTH = 6  # levels
PREVIOUS_TEXT_LIFE = timedelta(days=30)  # how long the text that a moderator's edit replaced is kept


class Status(StrEnum):
    """The status of a comment."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"


@dataclass(frozen=True)
class Reason:
    """One reason for a verdict of screening: the name of the rule, and the parameters of its message."""

    rule: str
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True)
class Caller:
    """Who sends a request: hashes of the network (for comments and for limits) and of the author key, if any.

    ``wide_network`` and ``wide_limit`` are those of the /48 around the network of an IPv6 address; empty for others.
    """

    network: str
    limit: str
    author: str = ""
    wide_network: str = ""
    wide_limit: str = ""


@dataclass(frozen=True)
class PreviousText:
    """What a comment said before moderator ``by`` edited it.  It is stored for 30 days, apart from the comment."""

    text: str
    name: str
    link: str
    by: str
    at: datetime


@dataclass(frozen=True)
class PendingEdit:
    """New words of its author for a published comment, which wait for a moderator.  ``id`` is the ULID of the edit."""

    id: str
    text: str
    name: str = ""
    link: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment as it is stored.

    ``path`` is the ULIDs of the comments from the root of its thread down to itself, joined by ``#``.
    ``published`` is the ULID of its publication.  ``children`` counts the visible replies directly below it;
    a ``tombstone`` keeps its place for them although it is not published itself.

    ``version`` counts decisions and edits, not votes.  ``vetted``: a moderator decided on its current status;
    ``ever_decided``: a moderator decided on it at some time.  ``edited_by`` is the moderator who wrote its
    current text.  ``flags`` counts the readers who flagged it in the current ``flag_round``; each decision on
    a flagged comment begins a new round.  ``has_proposed_title``: it was submitted with a title for its post.

    ``operation`` is the ULID of the last write that changed it.  ``relocations`` are the ids of the
    relocations in effect that brought it to its post, in order; a reply has those of its parent.

    Only a published comment has a ``pending_edit``.  ``ever_had_pending_edit``: an item beside it may still list
    the edit, or keep what a decision about it replaced.
    """

    id: str
    post: str
    status: Status
    path: str
    created: datetime
    submission_hash: str
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
    wide_network: str = ""
    edited: datetime | None = None
    published: str = ""
    up: int = 0
    down: int = 0
    badge: bool = False
    vetted: bool = False
    ever_decided: bool = False
    has_proposed_title: bool = False
    flags: int = 0
    flag_round: int = 0
    children: int = 0
    tombstone: bool = False
    operation: str = ""
    reasons: tuple[Reason, ...] = field(default=())
    edited_by: str = ""
    relocations: tuple[str, ...] = ()
    pending_edit: PendingEdit | None = None
    ever_had_pending_edit: bool = False

    @property
    def order(self) -> str:
        """The ULID of the submission, by which comments are ordered."""
        return self.path.rpartition(SEPARATOR)[2]

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.status is Status.PUBLISHED

    @property
    def is_visible(self) -> bool:
        """Whether it has a place in the public thread, as itself or as a tombstone."""
        return self.is_public or self.tombstone


def path_below(parent: Comment | None, order: str) -> str:
    """The path of a new reply to ``parent``, or of a new thread.

    A reply to a comment at the deepest level becomes its sibling.
    """
    if parent is None:
        return order
    ancestors = parent.path.split(SEPARATOR)[: MAX_DEPTH - 1]
    return SEPARATOR.join([*ancestors, order])


def parent_below(parent: Comment | None) -> str:
    """The id of the comment below which a reply to ``parent`` is placed; empty for a new thread."""
    if parent is None:
        return ""
    return parent.id if parent.path.count(SEPARATOR) + 1 < MAX_DEPTH else parent.parent


def submission_hash(identity_key: bytes, *parts: str) -> str:
    """A hash of a submission, to tell its repetition from another submission under the same idempotency key.

    Texts can't be guessed from it without the identity key, so it may stay after the text is erased.
    """
    return keyed(identity_key, "first", *parts, size=32)


def tombstoned_copy(comment: Comment, *, version: int, operation: str) -> Comment:
    """What remains of a deleted comment: its place, and the hash that recognizes a late repetition."""
    return Comment(
        id=comment.id,
        post=comment.post,
        status=Status.DELETED,
        path=comment.path,
        parent=comment.parent,
        created=comment.created,
        submission_hash=comment.submission_hash,
        version=version,
        children=comment.children,
        tombstone=comment.tombstone,
        operation=operation,
        relocations=comment.relocations,
    )
