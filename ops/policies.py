"""IAM policies: each function is allowed to use the table, the secret and its own log, and nothing else.

Chalice reads a policy from a file without variables, so every stage has files of its own, written here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .stages import API_HANDLER, HOURLY, PUBLIC, Stage

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
PUBLIC_ACTIONS = {"author": ("Query",), "network": ("Query",), "published": ("Query",), "recent": ("Query",)}
PUBLIC_READS = ("BatchGetItem", "GetItem", "Query")
PUBLIC_WRITES = ("BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem")
READABLE = ("A#*", "C#*", "CFG", "J#*", "P#*", "R#cdn#*")  # CFG: policy and fingerprint; cdn: invalidations
NAMES = ("MODERATORS",)  # whom no reader may impersonate; their tokens are elsewhere
JOBS = ("JOBS",)  # unfinished work, whose notes about a withdrawn comment are emptied
WRITABLE = ("A#*", "C#*", "J#*", "P#*", "R#*")  # partitions, without what only moderators change; J: jobs, R: limits
LOGGING = ("CreateLogGroup", "CreateLogStream", "PutLogEvents")


def api_policy(stage: Stage) -> dict[str, Any]:
    """The policy of the function that serves the API."""
    return _policy(*_table(stage, API_ACTIONS), _secret(stage), _logs(stage.function))


def hourly_policy(stage: Stage) -> dict[str, Any]:
    """The policy of the hourly timer, which needs no secret."""
    topic = f"arn:aws:sns:*:*:{stage.variables['AFTERWORD_NOTICES']}"
    logs = _logs(f"{stage.function}-{HOURLY}")
    return _policy(*_table(stage, HOURLY_ACTIONS), _allow("sns", ("Publish",), topic), logs)


def public_policy(stage: Stage) -> dict[str, Any]:
    """The policy of the function for readers, which sees moderators' names, but no tokens, queue and audit log."""
    table = _arn(stage)
    reads = _allow("dynamodb", PUBLIC_READS, table) | _in_partitions(READABLE)
    names = _allow("dynamodb", ("Query",), table) | _in_partitions(NAMES)
    jobs = _allow("dynamodb", ("Query",), f"{table}/index/status") | _in_partitions(JOBS)
    writes = _allow("dynamodb", PUBLIC_WRITES, table) | _in_partitions(WRITABLE)
    logs = _logs(f"{stage.function}-{PUBLIC}")
    return _policy(reads, names, jobs, writes, *_table(stage, PUBLIC_ACTIONS), _secret(stage), logs)


def policies(stage: Stage) -> dict[str, dict[str, Any]]:
    """Chalice's name of each function of the stage → its policy."""
    public = {PUBLIC: public_policy(stage)} if stage.has_public_function else {}
    return {API_HANDLER: api_policy(stage), HOURLY: hourly_policy(stage), **public}


def policy_files(stages: Sequence[Stage]) -> dict[str, str]:
    """File name → content, for all stages, with or without a function for readers."""
    found: dict[str, str] = {}
    for stage in stages:
        found |= {
            f".chalice/policy-{stage.name}.json": _text(api_policy(stage)),
            policy_file(stage.name, HOURLY): _text(hourly_policy(stage)),
            policy_file(stage.name, PUBLIC): _text(public_policy(stage)),
        }
    return found


def policy_file(stage: str, function: str) -> str:
    """The file with the policy of a function other than the API's."""
    return f".chalice/policy-{stage}-{function}.json"


def _table(stage: Stage, actions: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    table = _arn(stage)
    for index, allowed in actions.items():
        yield _allow("dynamodb", allowed, f"{table}/index/{index}" if index else table)


def _arn(stage: Stage) -> str:
    return f"arn:aws:dynamodb:*:*:table/{stage.variables['AFTERWORD_TABLE']}"


def _in_partitions(patterns: Sequence[str]) -> dict[str, Any]:
    """The condition that all items are in these partitions."""
    return {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(patterns)}}}


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
