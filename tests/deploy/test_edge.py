"""CloudFront comes in front of a stage that is deployed, the stage learns of it, and it goes again."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.runtime import built
from chalicelib.settings import from_environment
from ops.cdn import front, fronting, unfront
from ops.errors import NotReadyError
from ops.stages import Stage
from tests.deploy.account import aws, deployed_stage


@pytest.fixture
def deployed(account: None, tmp_path: Any) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    assert main(["--stage", "prod", "table", "create"]) == 0
    return stage


def distributions() -> list[Any]:
    found: list[Any] = aws("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    return found


def test_the_stage_learns_where_readers_come_in_and_whom_to_tell(deployed: Stage) -> None:
    fronted = front(deployed)

    [made] = distributions()
    assert fronted.variables["AFTERWORD_URL"] == f"https://{made['DomainName']}"
    assert fronted.variables["AFTERWORD_DISTRIBUTION"] == made["Id"]
    [origin] = made["Origins"]["Items"]
    assert origin["DomainName"] == "abc.execute-api.us-east-1.amazonaws.com"
    assert origin["OriginPath"] == "/prod"


def test_the_distribution_shows_the_key_that_the_service_believes(deployed: Stage) -> None:
    front(deployed)

    [made] = distributions()
    about = aws("cloudfront").get_distribution(Id=made["Id"])["Distribution"]["DistributionConfig"]
    shown = json.dumps(about["Origins"]["Items"][0])
    assert built(from_environment(deployed.variables)).keys.edge[-1] in shown


def test_the_function_may_tell_that_distribution_alone(deployed: Stage) -> None:
    front(deployed)

    [made] = distributions()
    role = "afterword-prod-api_handler"
    names = aws("iam").list_role_policies(RoleName=role)["PolicyNames"]
    granted = [
        json.dumps(aws("iam").get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"]) for each in names
    ]
    [telling] = [each for each in granted if "cloudfront:CreateInvalidation" in each]
    assert made["Id"] in telling


def test_a_host_name_of_ones_own_is_the_address(deployed: Stage) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/own"

    said = list[str]()
    fronted = front(deployed, alias="comments.blog.example", certificate=certificate, say=said.append)

    assert fronted.variables["AFTERWORD_URL"] == "https://comments.blog.example"
    assert any("must lead to" in line for line in said)


def test_it_goes_and_the_stage_has_its_own_address_again(deployed: Stage) -> None:
    alone = unfront(front(deployed))

    assert distributions() == []
    assert fronting(aws, alone).outputs() == {}
    assert alone.variables["AFTERWORD_URL"] == deployed.url
    assert alone.variables["AFTERWORD_DISTRIBUTION"] == ""


def test_it_is_not_taken_away_from_another_place(deployed: Stage) -> None:
    fronted = front(deployed)
    notes = fronted.root / ".chalice/deployed/prod.json"
    notes.write_text(notes.read_text(encoding="utf-8").replace(":us-east-1:", ":eu-west-1:"), encoding="utf-8")

    with pytest.raises(NotReadyError, match="Choose that account and region"):
        unfront(replace(fronted))

    assert len(distributions()) == 1


def test_what_was_never_deployed_has_nothing_to_stand_before(deployed: Stage) -> None:
    (deployed.root / ".chalice/deployed/prod.json").unlink()

    with pytest.raises(NotReadyError, match="make deploy STAGE=prod"):
        front(replace(deployed))
