"""Topics: what arrives, what nobody asked for, and what can't be known."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws

from chalicelib.core.digest import Notice
from chalicelib.notify.channels.sns import NotSent, Topics
from tests.tending import TOPIC, notices

NOTICE = Notice("3 comments wait", "3 comments wait for a moderator.\n")


@pytest.fixture
def topics() -> Iterator[Topics]:
    with mock_aws():
        topics = Topics()
        topics.client.create_topic(Name=TOPIC.rpartition(":")[2])
        yield topics


def failing(topics: Topics, error: Exception) -> list[str]:
    """Let every try fail; what was tried."""
    tried: list[str] = []

    def fail(request: Any, **_event: object) -> None:
        tried.append(request.url)
        raise error

    topics.client.meta.events.register_first("before-send.sns.Publish", fail)
    return tried


def test_a_notice_arrives_once_with_its_subject(topics: Topics) -> None:
    assert topics.publish(TOPIC, NOTICE) is True

    assert notices() == [(NOTICE.subject, NOTICE.text)]


def test_a_topic_that_does_not_exist_wants_to_know_nothing(topics: Topics) -> None:
    assert topics.publish(TOPIC + "-of-nobody", NOTICE) is False


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://sns"),
        EndpointConnectionError(endpoint_url="https://sns"),
        ClientError({"Error": {"Code": "AuthorizationError"}}, "Publish"),
    ],
    ids=["silence", "no connection", "no permission"],
)
def test_a_notice_that_did_not_arrive_for_sure_is_not_sent_again_at_once(topics: Topics, error: Exception) -> None:
    tried = failing(topics, error)

    with pytest.raises(NotSent):
        topics.publish(TOPIC, NOTICE)

    assert len(tried) == 1
