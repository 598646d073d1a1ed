"""The SDK's clients, made when they are first needed: importing the SDK takes most of a cold start."""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient

_lock = threading.Lock()


def new_client(endpoint: str = "", *, patient: bool = False) -> "DynamoDBClient":
    """The SDK's client of the table.  ``endpoint``: of another DynamoDB than AWS's."""
    client: DynamoDBClient = aws("dynamodb", endpoint, patient=patient)
    return client


def aws(service: str, endpoint: str = "", *, patient: bool = False) -> Any:  # noqa: ANN401  each service has a type of its own
    """The SDK's client: few quick tries, because a reader waits; or many slow ones, where nobody does."""
    from botocore.config import Config as ClientConfig  # noqa: PLC0415

    config = ClientConfig(
        connect_timeout=5 if patient else 1,
        read_timeout=30 if patient else 1.5,
        retries={"mode": "standard", "total_max_attempts": 10 if patient else 3},
        max_pool_connections=50,
    )
    with _lock:  # a session makes one client at a time
        return _session().create_client(service, endpoint_url=endpoint or None, config=config)


@cache
def _session() -> "Session":
    """What clients share: a second one takes a quarter less."""
    from botocore.session import get_session  # noqa: PLC0415  boto3 takes a sixth more, and makes the same client

    return get_session()
