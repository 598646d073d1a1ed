"""Votes and flags in the table: one item each, counted in the same write.

They carry their author's hash, so that the ``author`` index finds them when everything of an author
is erased.  The network that they came from stands in its counter alone, which lists them by their
ULIDs, and expires.  A flag belongs to a round: what flags a moderator settled is not asked again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.comments import Caller, Comment, Status
from ..core.errors import ChangedMeanwhile, NotFound, TooManyRequests
from ..core.reactions import MAX_PER_NETWORK, Direction, Flag, FlagReason, change_of
from ..core.times import from_iso, iso, seconds
from .engine import keys
from .engine.attributes import Item
from .engine.parts import NEW, Delete, Key, Part, Put, Update, Where
from .engine.table import Span, Table
from .items import comment_of, present
from .memo import Memo

NETWORK_LIFE = timedelta(days=30)  # of a counter, from the first vote or flag that it counts
MAX_LOOK = 100  # flags of one comment that are read to show the newest of them


@dataclass(frozen=True)
class Vote:
    """An author's vote, and all that goes with it, as it was read: ``order`` is its ULID, if there is one.

    ``counter`` is the item that counts the votes of the caller's network, if one is in force.
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
        """The caller's vote as it is now; none is one too."""
        comment, vote, counter = self._read(comment_id, keys.vote(comment_id, caller.author), "v", caller.network, now)
        return Vote(comment, Direction(vote.get("d", 0)), vote.get("ask", ""), counter)

    def change_vote(self, before: Vote, direction: Direction, caller: Caller, *, at: datetime, order: str) -> None:
        """Change a public comment's vote; ``order`` is the ULID of a new one.

        Raises:
            ChangedMeanwhile: the vote, the comment or the counter is not as it was read.
            TooManyRequests: the network has enough votes on this comment.
        """
        if direction is Direction.NONE:
            self.take_back(before, caller)
            return
        comment = _known(before)
        key = keys.vote(comment.id, caller.author)
        parts = _counted(before, direction)
        if before.order:
            where = Where(equal={"d": int(before.direction), "ask": before.order})
            parts.append(Update(key=key, set={"d": int(direction)}, where=where))
        else:
            item = {"d": int(direction), "at": iso(at), "apk": caller.author, "ask": order}
            parts.append(Put(item=_item(key, item), where=NEW))
            parts.append(_one_more(keys.reactions("v", comment.id, caller.network), before.counter, order, at))
        self._write(comment, parts)

    def take_back(self, before: Vote, caller: Caller) -> None:
        """Remove a vote, whatever became of the comment.

        Its network has one more to give again, if the caller still comes from there and the counter did
        not expire.

        Raises:
            ChangedMeanwhile: the vote, the comment or the counter is not as it was read.
        """
        comment = _known(before)
        where = Where(equal={"d": int(before.direction), "ask": before.order})
        parts: list[Part] = [Delete(key=keys.vote(comment.id, caller.author), where=where)]
        if comment.status is not Status.DELETED:  # that has no votes any more
            parts += _counted(before, Direction.NONE)
        if before.order in before.counter:
            key = keys.reactions("v", comment.id, caller.network)
            parts.append(Update(key=key, add={"n": -1}, remove=(before.order,), where=Where(present=(before.order,))))
        self._write(comment, parts)

    def flagging(self, comment_id: str, caller: Caller, now: datetime) -> tuple[Comment | None, Item]:
        """The comment, and what counts the flags of the caller's network."""
        comment, _, counter = self._read(comment_id, None, "f", caller.network, now)
        return comment, counter

    def has_flagged(self, comment: Comment, author: str) -> bool:
        """Whether a flag of this author is open."""
        return self.table.get(keys.flag(comment.id, comment.round, author)) is not None

    def flag(self, comment: Comment, counter: Item, caller: Caller, flag: Flag, *, order: str) -> None:
        """Flag a public comment; ``order`` is the flag's ULID.

        Raises:
            ChangedMeanwhile: the author flagged it already, or it or the counter is not as it was read.
            TooManyRequests: the network has enough flags on this comment.
        """
        key = keys.flag(comment.id, comment.round, caller.author)
        about = {"why": str(flag.reason), "at": iso(flag.at), "apk": caller.author, "ask": order}
        pk, sk = keys.flagged(comment.id)
        marker = {"pk": pk, "sk": sk, "v": 1, "qpk": keys.flagged_list(comment.id), "qsk": comment.order}
        parts: list[Part] = [
            Update(key=keys.comment(comment.id), add={"flags": 1}, where=_same_round(comment)),
            Put(item=_item(key, about) | present(note=flag.note), where=NEW),
            _one_more(keys.reactions("f", comment.id, caller.network), counter, order, flag.at),
            Put(item=marker),
        ]
        self._write(comment, parts)

    def open_flags(self, comment: Comment, most: int) -> list[Flag]:
        """The newest flags that no moderator has settled, newest first, of the first MAX_LOOK."""
        if not comment.flags:
            return []
        pk, first = keys.flag(comment.id, comment.round, "")
        found = self.table.query(Span(pk, first=first, last=first + keys.LAST), limit=MAX_LOOK)
        return sorted(map(_flag, found.items), key=lambda flag: flag.at, reverse=True)[:most]

    def _read(
        self, comment_id: str, own: Key | None, kind: str, network: str, now: datetime
    ) -> tuple[Comment | None, Item, Item]:
        """The comment, an author's own item, the network's counter."""
        counter = keys.reactions(kind, comment_id, network)
        wanted = [keys.comment(comment_id), *([own] if own else []), *([counter] if network else [])]
        found = self.table.get_many(wanted)
        item = found.get(keys.comment(comment_id))
        counted = found.get(counter, {})
        in_force = counted.get("ttl", 0) > seconds(now)  # the table removes it some days late
        mine = found.get(own, {}) if own else {}
        return comment_of(item) if item else None, mine, counted if in_force else {}

    def _write(self, comment: Comment, parts: list[Part]) -> None:
        try:
            self.table.write(*parts)
        finally:  # even a write that failed may have got through
            self.memo.drop(comment.post)


