"""What each function may do in AWS: the one table, the one secret, its own log, and nothing else.

Chalice takes a policy from a file without variables, so there is one for each stage; they are written here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .stages import API_HANDLER, HOURLY, Stage

API_ON = {  # the table itself is ""
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
    "published": ("Query",),
    "recent": ("Query",),
    "status": ("Query",),
}
HOURLY_ON = {
    "": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "network": ("Scan",),
    "published": ("Query",),
    "status": ("Query",),
}
LOGGING = ("CreateLogGroup", "CreateLogStream", "PutLogEvents")


def api_policy(stage: Stage) -> dict[str, Any]:
    """Of the function that answers requests."""
    return _policy(*_table(stage, API_ON), _secret(stage), _logs(stage.function))


def hourly_policy(stage: Stage) -> dict[str, Any]:
    """Of the hourly timer, which needs no secret."""
    topic = f"arn:aws:sns:*:*:{stage.variables['AFTERWORD_NOTICES']}"
    logs = _logs(f"{stage.function}-{HOURLY}")
    return _policy(*_table(stage, HOURLY_ON), _allow("sns", ("Publish",), topic), logs)


def policies(stage: Stage) -> dict[str, dict[str, Any]]:
    """Function, as Chalice calls it → its policy."""
    return {API_HANDLER: api_policy(stage), HOURLY: hourly_policy(stage)}


def policy_files(stages: Sequence[Stage]) -> dict[str, str]:
    """File → its text, for all stages."""
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
    """The group, and the streams in it."""
    group = f"arn:aws:logs:*:*:log-group:/aws/lambda/{function}"
    return _allow("logs", LOGGING, [group, f"{group}:*"])


def _allow(service: str, actions: Sequence[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"{service}:{each}" for each in actions], "Resource": resource}


def _text(policy: dict[str, Any]) -> str:
    return json.dumps(policy, indent=2) + "\n"
