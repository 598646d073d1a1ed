"""The CloudFormation templates create what the service expects, and pass cfn-lint."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.api.app import CORS
from chalicelib.api.http.endpoints import NO_STORE
from chalicelib.api.http.request import CDN_KEY_HEADER, VIEWER_HEADER
from chalicelib.api.registry import ROUTERS
from chalicelib.cli.docs import pages
from chalicelib.core.crypto.keys import Keys
from chalicelib.store.engine.schema import TTL, differences
from ops.templates import table_template
from tests.support.world import SECRET

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
EDGE_FILE = ROOT / "infra/cdn.json"
ALWAYS_KEPT = {400, 403, 404, 405, 414, 500, 501, 502, 503, 504}  # errors that CloudFront keeps whatever they say
NAME = "afterword-dev"


@pytest.fixture(scope="module")
def distribution() -> Any:
    """The distribution in infra/cdn.json."""
    return resources()["Distribution"]["Properties"]["DistributionConfig"]


def resources() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EDGE_FILE.read_text(encoding="utf-8"))["Resources"]
    return found


def caching() -> Any:
    return resources()["Caching"]["Properties"]["CachePolicyConfig"]


def linted(*files: Path) -> subprocess.CompletedProcess[str]:
    command: list[Path] = [TOOLS / "cfn-lint", *files]
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  a tool of our own


@pytest.mark.parametrize("name", ["budget", "cdn", "watch"])
def test_a_template_passes_cfn_lint(name: str) -> None:
    found = linted(ROOT / f"infra/{name}.json")

    assert (found.returncode, found.stdout) == (0, "")


def test_the_distribution_forwards_every_method_of_the_api(distribution: Any) -> None:
    methods = {endpoint.method for router in ROUTERS for endpoint in router.endpoints}

    assert methods | {"HEAD", "OPTIONS"} <= set(distribution["DefaultCacheBehavior"]["AllowedMethods"])
    assert distribution["DefaultCacheBehavior"]["CachedMethods"] == ["GET", "HEAD"]
    assert "CacheBehaviors" not in distribution


def test_the_distribution_forwards_every_header_that_the_api_reads(distribution: Any) -> None:
    passing = resources()["Passing"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    keyed = caching()["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
    its_own = {"If-None-Match"}  # it compares entity tags by itself
    [shown] = distribution["Origins"][0]["OriginCustomHeaders"]

    assert set(CORS.get_access_control_headers()["Access-Control-Allow-Headers"].split(",")) >= {*keyed, "Content-Type"}
    assert {*passing, *keyed} >= {"Authorization", "Content-Type", "Idempotency-Key"}
    assert not its_own & {*passing, *keyed}
    assert VIEWER_HEADER in [name.lower() for name in passing]
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
    [statement] = resources()["Forgetting"]["Properties"]["PolicyDocument"]["Statement"]

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
    command: list[str | Path] = [TOOLS / "chalice", "package", "--merge-template", ROOT / "infra/table.json", "out"]

    subprocess.run(command, check=True, cwd=project, capture_output=True, env=os.environ | {"PYTHONPATH": ""})  # noqa: S603  likewise

    template = project / "out/sam.json"
    made = json.loads(template.read_text(encoding="utf-8"))
    assert made["Resources"]["Table"] == json.loads(table_template())["Resources"]["Table"]
    variables = made["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["AFTERWORD_TABLE"] == {"Ref": "Table"}
    found = linted(template)
    assert (found.returncode, found.stdout) == (0, "")
