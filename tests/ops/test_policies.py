"""Each function has exactly the permissions that its access paths need."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ops.policies import policies, policy_files
from ops.stages import Stage, stages

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "access-paths.md"
STAGES = stages()
FUNCTIONS = {  # as Chalice calls them → what its policy's file ends in, and the head of its table of access paths
    "api_handler": ("", "| route | call | on | key | read | at most |"),
    "hourly": ("-hourly", "| task | call | on | key | read | how often |"),
}
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def needed(head: str, table: str) -> dict[str, set[str]]:
    """Resource → the actions of each path in a table of docs/access-paths.md, which other tests prove."""
    found: dict[str, set[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0].strip().splitlines()[1:]:
        _, call, on, *_ = (cell.strip() for cell in line.strip("|").split("|"))
        if call != "-":
            action = TRANSACTED[call.removeprefix("Transact ")] if call.startswith("Transact ") else call
            found.setdefault(table if on == "table" else f"{table}/index/{on}", set()).add(f"dynamodb:{action}")
    return found


def allowed(policy: Mapping[str, Any]) -> dict[str, set[str]]:
    """Resource → the actions that are allowed on it."""
    found: dict[str, set[str]] = {}
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        resources = statement["Resource"]
        for resource in resources if isinstance(resources, list) else [resources]:
            found.setdefault(resource, set()).update(statement["Action"])
    return found


def granted(stage: Stage, function: str) -> dict[str, set[str]]:
    name = f".chalice/policy-{stage.name}{FUNCTIONS[function][0]}.json"
    return allowed(json.loads((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_function_has_exactly_the_table_permissions_that_its_access_paths_need(stage: Stage, function: str) -> None:
    table = f"arn:aws:dynamodb:*:*:table/{stage.variables['AFTERWORD_TABLE']}"

    on_the_table = {name: actions for name, actions in granted(stage, function).items() if ":dynamodb:" in name}

    assert on_the_table == needed(FUNCTIONS[function][1], table)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_other_permissions_cover_only_the_secret_the_logs_and_the_digest_topic(stage: Stage) -> None:
    secret = {f"arn:aws:ssm:*:*:parameter/afterword/{stage.name}/secret": {"ssm:GetParameter"}}
    topic = {f"arn:aws:sns:*:*:afterword-{stage.name}-notices": {"sns:Publish"}}

    besides = {
        function: {name: actions for name, actions in granted(stage, function).items() if ":dynamodb:" not in name}
        for function in FUNCTIONS
    }

    assert besides == {
        "api_handler": secret | logs(f"afterword-{stage.name}"),
        "hourly": logs(f"afterword-{stage.name}-hourly") | topic,
    }


def logs(function: str) -> dict[str, set[str]]:
    group = f"arn:aws:logs:*:*:log-group:/aws/lambda/{function}"
    return {
        name: {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"} for name in (group, f"{group}:*")
    }


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_function_has_a_policy_of_its_own(stage: Stage) -> None:
    others = stage.config["lambda_functions"]

    assert {"api_handler", *others} == set(policies(stage)) == set(FUNCTIONS)
    assert {name: about["iam_policy_file"] for name, about in others.items()} == {
        "hourly": f"policy-{stage.name}-hourly.json"
    }


def test_the_committed_policies_are_up_to_date_and_chalice_accepts_them() -> None:
    assert {name: (ROOT / name).read_text(encoding="utf-8") for name in policy_files(STAGES)} == policy_files(STAGES)
    assert not any(stage.config["autogen_policy"] for stage in STAGES)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_no_secret_is_in_the_configuration(stage: Stage) -> None:
    assert not {"AFTERWORD_SECRET"} & stage.variables.keys()
    assert not re.search(r"aw_(session|api|link)_", json.dumps(stage.config))
