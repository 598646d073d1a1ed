"""Runs the maintenance tasks in tests, and reads their digests and metrics."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.core.maintenance import Task
from chalicelib.events.hourly import hourly
from chalicelib.store.engine.attributes import item_to_wire
from tests.support.invariants import Truth, read_truth
from tests.support.wire_guard import watched
from tests.support.world import Stopwatch, World

FUNCTION = f"arn:aws:lambda:us-east-1:{DEFAULT_ACCOUNT_ID}:function:afterword-dev-hourly"
TOPIC_NAME = "afterword-dev-notices"
TOPIC = f"arn:aws:sns:us-east-1:{DEFAULT_ACCOUNT_ID}:{TOPIC_NAME}"
Metrics = dict[str, int]


class Context:
    """The context that Lambda passes with the event."""

    invoked_function_arn = FUNCTION


def scheduled_event() -> dict[str, Any]:
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


def invoke_timer() -> None:
    """Invoke the timer's handler."""
    hourly(scheduled_event(), Context())


def run_maintenance(world: World, *steps: Task, topic: str = "") -> dict[Task, Metrics]:
    """Run these tasks, or all, without pauses; returns the metrics of each."""
    world.runtime.maintenance.recount_task.pause = lambda _seconds: None
    return {
        step: operation() for step, operation in world.runtime.maintenance.tasks(topic) if not steps or step in steps
    }


@contextmanager
def slow_calls(world: World, *, seconds: float) -> Iterator[None]:
    """Let each call to the table take so long on the stopwatch of the timer."""
    stopwatch = Stopwatch()
    world.runtime.maintenance.stopwatch = stopwatch
    with watched(world.runtime.table.client, lambda _operation, _body: stopwatch.forward(seconds)):
        yield


def with_topic(world: World) -> World:
    """Create the topic."""
    world.runtime.maintenance.digest_task.channel.client.create_topic(Name=TOPIC_NAME)
    return world


def sent_digests(region: str = "us-east-1") -> list[tuple[str, str]]:
    """(subject, text) of all messages sent to the topic, oldest first."""
    topic = sns_backends[DEFAULT_ACCOUNT_ID][region].topics[TOPIC.replace("us-east-1", region)]
    return [(subject or "", text) for _, text, subject, *_ in topic.sent_notifications]


def comments_with_network_hash(world: World) -> set[str]:
    """The ids of comments that still have a network hash."""
    return {key for key, item in read_truth(world).comments.items() if "npk" in item}


def statuses(truth: Truth) -> dict[str, str]:
    """Of all comments, by id."""
    return {key: item["status"] for key, item in truth.comments.items()}


def set_wrong_count(world: World, post: str, count: int) -> None:
    """Make a post's count wrong."""
    world.runtime.table.client.update_item(
        TableName=world.runtime.settings.table,
        Key=item_to_wire({"pk": f"P#{post}", "sk": "M"}),
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": str(count)}},
    )


def metric_lines(text: str) -> Iterator[dict[str, Any]]:
    """The metrics in the timer's log."""
    for line in text.splitlines():
        record = json.loads(line)
        if "_aws" in record:
            yield cast("dict[str, Any]", record)
