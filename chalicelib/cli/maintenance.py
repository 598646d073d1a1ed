"""``maintenance run``: run the scheduled tasks now."""

import argparse

from ..core.errors import Refusal
from ..runtime import Runtime


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    maintenance = commands.add_parser("maintenance", help="run the scheduled tasks").add_subparsers(
        metavar="COMMAND", required=True
    )
    run = maintenance.add_parser("run", help="run now what the hourly timer runs, but send no digest")
    run.set_defaults(run=_run)


def _run(runtime: Runtime, _options: argparse.Namespace) -> int:
    failed = 0
    for task, run in runtime.maintenance.tasks(topic=""):
        try:
            counts = run()
        except Refusal as refusal:
            counts, message = {"failed": 1}, refusal.message
        else:
            message = ", ".join(f"{number} {name}" for name, number in counts.items())
        failed += counts.get("failed", 0)
        print(f"{task:14} {message}")
    return 1 if failed else 0
