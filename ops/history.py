"""Which commit of the code is deployed, and which was before: tags of the function that serves the API.

They are in AWS, so that any clone can go back.
"""

import shutil
import subprocess
from pathlib import Path

from .errors import NotReadyError
from .place import function_exists
from .stacks import Aws
from .stages import Stage

COMMIT, BEFORE = "afterword-commit", "afterword-commit-before"
ONLY_ONE = "No earlier version of stage {stage} is known: choose one with TO=…, a commit or a tag such as v1.0."
CHANGED = "Commit or remove these changes first, because going back checks out other code:\n{files}"


def history(aws: Aws, stage: Stage) -> dict[str, str]:
    """The tags of the next deployment; empty if this folder is not a clone."""
    commit = _output(stage.root, "rev-parse", "HEAD")
    if not commit:
        return {}
    known = deployed(aws, stage)
    before = known.get(BEFORE, "") if known.get(COMMIT) == commit else known.get(COMMIT, "")
    return {COMMIT: commit, **({BEFORE: before} if before else {})}


def deployed(aws: Aws, stage: Stage) -> dict[str, str]:
    """The tags of the function; empty if it does not exist."""
    if not function_exists(aws, stage):
        return {}
    client = aws("lambda")
    arn = client.get_function_configuration(FunctionName=stage.function)["FunctionArn"]
    tags: dict[str, str] = client.list_tags(Resource=arn)["Tags"]
    return tags


def check_out_previous(aws: Aws, stage: Stage, to: str = "") -> str:
    """Check out the code that was deployed before, or another commit; returns the commit.

    Raises:
        NotReadyError: no earlier version is known, or something is not committed.
    """
    commit = to or deployed(aws, stage).get(BEFORE, "")
    if not commit:
        raise NotReadyError(ONLY_ONE.format(stage=stage.name))
    changed = _output(stage.root, "status", "--porcelain", "--untracked-files=no")
    if changed:
        raise NotReadyError(CHANGED.format(files=changed))
    done = _git(stage.root, "checkout", "--quiet", "--detach", commit)
    if done.returncode:
        raise NotReadyError(f"git can't check out {commit}: {done.stderr.strip()}")
    return commit


def _output(root: Path, *arguments: str) -> str:
    """The output of a git command; empty if it failed, or if git is not installed."""
    if not shutil.which("git"):
        return ""
    done = _git(root, *arguments)
    return done.stdout.strip() if done.returncode == 0 else ""


def _git(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  git
