"""What the errors of the SDK mean: failed conditions, conflicts, throttling, or mistakes of ours."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ...core.errors import Unavailable
from .attributes import Item, item_from_wire
from .parts import Part

TRANSIENT = {  # errors that the SDK does not retry itself
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}
CANCELED = "TransactionCanceledException"
CONDITION_FAILED = "ConditionalCheckFailed"


def failed_conditions(error: ClientError, parts: int) -> dict[int, Item] | None:
    """The items whose conditions failed, by position; {} for a transient error, None for any other error."""
    code = error.response["Error"]["Code"]
    if code in TRANSIENT:
        return {}
    if code == "ConditionalCheckFailedException":
        response: Any = error.response
        return {0: item_from_wire(response.get("Item", {}))}
    if code != CANCELED:
        return None
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code", "None") for reason in reasons]
    if len(codes) != parts or not set(codes) <= {"None", CONDITION_FAILED, *TRANSIENT}:
        return None
    return {
        position: item_from_wire(reason.get("Item", {}))
        for position, reason in enumerate(reasons)
        if reason.get("Code") == CONDITION_FAILED
    }


def refusal(parts: Sequence[Part], found: Mapping[int, Item]) -> Exception:
    """What the first failed condition means."""
    position, item = next(iter(found.items()))
    return parts[position].otherwise(item)


def translated(error: ClientError) -> Exception:
    """Unavailable for throttling and failures of DynamoDB; the error itself for our own mistakes."""
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = {error.response["Error"]["Code"], *(reason.get("Code") for reason in reasons)}
    return error if codes & {"ValidationException", "ValidationError", "SerializationException"} else Unavailable()
