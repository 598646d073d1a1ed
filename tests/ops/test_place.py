"""A stage is updated and removed only in the account and region where it was deployed."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.cli.main import main
from ops.config import with_variables
from ops.down import down
from ops.errors import ChaliceError, NotReadyError
from ops.notes import looked_up, notes_in, ready
from ops.place import check_gone, check_place
from ops.stages import Stage, stage_named
from ops.up import DeployOptions, up
from tests.support.aws_account import api_with_stage, aws, deployed_stage

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


def removed(stage: Stage) -> Stage:
    """Not deployed here, and without a record."""
    for name in stage.functions:
        aws("lambda").delete_function(FunctionName=name)
    (stage.root / NOTES).unlink()
    return stage_named("prod", stage.root)


def there(stage: Stage) -> dict[str, Any]:
    """The resources of the stage in the account."""
    return {
        "functions": [each["FunctionName"] for each in aws("lambda").list_functions()["Functions"]],
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "secret": [each["Name"] for each in aws("ssm").describe_parameters()["Parameters"]],
        "alarms": len(aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        "chosen": json.loads((stage.root / ".chalice/local.json").read_text(encoding="utf-8")),
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


def test_a_lost_record_is_rebuilt_from_aws(deployed: Stage) -> None:
    kept = deployed.deployed
    (deployed.root / NOTES).unlink()

    found = ready(aws, stage_named("prod", deployed.root))

    assert found.deployed["api_handler"]["lambda_arn"] == kept["api_handler"]["lambda_arn"]
    assert found.api == kept["rest_api"]["rest_api_id"]
    assert found.deployed["hourly_role"]["role_name"] == "afterword-prod-hourly-us-east-1"
    assert stage_named("prod", deployed.root).deployed == found.deployed


def test_a_command_that_only_reads_finds_the_notes_without_writing_them(deployed: Stage) -> None:
    api = deployed.api
    for lost in (NOTES, ".chalice/local.json"):
        (deployed.root / lost).unlink()

    found = looked_up(aws, stage_named("prod", deployed.root))

    assert found.api == api
    assert found.config["email"] == "ada@blog.example"
    assert not (deployed.root / NOTES).exists()


def test_of_several_apis_none_is_chosen_by_chance(deployed: Stage) -> None:
    api, another = deployed.api, api_with_stage("afterword", "prod")
    api_with_stage("afterword", "dev")
    (deployed.root / NOTES).unlink()
    lost, kept = stage_named("prod", deployed.root), there(deployed)

    with pytest.raises(NotReadyError, match=rf"several APIs.*({another}|{api}), ({another}|{api})\."):
        up(lost, DeployOptions())
    with pytest.raises(NotReadyError, match="several APIs"):
        down(lost)

    assert there(lost) == kept
    output = list[str]()
    assert looked_up(aws, lost, output.append) == lost
    assert "several APIs" in output[0]


def test_of_several_apis_the_one_that_pages_load_is_chosen(deployed: Stage) -> None:
    api, _ = deployed.api, api_with_stage("afterword", "prod")
    (deployed.root / NOTES).unlink()
    variables = {
        **deployed.variables,
        "AFTERWORD_URL": f"https://{api}.execute-api.us-east-1.amazonaws.com/prod",
    }
    aws("lambda").update_function_configuration(FunctionName="afterword-prod", Environment={"Variables": variables})

    assert ready(aws, stage_named("prod", deployed.root)).api == api


def test_a_stage_that_is_not_deployed_here_has_no_notes(deployed: Stage) -> None:
    gone = removed(deployed)

    assert notes_in(aws, gone) is None
    assert ready(aws, gone) == gone


def test_the_address_of_a_distribution_elsewhere_is_not_used_here(deployed: Stage) -> None:
    chosen = {"AFTERWORD_URL": "https://d1.cloudfront.net", "AFTERWORD_DISTRIBUTION": "E1", "AFTERWORD_WORK": "18"}
    elsewhere = with_variables(removed(deployed), **chosen)

    found = ready(aws, elsewhere)

    assert [found.variables[name] for name in chosen] == ["", "", "18"]


def test_an_account_of_another_partition_is_refused(deployed: Stage) -> None:
    china: Any = partial(boto3.client, region_name="cn-north-1")

    with pytest.raises(NotReadyError, match="partition aws-cn"):
        check_place(china, deployed)


def test_a_table_with_another_name_is_not_removed(deployed: Stage) -> None:
    kept = there(deployed)

    with pytest.raises(NotReadyError, match="table of stage prod is afterword-prod, not afterword-dev"):
        down(deployed, table="afterword-dev")

    assert there(deployed) == kept


def test_a_table_is_not_removed_while_its_function_still_exists(deployed: Stage) -> None:
    with pytest.raises(NotReadyError, match="afterword-prod still exists"):
        check_gone(aws, deployed)


def test_a_chalice_failure_stops_a_removal_before_the_table(deployed: Stage) -> None:
    for name in ("app.py", "requirements.txt", "pyproject.toml"):
        (deployed.root / name).touch()
    (deployed.root / "chalicelib").mkdir()

    with pytest.raises(ChaliceError, match="chalice delete failed"):  # the folder holds no application
        down(replace(deployed), table="afterword-prod")

    assert there(deployed)["tables"] == ["afterword-prod"]
    assert there(deployed)["secret"] == ["/afterword/prod/secret"]


def test_a_lost_secret_stops_a_deployment(deployed: Stage) -> None:
    aws("ssm").delete_parameter(Name="/afterword/prod/secret")

    with pytest.raises(NotReadyError, match=r"(?s)put it back with `secret put`.*Nothing was deployed"):
        up(deployed, DeployOptions())
