"""``tend``: what the hourly timer does, now."""

import argparse

from ..core.errors import Refusal
from ..runtime import Runtime


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    tend = topics.add_parser("tend", help="do now what the hourly timer does, but for its notice")
    tend.set_defaults(run=_tend)


def _tend(runtime: Runtime, _chosen: argparse.Namespace) -> int:
    failed = 0
    for step, deed in runtime.tending.steps(topic=""):
        try:
            found = deed()
        except Refusal as refusal:
            found, words = {"failed": 1}, refusal.message
        else:
            words = ", ".join(f"{number} {name}" for name, number in found.items())
        failed += found.get("failed", 0)
        print(f"{step:9} {words}")
    return 1 if failed else 0
