"""The digest: when one is due, and what it says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.digest import MAX_SUBJECT, QueueSummary, compose, is_due, sibling_topic_arn
from chalicelib.core.ids import first_ulid

NOW = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
SITE, URL = "https://blog.example", "https://api.example/api"


def waiting(count: int, *, newest: datetime = NOW, more: bool = False) -> QueueSummary:
    return QueueSummary(count, more, first_ulid(NOW), first_ulid(newest))


@pytest.mark.parametrize(
    ("found", "subject", "text"),
    [
        (
            waiting(1),
            "1 comment is waiting on blog.example",
            "1 comment is waiting for a moderator, since 2026-11-30 09:12 UTC.\nhttps://api.example/api/moderate\n",
        ),
        (
            waiting(3),
            "3 comments are waiting on blog.example",
            "3 comments are waiting for a moderator, the oldest since 2026-11-30 09:12 UTC.\nhttps://api.example/api/moderate\n",
        ),
        (
            waiting(10_000, more=True),
            "At least 10,000 comments are waiting on blog.example",
            (
                "At least 10,000 comments are waiting for a moderator, the oldest since 2026-11-30 09:12 UTC.\n"
                "https://api.example/api/moderate\n"
            ),
        ),
    ],
    ids=["one", "some", "more than are counted"],
)
def test_a_digest_says_how_many_comments_wait_since_when_and_where_to_moderate(
    found: QueueSummary, subject: str, text: str
) -> None:
    digest = compose(found, NOW, site=SITE, url=URL + "/")

    assert (digest.subject, digest.text) == (subject, text)


def test_a_digest_without_addresses_describes_where_to_moderate() -> None:
    digest = compose(waiting(2), NOW, site="", url="")

    assert digest.subject == "2 comments are waiting"
    assert digest.text.endswith("The console is at /moderate on your comment service.\n")


@given(site=st.text() | st.from_regex(r"https://[^/]*", fullmatch=True), count=st.integers(1, 10**9))
def test_sns_accepts_the_subject_whatever_the_site_is_called(site: str, count: int) -> None:
    subject = compose(waiting(count), NOW, site=site, url="").subject

    assert 0 < len(subject) <= MAX_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()


REPORTED = first_ulid(NOW)


@pytest.mark.parametrize(
    ("found", "last_attempt", "last_reported", "now", "due"),
    [
        (QueueSummary(), LONG_AGO, "", NOW, False),
        (waiting(1), LONG_AGO, "", NOW, True),
        (waiting(1, newest=NOW - timedelta(hours=1)), NOW, REPORTED, NOW + timedelta(hours=1), False),
        (waiting(1, newest=NOW + timedelta(minutes=1)), NOW, REPORTED, NOW + timedelta(minutes=54), False),
        (waiting(1, newest=NOW + timedelta(minutes=1)), NOW, REPORTED, NOW + timedelta(minutes=59), True),
        (waiting(1, newest=NOW - timedelta(hours=1)), NOW, REPORTED, NOW + timedelta(hours=23), False),
        (waiting(1, newest=NOW - timedelta(hours=1)), NOW, REPORTED, NOW + timedelta(days=1), True),
    ],
    ids=[
        "nothing waits",
        "the first digest",
        "nothing new",
        "too soon",
        "a new comment",
        "nothing new for hours",
        "a day has passed",
    ],
)
def test_a_digest_is_due_for_new_comments_or_after_a_day_and_not_twice_an_hour(
    *, found: QueueSummary, last_attempt: datetime, last_reported: str, now: datetime, due: bool
) -> None:
    assert is_due(found, last_attempt=last_attempt, last_reported=last_reported, now=now) is due


def test_the_topic_is_in_the_account_and_region_of_the_function() -> None:
    arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:afterword-dev-hourly"

    assert sibling_topic_arn(arn, "notices") == "arn:aws-cn:sns:cn-north-1:123456789012:notices"
    assert sibling_topic_arn(arn, "") == ""
