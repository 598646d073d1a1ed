"""From a live service to nothing but its table and its secret; those too, if their owner names the table."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from chalicelib.runtime import Runtime

from .cdn import DISTRIBUTION, fronting
from .chalice import chalice
from .config import noted
from .gateway import forget_logs
from .place import check_gone, check_place
from .stages import URL, Stage, runtime_of
from .up import GIVEN
from .watch import budgeting, watching


def down(stage: Stage, *, table: str = "", say: Callable[[str], None] = print) -> int:
    """Remove a stage.  ``table``: its table's name, if that and the secret, all comments, are to go too.

    Raises:
        NotReadyError: this is another place than it was deployed to, or Chalice left something.
        ChaliceError: Chalice failed.
    """
    runtime = runtime_of(stage)
    name = runtime.settings.table
    if table and table != name:
        say(f"The table of stage {stage.name} is {name}, not {table}: nothing was removed.")
        return 2
    check_place(runtime.aws, stage)
    for stack in (fronting, watching, budgeting):
        stack(runtime.aws, stage).remove()
    chalice(stage.root, "delete", "--stage", stage.name)
    check_gone(runtime.aws, stage)
    forget_logs(runtime.aws, stage)
    known = stage.config["environment_variables"]
    if known.get(DISTRIBUTION) or GIVEN in known.get(URL, ""):
        noted(stage, **{URL: "", DISTRIBUTION: ""})
    kept = f"{name} and {runtime.settings.secret_parameter}"
    if table:
        _forget(runtime)
        say(f"{kept} are gone. AWS keeps a last backup of the table for 35 days.")
    else:
        say(f"{kept} stay: `make deploy STAGE={stage.name}` takes them up again, at another address.")
    return 0


def _forget(runtime: Runtime) -> None:
    client, name = runtime.table.client, runtime.settings.table
    try:
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
        client.get_waiter("table_exists").wait(TableName=name)
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    if runtime.settings.secret_parameter:
        runtime.secret_parameter.remove()
