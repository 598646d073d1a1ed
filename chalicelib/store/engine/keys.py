"""All keys of the table: how each is built and, beside it, how it is read.

``Key`` is the key of an item.  A range is a partition with the first and the last sort key: ``Span(*keys.flags(...))``.
"""

from collections.abc import Mapping
from datetime import date, datetime

from ...core.comments import Status
from ...core.ids import sha256
from .parts import Key
from .schema import SHARDS

Range = tuple[str, str, str]

LAST = "~"  # sorts after every character of ULIDs and base64url
MODERATORS = "MODERATORS"
CONFIG = "CFG"
PUBLISHED = "PUBLISHED"
JOBS = "JOBS"
AUTHORS_JOBS = "JOBS#AUTHOR"

COMMENT, VOTE, FLAG = "C", "V", "F"  # kinds of items that belong to an author


def kind_of(sort_key: str) -> str:
    """The kind of an item in a comment's partition: COMMENT, VOTE or FLAG, for example."""
    return sort_key.partition("#")[0]


def shard(name: str) -> int:
    """The number of the shard for a name, which spreads one list over several partitions."""
    return ord(sha256(name)[0]) % SHARDS


def _range(partition: str, prefix: str) -> Range:
    return partition, prefix, prefix + LAST


# What is in a comment's partition


def comment(comment_id: str) -> Key:
    """A comment."""
    return f"C#{comment_id}", COMMENT


def comment_id_of(partition: str) -> str:
    """The id of the comment that a partition belongs to; empty if it does not belong to a comment."""
    return partition.removeprefix("C#") if partition.startswith("C#") else ""


def tombstone(comment_id: str) -> Key:
    """The tombstone of a removed comment."""
    return f"C#{comment_id}", "T"


def previous_text(comment_id: str) -> Key:
    """A comment's text before a moderator's edit."""
    return f"C#{comment_id}", "E"


def audit(comment_id: str, row_id: str) -> Key:
    """An audit row: in its comment's partition, or in a partition of its own if it is not about a comment."""
    return (f"C#{comment_id}", f"L#{row_id}") if comment_id else (f"AUD#{row_id}", "L")


def audit_rows(comment_id: str) -> Range:
    """All audit rows about a comment."""
    return _range(f"C#{comment_id}", "L#")


def vote(comment_id: str, author: str) -> Key:
    """One author's vote on a comment."""
    return f"C#{comment_id}", f"{VOTE}#{author}"


def flag(comment_id: str, settled: int, author: str) -> Key:
    """One author's flag on a comment; flags of one round, the number of times flags were ``settled``, sort together."""
    return f"C#{comment_id}", f"{FLAG}#{settled:06d}#{author}"


def flags(comment_id: str, settled: int) -> Range:
    """The flags of one round on a comment."""
    return _range(*flag(comment_id, settled, ""))


def reactions(kind: str, comment_id: str, network: str) -> Key:
    """The counter of a network's votes, or flags, on a comment."""
    return f"C#{comment_id}", f"N#{kind}#{network}"


def all_reactions(comment_id: str) -> tuple[Range, ...]:
    """All flags, counters and votes on a comment; flags first, because they contain readers' notes."""
    return tuple(_range(f"C#{comment_id}", f"{kind}#") for kind in (FLAG, "N", VOTE))


def flagged(comment_id: str) -> Key:
    """The marker that lists a flagged comment."""
    return f"C#{comment_id}", "Q"


def edit(comment_id: str) -> Key:
    """The marker that lists a pending edit; after a decision about it, what that decision replaced."""
    return f"C#{comment_id}", "W"


# Posts


def post(key: str) -> Key:
    """A post."""
    return f"P#{key}", "M"


def thread(post: str) -> str:
    """The public comments of a post."""
    return f"P#{post}"


def post_of(partition: str) -> str:
    """The key of the post that a partition belongs to, in the table or in the index of public comments."""
    return partition.removeprefix("P#")


# Lists in the index ``status``


def queues(name: str) -> list[str]:
    """All shards of the list with this name, such as ``posts`` or ``flagged``, or of comments with this status."""
    return [f"{name.upper()}#{number}" for number in range(SHARDS)]


