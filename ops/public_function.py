"""The function for readers (chalicelib/api/public_function.py): added to a stage, and taken away again."""

import contextlib
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from .bundle.build import bundle
from .config import with_function, with_variables
from .gateway import create_logs
from .history import history
from .live import deploy, switch
from .policies import policy_file
from .stacks import Aws
from .stages import FUNCTIONS, PUBLIC, VARIABLES, Stage, runtime_of
from .workspace import workspace

HASHES = "AFTERWORD_EDGE_KEY_HASHES"
RESERVED = "reserved_concurrency"  # as Chalice calls it
CONCURRENCY = 20  # executions at once, enough for some hundred requests a second that no cache answers
NOT_RESERVED = (
    "  No concurrency is reserved for {function}: {why}\n"
    "  So a flood of readers could keep moderators waiting.  Ask AWS to raise the quota “Concurrent executions” of "
    "Lambda (Service Quotas) to {enough} or more, then run the same command again."
)
LEFT = 100  # executions that AWS keeps for all other functions

Deploy = Callable[[Stage], Stage]


def deploy_functions(stage: Stage) -> Stage:
    """Deploy the functions as configured, and nothing else."""
    aws = runtime_of(stage).aws
    with workspace(stage, history(aws, stage)) as folder:
        bundle(folder, stage.name)
        create_logs(aws, stage)
        stage = deploy(aws, stage, folder)
    switch(aws, stage)
    return stage


def add(stage: Stage, *, redeploy: Deploy = deploy_functions, say: Callable[[str], None] = print) -> Stage:
    """Give readers a function of their own, or update it with the keys that CloudFront may send now."""
    runtime = runtime_of(stage)
    about = stage.config.get(FUNCTIONS, {}).get(PUBLIC) or settings(stage)
    stage = with_function(stage, PUBLIC, about)
    stage = redeploy(with_variables(stage, **{HASHES: ",".join(runtime.keys.edge_hashes)}))
    return stage if RESERVED in about else _with_reserved_concurrency(runtime.aws, stage, say)


def settings(stage: Stage) -> dict[str, Any]:
    """How Chalice is told of the function."""
    return {"iam_policy_file": policy_file(stage.name, PUBLIC).removeprefix(".chalice/")}


def remove(stage: Stage) -> Stage:
    """The stage without that function, which the next deployment deletes; its log is deleted now."""
    logs = runtime_of(stage).aws("logs")
    with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
        logs.delete_log_group(logGroupName=f"/aws/lambda/{name_of(stage)}")
    return forget(stage)


def forget(stage: Stage) -> Stage:
    """The stage without that function in its configuration."""
    if stage.has_public_function:
        stage = with_function(stage, PUBLIC, None)
    return with_variables(stage, **{HASHES: ""}) if stage.config[VARIABLES].get(HASHES) else stage


def name_of(stage: Stage) -> str:
    """The function's name."""
    return f"{stage.function}-{PUBLIC}"


def _with_reserved_concurrency(aws: Aws, stage: Stage, say: Callable[[str], None]) -> Stage:
    """The stage with reserved concurrency, if the account's quota is large enough.

    It is reserved here and then configured, because Chalice would fail for good if AWS refused it.
    """
    client = aws("lambda")
    try:
        client.put_function_concurrency(FunctionName=name_of(stage), ReservedConcurrentExecutions=CONCURRENCY)
    except client.exceptions.InvalidParameterValueException as refusal:
        why = refusal.response["Error"]["Message"]
        say(NOT_RESERVED.format(function=name_of(stage), why=why, enough=LEFT + CONCURRENCY))
        return stage
    except ClientError as refusal:
        say(NOT_RESERVED.format(function=name_of(stage), why=refusal, enough=LEFT + CONCURRENCY))
        return stage
    return with_function(stage, PUBLIC, {**stage.config[FUNCTIONS][PUBLIC], RESERVED: CONCURRENCY})
