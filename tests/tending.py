"""The hourly timer of a test's world: run by hand, with a topic to tell, on a site where time has passed."""

import json
from collections.abc import Iterator
from typing import Any, cast

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.core.maintenance import Step
from chalicelib.events.hourly import hourly
from chalicelib.store.engine.attributes import item_to_wire
from tests.invariants import Truth, read_truth
from tests.world import World

FUNCTION = f"arn:aws:lambda:us-east-1:{DEFAULT_ACCOUNT_ID}:function:afterword-dev-hourly"
NAME = "afterword-dev-notices"
TOPIC = f"arn:aws:sns:us-east-1:{DEFAULT_ACCOUNT_ID}:{NAME}"
Figures = dict[str, int]


class Context:
    """What Lambda passes beside the event."""

    invoked_function_arn = FUNCTION


def scheduled() -> dict[str, Any]:
    """An event as EventBridge sends it every hour."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": DEFAULT_ACCOUNT_ID,
        "time": "2030-01-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:events:us-east-1:{DEFAULT_ACCOUNT_ID}:rule/afterword-dev-hourly-event"],
        "detail": {},
    }


def ring() -> None:
    """Through the timer's door."""
    hourly(scheduled(), Context())


def tend(world: World, *steps: Step, topic: str = "") -> dict[Step, Figures]:
    """Do these steps, or all, and say what each did; nobody waits for a post to be at rest."""
    world.runtime.tending.recounting.pause = lambda _seconds: None
    return {step: deed() for step, deed in world.runtime.tending.steps(topic) if not steps or step in steps}


def with_topic(world: World) -> World:
    """Let there be a topic."""
    world.runtime.tending.noticing.topics.client.create_topic(Name=NAME)
    return world


def notices(region: str = "us-east-1") -> list[tuple[str, str]]:
    """(subject, text) of all that the topic was told, oldest first."""
    topic = sns_backends[DEFAULT_ACCOUNT_ID][region].topics[TOPIC.replace("us-east-1", region)]
    return [(subject or "", text) for _, text, subject, *_ in topic.sent_notifications]


def with_hash(world: World) -> set[str]:
    """The ids of comments that carry the hash of their network."""
    return {key for key, item in read_truth(world).comments.items() if "npk" in item}


def statuses(truth: Truth) -> dict[str, str]:
    """Of all comments, by id."""
    return {key: item["status"] for key, item in truth.comments.items()}


def miscount(world: World, post: str, count: int) -> None:
    """Let a post's count drift."""
    world.runtime.table.client.update_item(
        TableName=world.runtime.settings.table,
        Key=item_to_wire({"pk": f"P#{post}", "sk": "M"}),
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": str(count)}},
    )


def lines(text: str) -> Iterator[dict[str, Any]]:
    """What the timer wrote into its log."""
    for line in text.splitlines():
        told = json.loads(line)
        if "_aws" in told:
            yield cast("dict[str, Any]", told)
