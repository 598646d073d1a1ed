"""What a deployment writes into the project's configuration."""

import json

from ops.config import set_variables
from ops.stages import CONFIG, Stage, stage_named


def test_a_variable_is_set_for_one_stage_and_nothing_else_changes(stage: Stage) -> None:
    path = stage.root / CONFIG
    before = json.loads(path.read_text(encoding="utf-8"))

    assert set_variables(stage.root, "prod", AFTERWORD_SITE="https://blog.example/ä")

    after = json.loads(path.read_text(encoding="utf-8"))
    assert stage_named("prod", stage.root).variables["AFTERWORD_SITE"] == "https://blog.example/ä"
    del after["stages"]["prod"]["environment_variables"]["AFTERWORD_SITE"]
    before["stages"]["prod"]["environment_variables"].pop("AFTERWORD_SITE", None)
    assert after == before


def test_an_unchanged_variable_leaves_the_file_untouched(stage: Stage) -> None:
    set_variables(stage.root, "prod", AFTERWORD_SITE="https://blog.example")
    before = (stage.root / CONFIG).stat()

    assert not set_variables(stage.root, "prod", AFTERWORD_SITE="https://blog.example")
    assert (stage.root / CONFIG).stat().st_mtime_ns == before.st_mtime_ns
