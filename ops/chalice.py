"""Running Chalice as a separate process."""

import os
import subprocess
import sys
from pathlib import Path

from .errors import ChaliceError

REMEDIES = {
    "deploy": "Its message above names the cause. Fix it, and run the same command again.",
    "delete": "If a resource in its record is already gone: `make deploy` creates it again, then use `make destroy`.",
}


def chalice(root: Path, *arguments: str) -> None:
    """Run ``chalice …`` in a project's folder.

    Raises:
        ChaliceError: it failed.
    """
    program = Path(sys.executable).with_name("chalice")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # every file in the package is deployed
    done = subprocess.run([program, *arguments], cwd=root, env=environment, check=False)  # noqa: S603  our own tool
    if done.returncode:
        raise ChaliceError(f"chalice {arguments[0]} failed. {REMEDIES.get(arguments[0], '')}")
