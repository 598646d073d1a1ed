"""CloudFormation stacks beside what Chalice deploys: made, updated and removed by the same words."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}  # can't be updated, only made anew
WAIT = {"Delay": 5, "MaxAttempts": 360}  # half an hour: a distribution takes its time

Aws = Callable[[str], Any]


class Stack:
    """One stack, there or not."""

    def __init__(self, aws: Aws, name: str, template: Path) -> None:
        self.name, self.template = name, template
        self._formation = aws("cloudformation")

    def put(self, chosen: Mapping[str, str]) -> str:
        """Make it, or update it; in a word what was done.  A parameter that is not ``chosen`` stays as it was."""
        there = self._found()
        if there.get("StackStatus") in BROKEN:
            self.remove()
            there = {}
        known = json.loads(self.template.read_text(encoding="utf-8"))["Parameters"]
        if not there:
            usual = {name: str(about["Default"]) for name, about in known.items() if "Default" in about}
            self._formation.create_stack(**self._arguments(_parameters(usual | dict(chosen))))
            self._wait("stack_create_complete")
            return "made"
        kept = sorted({each["ParameterKey"] for each in there.get("Parameters", [])} & known.keys() - chosen.keys())
        parameters = _parameters(chosen) + [{"ParameterKey": each, "UsePreviousValue": True} for each in kept]
        return "updated" if self._updated(parameters) else "as it was"

    def remove(self) -> None:
        """Remove it, and all that it made; no error if it is not there."""
        self._formation.delete_stack(StackName=self.name)
        self._wait("stack_delete_complete")

    @property
    def is_there(self) -> bool:
        """Whether it was made."""
        return bool(self._found())

    def outputs(self) -> dict[str, str]:
        """What it says of what it made."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._found().get("Outputs", [])}

    def _updated(self, parameters: list[dict[str, Any]]) -> bool:
        try:
            self._formation.update_stack(**self._arguments(parameters))
        except ClientError as error:
            if "No updates" in str(error):
                return False
            raise
        self._wait("stack_update_complete")
        return True

    def _found(self) -> Mapping[str, Any]:
        """As CloudFormation describes it; empty if there is none."""
        try:
            [stack] = self._formation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return {}
            raise
        return dict(stack)

    def _arguments(self, parameters: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": self.template.read_text(encoding="utf-8"),
            "Parameters": parameters,
            "Capabilities": ["CAPABILITY_IAM"],
        }

    def _wait(self, until: str) -> None:
        self._formation.get_waiter(until).wait(StackName=self.name, WaiterConfig=WAIT)


def _parameters(chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in chosen.items()]
