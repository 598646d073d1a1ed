"""What each function may do in AWS: the one table, the one secret, its own log, and nothing else.

Chalice takes a policy from a file without variables, so there is one for each stage; they are written here.
"""

import json
from collections.abc import Sequence
from typing import Any

from .stages import API_HANDLER, Stage

ON_THE_TABLE = (
    "BatchGetItem",
    "BatchWriteItem",
    "ConditionCheckItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)
ON_AN_INDEX = ("Query",)
LOGGING = ("CreateLogGroup", "CreateLogStream", "PutLogEvents")


def api_policy(stage: Stage) -> dict[str, Any]:
    """Of the function that answers requests."""
    variables = stage.variables
    table = f"arn:aws:dynamodb:*:*:table/{variables['AFTERWORD_TABLE']}"
    secret = f"arn:aws:ssm:*:*:parameter{variables['AFTERWORD_SECRET_PARAMETER']}"
    return _policy(
        _allow("dynamodb", ON_THE_TABLE, table),
        _allow("dynamodb", ON_AN_INDEX, f"{table}/index/*"),
        _allow("ssm", ("GetParameter",), secret),
        _logs(stage.function),
    )


def policies(stage: Stage) -> dict[str, dict[str, Any]]:
    """Function, as Chalice calls it → its policy."""
    return {API_HANDLER: api_policy(stage)}


def policy_files(stages: Sequence[Stage]) -> dict[str, str]:
    """File → its text, for all stages."""
    return {f".chalice/policy-{stage.name}.json": _text(api_policy(stage)) for stage in stages}


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
