"""The digest: a topic gets a message about waiting comments, at most once an hour, with nothing that a reader wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.core.maintenance import Task
from chalicelib.service.maintenance import digest as digest_task
from tests.support.canaries import CANARY, spellings_found
from tests.support.maintenance import TOPIC, Metrics, run_maintenance, sent_digests, with_topic
from tests.support.world import World, new_world, shared_client, sibling

SENT, QUIET, FAILED = {"sent": 1, "failed": 0}, {"sent": 0, "failed": 0}, {"sent": 0, "failed": 1}


@pytest.fixture
def subscribed(world: World) -> World:
    """A site with a topic for digests."""
    return with_topic(world)


def send_digest(world: World, topic: str = TOPIC) -> Metrics:
    return run_maintenance(world, Task.DIGEST, topic=topic)[Task.DIGEST]


@contextmanager
def unreachable_topic(world: World) -> Iterator[None]:
    """Make SNS time out."""

    def fail(**_event: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://sns")

    events = world.runtime.maintenance.digest_task.channel.client.meta.events
    events.register_first("before-send.sns.Publish", fail)
    yield
    events.unregister("before-send.sns.Publish", fail)


def test_held_comments_are_reported_once_and_again_when_new_ones_arrive(subscribed: World) -> None:
    subscribed.submit()
    assert send_digest(subscribed) == SENT
    assert send_digest(subscribed) == QUIET
    subscribed.clock.forward(hours=1)
    assert send_digest(subscribed) == QUIET
    subscribed.submit()
    subscribed.clock.forward(hours=1)
    assert send_digest(subscribed) == SENT

    assert [subject for subject, _ in sent_digests()] == [
        "1 comment is waiting on blog.example",
        "2 comments are waiting on blog.example",
    ]


def test_digests_are_at_least_an_hour_apart(subscribed: World) -> None:
    for _ in range(40):
        subscribed.submit()
        subscribed.clock.forward(minutes=7)
        send_digest(subscribed)
        send_digest(sibling_with_topic(subscribed))

    assert len(sent_digests()) == 40 * 7 // 56


def sibling_with_topic(world: World) -> World:
    other = sibling(world)
    other.runtime.maintenance.digest_task.channel.client = world.runtime.maintenance.digest_task.channel.client
    return other


def test_comments_held_for_a_day_are_reported_again(subscribed: World) -> None:
    subscribed.submit()
    send_digest(subscribed)

    sent = []
    for _ in range(50):
        subscribed.clock.forward(hours=1)
        sent.append(send_digest(subscribed)["sent"])

    assert sent.index(1) == 23
    assert sum(sent) == 2


def test_an_empty_queue_sends_no_digest(subscribed: World) -> None:
    subscribed.published()
    subscribed.decide("spam", subscribed.submit().json["id"])

    assert send_digest(subscribed) == QUIET


def test_a_lost_digest_is_sent_again_an_hour_later(subscribed: World) -> None:
    subscribed.submit()

    with unreachable_topic(subscribed):
        assert send_digest(subscribed) == FAILED
    assert send_digest(subscribed) == QUIET
    subscribed.clock.forward(hours=1)

    assert send_digest(subscribed) == SENT
    assert len(sent_digests()) == 1


def test_without_a_topic_no_digest_is_sent_and_nothing_is_stored(subscribed: World) -> None:
    subscribed.submit()

    assert send_digest(subscribed, topic="") == QUIET
    assert send_digest(subscribed, topic=TOPIC + "-of-nobody") == QUIET
    subscribed.clock.forward(hours=1)

    assert send_digest(subscribed) == SENT


def test_a_digest_has_no_comment_text_and_no_token(subscribed: World) -> None:
    token = subscribed.token
    fields: dict[str, Any] = {
        "name": f"{CANARY} name",
        "link": f"https://{CANARY}.example",
        "post_title": f"{CANARY} title",
    }
    subscribed.submit(f"{CANARY} text", post=f"/{CANARY}.html", author="ann", **fields)

    send_digest(subscribed)

    [(subject, text)] = sent_digests()
    assert not spellings_found(subject + text)
    assert token not in text
    assert "aw_" not in text
    assert "#" not in text


@pytest.mark.usefixtures("subscribed")
def test_the_link_leads_to_the_moderators_page() -> None:
    world = with_topic(new_world(shared_client(), url="https://api.example/api"))
    with world.open():
        world.submit()

    send_digest(world)

    assert sent_digests()[-1][1].splitlines()[1] == "https://api.example/api/moderate"


def test_a_capped_count_is_reported_as_at_least(subscribed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_task, "COUNTED", 2)
    for _ in range(30):
        subscribed.submit()
    metrics = run_maintenance(subscribed, Task.METRICS)[Task.METRICS]
    assert metrics["waiting"] == 8

    assert send_digest(subscribed) == SENT
    assert sent_digests()[0][0] == "At least 8 comments are waiting on blog.example"
    subscribed.clock.forward(hours=1)
    assert send_digest(subscribed) == QUIET
    subscribed.submit()
    subscribed.clock.forward(hours=1)
    assert send_digest(subscribed) == SENT


def test_the_metrics_show_how_many_comments_are_held_and_how_long(subscribed: World) -> None:
    assert run_maintenance(subscribed, Task.METRICS)[Task.METRICS] == {"waiting": 0, "oldest": 0}
    first = subscribed.submit().json["id"]
    subscribed.clock.forward(hours=2)
    subscribed.submit()
    subscribed.clock.forward(hours=1)

    assert run_maintenance(subscribed, Task.METRICS)[Task.METRICS] == {"waiting": 2, "oldest": 3 * 3600}
    subscribed.decide("approve", first)
    assert run_maintenance(subscribed, Task.METRICS)[Task.METRICS] == {"waiting": 1, "oldest": 3600}
