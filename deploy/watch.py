"""The stack beside the service: alarms, the topic that tells its owner, a budget (infra/watch.json)."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.cli.stages import Stage

TEMPLATE = "infra/watch.json"
BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}  # can't be updated, only made anew
WAIT = {"Delay": 3, "MaxAttempts": 200}

Aws = Callable[[str], Any]


def stack_name(stage: Stage) -> str:
    """What CloudFormation calls it."""
    return f"{stage.function}-watch"


def watch(aws: Aws, stage: Stage, **given: str) -> str:
    """Make the stack, or update it; in a word what was done.  What is not ``given`` stays as it was."""
    formation, name = aws("cloudformation"), stack_name(stage)
    there = _found(formation, name)
    if there.get("StackStatus") in BROKEN:
        unwatch(aws, stage)
        there = {}
    table = stage.variables["AFTERWORD_TABLE"]
    chosen = {"Function": stage.function, "Table": table, "Api": stage.app, "ApiStage": stage.path, **given}
    body = (stage.root / TEMPLATE).read_text(encoding="utf-8")
    if not there:
        formation.create_stack(StackName=name, TemplateBody=body, Parameters=_parameters(chosen))
        formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=WAIT)
        return "made"
    kept = sorted({each["ParameterKey"] for each in there["Parameters"]} - chosen.keys())
    parameters = _parameters(chosen) + [{"ParameterKey": each, "UsePreviousValue": True} for each in kept]
    return "updated" if _updated(formation, name, body, parameters) else "as it was"


def _updated(formation: Any, name: str, body: str, parameters: list[dict[str, Any]]) -> bool:  # noqa: ANN401  a client
    try:
        formation.update_stack(StackName=name, TemplateBody=body, Parameters=parameters)
    except ClientError as error:
        if "No updates" in str(error):
            return False
        raise
    formation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=WAIT)
    return True


def unwatch(aws: Aws, stage: Stage) -> None:
    """Remove the stack."""
    formation, name = aws("cloudformation"), stack_name(stage)
    formation.delete_stack(StackName=name)
    formation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=WAIT)


def _found(formation: Any, name: str) -> Mapping[str, Any]:  # noqa: ANN401  a client
    """The stack; empty if there is none."""
    try:
        [stack] = formation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return dict(stack)


def _parameters(chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in chosen.items()]
