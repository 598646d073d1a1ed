"""One DynamoDB table: reads, writes, and the translation of the SDK's errors.

A write stores the id of its operation.  If a condition fails on an item with the same id, an earlier attempt
of this write succeeded and only its response was lost, so the write counts as done.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ...core.errors import Unavailable
from .attributes import Item, Wire, arguments_to_wire, item_from_wire, item_to_wire
from .deadline import OutOfTimeError, check_deadline, is_over
from .failures import failed_conditions, refusal, translated, unavailable
from .parts import ANY, Check, Key, Part, Where, expressions
from .proof import ASKED, PROOFS, check_checksum, proven
from .schema import Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SINGLE = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}
COMPARISONS = {":first": ">=", ":last": "<=", ":below": "<", ":above": ">"}
MAX_BATCH_GET = 100  # keys in one call
MAX_BATCH_WRITE = 25  # items in one call
TRIES = 8  # of a write after conflicts, or of a batch that was processed in part
FIRST_PAUSE = 0.02  # seconds
LONGEST_PAUSE = 1.0  # seconds
BULK_TRIES = 20  # of a batch of writes, where nobody is waiting


@dataclass(frozen=True)
class Span:
    """A range of one partition: from ``first`` to ``last``, inclusive, or everything ``above`` or ``below`` a key."""

    partition: str
    first: str = ""
    last: str = ""
    below: str = ""
    above: str = ""


@dataclass(frozen=True)
class QueryResult:
    """Items in order.  ``more``: the query stopped before the end of the span, at the sort key ``last``."""

    items: list[Item]
    more: bool
    last: str = ""


class Table:
    """The service's DynamoDB table.

    ``before_first_write`` is called before the first write of any kind, and again before the next one if it raises.
    ``pause`` sleeps for a number of seconds.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        *,
        before_first_write: Callable[[], None] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client, self.name, self._pause = client, name, pause
        self._before_first_write = before_first_write
        client.meta.events.register_last("before-send.dynamodb.*", check_deadline, unique_id="afterword-deadline")
        client.meta.events.register("after-call.dynamodb.*", check_checksum, unique_id="afterword-checksum")

    def unguarded(self) -> "Table":
        """The same table, written without ``before_first_write``."""
        return Table(self.client, self.name, pause=self._pause)

    # Reading

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """The item with this key, or None.  Without ``consistent``, the read is eventually consistent at half price."""
        response = self._call("get_item", Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}, ConsistentRead=consistent)
        return item_from_wire(response["Item"]) if "Item" in response else None

    def get_many(self, keys: Sequence[Key], *, consistent: bool = True, only: Sequence[str] = ()) -> dict[Key, Item]:
        """The items that exist, by key.  ``only`` limits them to these attributes and the keys."""
        unique = list(dict.fromkeys(keys))
        batches = [unique[start : start + MAX_BATCH_GET] for start in range(0, len(unique), MAX_BATCH_GET)]
        found = chain.from_iterable(self._get_batch(batch, consistent=consistent, only=only) for batch in batches)
        return {(item["pk"], item["sk"]): item for item in map(item_from_wire, found)}

    def _get_batch(self, keys: Sequence[Key], *, consistent: bool, only: Sequence[str]) -> list[Wire]:
        wanted: dict[str, Any] = {"Keys": [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]}
        wanted["ConsistentRead"] = consistent
        if only:
            names = {f"#{name}": name for name in ("pk", "sk", *only)}
            wanted |= {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
        left, found = {self.name: wanted}, []
        for attempt in range(TRIES):
            response = self._call("batch_get_item", with_table=False, RequestItems=left)
            found += response["Responses"].get(self.name, [])
            left = response.get("UnprocessedKeys", {})
            if not left:
                return found
            self._wait(attempt, "BatchGetItem")
        raise unavailable("BatchGetItem", "UnprocessedKeys", TRIES)

    def query(
        self,
        span: Span,
        *,
        index: Index | None = None,
        limit: int = 0,
        backwards: bool = False,
        only: Where = ANY,
    ) -> QueryResult:
        """Up to ``limit`` items of a span, or 1 MB, filtered by ``only``.

        Queries of an index are eventually consistent, queries of the table are consistent.
        """
        response = self._query(span, index, only, ScanIndexForward=not backwards, **({"Limit": limit} if limit else {}))
        items = [item_from_wire(item) for item in response["Items"]]
        last = response.get("LastEvaluatedKey", {}).get(index.sort if index else "sk", {"S": ""})
        return QueryResult(items, "LastEvaluatedKey" in response, last["S"])

    def iterate(self, span: Span, *, index: Index | None = None) -> Iterator[Item]:
        """All items of a span, in order, read page by page."""
        start: dict[str, Any] = {}
        while True:
            response = self._query(span, index, ANY, **start)
            yield from (item_from_wire(item) for item in response["Items"])
            if "LastEvaluatedKey" not in response:
                return
            start = {"ExclusiveStartKey": response["LastEvaluatedKey"]}

    def sample(self, limit: int) -> list[Item]:
        """Up to ``limit`` items, in no order.  It is a scan, which no route may use."""
        response = self._call("scan", Limit=limit, ConsistentRead=True)
        return [item_from_wire(item) for item in response["Items"]]

    def scan_index(self, index: Index, limit: int, start: Mapping[str, str]) -> tuple[list[Item], Item]:
        """A page of a whole index, in no order, and the key after which the next page starts ({} at the end).

        It is a scan, which no route may use.
        """
        on: dict[str, Any] = {"ExclusiveStartKey": item_to_wire(start)} if start else {}
        response = self._call("scan", IndexName=index.name, Limit=limit, **on)
        return [item_from_wire(item) for item in response["Items"]], item_from_wire(
            response.get("LastEvaluatedKey", {})
        )

    def _query(self, span: Span, index: Index | None, only: Where, **arguments: Any) -> Any:  # noqa: ANN401  the SDK's response
        text, names, values = _key_condition(span, index)
        if only is not ANY:
            filters = expressions(only, kind="Filter")
            names |= filters["ExpressionAttributeNames"]
            values |= item_to_wire(filters.get("ExpressionAttributeValues", {}))
            arguments["FilterExpression"] = filters["FilterExpression"]
        return self._call(
            "query",
            **({"IndexName": index.name} if index else {"ConsistentRead": True}),
            KeyConditionExpression=text,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **arguments,
        )

    # Writing

    def write(self, *parts: Part, operation: str = "") -> None:
        """Write all parts, or none.

        Raises:
            Exception: the ``otherwise`` of the first part whose condition failed.
            Unavailable: conflicts, throttling or no response until the request's deadline.
        """
        if self._before_first_write:
            self._prepare_writing()
        method, arguments = self._call_for(parts)
        last: Exception | str = ""
        for attempt in range(TRIES):
            try:
                proven(method, getattr(self.client, method)(**arguments, **ASKED))
            except (BotoCoreError, OutOfTimeError) as error:
                raise unavailable(method, error, attempt + 1) from error
            except ClientError as error:
                if self._is_done(error, parts, operation):
                    return
                last = error
            else:
                return
            self._wait(attempt, method)
        raise unavailable(method, last, TRIES)

    def _call_for(self, parts: Sequence[Part]) -> tuple[str, dict[str, Any]]:
        """The SDK's method that writes these parts, and its arguments."""
        [first, *others] = parts
        if not others and not isinstance(first, Check):
            return SINGLE[first.kind], arguments_to_wire(self.name, first.arguments())
        arguments = [part.arguments() for part in parts]
        wire = [arguments_to_wire(self.name, each) for each in arguments]
        entries = [{part.kind: each} for part, each in zip(parts, wire, strict=True)]
        return "transact_write_items", {"TransactItems": entries}

    def _is_done(self, error: ClientError, parts: Sequence[Part], operation: str) -> bool:
        """Whether an earlier attempt of a failed write succeeded; if not, it may be tried again.

        Raises:
            Exception: trying again would not help.
        """
        found = failed_conditions(error, len(parts))
        if found is None:
            raise translated(error) from error
        if operation and any(item.get("op") == operation for item in found.values()):
            return True
        if found:
            raise refusal(parts, found) from None
        return False

    def put_many(self, items: Sequence[Item]) -> None:
        """Write up to MAX_BATCH_WRITE items unconditionally; not atomic.

        Raises:
            Unavailable: not all items could be written; some may be.
        """
        self._write_batch([{"PutRequest": {"Item": item_to_wire(item)}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Remove up to MAX_BATCH_WRITE items; not atomic.

        Raises:
            Unavailable: not all items could be removed; some may be.
        """
        self._write_batch([{"DeleteRequest": {"Key": item_to_wire({"pk": pk, "sk": sk})}} for pk, sk in keys])

    def _write_batch(self, requests: list[dict[str, Any]]) -> None:
        self._prepare_writing()
        left: Any = {self.name: requests}
        for attempt in range(BULK_TRIES):
            with suppress(Unavailable):
                left = self._call("batch_write_item", with_table=False, RequestItems=left).get("UnprocessedItems")
            if not left:
                return
            self._wait(attempt, "BatchWriteItem")
        raise unavailable("BatchWriteItem", "UnprocessedItems", BULK_TRIES)

    def _prepare_writing(self) -> None:
        check = self._before_first_write
        if check:
            check()
            self._before_first_write = None

    def _wait(self, attempt: int, operation: str) -> None:
        pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))  # noqa: S311  jitter is not a secret
        if is_over(after=pause):
            raise unavailable(operation, OutOfTimeError(), attempt + 1)
        self._pause(pause)

    # Calling

    def _call(self, method: str, *, with_table: bool = True, **arguments: Any) -> Any:  # noqa: ANN401  the SDK's response
        if with_table:
            arguments["TableName"] = self.name
        if method not in PROOFS:
            arguments |= ASKED
        try:
            return proven(method, getattr(self.client, method)(**arguments))
        except (BotoCoreError, OutOfTimeError) as error:
            raise unavailable(method, error) from error
        except ClientError as error:
            raise translated(error) from error


def _key_condition(span: Span, index: Index | None) -> tuple[str, dict[str, str], Wire]:
    """The condition for a span, with its names and values."""
    partition, sort = (index.partition, index.sort) if index else ("pk", "sk")
    ends = {":first": span.first, ":last": span.last, ":below": span.below, ":above": span.above}
    given = {placeholder: {"S": end} for placeholder, end in ends.items() if end}
    text = f"#{partition} = :partition"
    if span.first and span.last:
        text += f" AND #{sort} BETWEEN :first AND :last"
    elif given:
        [placeholder] = given
        text += f" AND #{sort} {COMPARISONS[placeholder]} {placeholder}"
    names = {f"#{name}": name for name in ((partition, sort) if given else (partition,))}
    return text, names, {":partition": {"S": span.partition}, **given}
