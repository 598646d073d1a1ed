"""One DynamoDB table: reads, writes, and the one place where the SDK's errors get their meaning.

A write carries the id of its operation.  When a condition fails on an item that bears that very id,
an earlier try of the same write got through and only its answer was lost: the write counts as done.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ...core.errors import Unavailable
from .attributes import Item, item_from_wire, item_to_wire
from .parts import Check, Expression, Key, Part, Where
from .schema import Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_BATCH_GET = 100  # keys in one call
MAX_BATCH_WRITE = 25  # items in one call
TRIES = 8  # of a write that met a conflict, or of a batch that came back in part
FIRST_PAUSE = 0.02  # seconds
LONGEST_PAUSE = 1.0  # seconds
BULK_TRIES = 20  # of a batch of writes: nobody waits for the answer
PASSING = {  # what the SDK does not try again by itself, and another moment may cure
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}
CANCELED = "TransactionCanceledException"
REFUSED = "ConditionalCheckFailed"
ANY = Where()

deadline: ContextVar[float] = ContextVar("deadline")  # on the clock of time.monotonic


class OutOfTimeError(Exception):
    """The request's deadline passed before a call to the table could begin."""


@dataclass(frozen=True)
class Span:
    """A stretch of one partition: from ``first`` to ``last``, both within, or all ``above`` or ``below`` a key."""

    partition: str
    first: str = ""
    last: str = ""
    below: str = ""
    above: str = ""


@dataclass(frozen=True)
class Found:
    """Items in order.  ``more``: the query stopped before the end of the span, ``last`` is the sort key where."""

    items: list[Item]
    more: bool
    last: str = ""


def check_deadline(**_event: object) -> None:
    """Registered with the SDK before each try of each call."""
    if time.monotonic() > deadline.get(float("inf")):
        raise OutOfTimeError


