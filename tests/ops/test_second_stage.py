"""Another site is another stage, which shares nothing with the first."""

import json
import shutil
from pathlib import Path

import pytest

from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from ops.config import set_local, with_function, with_variables
from ops.policies import policy_files
from ops.public_function import HASHES, settings
from ops.stages import CONFIG, LOCAL, PUBLIC, ROOT, stage_named


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the project's own configuration, in which ``prod`` was deployed already."""
    (tmp_path / ".chalice").mkdir()
    shutil.copy(ROOT / CONFIG, tmp_path / CONFIG)
    own = {"AFTERWORD_URL": "https://x", "AFTERWORD_SITE": "https://y", HASHES: "a,b"}
    prod = with_variables(stage_named("prod", tmp_path), **own)
    with_function(prod, PUBLIC, settings(prod))
    monkeypatch.setattr("chalicelib.cli.stages.ROOT", tmp_path)
    return tmp_path


def test_a_new_stage_has_its_own_resources(project: Path) -> None:
    assert main(["stage", "add", "garden"]) == 0

    made = stage_named("garden", project)
    assert made.function == "afterword-garden"
    assert made.path == "garden"
    assert made.variables["AFTERWORD_TABLE"] == "afterword-garden"
    assert made.variables["AFTERWORD_SECRET_PARAMETER"] == "/afterword/garden/secret"
    assert "prod" not in json.dumps(made.config)
    assert not {"AFTERWORD_URL", "AFTERWORD_SITE", HASHES} & made.variables.keys()
    assert not made.has_public_function
    files = policy_files([made])
    hourly = made.config["lambda_functions"]["hourly"]["iam_policy_file"]
    assert set(files) == {f".chalice/{each}" for each in ("policy-garden.json", hourly, "policy-garden-public.json")}
    assert not [name for name, text in files.items() if "prod" in text]


def test_adding_a_stage_names_the_only_file_that_it_changes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and path.name != LOCAL.name}

    assert main(["stage", "add", "garden"]) == 0

    assert f"added to {LOCAL}, the only file that changed" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("name", ["prod", "dev", "garden"])
def test_an_existing_stage_is_not_changed(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_local(project, "garden", {"email": "bob@blog.example"})
    before = (project / LOCAL).read_text(encoding="utf-8")

    assert main(["stage", "add", name]) == 2

    assert f"Stage {name} already exists" in capsys.readouterr().out
    assert (project / LOCAL).read_text(encoding="utf-8") == before


@pytest.mark.parametrize("option", ["--site", "--url"])
def test_an_address_is_not_given_to_several_stages(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--stage", "dev,prod", option, "https://x.example"]) == 2

    assert "belong to one stage" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "Garden", "a b", "../x", "a" * 17, "1st"])
def test_a_name_that_aws_would_reject_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["stage", "add", name])

    assert "lower-case letters" in capsys.readouterr().err


def test_a_command_that_needs_a_table_asks_for_the_stage(capsys: pytest.CaptureFixture[str]) -> None:
    runtimes.use_runtime(None)

    assert main(["moderator", "list"]) == 2

    assert "Choose a stage with --stage NAME; the stages are dev, prod" in capsys.readouterr().err
