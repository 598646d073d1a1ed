"""Digests are published once to SNS; failures are reported."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws

from chalicelib.core.digest import Digest
from chalicelib.notify.channels.sns import NotSent, SnsChannel
from tests.support.maintenance import TOPIC, sent_digests

DIGEST = Digest("3 comments wait", "3 comments wait for a moderator.\n")


@pytest.fixture
def channel() -> Iterator[SnsChannel]:
    with mock_aws():
        channel = SnsChannel()
        channel.client.create_topic(Name=TOPIC.rpartition(":")[2])
        yield channel


def failing(channel: SnsChannel, error: Exception) -> list[str]:
    """Let every attempt fail; returns the attempts."""
    attempts: list[str] = []

    def fail(request: Any, **_event: object) -> None:
        attempts.append(request.url)
        raise error

    channel.client.meta.events.register_first("before-send.sns.Publish", fail)
    return attempts


def test_a_digest_arrives_once_with_its_subject(channel: SnsChannel) -> None:
    assert channel.publish(TOPIC, DIGEST) is True

    assert sent_digests() == [(DIGEST.subject, DIGEST.text)]


def test_a_topic_that_does_not_exist_receives_nothing(channel: SnsChannel) -> None:
    assert channel.publish(TOPIC + "-of-nobody", DIGEST) is False


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://sns"),
        EndpointConnectionError(endpoint_url="https://sns"),
        ClientError({"Error": {"Code": "AuthorizationError"}}, "Publish"),
    ],
    ids=["silence", "no connection", "no permission"],
)
def test_a_digest_with_unknown_delivery_is_not_resent_at_once(channel: SnsChannel, error: Exception) -> None:
    attempts = failing(channel, error)

    with pytest.raises(NotSent):
        channel.publish(TOPIC, DIGEST)

    assert len(attempts) == 1
