"""IAM policies: each function is allowed to use the table, the secret and its own log, and nothing else.

Chalice reads a policy from a file without variables, so every stage has files of its own, written here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .stages import API_HANDLER, HOURLY, Stage

API_ACTIONS = {  # index → actions; "" is the table itself
    "": (
        "BatchGetItem",
        "BatchWriteItem",
        "ConditionCheckItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "UpdateItem",
    ),
    "author": ("Query",),
    "network": ("Query",),
    "published": ("Query",),
    "recent": ("Query",),
    "status": ("Query",),
}
HOURLY_ACTIONS = {
    "": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "network": ("Scan",),
    "published": ("Query",),
    "status": ("Query",),
}
LOGGING = ("CreateLogGroup", "CreateLogStream", "PutLogEvents")


def api_policy(stage: Stage) -> dict[str, Any]:
    """The policy of the function that serves the API."""
    return _policy(*_table(stage, API_ACTIONS), _secret(stage), _logs(stage.function))


def hourly_policy(stage: Stage) -> dict[str, Any]:
    """The policy of the hourly timer, which needs no secret."""
    topic = f"arn:aws:sns:*:*:{stage.variables['AFTERWORD_NOTICES']}"
    logs = _logs(f"{stage.function}-{HOURLY}")
    return _policy(*_table(stage, HOURLY_ACTIONS), _allow("sns", ("Publish",), topic), logs)


def policies(stage: Stage) -> dict[str, dict[str, Any]]:
    """Chalice's name of each function → its policy."""
    return {API_HANDLER: api_policy(stage), HOURLY: hourly_policy(stage)}


def policy_files(stages: Sequence[Stage]) -> dict[str, str]:
    """File name → content, for all stages."""
    names = {API_HANDLER: "", HOURLY: f"-{HOURLY}"}
    return {
        f".chalice/policy-{stage.name}{names[function]}.json": _text(policy)
        for stage in stages
        for function, policy in policies(stage).items()
    }


def _table(stage: Stage, actions: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    table = f"arn:aws:dynamodb:*:*:table/{stage.variables['AFTERWORD_TABLE']}"
    for index, allowed in actions.items():
        yield _allow("dynamodb", allowed, f"{table}/index/{index}" if index else table)


def _secret(stage: Stage) -> dict[str, Any]:
    name = stage.variables["AFTERWORD_SECRET_PARAMETER"].lstrip("/")
    return _allow("ssm", ("GetParameter",), f"arn:aws:ssm:*:*:parameter/{name}")


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _logs(function: str) -> dict[str, Any]:
    """Writing to the function's log group and its streams."""
    group = f"arn:aws:logs:*:*:log-group:/aws/lambda/{function}"
    return _allow("logs", LOGGING, [group, f"{group}:*"])


def _allow(service: str, actions: Sequence[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"{service}:{each}" for each in actions], "Resource": resource}


def _text(policy: dict[str, Any]) -> str:
    return json.dumps(policy, indent=2) + "\n"
