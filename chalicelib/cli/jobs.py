"""``job list`` and ``job finish``: long operations that a request started and did not finish."""

import argparse
import sys
import time
from collections import Counter

from ..core.errors import Unavailable
from ..runtime import Runtime
from ..service.jobs import StepResult
from ..service.results import Outcome

PAUSE = 2.0  # seconds between two steps if the first one did nothing: an index lags, or other requests are under way
MAX_PAUSES = 60  # in a row, then the command gives up


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    job = commands.add_parser("job", help="list or finish operations that a request did not finish").add_subparsers(
        metavar="COMMAND", required=True
    )
    job.add_parser("list", help="list the unfinished jobs").set_defaults(run=_list)
    finish = job.add_parser("finish", help="continue a job until it is done")
    finish.add_argument("id")
    finish.set_defaults(run=_finish)


def _list(runtime: Runtime, _options: argparse.Namespace) -> int:
    for job in runtime.job_service.unfinished():
        print(f"{job.id}  {job.at:%Y-%m-%d %H:%M}  {runtime.job_service.description(job)}")
    return 0


def _finish(runtime: Runtime, options: argparse.Namespace) -> int:
    return finish(runtime, options.id)


def finish(runtime: Runtime, job_id: str) -> int:
    """Continue a job until nothing is left, for the actor who began it; returns the exit code of the command."""
    pauses = 0
    while pauses < MAX_PAUSES:
        step = _step(runtime, job_id)
        if not step.left:
            print("finished")
            return (
                1
                if any(result.outcome in {Outcome.REFUSED, Outcome.CHANGED_MEANWHILE} for result in step.results)
                else 0
            )
        pauses = 0 if step.done else pauses + 1
        if pauses:
            time.sleep(PAUSE)
    print("some of it is left: try again later")
    return 1


def _step(runtime: Runtime, job_id: str) -> StepResult:
    """One step of the job, printed; nothing is done while the table is busy."""
    try:
        step = runtime.job_service.finish(job_id)
    except Unavailable:
        print("the table is busy", file=sys.stderr)
        return StepResult(0, left=True)
    outcomes = Counter(str(result.outcome) for result in step.results) or {"done": step.done}
    if step.results or step.done:
        print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()))
    return step
