"""Creating and upgrading a stage's DynamoDB table and its secret.  Each function can be run again at any time."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.runtime import Runtime
from chalicelib.settings import BadSettingError
from chalicelib.store.engine.schema import TTL, additions, differences, table_definition
from chalicelib.store.engine.upgrade import describe, enable_recovery
from chalicelib.store.engine.upgrade import upgrade as add_missing

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECRET_BYTES = 32


def prepare(runtime: Runtime, say: Callable[[str], None] = print) -> list[str]:
    """Create the table and the secret where they are missing, and compare an existing table with the schema.

    Returns what this version needs and the table lacks; ``upgrade`` adds what can be added.

    Raises:
        BadSettingError: the secret under which the table was written is lost.
        KeysMismatch: the table was written under another secret.
    """
    client, name, parameter = runtime.table.client, runtime.settings.table, runtime.settings.secret_parameter
    created = create_table(client, name)
    problems = enable_features(client, name) + differences(describe(client, name))
    say(f"{name}: {_created(created)}")
    for finding in problems + additions(describe(client, name)):
        say(f"  {finding}")
    if problems:
        say("Run `table upgrade` to fix what can be fixed automatically.")
    if parameter and not runtime.settings.secret:
        say(f"{parameter}: {_created(ensure_secret(runtime))}")
    runtime.check_secret()
    return problems


def upgrade(runtime: Runtime, say: Callable[[str], None] = print) -> list[str]:
    """Add what an older version's table lacks, while it is in use; returns what has to be changed by hand."""
    client, name = runtime.table.client, runtime.settings.table
    for change in add_missing(client, name):
        say(f"{name}: {change}")
    problems = enable_features(client, name) + differences(describe(client, name))
    for problem in problems:
        say(f"{name}: {problem}: this has to be changed by hand")
    if not problems:
        say(f"{name}: up to date")
    return problems


def create_table(client: "DynamoDBClient", name: str) -> bool:
    """Create the table and wait until it is active; true if it did not exist before."""
    try:
        client.create_table(TableName=name, **table_definition())
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUseException":
            raise
        created = False
    else:
        created = True
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
    return created


def ensure_secret(runtime: Runtime) -> bool:
    """Create the stage's secret unless it exists; true if it was created.

    Raises:
        BadSettingError: the table was written under a secret that is lost.
    """
    if runtime.secret_parameter.read():
        return False
    if runtime.fingerprint.read():
        raise BadSettingError(
            f"{runtime.settings.secret_parameter} is missing, but {runtime.settings.table} was written with it: "
            "put it back with `secret put`, from where you keep it; with a new one no author and no vote is recognized"
        )
    runtime.secret_parameter.create(runtime.entropy(SECRET_BYTES).hex())
    return True


def enable_features(client: "DynamoDBClient", name: str) -> list[str]:
    """Enable expiry and point-in-time recovery; returns what could not be enabled."""
    problems = []
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expiry["TimeToLiveStatus"] == "DISABLED":
        client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL})
    elif expiry.get("AttributeName") != TTL:
        problems.append(f"items expire by {expiry.get('AttributeName')}, not by {TTL}")
    try:
        enable_recovery(client, name)
    except ClientError as error:
        problems.append(f"point-in-time recovery is off: {error.response['Error'].get('Message', error)}")
    return problems


def delete(runtime: Runtime) -> None:
    """Delete the table and the secret, with all comments; no error if they do not exist."""
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


def _created(created: bool) -> str:
    return "created" if created else "already exists"
