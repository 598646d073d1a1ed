"""The stack beside the service: alarms, the topic that tells its owner, a budget (infra/watch.json)."""

from chalicelib.cli.stages import Stage

from .stacks import Aws, Stack


def watching(aws: Aws, stage: Stage) -> Stack:
    """The stack."""
    return Stack(aws, f"{stage.function}-watch", stage.root / "infra/watch.json")


def watch(aws: Aws, stage: Stage, **given: str) -> str:
    """Make it, or update it; in a word what was done.  What is not ``given`` stays as it was."""
    table = stage.variables["AFTERWORD_TABLE"]
    known = {"Function": stage.function, "Table": table, "Api": stage.app, "ApiStage": stage.path}
    return watching(aws, stage).put(known | given)
