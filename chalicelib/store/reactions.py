"""Votes and flags: one item each, counted in the same write.

Each has its author's hash, so that the ``author`` index finds it when an author's data is erased.  The
network is stored only in its counter, which lists votes and flags by ULID and expires.  A flag belongs to
a round, which ends when a moderator settles the comment's flags.
"""

from dataclasses import dataclass
from datetime import datetime

from ..core.audit import AuditRow
from ..core.comments import Caller, Comment, Status
from ..core.errors import ChangedMeanwhile, NotFound, TooManyRequests
from ..core.maintenance import NETWORK_LIFE
from ..core.reactions import MAX_PER_NETWORK, Direction, Flag, FlagReason, change_of
from ..core.times import from_iso, iso, seconds
from .audit import audit_put
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Delete, Key, Part, Put, Update, Where
from .engine.table import Span, Table
from .items import comment_from_item, without_empty
from .memo import Memo

MAX_SCANNED = 100  # flags of a comment that are read to show the newest ones


@dataclass(frozen=True)
class Vote:
    """An author's vote with its comment, as they were read.  ``order`` is the vote's ULID, "" without a vote.

    ``counter`` is the item that counts the votes of the caller's network, empty if it has expired.
    """

    comment: Comment | None
    direction: Direction
    order: str
    counter: Item


class Reactions:
    """Reads and changes votes and flags."""

    def __init__(self, table: Table, memo: Memo) -> None:
        self.table, self.memo = table, memo

    def vote(self, comment_id: str, caller: Caller, now: datetime) -> Vote:
        """The caller's vote on a comment, possibly ``Direction.NONE``."""
        comment, vote, counter = self._read(comment_id, keys.vote(comment_id, caller.author), "v", caller.network, now)
        return Vote(comment, Direction(vote.get("d", 0)), vote.get("ask", ""), counter)

    def change_vote(self, before: Vote, direction: Direction, caller: Caller, *, at: datetime, order: str) -> None:
        """Add, change or remove a vote on a public comment; ``order`` is the ULID of a new vote.

        Raises:
            ChangedMeanwhile: the vote, the comment or the counter has changed.
            TooManyRequests: the network's limit of votes on this comment is reached.
        """
        if direction is Direction.NONE:
            self.withdraw_vote(before, caller)
            return
        comment = _comment_of_vote(before)
        key = keys.vote(comment.id, caller.author)
        parts = _vote_count_parts(before, direction)
        if before.order:
            where = Where(equal={"d": int(before.direction), "ask": before.order})
            parts.append(Update(key=key, set={"d": int(direction)}, where=where))
        else:
            item = {"d": int(direction), "at": iso(at), "apk": caller.author, "ask": order}
            parts.append(Put(item=_item(key, item), where=NEW))
            parts.append(_increment(keys.reactions("v", comment.id, caller.network), before.counter, order, at))
        self._write(comment, parts)

    def withdraw_vote(self, before: Vote, caller: Caller) -> None:
        """Remove a vote, even if the comment is no longer public.

        The vote is also taken off the network's counter, if the caller is still in that network and the
        counter has not expired.

        Raises:
            ChangedMeanwhile: the vote, the comment or the counter has changed.
        """
        comment = _comment_of_vote(before)
        where = Where(equal={"d": int(before.direction), "ask": before.order})
        parts: list[Part] = [Delete(key=keys.vote(comment.id, caller.author), where=where)]
        if comment.status is not Status.DELETED:  # deleted comments have no votes
            parts += _vote_count_parts(before, Direction.NONE)
        if before.order in before.counter:
            key = keys.reactions("v", comment.id, caller.network)
            parts.append(Update(key=key, add={"n": -1}, remove=(before.order,), where=Where(present=(before.order,))))
        self._write(comment, parts)

    def read_for_flag(self, comment_id: str, caller: Caller, now: datetime) -> tuple[Comment | None, Item]:
        """The comment to be flagged, and the counter of flags of the caller's network."""
        comment, _, counter = self._read(comment_id, None, "f", caller.network, now)
        return comment, counter

    def has_flagged(self, comment: Comment, author: str) -> bool:
        """Whether this author has an open flag on the comment."""
        return self.table.get(keys.flag(comment.id, comment.flag_round, author)) is not None

    def flag(self, comment: Comment, counter: Item, caller: Caller, flag: Flag, row: AuditRow) -> None:
        """Flag a public comment; the flag has the ULID of its audit row.

        Raises:
            ChangedMeanwhile: the author has already flagged it, or the comment or the counter has changed.
            TooManyRequests: the network's limit of flags on this comment is reached.
        """
        key = keys.flag(comment.id, comment.flag_round, caller.author)
        about = {"why": str(flag.reason), "at": iso(flag.at), "apk": caller.author, "ask": row.id}
        pk, sk = keys.flagged(comment.id)
        marker = {"pk": pk, "sk": sk, "qpk": keys.flagged_list(comment.id), "qsk": comment.order}
        parts: list[Part] = [
            Update(key=keys.comment(comment.id), add={"flags": 1}, where=_as_read(comment)),
            Put(item=_item(key, about) | without_empty(note=flag.note), where=NEW),
            _increment(keys.reactions("f", comment.id, caller.network), counter, row.id, flag.at),
            Put(item=marker),
            audit_put(row),
        ]
        self._write(comment, parts)

    def open_flags(self, comment: Comment, most: int) -> list[Flag]:
        """The flags that no moderator has settled, newest first, out of the first MAX_SCANNED."""
        if not comment.flags:
            return []
        span = Span(*keys.flags(comment.id, comment.flag_round))
        found = self.table.query(span, limit=MAX_SCANNED)
        return sorted(map(_flag, found.items), key=lambda flag: flag.at, reverse=True)[:most]

    def _read(
        self, comment_id: str, own: Key | None, kind: str, network: str, now: datetime
    ) -> tuple[Comment | None, Item, Item]:
        """A comment, the author's own item and the network's counter."""
        counter = keys.reactions(kind, comment_id, network)
        wanted = [keys.comment(comment_id), *([own] if own else []), *([counter] if network else [])]
        found = self.table.get_many(wanted)
        item = found.get(keys.comment(comment_id))
        counted = found.get(counter, {})
        is_valid = counted.get("ttl", 0) > seconds(now)  # DynamoDB removes expired items up to some days late
        mine = found.get(own, {}) if own else {}
        return comment_from_item(item) if item else None, mine, counted if is_valid else {}

    def _write(self, comment: Comment, parts: list[Part]) -> None:
        try:
            self.table.write(*parts)
        finally:  # a write that failed may still have succeeded
            self.memo.drop(comment.post)


