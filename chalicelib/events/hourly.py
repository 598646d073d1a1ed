"""The hourly timer: a Lambda function of its own, ``<app>-<stage>-hourly``, which never loads the API.

It logs one line of JSON for each task, in CloudWatch's Embedded Metric Format: CloudWatch turns the lines into
metrics, without a call and without a permission.  All metrics have the namespace ``Afterword`` and one dimension,
``Stage``, which is the table's name.  AWS charges for custom metrics: ten are free in an account, then each costs
$0.30 a month at list price.  So there are only five, and each is worth an alarm.
"""

import json
import sys
import time
from collections.abc import Callable
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from chalice import Blueprint, Rate

from .. import runtime as runtimes
from ..core.digest import sibling_topic_arn
from ..core.maintenance import Task
from ..core.times import milliseconds

if TYPE_CHECKING:
    from datetime import datetime

NAMESPACE = "Afterword"
METRICS: dict[Task, dict[str, tuple[str, str]]] = {  # a task's counts → the metric's name and unit
    Task.METRICS: {"waiting": ("Waiting", "Count"), "oldest": ("OldestWaiting", "Seconds")},
    Task.DIGEST: {"failed": ("DigestsFailed", "Count")},
    Task.RECOUNT: {"wrong": ("WrongCounts", "Count")},
}
FAILED = "TasksFailed"  # 0 or 1 for each task

timers = Blueprint(__name__)


@timers.schedule(Rate(1, unit=Rate.HOURS), name="hourly")
def hourly(event: Any) -> None:  # noqa: ANN401  Chalice's
    """Run all tasks and log their results; one that fails does not stop the others."""
    runtime = runtimes.current(background=True)
    topic = sibling_topic_arn(event.context.invoked_function_arn, runtime.settings.notices)
    for task, run in runtime.maintenance.tasks(topic):
        line = result(task, run)
        about = metrics(task, line, runtime.settings.table, runtime.clock()) if runtime.settings.metrics else {}
        sys.stdout.write(json.dumps(line | about) + "\n")
    runtime.flush()


def result(task: Task, run: Callable[[], dict[str, int]]) -> dict[str, Any]:
    """Run a task and return its log line, which has no text that a person wrote, not even in an error."""
    began = time.monotonic()
    try:
        found: dict[str, Any] = dict(run())
        failed = task is not Task.DIGEST and bool(found.get("failed"))  # a failed digest has a metric of its own
    except Exception as error:  # noqa: BLE001  the only one of this entry point
        where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
        found, failed = {"error": type(error).__name__, "where": where}, True
    return {"task": str(task), **found, FAILED: int(failed), "ms": round((time.monotonic() - began) * 1_000, 1)}


def metrics(task: Task, line: dict[str, Any], stage: str, now: "datetime") -> dict[str, Any]:
    """The fields that make CloudWatch read metrics from a log line."""
    found = {name: metric for name, metric in METRICS.get(task, {}).items() if name in line}
    names = [{"Name": name, "Unit": unit} for name, unit in (*found.values(), (FAILED, "Count"))]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": names}
    header = {"Timestamp": milliseconds(now), "CloudWatchMetrics": [directive]}
    return {"_aws": header, "Stage": stage, **{metric: line[name] for name, (metric, _) in found.items()}}
