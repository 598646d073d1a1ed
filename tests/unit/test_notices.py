"""Notices: when there is something to tell, and in which words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.digest import MAX_SUBJECT, Waiting, digest, is_due, topic_beside
from chalicelib.core.ids import first_ulid

NOW = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
SITE, URL = "https://blog.example", "https://api.example/api"


def waiting(count: int, *, newest: datetime = NOW, more: bool = False) -> Waiting:
    return Waiting(count, more, first_ulid(NOW), first_ulid(newest))


@pytest.mark.parametrize(
    ("found", "subject", "text"),
    [
        (
            waiting(1),
            "1 comment waits on blog.example",
            "1 comment waits for a moderator, since 2026-11-30 09:12 UTC.\nhttps://api.example/api/moderate\n",
        ),
        (
            waiting(3),
            "3 comments wait on blog.example",
            "3 comments wait for a moderator, the oldest since 2026-11-30 09:12 UTC.\nhttps://api.example/api/moderate\n",
        ),
        (
            waiting(10_000, more=True),
            "At least 10,000 comments wait on blog.example",
            (
                "At least 10,000 comments wait for a moderator, the oldest since 2026-11-30 09:12 UTC.\n"
                "https://api.example/api/moderate\n"
            ),
        ),
    ],
    ids=["one", "some", "more than are counted"],
)
def test_a_notice_says_how_many_wait_since_when_and_where_to_go(found: Waiting, subject: str, text: str) -> None:
    notice = digest(found, NOW, site=SITE, url=URL + "/")

    assert (notice.subject, notice.text) == (subject, text)


def test_without_addresses_a_notice_says_it_in_words() -> None:
    notice = digest(waiting(2), NOW, site="", url="")

    assert notice.subject == "2 comments wait"
    assert notice.text.endswith("Its moderators' page is /moderate of your comment service.\n")


@given(site=st.text() | st.from_regex(r"https://[^/]*", fullmatch=True), count=st.integers(1, 10**9))
def test_a_subject_is_what_sns_takes_whatever_the_site_is_called(site: str, count: int) -> None:
    subject = digest(waiting(count), NOW, site=site, url="").subject

    assert 0 < len(subject) <= MAX_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()


TOLD = first_ulid(NOW)


@pytest.mark.parametrize(
    ("found", "tried", "told", "now", "due"),
    [
        (Waiting(), LONG_AGO, "", NOW, False),
        (waiting(1), LONG_AGO, "", NOW, True),
        (waiting(1, newest=NOW - timedelta(hours=1)), NOW, TOLD, NOW + timedelta(hours=1), False),
        (waiting(1, newest=NOW + timedelta(minutes=1)), NOW, TOLD, NOW + timedelta(minutes=54), False),
        (waiting(1, newest=NOW + timedelta(minutes=1)), NOW, TOLD, NOW + timedelta(minutes=59), True),
        (waiting(1, newest=NOW - timedelta(hours=1)), NOW, TOLD, NOW + timedelta(hours=23), False),
        (waiting(1, newest=NOW - timedelta(hours=1)), NOW, TOLD, NOW + timedelta(days=1), True),
    ],
    ids=[
        "nobody waits",
        "the first",
        "nobody came since",
        "too soon",
        "somebody came",
        "nobody came for hours",
        "a day has passed",
    ],
)
def test_a_notice_is_due_if_somebody_came_or_a_day_has_passed_and_not_twice_an_hour(
    *, found: Waiting, tried: datetime, told: str, now: datetime, due: bool
) -> None:
    assert is_due(found, tried=tried, told=told, now=now) is due


def test_a_topic_is_looked_for_beside_the_function() -> None:
    arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:afterword-dev-hourly"

    assert topic_beside(arn, "notices") == "arn:aws-cn:sns:cn-north-1:123456789012:notices"
    assert topic_beside(arn, "") == ""
