"""Upgrades a table of an older version to the current schema while it is in use."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .schema import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAUSE = 5.0  # seconds between two checks of the table's status
TRIES = 60  # of enabling recovery on a new table
NOT_YET = "ContinuousBackupsUnavailableException"


def describe(client: "DynamoDBClient", name: str) -> Mapping[str, Any]:
    """The table's description from DescribeTable."""
    return client.describe_table(TableName=name)["Table"]


def upgrade(client: "DynamoDBClient", name: str, *, pause: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Add missing indexes and turn on deletion protection; yields what was done, in words.

    DynamoDB builds one index at a time.  An index with other keys or attributes is left unchanged, because changing
    it means building another one.
    """
    found, wanted = describe(client, name), table_definition()
    if not found.get("DeletionProtectionEnabled"):
        client.update_table(TableName=name, DeletionProtectionEnabled=True)
        yield "deletion protection is now on"
    have = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", [])}
    for index in wanted["GlobalSecondaryIndexes"]:
        if index["IndexName"] in have:
            continue
        _wait(client, name, pause)
        keys = {key["AttributeName"] for key in index["KeySchema"]}
        attributes = [each for each in wanted["AttributeDefinitions"] if each["AttributeName"] in keys]
        attributes += describe(client, name)["AttributeDefinitions"]
        create: Any = [{"Create": index}]
        client.update_table(TableName=name, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=create)
        yield f"index {index['IndexName']} is being built"
        _wait(client, name, pause)


def enable_recovery(client: "DynamoDBClient", name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Turn on point-in-time recovery, retrying while a new table is not ready for it.

    Raises:
        ClientError: it can't be turned on.
    """
    for left in reversed(range(TRIES)):
        try:
            client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != NOT_YET or not left:
                raise
            pause(PAUSE)
        else:
            return


def _wait(client: "DynamoDBClient", name: str, pause: Callable[[float], None]) -> None:
    """Wait until the table and all of its indexes are active; a new index first has to be filled."""
    while True:
        found = describe(client, name)
        parts = [found["TableStatus"], *(each["IndexStatus"] for each in found.get("GlobalSecondaryIndexes", []))]
        if set(parts) == {"ACTIVE"}:
            return
        pause(PAUSE)
