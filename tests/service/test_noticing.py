"""Noticing: the topic is told of what waits, once an hour at most, and of nothing that anybody wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.core.maintenance import Step
from chalicelib.service.maintenance import digest as noticing
from tests.canaries import CANARY, tells
from tests.tending import TOPIC, Figures, notices, tend, with_topic
from tests.world import World, new_world, shared_client, sibling

SENT, QUIET, FAILED = {"sent": 1, "failed": 0}, {"sent": 0, "failed": 0}, {"sent": 0, "failed": 1}


@pytest.fixture
def asked(world: World) -> World:
    """A site whose owner wants notices."""
    return with_topic(world)


def told(world: World, topic: str = TOPIC) -> Figures:
    return tend(world, Step.NOTICE, topic=topic)[Step.NOTICE]


@contextmanager
def silent(world: World) -> Iterator[None]:
    """Let the topic's service answer nothing."""

    def fail(**_event: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://sns")

    events = world.runtime.tending.noticing.topics.client.meta.events
    events.register_first("before-send.sns.Publish", fail)
    yield
    events.unregister("before-send.sns.Publish", fail)


def test_who_waits_is_told_of_once_and_again_when_somebody_comes(asked: World) -> None:
    asked.submit()
    assert told(asked) == SENT
    assert told(asked) == QUIET
    asked.clock.forward(hours=1)
    assert told(asked) == QUIET
    asked.submit()
    asked.clock.forward(hours=1)
    assert told(asked) == SENT

    assert [subject for subject, _ in notices()] == [
        "1 comment waits on blog.example",
        "2 comments wait on blog.example",
    ]


def test_between_two_notices_lies_an_hour_however_often_the_timer_runs(asked: World) -> None:
    for _ in range(40):
        asked.submit()
        asked.clock.forward(minutes=7)
        told(asked)
        told(sibling_with_topic(asked))

    assert len(notices()) == 40 * 7 // 56


def sibling_with_topic(world: World) -> World:
    other = sibling(world)
    other.runtime.tending.noticing.topics.client = world.runtime.tending.noticing.topics.client
    return other


def test_who_waits_for_a_day_is_told_of_again(asked: World) -> None:
    asked.submit()
    told(asked)

    sent = []
    for _ in range(50):
        asked.clock.forward(hours=1)
        sent.append(told(asked)["sent"])

    assert sent.index(1) == 23
    assert sum(sent) == 2


def test_nobody_is_told_when_nobody_waits(asked: World) -> None:
    asked.published()
    asked.decide("spam", asked.submit().json["id"])

    assert told(asked) == QUIET


def test_a_notice_that_got_lost_is_sent_an_hour_later(asked: World) -> None:
    asked.submit()

    with silent(asked):
        assert told(asked) == FAILED
    assert told(asked) == QUIET
    asked.clock.forward(hours=1)

    assert told(asked) == SENT
    assert len(notices()) == 1


def test_without_a_topic_nobody_is_told_and_nothing_is_kept(asked: World) -> None:
    asked.submit()

    assert told(asked, topic="") == QUIET
    assert told(asked, topic=TOPIC + "-of-nobody") == QUIET
    asked.clock.forward(hours=1)

    assert told(asked) == SENT


def test_no_word_of_anybody_and_no_token_is_in_a_notice(asked: World) -> None:
    token = asked.token
    words: dict[str, Any] = {
        "name": f"{CANARY} name",
        "link": f"https://{CANARY}.example",
        "post_title": f"{CANARY} title",
    }
    asked.submit(f"{CANARY} text", post=f"/{CANARY}.html", author="ann", **words)

    told(asked)

    [(subject, text)] = notices()
    assert not tells(subject + text)
    assert token not in text
    assert "aw_" not in text
    assert "#" not in text


@pytest.mark.usefixtures("asked")
def test_the_link_leads_to_the_moderators_page() -> None:
    world = with_topic(new_world(shared_client(), url="https://api.example/api"))
    with world.open():
        world.submit()

    told(world)

    assert notices()[-1][1].splitlines()[1] == "https://api.example/api/moderate"


def test_more_than_can_be_counted_are_at_least_so_many(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noticing, "COUNTED", 2)
    for _ in range(30):
        asked.submit()
    figures = tend(asked, Step.FIGURES)[Step.FIGURES]
    assert figures["waiting"] == 8

    assert told(asked) == SENT
    assert notices()[0][0] == "At least 8 comments wait on blog.example"
    asked.clock.forward(hours=1)
    assert told(asked) == QUIET
    asked.submit()
    asked.clock.forward(hours=1)
    assert told(asked) == SENT


def test_the_figures_say_how_many_wait_and_for_how_long(asked: World) -> None:
    assert tend(asked, Step.FIGURES)[Step.FIGURES] == {"waiting": 0, "oldest": 0}
    first = asked.submit().json["id"]
    asked.clock.forward(hours=2)
    asked.submit()
    asked.clock.forward(hours=1)

    assert tend(asked, Step.FIGURES)[Step.FIGURES] == {"waiting": 2, "oldest": 3 * 3600}
    asked.decide("approve", first)
    assert tend(asked, Step.FIGURES)[Step.FIGURES] == {"waiting": 1, "oldest": 3600}
