"""Running Chalice as a separate process, in which the API that it deploys calls an alias."""

import os
import subprocess
import sys
from pathlib import Path

from .errors import ChaliceError

OURS = Path(__file__).parents[1]  # the folder of ops
REMEDIES = {
    "deploy": "Its message above names the cause. Fix it, and run the same command again.",
    "delete": "If a resource in its record is already gone: `make deploy` creates it again, then use `make destroy`.",
}


def chalice(folder: Path, *arguments: str) -> None:
    """Run ``chalice …`` in a workspace, which has the project's code but not ours.

    Raises:
        ChaliceError: it failed.
    """
    command = [sys.executable, "-m", "ops.chalice_with_alias", *arguments]
    search = os.pathsep.join(filter(None, [str(OURS), os.environ.get("PYTHONPATH", "")]))  # after the workspace
    environment = {**os.environ, "PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}  # bytecode would be deployed
    done = subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603  our own tool
    if done.returncode:
        raise ChaliceError(f"chalice {arguments[0]} failed. {REMEDIES.get(arguments[0], '')}")
