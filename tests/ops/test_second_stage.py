"""Another site is another stage, which shares nothing with the first."""

import json
import shutil
from pathlib import Path

import pytest

from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from ops.stages import CONFIG, ROOT, stage_named


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the project's own configuration, in which ``prod`` was deployed already."""
    (tmp_path / ".chalice").mkdir()
    shutil.copy(ROOT / CONFIG, tmp_path / CONFIG)
    config = json.loads((tmp_path / CONFIG).read_text(encoding="utf-8"))
    config["stages"]["prod"]["environment_variables"] |= {"AFTERWORD_URL": "https://x", "AFTERWORD_SITE": "https://y"}
    (tmp_path / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.setattr("chalicelib.cli.stages.ROOT", tmp_path)
    monkeypatch.setattr("chalicelib.cli.stages.stage_named", lambda name: stage_named(name, tmp_path))
    return tmp_path


def test_a_new_stage_has_its_own_resources(project: Path) -> None:
    assert main(["stage", "add", "garden"]) == 0

    made = stage_named("garden", project)
    assert made.function == "afterword-garden"
    assert made.path == "garden"
    assert made.variables["AFTERWORD_TABLE"] == "afterword-garden"
    assert made.variables["AFTERWORD_SECRET_PARAMETER"] == "/afterword/garden/secret"
    assert "prod" not in json.dumps(made.config)
    assert not {"AFTERWORD_URL", "AFTERWORD_SITE"} & made.variables.keys()
    policies = {path.name: path.read_text(encoding="utf-8") for path in (project / ".chalice").glob("policy-*.json")}
    assert set(policies) == {"policy-garden.json", made.config["lambda_functions"]["hourly"]["iam_policy_file"]}
    assert not [name for name, text in policies.items() if "prod" in text]


def test_an_existing_stage_is_not_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / CONFIG).read_text(encoding="utf-8")

    assert main(["stage", "add", "prod"]) == 2

    assert "Stage prod already exists" in capsys.readouterr().out
    assert (project / CONFIG).read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["", "Garden", "a b", "../x", "a" * 17, "1st"])
def test_a_name_that_aws_would_reject_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["stage", "add", name])

    assert "lower-case letters" in capsys.readouterr().err


def test_a_command_that_needs_a_table_asks_for_the_stage(capsys: pytest.CaptureFixture[str]) -> None:
    runtimes.use_runtime(None)

    assert main(["moderator", "list"]) == 2

    assert "Choose a stage with --stage NAME; the stages are dev, prod" in capsys.readouterr().err
