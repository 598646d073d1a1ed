"""Chalice itself, as a program of its own."""

import os
import subprocess
import sys
from pathlib import Path

from .errors import ChaliceError

CURES = {
    "deploy": "What it says above names the cause; then the same command goes on.",
    "delete": "If something that it noted is gone already: `make deploy` makes it again, and then `make destroy` ends.",
}


def chalice(root: Path, *arguments: str) -> None:
    """Run ``chalice …`` on a project.

    Raises:
        ChaliceError: it failed.
    """
    program = Path(sys.executable).with_name("chalice")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # what lies in the package is shipped
    done = subprocess.run([program, *arguments], cwd=root, env=environment, check=False)  # noqa: S603  ours
    if done.returncode:
        raise ChaliceError(f"chalice {arguments[0]} failed. {CURES.get(arguments[0], '')}")
