"""What each function may do in AWS: the one table, the one secret, its own log, and nothing else.

Chalice takes a policy from a file without variables, so there is one for each stage; they are written here.
"""

import json
from collections.abc import Sequence
from typing import Any

from ..store.schema import NETWORK, PUBLISHED, STATUS
from .stages import API_HANDLER, HOURLY, Stage

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
BY_THE_TIMER = (
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)
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


def hourly_policy(stage: Stage) -> dict[str, Any]:
    """Of the timer: it reads no secret, and may look through all of the one index that holds nothing but hashes."""
    variables = stage.variables
    table = f"arn:aws:dynamodb:*:*:table/{variables['AFTERWORD_TABLE']}"
    return _policy(
        _allow("dynamodb", BY_THE_TIMER, table),
        _allow("dynamodb", ON_AN_INDEX, [f"{table}/index/{index.name}" for index in (PUBLISHED, STATUS)]),
        _allow("dynamodb", ("Scan",), f"{table}/index/{NETWORK.name}"),
        _allow("sns", ("Publish",), f"arn:aws:sns:*:*:{variables['AFTERWORD_NOTICES']}"),
        _logs(f"{stage.function}-{HOURLY}"),
    )


def policies(stage: Stage) -> dict[str, dict[str, Any]]:
    """Function, as Chalice calls it → its policy."""
    return {API_HANDLER: api_policy(stage), HOURLY: hourly_policy(stage)}


def policy_files(stages: Sequence[Stage]) -> dict[str, str]:
    """File → its text, for all stages."""
    files: dict[str, str] = {}
    for stage in stages:
        files[f".chalice/policy-{stage.name}.json"] = _text(api_policy(stage))
        files[f".chalice/policy-{stage.name}-{HOURLY}.json"] = _text(hourly_policy(stage))
    return files


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
