"""The conditions of a template, resolved before moto sees it: on updates moto would not notice that one has changed."""

import json
from collections.abc import Mapping
from typing import Any

NO_VALUE = {"Ref": "AWS::NoValue"}


def without_conditions(template: str, parameters: Mapping[str, str]) -> str:
    """The template with these values of its parameters, with what its conditions leave of it."""
    whole: dict[str, Any] = json.loads(template)
    defaults = {name: str(about.get("Default", "")) for name, about in whole.get("Parameters", {}).items()}
    conditions = Conditions(whole.pop("Conditions", {}), defaults | dict(parameters))
    kept = {
        name: {key: value for key, value in about.items() if key != "Condition"}
        for name, about in whole["Resources"].items()
        if conditions.holds(about.get("Condition"))
    }
    return json.dumps(conditions.resolved({**whole, "Resources": kept}))


class Conditions:
    """A template's conditions, with values of its parameters."""

    def __init__(self, conditions: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._conditions, self._parameters = conditions, parameters

    def holds(self, name: str | None) -> bool:
        """Whether a condition is met; without a name it is."""
        return name is None or self._is_true(self._conditions[name])

    def _is_true(self, condition: Mapping[str, Any]) -> bool:
        [(operator, arguments)] = condition.items()
        if operator == "Fn::Not":
            return not self._is_true(arguments[0])
        if operator == "Fn::Equals":
            one, other = (self._parameters[each["Ref"]] if isinstance(each, dict) else each for each in arguments)
            return str(one) == str(other)
        raise LookupError(f"{operator} is not simulated")

    def resolved(self, value: Any) -> Any:  # noqa: ANN401  JSON
        """A value with the chosen side of each ``Fn::If``, and without what has no value."""
        if isinstance(value, dict):
            if set(value) == {"Fn::If"}:
                name, chosen, other = value["Fn::If"]
                return self.resolved(chosen if self.holds(name) else other)
            found = {name: self.resolved(each) for name, each in value.items()}
            return {name: each for name, each in found.items() if each != NO_VALUE}
        if isinstance(value, list):
            return [each for each in map(self.resolved, value) if each != NO_VALUE]
        return value
