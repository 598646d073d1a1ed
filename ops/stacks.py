"""CloudFormation stacks beside what Chalice deploys, created, updated and removed in the same way."""

import json
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from .stages import Stage

BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}  # can't be updated, only replaced
WAIT = {"Delay": 5, "MaxAttempts": 360}  # half an hour: creating a distribution is slow

ALARMS = ("AWS::CloudWatch::Alarm", "AWS::Logs::MetricFilter")
CDN_REGION = "us-east-1"  # where CloudFront itself is, with its policies and web ACLs

Aws = Callable[..., Any]  # service name, and a region other than the chosen one


class Stack:
    """One CloudFormation stack, whether it exists yet or not; ``without`` some types of its template's resources."""

    def __init__(self, aws: Aws, name: str, template: Path, *, without: Collection[str] = ()) -> None:
        self.name, self.template, self.without = name, template, without
        self._cloudformation = aws("cloudformation")

    def deploy(self, chosen: Mapping[str, str]) -> str:
        """Create or update the stack: "created", "updated" or "unchanged".

        A parameter that is not ``chosen`` keeps its value, or has the template's default in a new stack.
        """
        current = self._describe()
        if current.get("StackStatus") in BROKEN:
            self.remove()
            current = {}
        known = json.loads(self.template.read_text(encoding="utf-8"))["Parameters"]
        if not current:
            defaults = {name: str(about["Default"]) for name, about in known.items() if "Default" in about}
            self._cloudformation.create_stack(**self._arguments(_parameters(defaults | dict(chosen))))
            self._wait("stack_create_complete")
            return "created"
        previous = {each["ParameterKey"] for each in current.get("Parameters", [])}
        unchanged = sorted(previous & known.keys() - chosen.keys())
        parameters = _parameters(chosen) + [{"ParameterKey": each, "UsePreviousValue": True} for each in unchanged]
        return "updated" if self._update(parameters) else "unchanged"

    def remove(self) -> None:
        """Remove the stack with everything it created; no error if it does not exist."""
        self._cloudformation.delete_stack(StackName=self.name)
        self._wait("stack_delete_complete")

    @property
    def exists(self) -> bool:
        """Whether the stack was created."""
        return bool(self._describe())

    def parameters(self) -> dict[str, str]:
        """The stack's parameters by name; empty if it does not exist."""
        return {each["ParameterKey"]: each["ParameterValue"] for each in self._describe().get("Parameters", [])}

    def resource(self, name: str) -> str:
        """The id of one of the stack's resources; empty if the stack has none of that name."""
        found = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return next((str(each["PhysicalResourceId"]) for each in found if each.get("LogicalResourceId") == name), "")

    def outputs(self) -> dict[str, str]:
        """The stack's outputs by name; empty if it does not exist."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._describe().get("Outputs", [])}

    def _update(self, parameters: list[dict[str, Any]]) -> bool:
        """Update the stack; true if that changed something."""
        try:
            self._cloudformation.update_stack(**self._arguments(parameters))
        except ClientError as error:
            if "No updates" in str(error):
                return False
            raise
        self._wait("stack_update_complete")
        return True

    def _describe(self) -> Mapping[str, Any]:
        """The stack as CloudFormation describes it; empty if it does not exist."""
        try:
            [stack] = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return {}
            raise
        return dict(stack)

    def _arguments(self, parameters: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": self._body(),
            "Parameters": parameters,
            "Capabilities": ["CAPABILITY_IAM"],
        }

    def _body(self) -> str:
        text = self.template.read_text(encoding="utf-8")
        if not self.without:
            return text
        whole = json.loads(text)
        kept = {name: each for name, each in whole["Resources"].items() if each["Type"] not in self.without}
        return json.dumps({**whole, "Resources": kept})

    def _wait(self, waiter: str) -> None:
        self._cloudformation.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=WAIT)


def alarm_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with the alarms and the topic that notifies the owner."""
    without = () if stage.is_watched else ALARMS
    return Stack(aws, f"{stage.function}-watch", stage.root / "infra/watch.json", without=without)


def budget_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with the budget, separate because not every user is allowed to create one."""
    return Stack(aws, f"{stage.function}-budget", stage.root / "infra/budget.json")


def cdn_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with the CloudFront distribution, and with the alarms about the function for readers."""
    without = () if stage.is_watched else ALARMS
    return Stack(aws, f"{stage.function}-cdn", stage.root / "infra/cdn.json", without=without)


def cdn_policies_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with CloudFront's policies, one for all stages and regions of an account."""
    return Stack(partial(aws, region=CDN_REGION), f"{stage.app}-cdn-policies", stage.root / "infra/cdn-policies.json")


def waf_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with a web ACL in front of CloudFront, which blocks addresses that send too many requests."""
    return Stack(partial(aws, region=CDN_REGION), f"{stage.function}-waf", stage.root / "infra/waf.json")


def _parameters(chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in chosen.items()]
