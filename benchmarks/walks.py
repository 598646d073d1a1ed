"""How far a request walks through the code: ``python -m benchmarks.walks``.

Counts the calls of the project's own functions that one warm request makes, the files that they stand in, and the
switches from one file to another, which is what a reader of the code follows.  The second line of each request
leaves out leaf helpers, which call no function of the project.  Ends with 1 when a bar is broken.  ``-v`` lists the
calls in order, indented by depth.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType

os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}

from moto import mock_aws

from tests.support.moto_patches import patch_moto
from tests.support.world import World, new_world, shared_client

ROOT = Path(__file__).parents[1]
OWN = (str(ROOT / "chalicelib") + "/", str(ROOT / "app.py"))
TEXT = "A second comment, *with* markdown."
# calls: 0.6 of what they were before expressions and conversions were made in one pass; switches: what is reached
BARS = {"submit": (240, 110), "approve": (212, 105), "list": (77, 50)}


@dataclass(frozen=True)
class Step:
    """One call of a function, so deep below the entry point."""

    file: str
    function: str
    depth: int


@dataclass(frozen=True)
class Figures:
    """What a walk comes to."""

    calls: int
    files: int
    switches: int

    def __str__(self) -> str:
        return f"{self.calls:6}{self.files:7}{self.switches:10}"


def walked(request: Callable[[], object]) -> list[Step]:
    """The calls that a request makes.  A lambda or a comprehension belongs to the function that it stands in."""
    steps: list[Step] = []
    depth = 0

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal depth
        code = frame.f_code
        if not code.co_filename.startswith(OWN):
            return
        if event == "call":
            if not code.co_name.startswith("<"):
                steps.append(Step(code.co_filename.removeprefix(OWN[0]), code.co_qualname, depth))
            depth += 1
        elif event == "return":
            depth -= 1

    sys.setprofile(profile)
    try:
        request()
    finally:
        sys.setprofile(None)
    return steps


def figures(steps: list[Step]) -> Figures:
    """Calls, files and switches."""
    switches = sum(one.file != other.file for one, other in pairwise(steps))
    return Figures(len(steps), len({step.file for step in steps}), switches)


def without_leaves(steps: list[Step]) -> list[Step]:
    """The calls that call another function of the project."""
    return [step for step, following in pairwise(steps) if following.depth > step.depth]


@contextmanager
def used_world() -> Iterator[World]:
    """A service that has served each of the requests before."""
    patch_moto()
    logging.getLogger("afterword").disabled = True
    with mock_aws():
        world = new_world(shared_client())
        with world.open():
            for _ in range(2):
                world.published(TEXT, author="ann", form=world.form())
            world.listed()
            world.clock.forward(minutes=1)
            yield world


def requests(world: World) -> Iterator[tuple[str, Callable[[], object]]]:
    """The requests, each ready to be sent."""
    form = world.form()
    yield "submit", lambda: world.submit(TEXT, author="ann", form=form)
    comment_id = world.submit("Waits.", author="ben", form=world.form()).json["id"]
    versions = {comment_id: world.comment(comment_id)["comment"]["version"]}
    yield "approve", lambda: world.decide("approve", comment_id, versions=versions)
    world.clock.forward(minutes=1)
    yield "list", world.listed


def main() -> int:
    """Print what each request comes to."""
    broken = 0
    print(f"{'':26}{'calls':>6}{'files':>7}{'switches':>10}")
    with used_world() as world:
        for name, request in requests(world):
            steps = walked(request)
            found, bar = figures(steps), BARS[name]
            is_kept = found.calls <= bar[0] and found.switches <= bar[1]
            broken += not is_kept
            print(f"{name:26}{found}  bar ≤ {bar[0]} calls, {bar[1]} switches {'✓' if is_kept else '✗'}")
            print(f"{'  without leaf helpers':26}{figures(without_leaves(steps))}")
            for step in steps if "-v" in sys.argv else ():
                print(f"  {'  ' * step.depth}{step.file} {step.function}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
