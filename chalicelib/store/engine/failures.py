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
    is_ours = codes & {"ValidationException", "ValidationError", "SerializationException"}
    return error if is_ours else unavailable(error.operation_name, error)


def unavailable(operation: str, cause: Exception | str, tries: int = 1) -> Unavailable:
    """The refusal, with what the log says about it.  ``tries`` are ours; those of the SDK are counted in."""
    if not isinstance(cause, ClientError):
        code = cause if isinstance(cause, str) else type(cause).__name__
        return Unavailable(why={"operation": operation, "aws": code, "tries": tries})
    answer: Any = cause.response
    codes = [reason.get("Code", "None") for reason in answer.get("CancellationReasons", [])]
    reasons = ", ".join(sorted({code for code in codes if code != "None"}))
    code = f"{answer['Error']['Code']}{f' ({reasons})' if reasons else ''}"
    retries: int = answer.get("ResponseMetadata", {}).get("RetryAttempts", 0)
    return Unavailable(why={"operation": operation, "aws": code, "tries": tries + retries})
