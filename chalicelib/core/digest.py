"""Notices: how many comments wait, for whoever moderates.  No word of a reader is in one, and no token."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

MAX_SUBJECT = 99  # characters, as SNS has it: ASCII without control characters
EVERY = timedelta(minutes=55)  # between two notices: an hour, less what a timer may be early
REMINDER = timedelta(days=1)  # after which those who still wait are told of again


@dataclass(frozen=True)
class Waiting:
    """``oldest`` and ``newest`` are ULIDs of submissions; ``more``: there are more than were counted."""

    count: int = 0
    more: bool = False
    oldest: str = ""
    newest: str = ""


@dataclass(frozen=True)
class Notice:
    """A mail, say."""

    subject: str
    text: str


def is_due(waiting: Waiting, *, tried: datetime, told: str, now: datetime) -> bool:
    """Whether there is something to tell: somebody came since, or still waits after a day; and not too often.

    ``tried`` is when a notice last was, ``told`` the newest ULID that one told of.
    """
    return bool(waiting.count) and now - tried >= EVERY and (waiting.newest > told or now - tried >= REMINDER)


def digest(waiting: Waiting, oldest: datetime, *, site: str, url: str) -> Notice:
    """How many wait and since when, and where to go."""
    number = f"{'at least ' if waiting.more else ''}{waiting.count:,}"
    comments, wait = ("comment", "waits") if number == "1" else ("comments", "wait")
    where = f"{url.rstrip('/')}/moderate" if url else "Its moderators' page is /moderate of your comment service."
    since = f"{'' if number == '1' else 'the oldest '}since {oldest:%Y-%m-%d %H:%M} UTC"
    words = f"{number} {comments} {wait}"
    return Notice(_subject(words, site), f"{_capital(words)} for a moderator, {since}.\n{where}\n")


def _subject(words: str, site: str) -> str:
    host = ""
    with suppress(ValueError):  # it is no address
        host = urlsplit(site).hostname or ""
    whole = _capital(f"{words} on {host}")
    return whole if host and whole.isascii() and whole.isprintable() and len(whole) <= MAX_SUBJECT else _capital(words)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def topic_beside(arn: str, name: str) -> str:
    """The ARN of the topic of that name in the account and region of another thing of AWS's."""
    _, partition, _, region, account, *_ = arn.split(":")
    return f"arn:{partition}:sns:{region}:{account}:{name}" if name else ""
