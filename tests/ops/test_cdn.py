"""CloudFront is put in front of a deployed stage, configured in it, and removed again."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.runtime import new_runtime
from chalicelib.settings import from_environment
from ops.cdn import cdn_stack, disable_cdn, enable_cdn
from ops.errors import NotReadyError
from ops.stages import Stage
from tests.support.aws_account import aws, deployed_stage


@pytest.fixture
def deployed(account: None, tmp_path: Any) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    assert main(["--stage", "prod", "table", "create"]) == 0
    return stage


def distributions() -> list[Any]:
    found: list[Any] = aws("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    return found


def test_the_stage_is_configured_with_its_public_address_and_distribution(deployed: Stage) -> None:
    fronted = enable_cdn(deployed)

    [made] = distributions()
    assert fronted.variables["AFTERWORD_URL"] == f"https://{made['DomainName']}"
    assert fronted.variables["AFTERWORD_DISTRIBUTION"] == made["Id"]
    [origin] = made["Origins"]["Items"]
    assert origin["DomainName"] == "abc.execute-api.us-east-1.amazonaws.com"
    assert origin["OriginPath"] == "/prod"


def test_the_distribution_sends_the_key_that_the_service_trusts(deployed: Stage) -> None:
    enable_cdn(deployed)

    [made] = distributions()
    about = aws("cloudfront").get_distribution(Id=made["Id"])["Distribution"]["DistributionConfig"]
    shown = json.dumps(about["Origins"]["Items"][0])
    assert new_runtime(from_environment(deployed.variables)).keys.edge[-1] in shown


def test_the_function_may_invalidate_only_that_distribution(deployed: Stage) -> None:
    enable_cdn(deployed)

    [made] = distributions()
    role = "afterword-prod-api_handler"
    names = aws("iam").list_role_policies(RoleName=role)["PolicyNames"]
    granted = [
        json.dumps(aws("iam").get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"]) for each in names
    ]
    [telling] = [each for each in granted if "cloudfront:CreateInvalidation" in each]
    assert made["Id"] in telling


def test_a_custom_domain_becomes_the_address(deployed: Stage) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/own"

    output = list[str]()
    fronted = enable_cdn(deployed, alias="comments.blog.example", certificate=certificate, say=output.append)

    assert fronted.variables["AFTERWORD_URL"] == "https://comments.blog.example"
    assert any("CNAME" in line for line in output)


def test_removing_it_restores_the_stages_own_address(deployed: Stage) -> None:
    alone = disable_cdn(enable_cdn(deployed))

    assert distributions() == []
    assert cdn_stack(aws, alone).outputs() == {}
    assert alone.variables["AFTERWORD_URL"] == deployed.url
    assert alone.variables["AFTERWORD_DISTRIBUTION"] == ""


def test_it_is_not_removed_from_another_account_or_region(deployed: Stage) -> None:
    fronted = enable_cdn(deployed)
    notes = fronted.root / ".chalice/deployed/prod.json"
    notes.write_text(notes.read_text(encoding="utf-8").replace(":us-east-1:", ":eu-west-1:"), encoding="utf-8")

    with pytest.raises(NotReadyError, match="Choose that account and region"):
        disable_cdn(replace(fronted))

    assert len(distributions()) == 1


def test_a_stage_that_was_never_deployed_gets_no_distribution(deployed: Stage) -> None:
    (deployed.root / ".chalice/deployed/prod.json").unlink()

    with pytest.raises(NotReadyError, match="make deploy STAGE=prod"):
        enable_cdn(replace(deployed))
