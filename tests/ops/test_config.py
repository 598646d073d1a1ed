"""What the owner chooses is written to a file that git ignores, and wins over what the code says."""

import json
import subprocess

from ops.config import set_local, with_settings, with_variables
from ops.stages import CONFIG, LOCAL, ROOT, Stage, stages


def test_a_variable_is_set_for_one_stage_and_the_codes_own_file_does_not_change(stage: Stage) -> None:
    before = (stage.root / CONFIG).read_bytes()

    changed = with_variables(with_variables(stage, AFTERWORD_WORK="18"), AFTERWORD_SITE="https://blog.example/ä")

    assert changed.variables["AFTERWORD_SITE"] == "https://blog.example/ä"
    assert changed.variables["AFTERWORD_WORK"] == "18"
    assert changed.variables["AFTERWORD_TABLE"] == "afterword-prod"
    assert (stage.root / CONFIG).read_bytes() == before
    assert list(json.loads((stage.root / LOCAL).read_text(encoding="utf-8"))) == ["prod"]


def test_a_setting_of_chalice_overrides_the_codes_own(stage: Stage) -> None:
    assert with_settings(stage, {"lambda_memory_size": 2048}).config["lambda_memory_size"] == 2048


def test_an_unchanged_setting_leaves_the_file_untouched(stage: Stage) -> None:
    set_local(stage.root, "prod", {"email": "ada@blog.example"})
    before = (stage.root / LOCAL).stat()

    assert not set_local(stage.root, "prod", {"email": "ada@blog.example"})
    assert (stage.root / LOCAL).stat().st_mtime_ns == before.st_mtime_ns


def test_what_the_code_says_does_not_depend_on_the_owners_choices(stage: Stage) -> None:
    before = stages(stage.root, local=False)
    set_local(stage.root, "garden", {})
    with_variables(stage, AFTERWORD_WORK="18")

    assert [each.config for each in stages(stage.root, local=False)] == [each.config for each in before]
    assert [each.name for each in stages(stage.root)] == ["dev", "prod", "garden"]


def test_git_ignores_notes_secrets_and_backups() -> None:
    names = [".chalice/local.json", ".chalice/deployed/prod.json", ".chalice/deployments/x.zip", "secret.txt"]
    command = ["git", "-C", str(ROOT), "check-ignore", *names, "backup.jsonl.gz", ".chalice/config.json"]

    ignored = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603  git

    assert ignored == [*names, "backup.jsonl.gz"]
