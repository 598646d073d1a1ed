"""Going back checks out what was deployed before, and refuses where that would lose something."""

import subprocess
from pathlib import Path

import pytest

from ops.errors import NotReadyError
from ops.history import BEFORE, COMMIT, check_out_previous, history
from ops.stages import Stage
from tests.support.aws_account import aws, deployed_stage


@pytest.fixture
def clone(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    (tmp_path / ".gitignore").write_text(".chalice/deployed/\n.chalice/local.json\n", encoding="utf-8")
    git(stage, "init", "--quiet")
    commit(stage)
    return stage


def git(stage: Stage, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@blog.example"]
    command = ["git", "-C", str(stage.root), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  git


def commit(stage: Stage) -> str:
    git(stage, "add", "--all")
    git(stage, "commit", "--quiet", "--allow-empty", "--message", "a version")
    return git(stage, "rev-parse", "HEAD")


def deploy(stage: Stage) -> None:
    """Tag the function as a deployment does."""
    arn = aws("lambda").get_function_configuration(FunctionName=stage.function)["FunctionArn"]
    aws("lambda").tag_resource(Resource=arn, Tags=history(aws, stage))


def test_a_second_deployment_of_the_same_commit_does_not_forget_the_one_before(clone: Stage) -> None:
    first = git(clone, "rev-parse", "HEAD")
    deploy(clone)
    second = commit(clone)
    deploy(clone)
    deploy(clone)

    assert history(aws, clone) == {COMMIT: second, BEFORE: first}
    assert check_out_previous(aws, clone) == first
    assert git(clone, "rev-parse", "HEAD") == first


def test_without_an_earlier_version_one_has_to_be_named(clone: Stage) -> None:
    deploy(clone)
    git(clone, "tag", "v1.0")
    commit(clone)

    with pytest.raises(NotReadyError, match=r"choose one with TO="):
        check_out_previous(aws, clone)
    check_out_previous(aws, clone, "v1.0")
    assert git(clone, "describe", "--tags") == "v1.0"


def test_uncommitted_changes_are_not_overwritten(clone: Stage) -> None:
    (clone.root / ".gitignore").write_text("changed\n", encoding="utf-8")

    with pytest.raises(NotReadyError, match=r"Commit or remove these changes first.*\n.*\.gitignore"):
        check_out_previous(aws, clone, "HEAD")


def test_an_unknown_version_is_refused(clone: Stage) -> None:
    with pytest.raises(NotReadyError, match=r"git can't check out v9"):
        check_out_previous(aws, clone, "v9")


def test_a_folder_without_git_is_deployed_without_a_history(account: None, tmp_path: Path) -> None:  # noqa: ARG001
    assert history(aws, deployed_stage(tmp_path)) == {}
