"""The CloudFormation templates create what the service expects, and pass cfn-lint."""

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.api.app import CORS
from chalicelib.api.http.caching import NO_STORE
from chalicelib.api.http.request import CDN_KEY_HEADER, VIEWER_HEADER
from chalicelib.api.public_routers import PUBLIC_ROUTERS
from chalicelib.api.registry import ROUTERS
from chalicelib.cli.docs import pages
from chalicelib.core.crypto.keys import Keys
from chalicelib.store.engine.schema import TTL, differences
from dev.cloud.edge import MANAGED_SIMPLE_CORS
from ops.templates import table_template
from ops.watch import resolved
from tests.support.world import SECRET

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
EDGE_FILE = ROOT / "infra/cdn.json"
ALWAYS_KEPT = {400, 403, 404, 405, 414, 500, 501, 502, 503, 504}  # errors that CloudFront keeps whatever they say
NAME = "afterword-dev"
COMMAND = re.compile(r"^\$ \.venv/bin/chalice (package .*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def distribution() -> Any:
    """The distribution in infra/cdn.json."""
    return resources()["Distribution"]["Properties"]["DistributionConfig"]


def resources() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EDGE_FILE.read_text(encoding="utf-8"))["Resources"]
    return found


def policies() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "infra/cdn-policies.json").read_text(encoding="utf-8"))["Resources"]
    return found


def caching() -> Any:
    return policies()["Caching"]["Properties"]["CachePolicyConfig"]


def linted(*files: Path) -> subprocess.CompletedProcess[str]:
    command: list[Path] = [TOOLS / "cfn-lint", *files]
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  a tool of our own


@pytest.mark.parametrize("name", ["budget", "cdn", "cdn-policies", "waf", "watch"])
def test_a_template_passes_cfn_lint(name: str) -> None:
    found = linted(ROOT / f"infra/{name}.json")

    assert (found.returncode, found.stdout) == (0, "")


def behaviours(distribution: Any) -> list[Any]:
    """The default behaviour, then those with a pattern."""
    condition, others, nothing = distribution["CacheBehaviors"]["Fn::If"]
    assert (condition, nothing) == ("HasFunction", {"Ref": "AWS::NoValue"})
    return [distribution["DefaultCacheBehavior"], *others]


def origins(distribution: Any) -> list[Any]:
    """The function's URL, then the REST API."""
    [public, api] = distribution["Origins"]
    condition, origin, nothing = public["Fn::If"]
    assert (condition, nothing) == ("HasFunction", {"Ref": "AWS::NoValue"})
    return [origin, api]


def test_the_distribution_forwards_every_method_of_the_api(distribution: Any) -> None:
    methods = {endpoint.method for router in ROUTERS for endpoint in router.endpoints}

    for behaviour in behaviours(distribution):
        assert methods | {"HEAD", "OPTIONS"} <= set(behaviour["AllowedMethods"])
        assert behaviour["CachedMethods"] == ["GET", "HEAD"]
        assert (behaviour["CachePolicyId"], behaviour["OriginRequestPolicyId"]) == (
            {"Ref": "CachePolicy"},
            {"Ref": "OriginRequestPolicy"},
        )


def test_requests_of_moderators_alone_go_to_the_rest_api(distribution: Any) -> None:
    default, *others = behaviours(distribution)
    readers = {endpoint.path for router in PUBLIC_ROUTERS for endpoint in router.endpoints}
    moderators = {endpoint.path for router in ROUTERS for endpoint in router.endpoints} - readers

    def goes_to_api(path: str) -> bool:
        return any(fnmatchcase(path, each["PathPattern"]) for each in others)

    assert default["TargetOriginId"] == {"Fn::If": ["HasFunction", "public", "api"]}
    assert {each["TargetOriginId"] for each in others} == {"api"}
    assert [each["Id"] for each in origins(distribution)] == ["public", "api"]
    assert [path for path in moderators if not goes_to_api(path)] == []
    assert [path for path in readers if goes_to_api(path)] == []


def test_errors_of_lambda_itself_can_be_read_by_scripts_of_other_sites(distribution: Any) -> None:
    default, *_ = behaviours(distribution)

    assert default["ResponseHeadersPolicyId"] == MANAGED_SIMPLE_CORS