def queue(status: Status, comment_id: str) -> str:
    """The list that contains a comment of this status."""
    return f"{status.upper()}#{shard(comment_id)}"


def flagged_list(comment_id: str) -> str:
    """The list that contains a flagged comment."""
    return f"FLAGGED#{shard(comment_id)}"


def posts(key: str) -> str:
    """The list that contains a post."""
    return f"POSTS#{shard(key)}"


def audit_month(time: datetime) -> str:
    """The list of a month's audit rows."""
    return f"AUDIT#{time:%Y-%m}"


# Authors, limits, moderators


def record(author: str) -> Key:
    """An author's record: how moderators decided on their comments."""
    return f"A#{author}", "A"


def author_of(partition: str) -> str:
    """The author's hash in the partition of a record."""
    return partition.removeprefix("A#")


def counter(scope: str, window: str) -> Key:
    """The counter of a rate limit in one window of time."""
    return f"R#{scope}#{window}", "R"


def moderator(moderator_id: str) -> Key:
    """A moderator."""
    return MODERATORS, f"M#{moderator_id}"


def moderator_id_of(sort_key: str) -> str:
    """The id in the sort key of a moderator."""
    return sort_key.removeprefix("M#")


def tokens(moderator_id: str) -> str:
    """All tokens of a moderator."""
    return f"MOD#{moderator_id}"


def owner_of_tokens(partition: str) -> str:
    """The id of the moderator whose tokens are in a partition."""
    return partition.removeprefix("MOD#")


def token(moderator_id: str, token_hash: str) -> Key:
    """One token."""
    return tokens(moderator_id), f"T#{token_hash}"


def token_hash_of(sort_key: str) -> str:
    """The hash in the sort key of a token."""
    return sort_key.removeprefix("T#")


def month(day: date) -> str:
    """The moderators' statistics of one month."""
    return f"S#{day:%Y-%m}"


def day(day: date, moderator_id: str) -> Key:
    """One moderator's statistics of one day."""
    return month(day), f"{day:%d}#{moderator_id}"


def day_of(key: Key) -> tuple[date, str]:
    """The day and the moderator's id in the key of one moderator's statistics of one day."""
    number, _, moderator_id = key[1].partition("#")
    return date.fromisoformat(f"{key[0].removeprefix('S#')}-{number}"), moderator_id


# The site


def policy(version: int) -> Key:
    """One version of the policy; the latest one is in force."""
    return CONFIG, f"POLICY#{version:06d}"


def policies() -> Range:
    """All versions of the policy."""
    return _range(CONFIG, "POLICY#")


def checkpoint(task: str) -> Key:
    """The checkpoint of a maintenance task."""
    return CONFIG, f"CHECKPOINT#{task}"


FINGERPRINT: Key = (CONFIG, "KEYS")
RESTORING: Key = (CONFIG, "RESTORE")


def job(job_id: str) -> Key:
    """A job: a bulk of decisions, a move, or erasing an author."""
    return f"J#{job_id}", "J"


def job_id_of(partition: str) -> str:
    """The id of the job in a partition."""
    return partition.removeprefix("J#")


BACKED_UP: Mapping[str, tuple[Key, ...]] = {  # patterns of the keys of all items in a backup, by their kind
    "keys": (FINGERPRINT,),
    "policy": ((CONFIG, "POLICY#[0-9]+"),),
    "moderator": ((MODERATORS, "M#.+"),),
    "comment": (("C#.+", "C"),),
    "tombstone": (("C#.+", "T"),),
    "audit": (("C#.+", "L#.+"), ("AUD#.+", "L")),
    "vote": (("C#.+", "V#.+"),),
    "flag": (("C#.+", "F#.+"),),
    "flagged": (("C#.+", "Q"),),
    "edit": (("C#.+", "W"),),
    "network": (("C#.+", "N#.+"),),
    "record": (("A#.+", "A"),),
    "post": (("P#.+", "M"),),
    "day": (("S#.+", "[0-9]{2}#.+"),),
    "job": (("J#.+", "J"),),
    "previous_text": (("C#.+", "E"),),
}
