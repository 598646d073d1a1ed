"""What tests need of moto beside DynamoDB's behaviour: that threads can share it, and that it is fast enough."""

import copy
import threading
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_answer = BotocoreStubber.__call__
_search = ResponseSerializer.get_value
_transact = DynamoDBBackend.transact_write_items
_cast = DynamoType.cast_value.fget  # type: ignore[attr-defined]
_lock = threading.RLock()


def patch_moto() -> None:
    """Make moto handle one call at a time, because it is not thread-safe, and do without needless work."""
    BotocoreStubber.__call__ = _one_at_a_time  # type: ignore[method-assign]
    ResponseSerializer.get_value = _get_value  # type: ignore[method-assign]
    DynamoDBBackend.transact_write_items = _transact_write_items  # type: ignore[method-assign]
    DynamoType.cast_value = property(_cast_value)  # type: ignore[assignment,method-assign]


def _one_at_a_time(self: BotocoreStubber, *args: Any, **kwargs: Any) -> Any:
    with _lock:
        return _answer(self, *args, **kwargs)


def _get_value(self: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
    """The member of a value; moto looks for each of DynamoDB's ten types under up to ten names."""
    if type(value) is dict and shape.parent.name == "AttributeValue":
        return value.get(key)
    return _search(self, value, key, shape)


def _cast_value(self: DynamoType) -> Any:
    """The value in Python's type; nearly all are strings, for which moto asks last."""
    return self.value if self.type == "S" else _cast(self)


def _transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Write all items or none; moto copies the whole table for each of them, all before the first write."""
    copies: dict[str, Table] = {}

    def copied(table: Table, memo: dict[int, Any]) -> Table:
        if table.name not in copies:
            copies[table.name] = copy.copy(table)
            copies[table.name].__dict__ = copy.deepcopy(table.__dict__, memo)
        return copies[table.name]

    Table.__deepcopy__ = copied  # type: ignore[attr-defined]
    try:
        _transact(self, transact_items)
    finally:
        del Table.__deepcopy__  # type: ignore[attr-defined]
