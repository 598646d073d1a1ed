"""The stacks beside the service: alarms and the topic that tells its owner, and a budget (infra/)."""

from .stacks import Aws, Stack
from .stages import Stage


def watching(aws: Aws, stage: Stage) -> Stack:
    """The stack of alarms."""
    return Stack(aws, f"{stage.function}-watch", stage.root / "infra/watch.json")


def budgeting(aws: Aws, stage: Stage) -> Stack:
    """The stack of the budget, apart because not everybody may make one."""
    return Stack(aws, f"{stage.function}-budget", stage.root / "infra/budget.json")


def watch(aws: Aws, stage: Stage, **given: str) -> str:
    """Make the alarms, or update them; in a word what was done.  What is not ``given`` stays as it was."""
    table = stage.variables["AFTERWORD_TABLE"]
    known = {"Function": stage.function, "Table": table, "Api": stage.app, "ApiStage": stage.path}
    return watching(aws, stage).put(known | given)


def budget(aws: Aws, stage: Stage, **given: str) -> str:
    """Likewise the budget; there is none where nobody is to be told."""
    stack = budgeting(aws, stage)
    if "Email" not in given and not stack.is_there:
        return "none, for nobody is to be told: EMAIL=…"
    return stack.put({"Function": stage.function} | given)
