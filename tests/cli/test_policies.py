"""Each function may do what its access paths need, and nothing more."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli.policies import policy_files
from chalicelib.cli.stages import Stage, stages
from chalicelib.store.schema import INDEXES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "access-paths.md"
STAGES = stages()
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def needed(head: str) -> dict[str, set[str]]:
    """The table or ``index`` → the actions of each path in a table of docs/access-paths.md, which other tests prove."""
    found: dict[str, set[str]] = {"table": set(), "index": set()}
    for line in PAGE.read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0].strip().splitlines()[1:]:
        _, call, on, *_ = (cell.strip() for cell in line.strip("|").split("|"))
        if call != "-":
            action = TRANSACTED[call.removeprefix("Transact ")] if call.startswith("Transact ") else call
            found["table" if on == "table" else "index"].add(f"dynamodb:{action}")
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


def policy_of(stage: Stage) -> dict[str, set[str]]:
    return allowed(json.loads((ROOT / f".chalice/policy-{stage.name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_function_may_do_on_its_table_what_its_routes_do_and_nothing_else(stage: Stage) -> None:
    table = f"arn:aws:dynamodb:*:*:table/{stage.variables['AFTERWORD_TABLE']}"

    granted = {name: actions for name, actions in policy_of(stage).items() if ":dynamodb:" in name}

    wanted = needed("| route | call | on | key | read | at most |")
    assert granted == {table: wanted["table"], f"{table}/index/*": wanted["index"]}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_function_may_read_its_secret_write_its_log_and_nothing_else(stage: Stage) -> None:
    log = f"arn:aws:logs:*:*:log-group:/aws/lambda/afterword-{stage.name}"
    writing = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}

    granted = {name: actions for name, actions in policy_of(stage).items() if ":dynamodb:" not in name}

    assert granted == {
        f"arn:aws:ssm:*:*:parameter/afterword/{stage.name}/secret": {"ssm:GetParameter"},
        log: writing,
        f"{log}:*": writing,
    }


def test_the_policies_are_those_that_the_code_writes_and_chalice_takes_them() -> None:
    assert {name: (ROOT / name).read_text(encoding="utf-8") for name in policy_files(STAGES)} == policy_files(STAGES)
    assert not any(stage.config["autogen_policy"] for stage in STAGES)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_no_secret_is_in_the_configuration(stage: Stage) -> None:
    assert not {"AFTERWORD_SECRET"} & stage.variables.keys()
    assert not re.search(r"aw_(session|api|link)_", json.dumps(stage.config))


def test_every_index_is_below_the_one_resource_for_indexes() -> None:
    assert all(re.fullmatch("[a-z]+", index.name) for index in INDEXES)
