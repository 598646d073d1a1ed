"""Removing a stage; its table and its secret are kept unless the owner names the table."""

from collections.abc import Callable

from . import table as tables
from .cdn import DISTRIBUTION, cdn_stack
from .chalice import chalice
from .config import with_variables
from .errors import NotReadyError
from .gateway import delete_logs
from .place import check_gone, check_place
from .stages import GATEWAY_HOST, URL, Stage, runtime_of
from .watch import alarm_stack, budget_stack


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
    check_place(runtime.aws, stage)
    for stack in (cdn_stack, alarm_stack, budget_stack):
        stack(runtime.aws, stage).remove()
    chalice(stage.root, "delete", "--stage", stage.name)
    check_gone(runtime.aws, stage)
    delete_logs(runtime.aws, stage)
    variables = stage.config["environment_variables"]
    if variables.get(DISTRIBUTION) or GATEWAY_HOST in variables.get(URL, ""):
        with_variables(stage, **{URL: "", DISTRIBUTION: ""})
    data = f"{name} and {runtime.settings.secret_parameter}"
    if table:
        tables.delete(runtime)
        say(f"{data} were deleted. AWS keeps a last backup of the table for 35 days.")
    else:
        say(f"{data} are kept: `make deploy STAGE={stage.name}` uses them again, at another URL.")
