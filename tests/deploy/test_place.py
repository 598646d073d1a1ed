"""A stage is updated and removed where it was deployed, and nowhere else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli.main import main
from ops.down import down
from ops.errors import ChaliceError, NotReadyError
from ops.place import check_gone, check_place
from ops.stages import Stage, stage_named
from ops.up import Wishes, up
from tests.deploy.account import aws, deployed_stage

NOTES = ".chalice/deployed/prod.json"


@pytest.fixture
def deployed(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    assert main(["--stage", "prod", "table", "create"]) == 0
    return stage


def moved(stage: Stage, before: str, after: str) -> Stage:
    """Noted as deployed to another place."""
    path = stage.root / NOTES
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    return stage_named("prod", stage.root)


def there(stage: Stage) -> dict[str, Any]:
    """What of it is in the account."""
    return {
        "functions": [each["FunctionName"] for each in aws("lambda").list_functions()["Functions"]],
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "secret": [each["Name"] for each in aws("ssm").describe_parameters()["Parameters"]],
        "alarms": len(aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        "config": json.loads((stage.root / ".chalice/config.json").read_text(encoding="utf-8")),
    }


def test_the_right_place_is_right(deployed: Stage) -> None:
    check_place(aws, deployed)


@pytest.mark.parametrize(
    ("before", "after"),
    [(":us-east-1:", ":eu-west-1:"), (":123456789012:", ":999999999999:")],
    ids=["region", "account"],
)
def test_another_region_or_account_is_refused_before_anything_changes(deployed: Stage, before: str, after: str) -> None:
    elsewhere = moved(deployed, before, after)
    kept = there(elsewhere)

    with pytest.raises(NotReadyError, match="Choose that account and region"):
        up(elsewhere, Wishes(site="https://other.example"))
    with pytest.raises(NotReadyError, match="Choose that account and region"):
        down(elsewhere, table="afterword-prod")

    assert there(elsewhere) == kept


def test_without_the_notes_no_second_api_is_made_and_nothing_is_removed(deployed: Stage) -> None:
    (deployed.root / NOTES).unlink()
    lost = stage_named("prod", deployed.root)
    kept = there(lost)

    with pytest.raises(NotReadyError, match="Copy that file from where it was deployed"):
        up(lost, Wishes())
    with pytest.raises(NotReadyError, match="Copy that file"):
        down(lost, table="afterword-prod")

    assert there(lost) == kept
    check_place(aws, lost, new=True)


def test_what_was_never_deployed_may_be(deployed: Stage) -> None:
    for name in deployed.functions:
        aws("lambda").delete_function(FunctionName=name)
    (deployed.root / NOTES).unlink()

    check_place(aws, stage_named("prod", deployed.root))


def test_a_table_is_not_removed_by_another_name(deployed: Stage) -> None:
    kept, said = there(deployed), list[str]()

    assert down(deployed, table="afterword-dev", say=said.append) == 2

    assert said == ["The table of stage prod is afterword-prod, not afterword-dev: nothing was removed."]
    assert there(deployed) == kept


def test_a_table_is_not_removed_while_chalice_left_its_function(deployed: Stage) -> None:
    with pytest.raises(NotReadyError, match="afterword-prod is still there"):
        check_gone(aws, deployed)


def test_chalice_that_fails_stops_a_removal_before_the_table(deployed: Stage) -> None:
    with pytest.raises(ChaliceError, match="chalice delete failed"):  # the folder holds no application
        down(replace(deployed), table="afterword-prod")

    assert there(deployed)["tables"] == ["afterword-prod"]
    assert there(deployed)["secret"] == ["/afterword/prod/secret"]


def test_a_lost_secret_stops_a_deployment(deployed: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    aws("ssm").delete_parameter(Name="/afterword/prod/secret")

    with pytest.raises(NotReadyError, match="nothing was deployed"):
        up(deployed, Wishes())

    assert "put it back with `secret put`" in capsys.readouterr().err
