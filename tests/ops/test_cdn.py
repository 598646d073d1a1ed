"""CloudFront is put in front of a deployed stage, configured in it, and removed again."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.cli.main import main
from chalicelib.runtime import new_runtime
from chalicelib.settings import from_environment
from dev.cloud.cloudformation import Distribution
from ops.cdn import CdnOptions, clear, clear_scripts, disable_cdn, enable_cdn
from ops.config import with_function, with_variables
from ops.errors import NotReadyError
from ops.public_function import CONCURRENCY, HASHES
from ops.stacks import cdn_stack
from ops.stages import LOCAL, Stage
from tests.support.aws_account import aws, deployed_again, deployed_stage

READERS = "afterword-prod-public"

SHARED = "afterword-cdn-policies"


@pytest.fixture
def deployed(account: None, tmp_path: Any) -> Stage:  # noqa: ARG001  it is made in that account
    stage = deployed_stage(tmp_path)
    assert main(["--stage", "prod", "table", "create"]) == 0
    return stage


def distributions() -> list[Any]:
    found: list[Any] = aws("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    return found


def enable(stage: Stage, *, say: Callable[[str], None] = print, **options: Any) -> Stage:
    return enable_cdn(stage, CdnOptions(**options), deploy=deployed_again, say=say)


def config_of(distribution: Any) -> Any:
    return aws("cloudfront").get_distribution(Id=distribution["Id"])["Distribution"]["DistributionConfig"]


def url_of_function() -> str:
    found: str = aws("lambda").get_function_url_config(FunctionName=READERS)["FunctionUrl"]
    return found.removeprefix("https://").rstrip("/")


def test_the_stage_is_configured_with_its_public_address_and_distribution(deployed: Stage) -> None:
    fronted = enable(deployed)

    [made] = distributions()
    assert fronted.variables["AFTERWORD_URL"] == f"https://{made['DomainName']}"
    assert fronted.variables["AFTERWORD_DISTRIBUTION"] == made["Id"]


def test_readers_get_a_function_of_their_own_and_moderators_keep_the_api(deployed: Stage) -> None:
    enable(deployed)

    [made] = distributions()
    origins = {each["Id"]: each for each in made["Origins"]["Items"]}
    assert origins["public"]["DomainName"] == url_of_function()
    assert origins["api"]["DomainName"] == "abc.execute-api.us-east-1.amazonaws.com"
    assert origins["api"]["OriginPath"] == "/prod"
    config = Distribution.configs[made["Id"]]
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "public"
    assert {each["PathPattern"]: each["TargetOriginId"] for each in config["CacheBehaviors"]} == {
        "/v1/moderation/*": "api",
        "/moderate": "api",
    }


def alarms() -> dict[str, list[str]]:
    found = aws("cloudwatch").describe_alarms(AlarmNamePrefix=f"{READERS}-")["MetricAlarms"]
    return {each["AlarmName"]: each["AlarmActions"] for each in found}


def test_the_owner_is_told_when_readers_get_errors(deployed: Stage) -> None:
    enable(deployed)
    topic = "arn:aws:sns:us-east-1:123456789012:afterword-prod-notices"
    assert alarms() == {f"{READERS}-failures": [topic], f"{READERS}-throttles": [topic]}

    enable(deployed, rest=True)
    assert alarms() == {}


def test_its_url_asks_for_no_signature_and_anyone_may_call_it(deployed: Stage) -> None:
    enable(deployed)

    about = aws("lambda").get_function_url_config(FunctionName=READERS)
    [call, invocation] = json.loads(aws("lambda").get_policy(FunctionName=READERS)["Policy"])["Statement"]
    assert about["AuthType"] == "NONE"
    assert "Cors" not in about or not about["Cors"], "the function sends these headers itself"
    assert (call["Action"], call["Principal"]) == ("lambda:InvokeFunctionUrl", "*")
    assert (invocation["Action"], invocation["Principal"]) == ("lambda:InvokeFunction", "*")


def test_the_function_knows_the_keys_by_their_hashes_only(deployed: Stage) -> None:
    fronted = enable(deployed)

    keys = new_runtime(from_environment(deployed.variables)).keys
    assert fronted.variables[HASHES] == ",".join(keys.edge_hashes)
    found = aws("lambda").get_function_configuration(FunctionName=READERS)["Environment"]["Variables"]
    assert found[HASHES] == fronted.variables[HASHES]
    assert keys.edge[-1] not in (fronted.root / LOCAL).read_text(encoding="utf-8")


def test_after_a_rotation_both_keys_are_accepted_before_the_new_one_is_sent(deployed: Stage) -> None:
    before = new_runtime(from_environment(enable(deployed).variables)).keys
    accepted = list[str]()

    def deploy(stage: Stage) -> Stage:
        [made] = distributions()
        assert before.edge[-1] in json.dumps(config_of(made)["Origins"]["Items"])
        accepted.extend(stage.variables[HASHES].split(","))
        return deployed_again(stage)

    rotated = with_variables(deployed, AFTERWORD_SIGNING_GENERATION="2")
    after = enable_cdn(rotated, CdnOptions(), deploy=deploy)

    keys = new_runtime(from_environment(after.variables)).keys
    assert accepted == keys.edge_hashes
    assert before.edge_hashes[-1] in accepted
    assert len(keys.edge_hashes) == 2
    [made] = distributions()
    assert keys.edge[-1] in json.dumps(config_of(made)["Origins"]["Items"])


def test_concurrency_is_reserved_for_readers_and_stays_reserved(deployed: Stage) -> None:
    fronted = enable(deployed)

    found = aws("lambda").get_function_concurrency(FunctionName=READERS)["ReservedConcurrentExecutions"]
    assert found == CONCURRENCY
    assert fronted.config["lambda_functions"]["public"]["reserved_concurrency"] == CONCURRENCY


def test_a_changed_reservation_is_kept(deployed: Stage) -> None:
    fronted = enable(deployed)
    about = {**fronted.config["lambda_functions"]["public"], "reserved_concurrency": 50}

    again = enable(with_function(fronted, "public", about))

    assert again.config["lambda_functions"]["public"]["reserved_concurrency"] == 50


def test_a_small_account_goes_without_a_reservation_and_is_told_what_to_do(
    deployed: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_LAMBDA_CONCURRENCY_QUOTA", "110")
    output = list[str]()

    fronted = enable(deployed, say=output.append)

    assert "reserved_concurrency" not in fronted.config["lambda_functions"]["public"]
    assert "No concurrency is reserved" in "".join(output)
    assert "to 120 or more" in "".join(output)
    assert len(distributions()) == 1


def test_readers_can_stay_with_the_api(deployed: Stage) -> None:
    fronted = enable(deployed, rest=True)

    [made] = distributions()
    [origin] = made["Origins"]["Items"]
    assert (origin["Id"], origin["OriginPath"]) == ("api", "/prod")
    config = Distribution.configs[made["Id"]]
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "api"
    assert not config.get("CacheBehaviors")
    assert not fronted.has_public_function


def test_readers_can_go_back_to_the_api_and_come_again(deployed: Stage) -> None:
    back = enable(enable(deployed), rest=True)

    assert not back.has_public_function
    assert back.variables[HASHES] == ""
    [made] = distributions()
    assert [each["Id"] for each in made["Origins"]["Items"]] == ["api"]
    assert enable(back).has_public_function


def test_all_stages_share_one_pair_of_policies(deployed: Stage) -> None:
    enable(deployed)

    shared = boto3.client("cloudformation", region_name="us-east-1")
    outputs = {
        each["OutputKey"]: each["OutputValue"]
        for each in shared.describe_stacks(StackName=SHARED)["Stacks"][0]["Outputs"]
    }
    assert cdn_stack(aws, deployed).parameters().items() >= outputs.items()
    assert sorted(outputs) == ["CachePolicy", "OriginRequestPolicy"]
    template = (deployed.root / "infra/cdn.json").read_text(encoding="utf-8")
    assert not [kind for kind in ("CachePolicy", "OriginRequestPolicy") if f"AWS::CloudFront::{kind}" in template]
    assert "StackName" not in (deployed.root / "infra/cdn-policies.json").read_text(encoding="utf-8")


def test_the_distribution_sends_the_key_that_the_service_trusts_to_both_origins(deployed: Stage) -> None:
    enable(deployed)

    [made] = distributions()
    key = new_runtime(from_environment(deployed.variables)).keys.edge[-1]
    origins = config_of(made)["Origins"]["Items"]
    assert [key in json.dumps(each) for each in origins] == [True, True]


@pytest.mark.parametrize("role", ["afterword-prod-api_handler-us-east-1", "afterword-prod-public-us-east-1"])
def test_the_functions_may_invalidate_only_that_distribution(deployed: Stage, role: str) -> None:
    enable(deployed)

    [made] = distributions()
    names = aws("iam").list_role_policies(RoleName=role)["PolicyNames"]
    granted = [
        json.dumps(aws("iam").get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"]) for each in names
    ]
    [telling] = [each for each in granted if "cloudfront:CreateInvalidation" in each]
    assert made["Id"] in telling


def test_a_custom_domain_becomes_the_address(deployed: Stage) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/own"

    output = list[str]()
    fronted = enable(deployed, alias="comments.blog.example", certificate=certificate, say=output.append)

    assert fronted.variables["AFTERWORD_URL"] == "https://comments.blog.example"
    assert any("CNAME" in line for line in output)


def acls() -> list[Any]:
    found: list[Any] = boto3.client("wafv2", region_name="us-east-1").list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    return found


def test_without_being_asked_for_there_is_no_web_acl(deployed: Stage) -> None:
    enable(deployed)

    assert acls() == []
    [made] = distributions()
    assert not Distribution.configs[made["Id"]].get("WebACLId")


def test_a_web_acl_can_be_added_is_kept_and_can_be_removed(deployed: Stage) -> None:
    enable(enable(deployed, waf="yes"))

    [acl] = acls()
    [made] = distributions()
    assert Distribution.configs[made["Id"]]["WebACLId"] == acl["ARN"]

    enable(deployed, waf="no")

    assert acls() == []
    [made] = distributions()
    assert not Distribution.configs[made["Id"]].get("WebACLId")


def test_removing_it_restores_the_stage_as_it_was(deployed: Stage) -> None:
    before = dict(deployed.config)

    alone = disable_cdn(enable(deployed, waf="yes"))

    assert distributions() == []
    assert acls() == []
    assert cdn_stack(aws, alone).outputs() == {}
    assert alone.variables["AFTERWORD_URL"] == deployed.url
    assert (alone.variables["AFTERWORD_DISTRIBUTION"], alone.variables[HASHES]) == ("", "")
    assert alone.config["lambda_functions"] == before["lambda_functions"]
    groups = [each["logGroupName"] for each in aws("logs").describe_log_groups()["logGroups"]]
    assert f"/aws/lambda/{READERS}" not in groups
    with pytest.raises(ClientError, match="ResourceNotFound"):
        aws("lambda").get_function_url_config(FunctionName=READERS)


def test_it_is_not_removed_from_another_account_or_region(deployed: Stage) -> None:
    fronted = enable(deployed)
    notes = fronted.root / ".chalice/deployed/prod.json"
    notes.write_text(notes.read_text(encoding="utf-8").replace(":us-east-1:", ":eu-west-1:"), encoding="utf-8")

    with pytest.raises(NotReadyError, match="Choose that account and region"):
        disable_cdn(replace(fronted))

    assert len(distributions()) == 1


def test_a_stage_that_was_never_deployed_gets_no_distribution(deployed: Stage) -> None:
    (deployed.root / ".chalice/deployed/prod.json").unlink()
    for name in deployed.functions:
        aws("lambda").delete_function(FunctionName=name)

    with pytest.raises(NotReadyError, match="make deploy STAGE=prod"):
        enable(replace(deployed))


def cleared() -> list[list[str]]:
    """The paths of each invalidation."""
    [made] = distributions()
    client, name = aws("cloudfront"), made["Id"]
    listed = client.list_invalidations(DistributionId=name)["InvalidationList"].get("Items", [])
    found = [client.get_invalidation(DistributionId=name, Id=each["Id"])["Invalidation"] for each in listed]
    return [sorted(each["InvalidationBatch"]["Paths"]["Items"]) for each in found]


def test_a_new_bundle_makes_cloudfront_fetch_the_scripts_again(deployed: Stage) -> None:
    fronted = enable(deployed)

    assert list(clear_scripts(fronted, "a" * 64)) == ["CloudFront: new scripts are fetched"]

    assert cleared() == [["/count.js", "/widget.js"]]


def test_without_cloudfront_nothing_is_cleared(deployed: Stage) -> None:
    assert list(clear_scripts(deployed, "a" * 64)) == []
    with pytest.raises(NotReadyError, match="make cdn STAGE=prod"):
        clear(deployed, "by hand")


def test_the_whole_cache_can_be_cleared_by_hand(deployed: Stage) -> None:
    clear(enable(deployed), "by hand")

    assert cleared() == [["/*"]]


def test_a_deployment_goes_on_if_the_scripts_cannot_be_cleared(deployed: Stage) -> None:
    gone = with_variables(deployed, AFTERWORD_DISTRIBUTION="EGONE")

    [line] = clear_scripts(gone, "a" * 64)

    assert line.startswith("CloudFront: keeps the old scripts for up to a day")
