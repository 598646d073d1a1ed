"""The alias by which a function is called: a deployment switches it to a version when that is complete.

Chalice updates a function's code before its configuration.  With a new minor version of Python, the new bundle meets
the old runtime in between, and each new process fails.  So API Gateway and CloudFront call the alias ``live``, which
stands for the version before until everything is updated.  The hourly function is called without an alias: if it fails
in these seconds, Lambda tries it again.
"""

import contextlib
from pathlib import Path
from typing import Any

from .chalice import chalice
from .stacks import Aws
from .stages import API_HANDLER, HOURLY, Stage, stage_named

LIVE = "live"
KEPT = 10  # versions of each function, among them the one before


def deploy(aws: Aws, stage: Stage, folder: Path) -> Stage:
    """Let Chalice deploy from a workspace, while functions go on as before; ``switch`` then makes the new version live.

    Raises:
        ChaliceError: Chalice failed.
    """
    keep_serving(aws, stage)
    chalice(folder, "deploy", "--stage", stage.name)
    return stage_named(stage.name, stage.root)


def keep_serving(aws: Aws, stage: Stage) -> None:
    """Give functions that were deployed without an alias one for what they are now."""
    for function in called_functions(stage):
        if _exists(aws, function) and not _version_of_alias(aws, function):
            _publish(aws, stage, function)


def switch(aws: Aws, stage: Stage) -> None:
    """Make the deployed code and configuration live, in one moment for each function."""
    for function in called_functions(stage):
        _publish(aws, stage, function)
        _delete_old_versions(aws, function)


def called_functions(stage: Stage) -> list[str]:
    """The functions that are called by their alias."""
    return [each for each in stage.functions if each != f"{stage.function}-{HOURLY}"]


def _exists(aws: Aws, function: str) -> bool:
    client = aws("lambda")
    try:
        client.get_function_configuration(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def _version_of_alias(aws: Aws, function: str) -> str:
    """The version that is live; empty if there is no alias."""
    client = aws("lambda")
    try:
        return str(client.get_alias(FunctionName=function, Name=LIVE)["FunctionVersion"])
    except client.exceptions.ResourceNotFoundException:
        return ""


def _publish(aws: Aws, stage: Stage, function: str) -> None:
    """Publish what the function is now, and let the alias stand for it."""
    client = aws("lambda")
    client.get_waiter("function_updated").wait(FunctionName=function)
    version = client.publish_version(FunctionName=function)["Version"]
    about: Any = {"FunctionName": function, "Name": LIVE, "FunctionVersion": version}
    if _version_of_alias(aws, function):
        client.update_alias(**about)
    else:
        client.create_alias(**about)
    if function == stage.function and stage.api:
        _allow_api(aws, stage)


def _allow_api(aws: Aws, stage: Stage) -> None:
    """Allow the REST API to call the alias; Chalice allows it to call the function only."""
    client = aws("lambda")
    _, partition, _, region, account, *_ = stage.deployed[API_HANDLER]["lambda_arn"].split(":")
    with contextlib.suppress(client.exceptions.ResourceConflictException):  # it is allowed already
        client.add_permission(
            FunctionName=stage.function,
            Qualifier=LIVE,
            StatementId=f"api-{stage.api}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:{partition}:execute-api:{region}:{account}:{stage.api}/*",
        )


def _delete_old_versions(aws: Aws, function: str) -> None:
    client = aws("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    numbers = sorted(int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"].isdigit())
    for number in numbers[:-KEPT]:
        client.delete_function(FunctionName=function, Qualifier=str(number))
