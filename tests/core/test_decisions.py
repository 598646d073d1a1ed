"""Decisions: the status after each, and what a deletion removes for good."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.comments import Comment, Status
from chalicelib.core.decisions import ALIVE, STATUS_BY, Decision, NotPossible, record_counts, status_after, transition

COMMENT = Comment(
    id="c",
    post="/a",
    status=Status.PENDING,
    path="R",
    created=datetime(2030, 1, 1, tzinfo=UTC),
    submission_hash="h",
    text="secret words",
    html="<p>secret words</p>",
    name="Ann",
    link="https://example.org/",
    author="a",
    network="n",
    avatar="v",
)


@pytest.mark.parametrize("status", ALIVE)
@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT, Decision.SPAM, Decision.DELETE])
def test_every_comment_that_is_not_deleted_can_be_approved_rejected_and_deleted(
    status: Status, decision: Decision
) -> None:
    assert status_after(status, decision) is STATUS_BY[decision]


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (Status.PUBLISHED, Decision.RESTORE),
        *((Status.DELETED, decision) for decision in Decision if decision is not Decision.DELETE),
    ],
)
def test_published_comments_cannot_be_restored_and_deleted_ones_stay_deleted(
    status: Status, decision: Decision
) -> None:
    with pytest.raises(NotPossible):
        status_after(status, decision)


@given(st.lists(st.sampled_from(ALIVE)))
def test_the_version_rises_by_one_with_every_decision(statuses: list[Status]) -> None:
    comment = COMMENT
    for status in statuses:
        comment = transition(comment, status, operation="01")

    assert comment.version == 1 + len(statuses)


def test_a_deleted_comment_keeps_its_place_and_no_personal_data() -> None:
    deleted = transition(COMMENT, Status.DELETED, operation="01")

    assert (deleted.id, deleted.path, deleted.submission_hash) == ("c", "R", "h")
    assert not any(
        (
            deleted.text,
            deleted.html,
            deleted.name,
            deleted.link,
            deleted.author,
            deleted.network,
            deleted.avatar,
            deleted.reasons,
        )
    )


@pytest.mark.parametrize(
    ("status", "vetted", "record"),
    [
        (Status.PUBLISHED, True, (1, 0)),
        (Status.PUBLISHED, False, (0, 0)),
        (Status.REJECTED, True, (0, 1)),
        (Status.SPAM, True, (0, 1)),
        (Status.SPAM, False, (0, 0)),
        (Status.PENDING, True, (0, 0)),
    ],
)
def test_an_authors_record_counts_only_what_a_moderator_decided(
    status: Status, vetted: bool, record: tuple[int, int]
) -> None:
    assert record_counts(transition(COMMENT, status, operation="01", vetted=vetted)) == record
