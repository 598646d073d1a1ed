"""The function for readers is part of a stage's notes: rebuilt from AWS with them, and not taken elsewhere."""

from pathlib import Path

import pytest

from chalicelib.cli.main import main
from ops.cdn import CdnOptions, enable_cdn
from ops.config import with_settings
from ops.notes import looked_up, ready
from ops.public_function import CONCURRENCY, HASHES
from ops.stages import Stage, stage_named
from tests.support.aws_account import aws, deployed_again, deployed_stage

READERS = "afterword-prod-public"
NOTES = (".chalice/deployed/prod.json", ".chalice/local.json")


@pytest.fixture
def deployed(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    assert main(["--stage", "prod", "table", "create"]) == 0
    return stage


@pytest.fixture
def fronted(deployed: Stage) -> Stage:
    """A stage with CloudFront and a function for readers, deployed with the settings that these need."""
    stage = deployed_again(enable_cdn(deployed, CdnOptions(), deploy=deployed_again))
    for function in stage.functions:
        aws("lambda").update_function_configuration(FunctionName=function, Environment={"Variables": stage.variables})
    return stage


def lose(stage: Stage, *notes: str) -> Stage:
    for name in notes:
        (stage.root / name).unlink()
    return stage_named(stage.name, stage.root)


@pytest.mark.parametrize("lost", [NOTES, NOTES[:1], NOTES[1:]], ids=["all notes", "the record", "the settings"])
def test_it_is_rebuilt_from_aws_with_its_reserved_concurrency(fronted: Stage, lost: tuple[str, ...]) -> None:
    found = ready(aws, lose(fronted, *lost))

    assert found.config["lambda_functions"] == fronted.config["lambda_functions"]
    assert found.config["lambda_functions"]["public"]["reserved_concurrency"] == CONCURRENCY
    assert found.config["lambda_functions"].keys() == {"hourly", "public"}
    assert found.variables == fronted.variables
    assert found.deployed["public"]["lambda_arn"] == fronted.deployed["public"]["lambda_arn"]
    assert stage_named("prod", fronted.root).functions == fronted.functions


def test_a_command_that_only_reads_knows_it_too(fronted: Stage) -> None:
    found = looked_up(aws, lose(fronted, *NOTES))

    assert found.functions == fronted.functions
    assert found.variables[HASHES] == fronted.variables[HASHES]
    assert not (fronted.root / NOTES[1]).exists()


def test_the_cache_can_be_cleared_without_notes(fronted: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = lose(fronted, *NOTES)
    monkeypatch.setattr("chalicelib.cli.cdn.stage_named", lambda name: stage_named(name, lost.root))

    assert main(["--stage", "prod", "cdn", "clear"]) == 0

    client = aws("cloudfront")
    made = client.list_invalidations(DistributionId=fronted.variables["AFTERWORD_DISTRIBUTION"])["InvalidationList"]
    assert made["Quantity"] == 1


def test_a_stage_that_is_moved_leaves_it_behind_with_cloudfront(fronted: Stage) -> None:
    for name in fronted.functions:
        aws("lambda").delete_function(FunctionName=name)

    found = ready(aws, lose(fronted, NOTES[0]))

    assert not found.has_public_function
    assert found.variables[HASHES] == ""
    assert found.config["lambda_functions"].keys() == {"hourly"}


def test_a_stage_without_alarms_gets_none_for_it_either(deployed: Stage) -> None:
    unwatched = with_settings(deployed, {"watch": "no"})

    enable_cdn(unwatched, CdnOptions(), deploy=deployed_again)

    assert aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"{READERS}-")["MetricAlarms"] == []
