"""A table that an older version made becomes one that this version wants, while it is in use."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .schema import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAUSE = 5.0  # seconds between two looks at what is being made
TRIES = 60  # of what a new table is not ready for
NOT_YET = "ContinuousBackupsUnavailableException"


def described(client: "DynamoDBClient", name: str) -> Mapping[str, Any]:
    """The table, as DescribeTable tells."""
    return client.describe_table(TableName=name)["Table"]


def upgrade(client: "DynamoDBClient", name: str, *, pause: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Add missing indexes, one after the other as DynamoDB has it, and protect the table; what was done, in words.

    An index with other keys or attributes stays as it is: to change it is to build another one beside it.
    """
    found, wanted = described(client, name), table_definition()
    if not found.get("DeletionProtectionEnabled"):
        client.update_table(TableName=name, DeletionProtectionEnabled=True)
        yield "deletion protection is on now"
    have = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", [])}
    for index in wanted["GlobalSecondaryIndexes"]:
        if index["IndexName"] in have:
            continue
        _wait(client, name, pause)
        keys = {key["AttributeName"] for key in index["KeySchema"]}
        attributes = [each for each in wanted["AttributeDefinitions"] if each["AttributeName"] in keys]
        attributes += described(client, name)["AttributeDefinitions"]
        create: Any = [{"Create": index}]
        client.update_table(TableName=name, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=create)
        yield f"index {index['IndexName']} is being built"
        _wait(client, name, pause)


def recover(client: "DynamoDBClient", name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Switch on point-in-time recovery; a new table is not ready for that at once.

    Raises:
        ClientError: it can't be switched on.
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
    """Until the table and all of its indexes are there: an index is not, before every old item was looked at."""
    while True:
        found = described(client, name)
        parts = [found["TableStatus"], *(each["IndexStatus"] for each in found.get("GlobalSecondaryIndexes", []))]
        if set(parts) == {"ACTIVE"}:
            return
        pause(PAUSE)