def test_the_distribution_forwards_every_header_that_the_api_reads(distribution: Any) -> None:
    passing = policies()["Passing"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    keyed = caching()["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
    its_own = {"If-None-Match"}  # it compares entity tags by itself

    assert set(CORS.get_access_control_headers()["Access-Control-Allow-Headers"].split(",")) >= {*keyed, "Content-Type"}
    assert {*passing, *keyed} >= {"Authorization", "Content-Type", "Idempotency-Key", "Origin", "Sec-Fetch-Site"}
    assert not its_own & {*passing, *keyed}
    assert "Host" not in [*passing, *keyed], "a function URL accepts its own name only"
    assert VIEWER_HEADER in [name.lower() for name in passing]
    for origin in origins(distribution):
        [shown] = origin["OriginCustomHeaders"]
        assert shown["HeaderName"].lower() == CDN_KEY_HEADER


def test_the_distribution_caches_only_what_the_headers_allow(distribution: Any) -> None:
    key = caching()["ParametersInCacheKeyAndForwardedToOrigin"]

    assert (caching()["MinTTL"], caching()["DefaultTTL"]) == (0, 0)
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["HeadersConfig"]["Headers"] == ["Authorization"]
    errors = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in distribution["CustomErrorResponses"]}
    assert errors == dict.fromkeys(ALWAYS_KEPT, 0)


def test_personal_responses_forbid_caching() -> None:
    kept = [endpoint for router in ROUTERS for endpoint in router.endpoints if endpoint.cache_control != NO_STORE]

    assert not [each.path for each in kept if each.scope or each.author or each.method != "GET"]


def test_the_only_permission_is_to_invalidate_this_distribution() -> None:
    for name in ("Forgetting", "PublicForgetting"):
        [statement] = resources()[name]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Action"] == "cloudfront:CreateInvalidation"
        assert statement["Resource"]["Fn::Sub"].endswith(":distribution/${Distribution}")
    policies = [path.read_text(encoding="utf-8") for path in (ROOT / ".chalice").glob("policy*.json")]
    assert not [text for text in policies if "cloudfront" in text]


def test_the_cdn_key_matches_the_templates_pattern() -> None:
    parameter = json.loads(EDGE_FILE.read_text(encoding="utf-8"))["Parameters"]["EdgeKey"]

    assert parameter["AllowedPattern"] == "[A-Za-z0-9_-]{43}"
    assert parameter["NoEcho"] is True
    assert len(Keys(SECRET).edge[-1]) == 43


def test_the_template_of_the_table_is_up_to_date() -> None:
    assert (ROOT / "infra/table.json").read_text(encoding="utf-8") == table_template() == pages()["infra/table.json"]


def test_cloudformation_creates_the_table_that_the_service_expects() -> None:
    whole = json.loads(table_template())
    whole["Resources"] = {"Table": whole["Resources"]["Table"]}
    with mock_aws():
        stacks, tables = boto3.client("cloudformation"), boto3.client("dynamodb")
        parameters: Any = [{"ParameterKey": "TableName", "ParameterValue": NAME}]
        stacks.create_stack(StackName="afterword", TemplateBody=json.dumps(whole), Parameters=parameters)
        found = tables.describe_table(TableName=NAME)["Table"]

        assert differences(found) == []


def test_the_table_is_retained_when_its_stack_is_deleted_and_is_backed_up() -> None:
    table = json.loads(table_template())["Resources"]["Table"]

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": TTL, "Enabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] is True


def may_log(policy: dict[str, Any], group: str) -> bool:
    """Whether a policy allows writing to a log group."""
    allowed = [each["Resource"] for each in policy["Statement"] if "logs:PutLogEvents" in each["Action"]]
    return any(arn.endswith(f":{group}:*") for arns in allowed for arn in arns)


@pytest.mark.slow
def test_chalice_merges_the_table_and_the_result_passes_cfn_lint(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".chalice", project / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    for name in ("app.py", "deploy"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, project / name)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, project / name)
    (project / "requirements.txt").write_text("", encoding="utf-8")  # the template does not depend on them
    shutil.copytree(ROOT / "infra", project / "infra")
    [documented] = COMMAND.findall((ROOT / "docs/deploying.md").read_text(encoding="utf-8"))
    command: list[str | Path] = [TOOLS / "chalice", *documented.split()]

    subprocess.run(command, check=True, cwd=project, capture_output=True, env=os.environ | {"PYTHONPATH": ""})  # noqa: S603  likewise

    template = project / "out/sam.json"
    made = json.loads(template.read_text(encoding="utf-8"))
    assert made["Resources"]["Table"] == json.loads(table_template())["Resources"]["Table"]
    for name, function in (("APIHandler", "afterword-prod"), ("Hourly", "afterword-prod-hourly")):
        properties = made["Resources"][name]["Properties"]
        assert properties["Environment"]["Variables"]["AFTERWORD_TABLE"] == {"Ref": "Table"}
        assert resolved(properties["FunctionName"], {"TableName": "afterword-prod"}) == function
        role = made["Resources"][properties["Role"]["Fn::GetAtt"][0]]["Properties"]
        assert may_log(role["Policies"][0]["PolicyDocument"], f"/aws/lambda/{function}")
    found = linted(template)
    assert (found.returncode, found.stdout) == (0, "")
