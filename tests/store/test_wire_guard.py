"""The wire guard finds mistakes that moto accepts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.store.room import Room
from chalicelib.store.threads import List, Sort
from tests.support.wire_guard import guarded
from tests.support.world import POST, World, new_world, shared_client


@pytest.fixture
def unguarded() -> Iterator[World]:
    with mock_aws():
        world = new_world(shared_client())
        with world.open():
            yield world


MISTAKES: dict[str, Callable[[Any, str], object]] = {
    "qpk is": lambda client, table: client.put_item(
        TableName=table, Item={"pk": {"S": "C#1"}, "sk": {"S": "C"}, "qpk": {"N": "1"}, "qsk": {"S": "1"}}
    ),
    "half a key": lambda client, table: client.put_item(
        TableName=table, Item={"pk": {"S": "C#1"}, "sk": {"S": "C"}, "ppk": {"S": "P#/a"}}
    ),
    "26 items": lambda client, table: client.batch_write_item(
        RequestItems={
            table: [{"PutRequest": {"Item": {"pk": {"S": f"C#{number}"}, "sk": {"S": "C"}}}} for number in range(26)]
        }
    ),
    "psk is": lambda client, table: client.update_item(
        TableName=table,
        Key={"pk": {"S": "C#1"}, "sk": {"S": "C"}},
        UpdateExpression="SET #n0 = if_not_exists(#n0, :v0)",
        ExpressionAttributeNames={"#n0": "psk"},
        ExpressionAttributeValues={":v0": {"S": ""}},
    ),
    "a condition of 1025 bytes": lambda client, table: client.query(
        TableName=table,
        IndexName="status",
        KeyConditionExpression="#n0 = :v0 AND #n1 > :v1",
        ExpressionAttributeNames={"#n0": "qpk", "#n1": "qsk"},
        ExpressionAttributeValues={":v0": {"S": "POSTS#0"}, ":v1": {"S": "x" * 1_025}},
    ),
    "an item of": lambda client, table: client.put_item(
        TableName=table, Item={"pk": {"S": "C#1"}, "sk": {"S": "C"}, "text": {"S": "x" * 400_000}}
    ),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_the_guard_finds_mistakes_that_moto_accepts(unguarded: World, message: str) -> None:
    runtime = unguarded.runtime

    with pytest.raises(AssertionError, match=message), guarded(runtime.table.client):
        MISTAKES[message](runtime.table.client, runtime.settings.table)


def test_the_guard_finds_an_index_that_is_read_after_a_write(unguarded: World, monkeypatch: pytest.MonkeyPatch) -> None:
    submission, threads = unguarded.runtime.submission, unguarded.runtime.threads
    plain = submission.submit

    def submit_and_read(*arguments: Any) -> Any:
        comment = plain(*arguments)
        threads.page(List(POST, 10, Room()), Sort.NEWEST, None)
        return comment

    monkeypatch.setattr(submission, "submit", submit_and_read)
    with pytest.raises(AssertionError, match="after it wrote"), guarded(unguarded.runtime.table.client):
        unguarded.submit()
