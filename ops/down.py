"""Removing a stage; its table and its secret are kept unless the owner names the table."""

from collections.abc import Callable

from . import public_function
from . import table as tables
from .cdn import remove_stacks
from .chalice import chalice
from .config import with_variables
from .errors import NotReadyError
from .gateway import delete_logs
from .notes import ready
from .place import check_gone
from .stacks import alarm_stack, budget_stack
from .stages import DISTRIBUTION, GATEWAY_HOST, URL, VARIABLES, Stage, runtime_of
from .workspace import workspace


def down(stage: Stage, *, table: str = "", say: Callable[[str], None] = print) -> None:
    """Remove a stage.  ``table``: the name of its table, to delete that and the secret too, with all comments.

    Raises:
        NotReadyError: it was deployed to another account or region, has another table, or Chalice left a function.
        ChaliceError: Chalice failed.
    """
    runtime = runtime_of(stage)
    name = runtime.settings.table
    if table and table != name:
        raise NotReadyError(f"The table of stage {stage.name} is {name}, not {table}: nothing was removed.")
    stage = ready(runtime.aws, stage, say)
    remove_stacks(runtime.aws, stage)
    for stack in (alarm_stack, budget_stack):
        stack(runtime.aws, stage).remove()
    with workspace(stage) as folder:
        chalice(folder, "delete", "--stage", stage.name)
    check_gone(runtime.aws, stage)
    delete_logs(runtime.aws, stage)
    _forget_urls(stage)
    data = f"{name} and {runtime.settings.secret_parameter}"
    if table:
        tables.delete(runtime)
        say(f"{data} were deleted. AWS keeps a last backup of the table for 35 days.")
    else:
        say(f"{data} are kept: `make deploy STAGE={stage.name}` uses them again, at another URL.")


def _forget_urls(stage: Stage) -> None:
    """Remove from the configuration what the next deployment will not have: CloudFront, and API Gateway's old URL."""
    stage = public_function.forget(stage)
    variables = stage.config[VARIABLES]
    if variables.get(DISTRIBUTION) or GATEWAY_HOST in variables.get(URL, ""):
        with_variables(stage, **{URL: "", DISTRIBUTION: ""})
