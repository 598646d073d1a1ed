"""Computes the units that AWS would bill, from the sizes of the items before and after each call.

A write costs a unit per KB of the item before or after it, whichever is larger, and twice that in a transaction.
Each index costs a unit per KB of an entry that is added, removed or changed, and for both entries if its key
changes.  A read costs a unit per 4 KB, or half a unit if it is eventually consistent.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any

from chalicelib.store.engine.schema import INDEXES, Index
from tests.support.wire_guard import key_of, size_of, written_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Wire = Mapping[str, Any]
Key = tuple[str, str]

KB = 1_024  # bytes of a write unit
READ = 4 * KB  # bytes of a read unit


class Meter:
    """Counts the units and calls of a client.  ``probe`` is another client, whose calls are not counted."""

    def __init__(self, client: "DynamoDBClient", probe: "DynamoDBClient", table: str) -> None:
        self.client, self.probe, self.table = client, probe, table
        self.write = self.read = 0.0
        self.calls: Counter[str] = Counter()
        self._body: Wire = {}
        self._before: dict[Key, Wire] = {}

    @contextmanager
    def running(self) -> Iterator["Meter"]:
        """Count from 0 while the context is open."""
        self.write = self.read = 0.0
        self.calls.clear()
        events = self.client.meta.events
        events.register("before-call.dynamodb", self._begin)
        events.register("after-call.dynamodb", self._end)
        try:
            yield self
        finally:
            events.unregister("before-call.dynamodb", self._begin)
            events.unregister("after-call.dynamodb", self._end)

    def _begin(self, model: Any, params: Wire, **_: Any) -> None:  # noqa: ANN401  the SDK's own
        self._body = json.loads(params["body"])
        self._before = {key_of(part): self._item(key_of(part)) for _, part in written_items(model.name, self._body)}

    def _end(self, model: Any, parsed: Wire, **_: Any) -> None:  # noqa: ANN401  the SDK's own
        self.calls[model.name] += 1
        factor = 2 if model.name == "TransactWriteItems" else 1
        for key, before in self._before.items():
            self.write += write_units(before, self._item(key), factor)
        self.read += read_units(model.name, self._body, parsed)

    def _item(self, key: Key) -> Wire:
        wanted = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        return self.probe.get_item(TableName=self.table, Key=wanted, ConsistentRead=True).get("Item", {})


def write_units(before: Wire, after: Wire, factor: int) -> int:
    """The units of writing one item and its index entries; indexes count once even in a transaction."""
    own = max(1, ceil(max(size_of(before), size_of(after)) / KB)) * factor
    return own + sum(index_units(entry(index, before), entry(index, after), index) for index in INDEXES)


def entry(index: Index, item: Wire) -> Wire:
    """An item's entry in an index; empty without both keys."""
    if not {index.partition, index.sort} <= item.keys():
        return {}
    shown = {"pk", "sk", index.partition, index.sort, *index.attributes}
    return {name: value for name, value in item.items() if name in shown}


def index_units(before: Wire, after: Wire, index: Index) -> int:
    """The units of writing one index entry."""
    if before == after:
        return 0
    sizes = [ceil(size_of(each) / KB) for each in (before, after) if each]
    moved = any(before.get(name) != after.get(name) for name in (index.partition, index.sort))
    return sum(sizes) if moved else max(sizes)


def read_units(operation: str, body: Wire, parsed: Wire) -> float:
    """The units of one read: of a query by the sum of its items, of other calls item by item."""
    if operation == "Query":
        return _read(sum(map(size_of, parsed["Items"])), body)
    if operation == "GetItem":
        return _read(size_of(parsed.get("Item", {})), body)
    if operation == "BatchGetItem":
        return sum(_batch(wanted, parsed["Responses"][table]) for table, wanted in body["RequestItems"].items())
    return 0


def _batch(wanted: Wire, found: list[Wire]) -> float:
    """The units of a batch; a missing item costs as much as the smallest one."""
    missing = len(wanted["Keys"]) - len(found)
    return sum(_read(size_of(item), wanted) for item in found) + missing * _read(0, wanted)


def _read(size: int, asked: Wire) -> float:
    return max(1, ceil(size / READ)) * (1 if asked.get("ConsistentRead") else 0.5)
