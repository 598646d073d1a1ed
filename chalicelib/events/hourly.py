"""The hourly timer: a function of its own, ``<app>-<stage>-hourly``, which never loads the API.

What it finds goes into its log, one line of JSON a step, in CloudWatch's Embedded Metric Format: so CloudWatch makes
metrics of them, without a call and without a permission.  Each has the namespace ``Afterword`` and one dimension,
``Stage``, which is the table's name.  AWS counts them as custom metrics: ten are free in an account, then each costs
$0.30 a month by the list price.  So there are five, and each is one that somebody wants to be woken by.
"""

import json
import sys
import time
from collections.abc import Callable
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from chalice import Blueprint, Rate

from .. import runtime as runtimes
from ..core.digest import topic_beside
from ..core.maintenance import Step
from ..core.times import milliseconds

if TYPE_CHECKING:
    from datetime import datetime

NAMESPACE = "Afterword"
METRICS: dict[Step, dict[str, tuple[str, str]]] = {  # what a step finds → the metric's name and unit
    Step.FIGURES: {"waiting": ("Waiting", "Count"), "oldest": ("OldestWaiting", "Seconds")},
    Step.NOTICE: {"failed": ("NoticesFailed", "Count")},
    Step.COUNTS: {"wrong": ("CountsWrong", "Count")},
}
FAILED = "StepsFailed"  # of each step, 0 or 1

timers = Blueprint(__name__)


@timers.schedule(Rate(1, unit=Rate.HOURS), name="hourly")
def hourly(event: Any) -> None:  # noqa: ANN401  Chalice's
    """Do all steps; one that fails stops none of the others."""
    runtime = runtimes.current(patient=True)  # its calls may take their time, for nobody waits
    topic = topic_beside(event.context.invoked_function_arn, runtime.settings.notices)
    for step, deed in runtime.tending.steps(topic):
        line = done(step, deed)
        sys.stdout.write(json.dumps(line | metrics(step, line, runtime.settings.table, runtime.clock())) + "\n")
    runtime.flush()


def done(step: Step, deed: Callable[[], dict[str, int]]) -> dict[str, Any]:
    """Do a step: what it found, and whether it failed; nothing that a person wrote, not even in an error."""
    began = time.monotonic()
    try:
        found: dict[str, Any] = dict(deed())
        failed = step is not Step.NOTICE and bool(found.get("failed"))
    except Exception as mistake:  # noqa: BLE001  the one of this door
        where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in extract_tb(mistake.__traceback__)]
        found, failed = {"mistake": type(mistake).__name__, "where": where}, True
    return {"step": str(step), **found, FAILED: int(failed), "ms": round((time.monotonic() - began) * 1_000, 1)}


def metrics(step: Step, line: dict[str, Any], stage: str, now: "datetime") -> dict[str, Any]:
    """What makes metrics of a line."""
    known = {name: about for name, about in METRICS.get(step, {}).items() if name in line}
    names = [{"Name": name, "Unit": unit} for name, unit in (*known.values(), (FAILED, "Count"))]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": names}
    head = {"Timestamp": milliseconds(now), "CloudWatchMetrics": [directive]}
    return {"_aws": head, "Stage": stage, **{name: line[found] for found, (name, _) in known.items()}}
