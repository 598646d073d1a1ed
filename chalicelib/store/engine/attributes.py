"""Python values ↔ DynamoDB's typed JSON: strings, whole numbers, booleans, lists, maps.

Nothing else occurs in our items, so the SDK's Decimal-based serialiser, three times slower, is not needed.
"""

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
Wire = dict[str, Any]


def to_wire(value: object) -> Wire:
    """One value."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": item_to_wire(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return {"L": [to_wire(each) for each in value]}
    raise TypeError(f"{type(value).__name__} is no attribute's type")


def from_wire(typed: Mapping[str, Any]) -> Any:  # noqa: ANN401  an attribute is of any type
    """One value."""
    [(kind, value)] = typed.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return item_from_wire(value)
    if kind == "L":
        return [from_wire(each) for each in value]
    return value


def item_to_wire(item: Mapping[str, Any]) -> Wire:
    """A whole item."""
    return {name: to_wire(value) for name, value in item.items()}


def item_from_wire(wire: Mapping[str, Any]) -> Item:
    """A whole item."""
    return {name: from_wire(typed) for name, typed in wire.items()}
