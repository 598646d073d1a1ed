"""The digest: a message to moderators that says how many comments are waiting.

It contains nothing that readers wrote, and no tokens.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

MAX_SUBJECT = 99  # characters: the limit of SNS, which also wants ASCII without control characters
EVERY = timedelta(minutes=55)  # between two digests: an hour, minus the time a timer may be early
REMINDER = timedelta(days=1)  # after this time, comments that are still waiting are reported again


@dataclass(frozen=True)
class QueueSummary:
    """How many comments are waiting; ``more`` means that there are more than ``count``.

    ``oldest`` and ``newest`` are the ULIDs of submissions, empty if nothing is waiting.
    """

    count: int = 0
    more: bool = False
    oldest: str = ""
    newest: str = ""


@dataclass(frozen=True)
class Digest:
    """The message, for example as an e-mail."""

    subject: str
    text: str


def is_due(waiting: QueueSummary, *, last_attempt: datetime, last_reported: str, now: datetime) -> bool:
    """Whether to send a digest: for comments that are not reported yet, or as a reminder after a day.

    ``last_reported`` is the newest ULID that a digest has reported.
    """
    since = now - last_attempt
    return bool(waiting.count) and since >= EVERY and (waiting.newest > last_reported or since >= REMINDER)


def compose(waiting: QueueSummary, oldest: datetime, *, site: str, url: str) -> Digest:
    """Write a digest: how many comments are waiting, since when, and where to moderate them."""
    number = f"{'at least ' if waiting.more else ''}{waiting.count:,}"
    comments, wait = ("comment", "is waiting") if number == "1" else ("comments", "are waiting")
    where = f"{url.rstrip('/')}/moderate" if url else "The console is at /moderate on your comment service."
    since = f"{'' if number == '1' else 'the oldest '}since {oldest:%Y-%m-%d %H:%M} UTC"
    summary = f"{number} {comments} {wait}"
    return Digest(_subject(summary, site), f"{_capitalized(summary)} for a moderator, {since}.\n{where}\n")


def _subject(summary: str, site: str) -> str:
    host = ""
    with suppress(ValueError):  # not an address
        host = urlsplit(site).hostname or ""
    subject = _capitalized(f"{summary} on {host}")
    fits = host and subject.isascii() and subject.isprintable() and len(subject) <= MAX_SUBJECT
    return subject if fits else _capitalized(summary)


def _capitalized(text: str) -> str:
    return text[0].upper() + text[1:]


def sibling_topic_arn(arn: str, name: str) -> str:
    """The ARN of the SNS topic ``name`` in the account and region of another resource; empty without a name."""
    _, partition, _, region, account, *_ = arn.split(":")
    return f"arn:{partition}:sns:{region}:{account}:{name}" if name else ""
