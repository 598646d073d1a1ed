"""CloudFormation stacks beside what Chalice deploys, created, updated and removed in the same way."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}  # can't be updated, only replaced
WAIT = {"Delay": 5, "MaxAttempts": 360}  # half an hour: creating a distribution is slow

Aws = Callable[[str], Any]


class Stack:
    """One CloudFormation stack, whether it exists yet or not."""

    def __init__(self, aws: Aws, name: str, template: Path) -> None:
        self.name, self.template = name, template
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
            "TemplateBody": self.template.read_text(encoding="utf-8"),
            "Parameters": parameters,
            "Capabilities": ["CAPABILITY_IAM"],
        }

    def _wait(self, waiter: str) -> None:
        self._cloudformation.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=WAIT)


def _parameters(chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in chosen.items()]
