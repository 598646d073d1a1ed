"""``doctor``: check a deployed stage."""

import argparse

from ops import doctor
from ops.findings import Target
from ops.notes import looked_up
from ops.stages import URL, stage_named

from ..runtime import Runtime


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("doctor", help="check a deployed stage, and print what is wrong and how to fix it")
    parser.add_argument("--url", default="", help="the service's URL, if it is not the deployed one")
    parser.set_defaults(run=_doctor)


def _doctor(runtime: Runtime, options: argparse.Namespace) -> int:
    stage = looked_up(runtime.aws, stage_named(options.stage))
    url = (options.url or stage.variables.get(URL, "")).rstrip("/")
    return 0 if doctor.report(Target(stage, runtime, url)) else 1
