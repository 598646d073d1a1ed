"""The parts of a write.

A condition and its meaning stand together: ``otherwise`` is what a part that does not hold makes of
the item it found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ...core.errors import ChangedMeanwhile
from .attributes import Item, item_to_wire, to_wire

Key = tuple[str, str]
Otherwise = Callable[[Item], Exception]
Kind = Literal["Put", "Update", "Delete", "ConditionCheck"]


def changed_meanwhile(_found: Item) -> Exception:
    """The usual meaning of a condition that no longer holds."""
    return ChangedMeanwhile()


@dataclass(frozen=True)
class Where:
    """What must hold of the item before: equal to these values, one of those, and without those attributes."""

    equal: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    below: Mapping[str, int] = field(default_factory=dict)
    present: tuple[str, ...] = ()
    among: Mapping[str, Sequence[Any]] = field(default_factory=dict)


class Expression:
    """Collects names and values behind placeholders, so that no word is ever reserved."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, name: str) -> str:
        """A placeholder for a name."""
        placeholder = f"#n{len(self.names)}"
        self.names[placeholder] = name
        return placeholder

    def value(self, value: object) -> str:
        """A placeholder for a value."""
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = to_wire(value)
        return placeholder

    def condition(self, where: Where) -> str:
        """The condition expression."""
        terms = [f"{self.name(name)} = {self.value(value)}" for name, value in where.equal.items()]
        for name, values in where.among.items():
            terms.append(f"{self.name(name)} IN ({', '.join(map(self.value, values))})")
        terms += [f"attribute_not_exists({self.name(name)})" for name in where.absent]
        terms += [f"attribute_exists({self.name(name)})" for name in where.present]
        for name, most in where.below.items():
            placeholder = self.name(name)
            terms.append(f"(attribute_not_exists({placeholder}) OR {placeholder} < {self.value(most)})")
        return " AND ".join(terms)

    def arguments(self) -> dict[str, Any]:
        """What the SDK takes."""
        arguments: dict[str, Any] = {}
        if self.names:
            arguments["ExpressionAttributeNames"] = self.names
        if self.values:
            arguments["ExpressionAttributeValues"] = self.values
        return arguments


def _conditioned(expression: Expression, where: Where) -> dict[str, Any]:
    condition = expression.condition(where)
    arguments = expression.arguments()
    if condition:
        arguments |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return arguments


def _key(key: Key) -> dict[str, Any]:
    return item_to_wire({"pk": key[0], "sk": key[1]})


@dataclass(frozen=True, kw_only=True)
class Put:
    """Write a whole item."""

    item: Item
    where: Where = Where()
    otherwise: Otherwise = changed_meanwhile
    kind: Kind = "Put"

    @property
    def key(self) -> Key:
        """Of the item."""
        return self.item["pk"], self.item["sk"]

    def arguments(self) -> dict[str, Any]:
        """What the SDK takes, but for the table."""
        return {"Item": item_to_wire(self.item), **_conditioned(Expression(), self.where)}


NEW = Where(absent=("pk",))


@dataclass(frozen=True, kw_only=True)
class Update:
    """Change some attributes.  ``default`` sets what is absent; ``add`` counts from 0."""

    key: Key
    set: Mapping[str, Any] = field(default_factory=dict)
    default: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    where: Where = Where()
    otherwise: Otherwise = changed_meanwhile
    kind: Kind = "Update"

    def arguments(self) -> dict[str, Any]:
        """What the SDK takes, but for the table."""
        expression = Expression()
        sets = [f"{expression.name(name)} = {expression.value(value)}" for name, value in self.set.items()]
        for name, value in self.default.items():
            placeholder = expression.name(name)
            sets.append(f"{placeholder} = if_not_exists({placeholder}, {expression.value(value)})")
        adds = [f"{expression.name(name)} {expression.value(value)}" for name, value in self.add.items()]
        removes = [expression.name(name) for name in self.remove]
        clauses = {"SET": sets, "ADD": adds, "REMOVE": removes}
        update = " ".join(f"{verb} {', '.join(terms)}" for verb, terms in clauses.items() if terms)
        return {"Key": _key(self.key), "UpdateExpression": update, **_conditioned(expression, self.where)}


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Remove an item."""

    key: Key
    where: Where = Where()
    otherwise: Otherwise = changed_meanwhile
    kind: Kind = "Delete"

    def arguments(self) -> dict[str, Any]:
        """What the SDK takes, but for the table."""
        return {"Key": _key(self.key), **_conditioned(Expression(), self.where)}


@dataclass(frozen=True, kw_only=True)
class Check:
    """Only a condition."""

    key: Key
    where: Where
    otherwise: Otherwise = changed_meanwhile
    kind: Kind = "ConditionCheck"

    def arguments(self) -> dict[str, Any]:
        """What the SDK takes, but for the table."""
        return {"Key": _key(self.key), **_conditioned(Expression(), self.where)}


Part = Put | Update | Delete | Check
