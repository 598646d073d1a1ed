"""The stacks beside the service (infra/): alarms with the topic that notifies the owner, and a budget."""

import json
import re
from collections.abc import Mapping
from typing import Any

from .stacks import Aws, alarm_stack, budget_stack
from .stages import Stage


def deploy_alarms(aws: Aws, stage: Stage, **parameters: str) -> str:
    """Create or update the alarms, and say which.  Parameters that are not given keep their values."""
    table = stage.variables["AFTERWORD_TABLE"]
    known = {"Function": stage.function, "Table": table, "Api": stage.app, "ApiStage": stage.path}
    done = alarm_stack(aws, stage).deploy(known | parameters)
    restored = restore_alarms(aws, stage)
    return f"{done}; created again: {', '.join(restored)}" if restored else done


def alarm_names(stage: Stage) -> list[str]:
    """The names of the template's alarms."""
    return [resolved(each["AlarmName"], {"Function": stage.function}) for each in _alarms(stage)]


def restore_alarms(aws: Aws, stage: Stage) -> list[str]:
    """Create alarms again that were removed by hand, which CloudFormation doesn't notice; returns their names."""
    client, stack = aws("cloudwatch"), alarm_stack(aws, stage)
    found = client.describe_alarms(AlarmNamePrefix=f"{stage.function}-")["MetricAlarms"]
    known = {each["AlarmName"] for each in found}
    topics = [each["AlarmActions"] for each in found if each.get("AlarmActions")]
    values: dict[str, Any] = {**stack.parameters(), "Notices": topics[0][0] if topics else stack.resource("Notices")}
    properties = [resolved(each, values) for each in _alarms(stage)]
    missing = [each for each in properties if each["AlarmName"] not in known]
    for each in missing:
        client.put_metric_alarm(**{name: value for name, value in each.items() if value is not None})
    return [each["AlarmName"] for each in missing]


def resolved(part: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  a part of a template
    """A part of the template as CloudFormation resolves it; None where that removes it."""
    if isinstance(part, list):
        return [resolved(each, values) for each in part]
    if not isinstance(part, dict):
        return part
    if "Ref" in part:
        return _as_number(values.get(part["Ref"]))
    if "Fn::Sub" in part:
        return re.sub(r"\$\{(\w+)\}", lambda found: str(values[found[1]]), part["Fn::Sub"])
    if "Fn::If" in part:
        _, chosen, otherwise = part["Fn::If"]  # the only condition is that there is an address
        return resolved(chosen if values.get("Email") else otherwise, values)
    return {name: resolved(each, values) for name, each in part.items()}


def _as_number(value: str | None) -> str | float | None:
    return float(value) if value and value.isascii() and value.isdigit() else value


def _alarms(stage: Stage) -> list[dict[str, Any]]:
    """The template's alarms; none if the owner wants none."""
    if not stage.is_watched:
        return []
    template = json.loads((stage.root / "infra/watch.json").read_text(encoding="utf-8"))
    return [each["Properties"] for each in template["Resources"].values() if each["Type"].endswith("::Alarm")]


def deploy_budget(aws: Aws, stage: Stage, **parameters: str) -> str:
    """Create or update the budget, and say which; none is created without ``Email``."""
    stack = budget_stack(aws, stage)
    if "Email" not in parameters and not stack.exists:
        return "none, because it has no address to notify: EMAIL=…"
    return stack.deploy({"Function": stage.function} | parameters)