def _item(key: Key, attributes: Item) -> Item:
    return {"pk": key[0], "sk": key[1], "v": 1, **attributes}


def _flag(item: Item) -> Flag:
    return Flag(FlagReason(item["why"]), item.get("note", ""), from_iso(item["at"]))


def _known(vote: Vote) -> Comment:
    if vote.comment is None:
        raise NotFound
    return vote.comment


def _counted(before: Vote, after: Direction) -> list[Part]:
    """The comment's counts, if it stands as it was read."""
    comment = _known(before)
    where = Where(equal={"status": str(comment.status)})
    return [Update(key=keys.comment(comment.id), add=change_of(before.direction, after), where=where)]


def _same_round(comment: Comment) -> Where:
    public = {"status": str(Status.PUBLISHED)}
    return Where(equal={**public, "round": comment.round}) if comment.round else Where(equal=public, absent=("round",))


def _one_more(key: Key, counter: Item, order: str, at: datetime) -> Part:
    """A counter that is not in force begins anew, in the place of one that expired."""
    now = seconds(at)
    if not counter:
        item = {"n": 1, order: 1, "ttl": seconds(at + NETWORK_LIFE)}
        return Put(item=_item(key, item), where=Where(below={"ttl": now + 1}))
    return Update(
        key=key,
        add={"n": 1},
        set={order: 1},
        where=Where(below={"n": MAX_PER_NETWORK}, present=("ttl",)),
        otherwise=lambda found: _enough(found, now),
    )


def _enough(found: Item, now: int) -> Exception:
    """It expires as a whole, and says when; nothing is there if it just did."""
    return TooManyRequests(retry_after=max(1, found["ttl"] - now)) if found else ChangedMeanwhile()