def _item(key: Key, attributes: Item) -> Item:
    return {"pk": key[0], "sk": key[1], **attributes}


def _flag(item: Item) -> Flag:
    return Flag(FlagReason(item["why"]), item.get("note", ""), from_iso(item["at"]))


def _comment_of_vote(vote: Vote) -> Comment:
    if vote.comment is None:
        raise NotFound
    return vote.comment


def _vote_count_parts(before: Vote, after: Direction) -> list[Part]:
    """The part that changes a comment's votes, if its status is the one that was read."""
    comment = _comment_of_vote(before)
    where = Where(equal={"status": str(comment.status)})
    change = {f"counters.{name}": number for name, number in change_of(before.direction, after).items()}
    return [Update(key=keys.comment(comment.id), count=change, where=where)]


def _as_read(comment: Comment) -> Where:
    """The condition that a comment has the version, and so the status and the round of flags, and the post read."""
    return Where(equal={"ver": comment.version, "post": comment.post})


def _increment(key: Key, counter: Item, order: str, at: datetime) -> Part:
    """The part that increments a network's counter; an expired counter starts again at 1."""
    now = seconds(at)
    if not counter:
        item = {"n": 1, order: 1, "ttl": seconds(at + NETWORK_LIFE)}
        return Put(item=_item(key, item), where=Where(below={"ttl": now + 1}))
    return Update(
        key=key,
        add={"n": 1},
        set={order: 1},
        where=Where(below={"n": MAX_PER_NETWORK}, present=("ttl",)),
        otherwise=lambda found: _limit_reached(found, now),
    )


def _limit_reached(found: Item, now: int) -> Exception:
    """The refusal of a full counter, which says when it expires; a conflict if it has just expired."""
    return TooManyRequests(retry_after=max(1, found["ttl"] - now)) if found else ChangedMeanwhile()
