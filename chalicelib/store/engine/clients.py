"""The SDK's clients, created when first needed, because importing the SDK takes most of a cold start."""

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient

_lock = threading.Lock()


def new_client(endpoint: str = "", *, background: bool = False) -> "DynamoDBClient":
    """A DynamoDB client.  ``endpoint`` is the URL of a DynamoDB outside AWS; ``background``: see ``aws``."""
    client: DynamoDBClient = aws("dynamodb", endpoint, background=background)
    return client


def aws(service: str, endpoint: str = "", *, region: str | None = None, background: bool = False) -> Any:  # noqa: ANN401  each service has a type of its own
    """A client of an AWS service.

    By default it makes few attempts with short timeouts, because a reader is waiting; with ``background``, many
    with long timeouts.
    """
    from botocore.config import Config as ClientConfig  # noqa: PLC0415

    config = ClientConfig(
        connect_timeout=5 if background else 1,
        read_timeout=30 if background else 1.5,
        retries={"mode": "standard", "total_max_attempts": 10 if background else 3},
        max_pool_connections=50,
    )
    with _lock:  # creating clients is not thread-safe
        return _session().create_client(service, region, endpoint_url=endpoint or None, config=config)


def chosen_region(profile: str | None = None) -> str:
    """The region that the SDK uses, of the environment or of a profile; empty if none is chosen."""
    from botocore.session import Session  # noqa: PLC0415

    return Session(profile=profile).get_config_variable("region") or ""


@cache
def _session() -> "Session":
    """The session that all clients share, which makes a second client 25% faster to create."""
    from botocore.session import get_session  # noqa: PLC0415  boto3 takes longer and creates the same client

    return get_session()
