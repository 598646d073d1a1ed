"""The stacks beside the service (infra/): alarms with the topic that notifies the owner, and a budget."""

from .stacks import Aws, Stack
from .stages import Stage


def alarm_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with the alarms and their topic."""
    return Stack(aws, f"{stage.function}-watch", stage.root / "infra/watch.json")


def budget_stack(aws: Aws, stage: Stage) -> Stack:
    """The stack with the budget, separate because not every user is allowed to create one."""
    return Stack(aws, f"{stage.function}-budget", stage.root / "infra/budget.json")


def deploy_alarms(aws: Aws, stage: Stage, **parameters: str) -> str:
    """Create or update the alarms, and say which.  Parameters that are not given keep their values."""
    table = stage.variables["AFTERWORD_TABLE"]
    known = {"Function": stage.function, "Table": table, "Api": stage.app, "ApiStage": stage.path}
    return alarm_stack(aws, stage).deploy(known | parameters)


def deploy_budget(aws: Aws, stage: Stage, **parameters: str) -> str:
    """Create or update the budget, and say which; none is created without ``Email``."""
    stack = budget_stack(aws, stage)
    if "Email" not in parameters and not stack.exists:
        return "none, because it has no address to notify: EMAIL=…"
    return stack.deploy({"Function": stage.function} | parameters)
