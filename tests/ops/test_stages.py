"""``--stage`` makes a command use that stage as it is configured and deployed."""

import json
from pathlib import Path

import pytest

from chalicelib.cli.main import main, parser
from ops.errors import UnknownStageError
from ops.stages import CONFIG, Stage, stage_named


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with two stages, of which one was deployed."""
    config = {
        "version": "2.0",
        "app_name": "afterword",
        "lambda_timeout": 15,
        "environment_variables": {"AFTERWORD_SITE": "https://blog.example", "AFTERWORD_EDIT_MINUTES": "5"},
        "stages": {
            "dev": {"environment_variables": {"AFTERWORD_TABLE": "afterword-dev"}},
            "prod": {"lambda_timeout": 20, "environment_variables": {"AFTERWORD_SITE": "https://ada.example"}},
        },
    }
    notes = {
        "schema_version": "2.0",
        "resources": [
            {"name": "api_handler", "resource_type": "lambda_function", "lambda_arn": "arn:aws:lambda:x:1:function:f"},
            {"name": "rest_api", "rest_api_id": "abc", "rest_api_url": "https://abc.example/api/"},
        ],
    }
    (tmp_path / ".chalice" / "deployed").mkdir(parents=True)
    (tmp_path / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / ".chalice/deployed/prod.json").write_text(json.dumps(notes), encoding="utf-8")
    return tmp_path


def with_config(stage: Stage, **config: object) -> Stage:
    return Stage(stage.name, stage.app, {**stage.config, **config}, stage.root)


def test_a_stages_setting_overrides_the_global_one(project: Path) -> None:
    prod = stage_named("prod", project)

    assert (prod.function, prod.path, prod.config["lambda_timeout"]) == ("afterword-prod", "api", 20)
    assert prod.variables["AFTERWORD_SITE"] == "https://ada.example"
    assert prod.variables["AFTERWORD_EDIT_MINUTES"] == "5"


def test_a_stage_is_in_the_region_it_was_deployed_to_unless_configured(project: Path) -> None:
    prod, dev = stage_named("prod", project), stage_named("dev", project)
    here = with_config(prod, environment_variables={"AFTERWORD_URL": "https://comments.example"})
    domain = with_config(prod, api_gateway_custom_domain={"domain_name": "c.example", "url_prefix": "/c/"})

    assert (prod.api, prod.variables["AFTERWORD_URL"]) == ("abc", "https://abc.example/api")
    assert (dev.api, dev.url, dev.variables.get("AFTERWORD_URL")) == ("", "", None)
    assert here.variables["AFTERWORD_URL"] == "https://comments.example"
    assert domain.url == "https://c.example/c"


def test_an_unknown_stage_is_refused_with_the_list_of_stages(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownStageError, match="no stage 'test', only dev, prod"):
        stage_named("test", project)

    assert main(["--stage", "nowhere", "table", "check"]) == 2
    assert "no stage 'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize("where", [0, 1, 2], ids=["before", "between", "after"])
def test_the_stage_option_may_appear_anywhere(where: int, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["moderator", "list"]

    assert main([*words[:where], "--stage", "nowhere", *words[where:]]) == 2
    assert "no stage 'nowhere'" in capsys.readouterr().err


def test_the_option_is_in_the_help() -> None:
    assert "--stage STAGE" in parser().format_help()
