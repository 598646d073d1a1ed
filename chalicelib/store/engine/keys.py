"""Every key of the table, in one place."""

from datetime import date, datetime

from ...core.comments import Status
from ...core.ids import sha256
from .parts import Key
from .schema import SHARDS

LAST = "~"  # sorts after every character of a ULID and of base64url
MODERATORS = "MODERATORS"
CONFIG = "CFG"
PUBLISHED = "PUBLISHED"
JOBS = "JOBS"


def shard(name: str) -> int:
    """Spreads what would share one key over four."""
    return ord(sha256(name)[0]) % SHARDS


def comment(comment_id: str) -> Key:
    """The comment itself."""
    return f"C#{comment_id}", "C"


def tombstone(comment_id: str) -> Key:
    """The place of a comment that is gone."""
    return f"C#{comment_id}", "T"


def earlier(comment_id: str) -> Key:
    """What a comment said before a moderator edited it."""
    return f"C#{comment_id}", "E"


def audit(comment_id: str, row_id: str) -> Key:
    """An audit row: beside its comment, or alone where it is about none."""
    return (f"C#{comment_id}", f"L#{row_id}") if comment_id else (f"AUD#{row_id}", "L")


def audit_month(time: datetime) -> str:
    """Where the audit rows of a month are found."""
    return f"AUDIT#{time:%Y-%m}"


def thread(post: str) -> str:
    """The public comments of a post."""
    return f"P#{post}"


def vote(comment_id: str, author: str) -> Key:
    """One author's vote on a comment."""
    return f"C#{comment_id}", f"V#{author}"


def flag(comment_id: str, settled: int, author: str) -> Key:
    """One author's flag on a comment; those since flags were ``settled`` so many times lie side by side."""
    return f"C#{comment_id}", f"F#{settled:06d}#{author}"


def reactions(kind: str, comment_id: str, network: str) -> Key:
    """How many votes, or flags, a network has on a comment."""
    return f"C#{comment_id}", f"N#{kind}#{network}"


def flagged(comment_id: str) -> Key:
    """The marker that lists a flagged comment."""
    return f"C#{comment_id}", "Q"


def post(key: str) -> Key:
    """The post."""
    return f"P#{key}", "M"


def posts(key: str) -> str:
    """Where a post is listed."""
    return f"POSTS#{shard(key)}"


def queue(status: Status, comment_id: str) -> str:
    """Where a comment is listed."""
    return f"{status.upper()}#{shard(comment_id)}"


def flagged_list(comment_id: str) -> str:
    """Where a flagged comment is listed."""
    return f"FLAGGED#{shard(comment_id)}"


def queues(name: str) -> list[str]:
    """All shards of one list."""
    return [f"{name.upper()}#{number}" for number in range(SHARDS)]


def record(author: str) -> Key:
    """How moderators decided on an author."""
    return f"A#{author}", "A"


def counter(scope: str, window: str) -> Key:
    """What was let through in one window of time."""
    return f"R#{scope}#{window}", "R"


def moderator(moderator_id: str) -> Key:
    """A moderator."""
    return MODERATORS, f"M#{moderator_id}"


def tokens(moderator_id: str) -> str:
    """All tokens of a moderator."""
    return f"MOD#{moderator_id}"


def token(moderator_id: str, token_hash: str) -> Key:
    """One token."""
    return tokens(moderator_id), f"T#{token_hash}"


def policy(version: int) -> Key:
    """One version of the policy: the last one counts."""
    return CONFIG, f"POLICY#{version:06d}"


def mark(step: str) -> Key:
    """How far a step of the hourly timer came."""
    return CONFIG, f"MARK#{step}"


FINGERPRINT: Key = (CONFIG, "KEYS")
RESTORING: Key = (CONFIG, "RESTORE")


def month(day: date) -> str:
    """What moderators did in one month."""
    return f"S#{day:%Y-%m}"


def day(day: date, moderator_id: str) -> Key:
    """What one moderator did on one day."""
    return month(day), f"{day:%d}#{moderator_id}"


def job(job_id: str) -> Key:
    """Long work, and what it is about: a bulk of decisions, or erasing an author."""
    return f"J#{job_id}", "J"
