"""Chalice itself, as a program of its own."""

import os
import subprocess
import sys
from pathlib import Path


class ChaliceError(Exception):
    """It failed, and said why on the terminal."""


def chalice(root: Path, *arguments: str) -> None:
    """Run ``chalice …`` on a project.

    Raises:
        ChaliceError: it failed.
    """
    program = Path(sys.executable).with_name("chalice")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # what lies in the package is shipped
    done = subprocess.run([program, *arguments], cwd=root, env=environment, check=False)  # noqa: S603  ours
    if done.returncode:
        raise ChaliceError(f"chalice {arguments[0]} failed")
