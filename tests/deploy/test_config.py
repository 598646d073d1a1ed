"""What a deployment notes in the project's configuration."""

import json

from ops.config import set_variables
from ops.stages import CONFIG, Stage, stage_named


def test_a_variable_is_noted_for_its_stage_alone_and_nothing_else_changes(stage: Stage) -> None:
    path = stage.root / CONFIG
    before = json.loads(path.read_text(encoding="utf-8"))

    assert set_variables(stage.root, "prod", AFTERWORD_SITE="https://blog.example/ä")

    after = json.loads(path.read_text(encoding="utf-8"))
    assert stage_named("prod", stage.root).variables["AFTERWORD_SITE"] == "https://blog.example/ä"
    del after["stages"]["prod"]["environment_variables"]["AFTERWORD_SITE"]
    before["stages"]["prod"]["environment_variables"].pop("AFTERWORD_SITE", None)
    assert after == before


def test_what_is_noted_already_leaves_the_file_alone(stage: Stage) -> None:
    set_variables(stage.root, "prod", AFTERWORD_SITE="https://blog.example")
    before = (stage.root / CONFIG).stat()

    assert not set_variables(stage.root, "prod", AFTERWORD_SITE="https://blog.example")
    assert (stage.root / CONFIG).stat().st_mtime_ns == before.st_mtime_ns
