"""A stage is updated and removed only in the account and region where it was deployed."""

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
from ops.up import DeployOptions, up
from tests.support.aws_account import aws, deployed_stage

NOTES = ".chalice/deployed/prod.json"


@pytest.fixture
def deployed(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    assert main(["--stage", "prod", "table", "create"]) == 0
    return stage


def moved(stage: Stage, before: str, after: str) -> Stage:
    """Recorded as deployed to another account or region."""
    path = stage.root / NOTES
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    return stage_named("prod", stage.root)


def there(stage: Stage) -> dict[str, Any]:
    """The resources of the stage in the account."""
    return {
        "functions": [each["FunctionName"] for each in aws("lambda").list_functions()["Functions"]],
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "secret": [each["Name"] for each in aws("ssm").describe_parameters()["Parameters"]],
        "alarms": len(aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        "config": json.loads((stage.root / ".chalice/config.json").read_text(encoding="utf-8")),
    }


def test_the_right_account_and_region_are_accepted(deployed: Stage) -> None:
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
        up(elsewhere, DeployOptions(site="https://other.example"))
    with pytest.raises(NotReadyError, match="Choose that account and region"):
        down(elsewhere, table="afterword-prod")

    assert there(elsewhere) == kept


def test_without_deployment_records_no_second_api_is_created_and_nothing_is_removed(deployed: Stage) -> None:
    (deployed.root / NOTES).unlink()
    lost = stage_named("prod", deployed.root)
    kept = there(lost)

    with pytest.raises(NotReadyError, match="Copy that file from where it was deployed"):
        up(lost, DeployOptions())
    with pytest.raises(NotReadyError, match="Copy that file"):
        down(lost, table="afterword-prod")

    assert there(lost) == kept
    check_place(aws, lost, new=True)


def test_a_stage_that_was_never_deployed_can_be_deployed(deployed: Stage) -> None:
    for name in deployed.functions:
        aws("lambda").delete_function(FunctionName=name)
    (deployed.root / NOTES).unlink()

    check_place(aws, stage_named("prod", deployed.root))


def test_a_table_with_another_name_is_not_removed(deployed: Stage) -> None:
    kept = there(deployed)

    with pytest.raises(NotReadyError, match="table of stage prod is afterword-prod, not afterword-dev"):
        down(deployed, table="afterword-dev")

    assert there(deployed) == kept


def test_a_table_is_not_removed_while_its_function_still_exists(deployed: Stage) -> None:
    with pytest.raises(NotReadyError, match="afterword-prod still exists"):
        check_gone(aws, deployed)


def test_a_chalice_failure_stops_a_removal_before_the_table(deployed: Stage) -> None:
    with pytest.raises(ChaliceError, match="chalice delete failed"):  # the folder holds no application
        down(replace(deployed), table="afterword-prod")

    assert there(deployed)["tables"] == ["afterword-prod"]
    assert there(deployed)["secret"] == ["/afterword/prod/secret"]


def test_a_lost_secret_stops_a_deployment(deployed: Stage) -> None:
    aws("ssm").delete_parameter(Name="/afterword/prod/secret")

    with pytest.raises(NotReadyError, match=r"(?s)put it back with `secret put`.*Nothing was deployed"):
        up(deployed, DeployOptions())