class Table:
    """``pause`` waits for some seconds."""

    def __init__(self, client: "DynamoDBClient", name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.client, self.name, self._pause = client, name, pause
        client.meta.events.register_last("before-send.dynamodb.*", check_deadline, unique_id="afterword-deadline")

    # Reading

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """One item, as it is now; or, at half the price, as it was a moment ago."""
        answer = self._call("get_item", Key=_wire_key(key), ConsistentRead=consistent)
        return item_from_wire(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key], *, consistent: bool = True, only: Sequence[str] = ()) -> dict[Key, Item]:
        """Those of the items that exist.  ``only``: these attributes, and the keys."""
        found: dict[Key, Item] = {}
        unique = list(dict.fromkeys(keys))
        for start in range(0, len(unique), MAX_BATCH_GET):
            for item in self._batch(unique[start : start + MAX_BATCH_GET], consistent=consistent, only=only):
                found[item["pk"], item["sk"]] = item
        return found

    def _batch(self, keys: Sequence[Key], *, consistent: bool, only: Sequence[str]) -> Iterator[Item]:
        expression = Expression()
        wanted: dict[str, Any] = {"Keys": [_wire_key(key) for key in keys], "ConsistentRead": consistent}
        if only:
            wanted["ProjectionExpression"] = ", ".join(expression.name(name) for name in ("pk", "sk", *only))
            wanted |= expression.arguments()
        left = {self.name: wanted}
        for attempt in range(TRIES):
            answer = self._call("batch_get_item", with_table=False, RequestItems=left)
            yield from (item_from_wire(item) for item in answer["Responses"].get(self.name, []))
            left = answer.get("UnprocessedKeys", {})
            if not left:
                return
            self._wait(attempt)
        raise Unavailable

    def query(
        self,
        span: Span,
        *,
        index: Index | None = None,
        limit: int = 0,
        backwards: bool = False,
        only: Where = ANY,
    ) -> Found:
        """Up to ``limit`` items of a span, or what fits into one answer of DynamoDB (1 MB); of these, ``only`` some."""
        answer = self._query(span, index, only, ScanIndexForward=not backwards, **({"Limit": limit} if limit else {}))
        last = item_from_wire(answer.get("LastEvaluatedKey", {}))
        return Found([item_from_wire(item) for item in answer["Items"]], bool(last), last.get(_sort(index), ""))

    def walk(self, span: Span, *, index: Index | None = None) -> Iterator[Item]:
        """All items of a span, in order, page by page."""
        start: dict[str, Any] = {}
        while True:
            answer = self._query(span, index, ANY, **start)
            yield from (item_from_wire(item) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def some(self, limit: int) -> list[Item]:
        """Any items, in no order: tells whether there are any.  It scans, which no route may."""
        answer = self._call("scan", Limit=limit, ConsistentRead=True)
        return [item_from_wire(item) for item in answer["Items"]]

    def portion(self, index: Index, limit: int, start: Mapping[str, str]) -> tuple[list[Item], Item]:
        """Some of a whole index, in no order, and the key after which it goes on.  It scans, which no route may."""
        on: dict[str, Any] = {"ExclusiveStartKey": item_to_wire(start)} if start else {}
        answer = self._call("scan", IndexName=index.name, Limit=limit, **on)
        return [item_from_wire(item) for item in answer["Items"]], item_from_wire(answer.get("LastEvaluatedKey", {}))

    def _query(self, span: Span, index: Index | None, only: Where, **arguments: Any) -> Any:  # noqa: ANN401  as the SDK answers
        """An index answers as of a moment ago, the table itself as of now."""
        expression = Expression()
        condition = _key_condition(span, index, expression)
        if filtered := expression.condition(only):
            arguments["FilterExpression"] = filtered
        where: dict[str, Any] = {"IndexName": index.name} if index else {"ConsistentRead": True}
        return self._call("query", KeyConditionExpression=condition, **expression.arguments(), **where, **arguments)

    # Writing

    def write(self, *parts: Part, operation: str = "") -> None:
        """All parts or none.

        Raises:
            Refusal: what the first part whose condition did not hold makes of it.
            Unavailable: conflicts, throttling or silence for as long as the request may last.
        """
        for attempt in range(TRIES):
            try:
                return self._send(parts)
            except ClientError as error:
                found = _items_in_the_way(error, len(parts))
                if found is None:
                    raise _foreign(error) from error
                if operation and any(item.get("op") == operation for item in found.values()):
                    return None
                if found:
                    raise _refusal(parts, found) from None
            self._wait(attempt)
        raise Unavailable

    def put_many(self, items: Sequence[Item]) -> None:
        """Write up to MAX_BATCH_WRITE whole items, whatever is there; each for itself.

        Raises:
            Unavailable: the table took too few of them for too long; some are written.
        """
        self._many([{"PutRequest": {"Item": item_to_wire(item)}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Remove up to MAX_BATCH_WRITE items, each for itself.

        Raises:
            Unavailable: as ``put_many``.
        """
        self._many([{"DeleteRequest": {"Key": _wire_key(key)}} for key in keys])

    def _many(self, requests: list[dict[str, Any]]) -> None:
        left: Any = {self.name: requests}
        for attempt in range(BULK_TRIES):
            with suppress(Unavailable):
                left = self._call("batch_write_item", with_table=False, RequestItems=left).get("UnprocessedItems")
            if not left:
                return
            self._wait(attempt)
        raise Unavailable

    def _send(self, parts: Sequence[Part]) -> None:
        if len(parts) == 1 and not isinstance(parts[0], Check):
            method = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}[parts[0].kind]
            self._raw(method, TableName=self.name, **parts[0].arguments())
            return
        entries = [{part.kind: {"TableName": self.name, **part.arguments()}} for part in parts]
        self._raw("transact_write_items", TransactItems=entries)

    def _wait(self, attempt: int) -> None:
        pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))  # noqa: S311  jitter is no secret
        if time.monotonic() + pause > deadline.get(float("inf")):
            raise Unavailable
        self._pause(pause)

    # Calling

    def _call(self, method: str, *, with_table: bool = True, **arguments: Any) -> Any:  # noqa: ANN401  as the SDK answers
        if with_table:
            arguments["TableName"] = self.name
        try:
            return self._raw(method, **arguments)
        except ClientError as error:
            raise _foreign(error) from error

    def _raw(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401  as the SDK answers
        try:
            return getattr(self.client, method)(**arguments)
        except (BotoCoreError, OutOfTimeError) as silence:
            raise Unavailable from silence


def _sort(index: Index | None) -> str:
    return index.sort if index else "sk"


def _key_condition(span: Span, index: Index | None, expression: Expression) -> str:
    partition, sort = index.partition if index else "pk", _sort(index)
    condition = f"{expression.name(partition)} = {expression.value(span.partition)}"
    if span.first and span.last:
        ends = f"{expression.value(span.first)} AND {expression.value(span.last)}"
        return f"{condition} AND {expression.name(sort)} BETWEEN {ends}"
    for operator, end in ((">=", span.first), ("<=", span.last), ("<", span.below), (">", span.above)):
        if end:
            condition += f" AND {expression.name(sort)} {operator} {expression.value(end)}"
    return condition


def _wire_key(key: Key) -> Mapping[str, Any]:
    return item_to_wire({"pk": key[0], "sk": key[1]})


def _items_in_the_way(error: ClientError, parts: int) -> dict[int, Item] | None:
    """Position → item for each condition that failed; empty for what passes; nothing for another error."""
    code = error.response["Error"]["Code"]
    if code in PASSING:
        return {}
    if code == "ConditionalCheckFailedException":
        answer: Any = error.response
        return {0: item_from_wire(answer.get("Item", {}))}
    if code != CANCELED:
        return None
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code", "None") for reason in reasons]
    if len(codes) != parts or not set(codes) <= {"None", REFUSED, *PASSING}:
        return None
    return {
        position: item_from_wire(reason.get("Item", {}))
        for position, reason in enumerate(reasons)
        if reason.get("Code") == REFUSED
    }


def _refusal(parts: Sequence[Part], found: Mapping[int, Item]) -> Exception:
    position, item = next(iter(found.items()))
    return parts[position].otherwise(item)


def _foreign(error: ClientError) -> Exception:
    """Throttling and the table's own failures are refusals; our own mistakes stay errors."""
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = {error.response["Error"]["Code"], *(reason.get("Code") for reason in reasons)}
    return error if codes & {"ValidationException", "ValidationError", "SerializationException"} else Unavailable()
