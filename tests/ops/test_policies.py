"""Each function has exactly the permissions that its access paths need."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api.public_routers import PUBLIC_ROUTERS
from ops.policies import policies, policy_files
from ops.stages import PUBLIC, Stage, stages

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "access-paths.md"
STAGES = stages(local=False)
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


ROUTES = FUNCTIONS["api_handler"][1]
READERS = {f"{each.method} {each.path}" for router in PUBLIC_ROUTERS for each in router.endpoints}
READERS |= {"the first write of a process", "the first screening in 5 minutes of a process"}
FIRST_WRITE_EVER = ("PutItem", "CFG")  # of the secret's fingerprint: `make deploy` does it before
NOT_FOR_READERS = ("MOD#a", "AUD#a", "S#2030-01")  # tokens, other audit rows, statistics
NAMES = ({"Query"}, "table", ["MODERATORS"])
JOBS = ({"Query"}, "status", ["JOBS"])


def paths_of_readers() -> set[tuple[str, str, str]]:
    """Action, table or index, and partition of each access path of readers' routes."""
    found = set()
    rows = PAGE.read_text(encoding="utf-8").partition(ROUTES)[2].partition("\n\n")[0].strip().splitlines()[1:]
    for row in rows:
        route, call, on, key, *_ = (cell.strip(" `") for cell in row.strip("|").split("|"))
        if route in READERS and call != "-":
            action = TRANSACTED[call.removeprefix("Transact ")] if call.startswith("Transact ") else call
            partition = re.split(r" ?[<,]", key.partition(" = ")[2])[0]
            found.add((action, on, partition if on in ("table", "status") else ""))
    found.add(("GetItem", "table", "R#cdn#<day>"))  # behind a CDN: tests/notify/test_cdn.py
    return found - {(FIRST_WRITE_EVER[0], "table", FIRST_WRITE_EVER[1])}


def rights_of_readers(stage: Stage) -> list[tuple[set[str], str, list[str]]]:
    """Actions, table or index, and patterns of partitions of each statement about the table."""
    table = f"arn:aws:dynamodb:*:*:table/{stage.variables['AFTERWORD_TABLE']}"
    policy = json.loads(policy_files([stage])[f".chalice/policy-{stage.name}-public.json"])
    return [
        (
            {action.removeprefix("dynamodb:") for action in each["Action"]},
            each["Resource"].removeprefix(table).removeprefix("/index/") or "table",
            each.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", []),
        )
        for each in policy["Statement"]
        if ":dynamodb:" in each["Resource"]
    ]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_function_for_readers_may_do_what_its_access_paths_need_and_no_other_action(stage: Stage) -> None:
    rights, paths = rights_of_readers(stage), paths_of_readers()

    def is_allowed(action: str, on: str, partition: str) -> bool:
        return any(
            action in actions
            and on == where
            and (not patterns or any(fnmatchcase(partition, each) for each in patterns))
            for actions, where, patterns in rights
        )

    assert [each for each in sorted(paths) if not is_allowed(*each)] == []
    used = {(action, on) for action, on, _ in paths}
    assert {(action, where) for actions, where, _ in rights for action in actions} == used
    patterns = {pattern for _, _, patterns in rights for pattern in patterns}
    assert [each for each in patterns if not any(fnmatchcase(key, each) for _, _, key in paths)] == []


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_function_for_readers_reaches_nothing_of_moderators(stage: Stage) -> None:
    rights = rights_of_readers(stage)
    on_the_table = [patterns for _, where, patterns in rights if where == "table"]

    assert all(on_the_table), "each statement about the table is restricted to some partitions"
    assert not [key for key in NOT_FOR_READERS for each in on_the_table if any(fnmatchcase(key, one) for one in each)]
    assert [each for each in rights if each[1] == "status"] == [JOBS], "the index with the queue"
    assert [each for each in rights if any(fnmatchcase("MODERATORS", one) for one in each[2])] == [NAMES]


def with_public_function(stage: Stage) -> Stage:
    functions = {**stage.config["lambda_functions"], PUBLIC: {"iam_policy_file": f"policy-{stage.name}-public.json"}}
    return replace(stage, config={**stage.config, "lambda_functions": functions})


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_only_a_stage_with_a_function_for_readers_has_its_role(stage: Stage) -> None:
    assert PUBLIC not in policies(stage)
    assert set(policies(with_public_function(stage))) == {"api_handler", "hourly", PUBLIC}
    besides = [
        each for each in policies(with_public_function(stage))[PUBLIC]["Statement"] if "dynamodb" not in str(each)
    ]
    assert {action for each in besides for action in each["Action"]} == {
        "ssm:GetParameter",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


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
