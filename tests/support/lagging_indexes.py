"""Simulates eventually consistent indexes: a query gets the state of some writes ago.  Also reads the whole table.

DynamoDB's indexes follow the table a moment later, and two queries may see them at two moments.  No engine
here shows that, so ``Lag`` keeps the last few states of the table and answers from one of them.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.dynamodb.models import dynamodb_backends

from chalicelib.store.engine.schema import INDEXES, Index
from tests.support.faults import aws_response, request_body, run_in_thread

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Wire = Mapping[str, Any]
TERM = re.compile(r"(#\w+) (=|>=|<=|<|>|BETWEEN) (:\w+)(?: AND (:\w+))?")
AMONG = re.compile(r"(#\w+) (?:=|IN) \(?((?::\w+(?:, )?)+)\)?")


class Lag:
    """``states`` are the last states of the table, oldest first."""

    def __init__(self, client: "DynamoDBClient", table: str, writes: int, seed: int) -> None:
        self.client, self.table = client, table
        self.states: deque[list[Wire]] = deque(maxlen=writes + 1)
        self.stale = 0  # answers from an older state
        self._random = Random(seed)  # noqa: S311  repeatable
        self.wrote()

    def wrote(self) -> None:
        """Record the state after a write."""
        run_in_thread(lambda: self.states.append(list(whole_table(self.client, self.table))))

    def answer(self, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """The stale response to an index query; None for any other call."""
        body = request_body(request)
        if operation != "Query" or "IndexName" not in body or body["TableName"] != self.table:
            return None
        number = self._random.randrange(len(self.states))
        self.stale += number < len(self.states) - 1
        return aws_response(request, 200, query_result(self.states[number], body))


def query_result(items: list[Wire], body: Wire) -> dict[str, Any]:
    """What DynamoDB would return for a query of these items."""
    [index] = [each for each in INDEXES if each.name == body["IndexName"]]
    backwards = not body.get("ScanIndexForward", True)
    found = sorted(
        (item for item in items if is_wanted(item, index, body)), key=lambda item: index_position(item, index)
    )
    found = found[::-1] if backwards else found
    if start := body.get("ExclusiveStartKey"):
        after = index_position(start, index)
        found = [
            item
            for item in found
            if (index_position(item, index) < after if backwards else index_position(item, index) > after)
        ]
    page = found[: body.get("Limit", len(found))]
    keys = ("pk", "sk", index.partition, index.sort)
    shown = [{name: item[name] for name in (*keys, *index.attributes) if name in item} for item in page]
    shown = [item for item in shown if passes_filter(item, body)]
    answer: dict[str, Any] = {"Items": shown, "Count": len(shown), "ScannedCount": len(page)}
    if page and len(page) == body.get("Limit"):
        answer["LastEvaluatedKey"] = {name: page[-1][name] for name in keys}
    return answer


def index_position(item: Wire, index: Index) -> tuple[str, str, str]:
    """An item's position in a partition of an index."""
    return item[index.sort]["S"], item["pk"]["S"], item["sk"]["S"]


def is_wanted(item: Wire, index: Index, body: Wire) -> bool:
    """Whether it is in the index and matches the key condition."""
    if index.partition not in item or index.sort not in item:
        return False
    names, values = body["ExpressionAttributeNames"], body["ExpressionAttributeValues"]
    terms = TERM.findall(body["KeyConditionExpression"])
    assert terms, body
    return all(
        compares(item[names[name]]["S"], operator, *(values[end]["S"] for end in ends if end))
        for name, operator, *ends in terms
    )


def passes_filter(item: Wire, body: Wire) -> bool:
    """Whether it matches the filter, if there is one."""
    names, values = body["ExpressionAttributeNames"], body["ExpressionAttributeValues"]
    terms = AMONG.findall(body.get("FilterExpression", ""))
    assert terms or "FilterExpression" not in body, body
    return all(item.get(names[name]) in [values[each] for each in among.split(", ")] for name, among in terms)


def compares(value: str, operator: str, first: str, last: str = "") -> bool:
    """One term of a key condition."""
    return {
        "=": value == first,
        ">=": value >= first,
        "<=": value <= first,
        "<": value < first,
        ">": value > first,
        "BETWEEN": first <= value <= last,
    }[operator]


def whole_table(client: "DynamoDBClient", table: str) -> Iterator[dict[str, Any]]:
    """Every item as it is now, in DynamoDB's typed JSON."""
    if botocore_stubber.enabled:
        for partition in moto_table(client, table).items.values():
            yield from ({name: typed(value) for name, value in item.attrs.items()} for item in partition.values())
        return
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def moto_table(client: "DynamoDBClient", table: str) -> Any:
    """What moto keeps of a table: its answer to a scan takes ten times as long."""
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name].tables[table]


def typed(value: Any) -> dict[str, Any]:
    """What moto keeps of an attribute, as it would be sent."""
    if value.is_list():
        return {"L": [typed(each) for each in value.value]}
    if value.is_map():
        return {"M": {name: typed(each) for name, each in value.value.items()}}
    return {value.type: value.value}
