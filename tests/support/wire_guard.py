"""Checks every DynamoDB request, and fails where DynamoDB would but moto or ministack does not.

Within a request of ours it also keeps two rules that no engine here can show: no route scans, and no
route reads an index after it wrote something that may stand in one, because indexes lag.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chalicelib.api.http.request import Request, current_request
from chalicelib.store.engine.schema import INDEXES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Wire = Mapping[str, Any]
Watcher = Callable[[str, Wire], None]

EVENT = "before-call.dynamodb"
MAX_PARTS = {"BatchWriteItem": 25, "TransactWriteItems": 100}  # items in one call
MAX_KEYS = 100  # of a BatchGetItem
MAX_ITEM = 400_000  # bytes, a little less than DynamoDB's 400 KiB
MAX_KEY = {  # bytes
    **{index.partition: 2_048 for index in INDEXES},
    **{index.sort: 1_024 for index in INDEXES},
}
LISTED = ("C#", "P#", "AUD#")  # partitions whose items may be in an index
PLACEHOLDER = re.compile(r"[#:]\w+")
ASSIGNED = re.compile(r"(#\w+) = (?:if_not_exists\(#\w+, )?(:\w+)")


def written_items(operation: str, body: Wire) -> list[tuple[str, Wire]]:
    """(verb, arguments) of each item that a call writes, or checks."""
    if operation == "TransactWriteItems":
        return [part for entry in body["TransactItems"] for part in entry.items()]
    if operation == "BatchWriteItem":
        entries = (entry for entries in body["RequestItems"].values() for entry in entries)
        return [(verb.removesuffix("Request"), part) for entry in entries for verb, part in entry.items()]
    verb = operation.removesuffix("Item")
    return [(verb, body)] if verb in {"Put", "Update", "Delete"} else []


def key_of(part: Wire) -> tuple[str, str]:
    """The key of an item that is written, or checked."""
    key = part.get("Key") or part["Item"]
    return key["pk"]["S"], key["sk"]["S"]


def size_of(item: Wire) -> int:
    """Bytes of an item, as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(typed) for name, typed in item.items())


def _value_size(typed: Wire) -> int:
    [(kind, value)] = typed.items()
    if kind == "N":
        return (len(value) + 1) // 2 + 1
    if kind == "M":
        return 3 + len(value) + size_of(value)
    if kind == "L":
        return 3 + len(value) + sum(map(_value_size, value))
    return len(value.encode()) if kind == "S" else 1


class WireGuard:
    """Collects all violations, and fails the call that has one."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._thread = threading.local()

    def __call__(self, operation: str, body: Wire) -> None:
        """Check one call."""
        found = [f"{operation}: {fault}" for fault in (*_shape_fault(operation, body), *self._order(operation, body))]
        self.faults += found
        assert not found, found

    def _order(self, operation: str, body: Wire) -> Iterator[str]:
        """Violations in the order of calls within a request."""
        request = current_request.get(None)
        if request is None:
            return
        if operation == "Scan":
            yield "a route scans"
        if "IndexName" in body and self._check_write(request):
            yield f"{request.route} reads the index {body['IndexName']} after it wrote"
        if any(key_of(part)[0].startswith(LISTED) for _, part in written_items(operation, body)):
            self._thread.wrote = request

    def _check_write(self, request: Request) -> bool:
        return getattr(self._thread, "wrote", None) is request


def _shape_fault(operation: str, body: Wire) -> Iterator[str]:
    """Violations in the call itself."""
    parts = written_items(operation, body)
    keys = [key_of(part) for _, part in parts]
    if len(parts) > MAX_PARTS.get(operation, 1):
        yield f"{len(parts)} items"
    if len(set(keys)) < len(keys):
        yield "one item twice"
    if body.get("ConsistentRead") and "IndexName" in body:
        yield "a consistent read of an index"
    if operation == "BatchGetItem" and sum(len(each["Keys"]) for each in body["RequestItems"].values()) > MAX_KEYS:
        yield "too many keys"
    for verb, part in parts:
        yield from _item(verb, part)
    if operation == "Query":
        yield from _condition(body)


def _condition(body: Wire) -> Iterator[str]:
    """A condition's values are keys too."""
    names, values = body["ExpressionAttributeNames"], body["ExpressionAttributeValues"]
    name = ""
    for word in PLACEHOLDER.findall(body["KeyConditionExpression"]):
        name = names.get(word, name)
        if word in values and not _fits_key(values[word], most={"pk": 2_048, **MAX_KEY}.get(name, 1_024)):
            yield f"a condition of {len(values[word]['S'].encode())} bytes on {name}"


def _item(verb: str, part: Wire) -> Iterator[str]:
    attributes = _assigned(part) if verb == "Update" else part.get("Item", {})
    if size_of(attributes) >= MAX_ITEM:
        yield f"an item of {size_of(attributes)} bytes"
    for name in attributes.keys() & MAX_KEY.keys():
        if not _fits_key(attributes[name], most=MAX_KEY[name]):
            yield f"{name} is {attributes[name]}"
    for index in INDEXES:
        if (index.partition in attributes) != (index.sort in attributes) and verb == "Put":
            yield f"half a key of {index.name}"


def _assigned(part: Wire) -> dict[str, Any]:
    """The attributes that an update sets, by their real names."""
    names, values = part.get("ExpressionAttributeNames", {}), part.get("ExpressionAttributeValues", {})
    return {names[name]: values[value] for name, value in ASSIGNED.findall(part["UpdateExpression"])}


def _fits_key(typed: Wire, *, most: int) -> bool:
    text = typed.get("S")
    return isinstance(text, str) and 0 < len(text.encode()) <= most


@contextmanager
def watched(client: "DynamoDBClient", watcher: Watcher) -> Iterator[None]:
    """Call a watcher for every call of a client: (operation, body)."""

    def look(model: Any, params: Wire, **_: Any) -> None:
        watcher(model.name, json.loads(params["body"]))

    client.meta.events.register(EVENT, look)
    try:
        yield
    finally:
        client.meta.events.unregister(EVENT, look)


@contextmanager
def guarded(client: "DynamoDBClient") -> Iterator[WireGuard]:
    """Guard a client, and fail at the end too, because the service turns exceptions into a 500."""
    guard = WireGuard()
    with watched(client, guard):
        yield guard
    assert not guard.faults, guard.faults
