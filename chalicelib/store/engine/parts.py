"""The parts of a write, each with its condition.

A condition is defined together with its meaning: ``otherwise`` turns the item for which the condition failed
into the exception to raise.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, count, islice
from typing import Any, Literal

from ...core.errors import ChangedMeanwhile
from .attributes import Item

Key = tuple[str, str]
Otherwise = Callable[[Item], Exception]
WriteKind = Literal["Put", "Update", "Delete", "ConditionCheck"]


def changed_meanwhile(_found: Item) -> Exception:
    """The default meaning of a failed condition."""
    return ChangedMeanwhile()


@dataclass(frozen=True)
class Where:
    """A condition on an item before a write; all of it must hold.

    ``equal``: attributes with exactly these values.  ``absent`` and ``present``: attributes that must be missing or
    exist.  ``below``: numbers that must be missing or less.  ``among``: attributes with one of several values.
    """

    equal: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    below: Mapping[str, int] = field(default_factory=dict)
    present: tuple[str, ...] = ()
    among: Mapping[str, Sequence[Any]] = field(default_factory=dict)


ANY = Where()
Arguments = dict[str, Any]  # of an SDK call, with plain values: the table converts them
Shape = tuple[tuple[Any, ...], ...]


def expressions(where: Where, changes: Shape = (), values: Sequence[Any] = (), *, kind: str = "Condition") -> Arguments:
    """The arguments of an SDK call for a condition, and for ``changes`` whose values come first.

    All names and values have placeholders, so that reserved words can't occur.  The texts depend only on the
    names of the attributes, and are kept.
    """
    names = tuple(where.equal), tuple(where.below), where.absent, where.present
    among = tuple((name, len(several)) for name, several in where.among.items())
    arguments = dict(_texts(changes, names, among, kind))
    values = [*values, *where.equal.values(), *where.below.values(), *chain(*where.among.values())]
    if values:
        arguments["ExpressionAttributeValues"] = {f":{number}": value for number, value in enumerate(values)}
    return arguments


@lru_cache(maxsize=1_024)
def _texts(changes: Shape, names: Shape, among: tuple[tuple[str, int], ...], kind: str) -> Arguments:
    """The arguments that are the same for all writes that change and check the same attributes."""
    value = map(":{}".format, count())
    texts = {"UpdateExpression": _update(changes, value), f"{kind}Expression": _condition(names, among, value)}
    found: Arguments = {name: text for name, text in texts.items() if text}
    if "ConditionExpression" in found:
        found["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    used = [name for group in (*changes, *names) for path in group for name in path.split(".")]
    used += [name for name, _ in among]
    return found | ({"ExpressionAttributeNames": {f"#{name}": name for name in used}} if used else {})


def _update(changes: Shape, value: Iterator[str]) -> str:
    """The text of an update that sets, sets where missing, counts, adds to and removes these attributes or entries."""
    if not changes:
        return ""
    put, default, counted, add, remove = ([f"#{name.replace('.', '.#')}" for name in group] for group in changes)
    sets = [f"{path} = {next(value)}" for path in put]
    sets += [f"{path} = if_not_exists({path}, {next(value)})" for path in default]
    sets += [f"{path} = if_not_exists({path}, {next(value)}) + {next(value)}" for path in counted]
    adds, removes = [f"{path} {next(value)}" for path in add], remove
    clauses = {"SET": sets, "ADD": adds, "REMOVE": removes}
    return " ".join(f"{verb} {', '.join(terms)}" for verb, terms in clauses.items() if terms)


def _condition(names: Shape, among: tuple[tuple[str, int], ...], value: Iterator[str]) -> str:
    equal, below, absent, present = names
    terms = [f"#{name} = {next(value)}" for name in equal]
    terms += [f"(attribute_not_exists(#{name}) OR #{name} < {next(value)})" for name in below]
    terms += [f"#{name} IN ({', '.join(islice(value, size))})" for name, size in among]
    terms += [f"attribute_not_exists(#{name})" for name in absent]
    return " AND ".join(terms + [f"attribute_exists(#{name})" for name in present])


@dataclass(frozen=True, kw_only=True)
class Put:
    """Write a whole item."""

    item: Item
    where: Where = ANY
    otherwise: Otherwise = changed_meanwhile
    kind: WriteKind = "Put"

    @property
    def key(self) -> Key:
        """The key of the item."""
        return self.item["pk"], self.item["sk"]

    def arguments(self) -> dict[str, Any]:
        """The arguments of the SDK call, without the table name."""
        return {"Item": self.item, **expressions(self.where)}


NEW = Where(absent=("pk",))


@dataclass(frozen=True, kw_only=True)
class Update:
    """Change some attributes, or entries of maps, named ``map.entry``.

    ``default`` sets what is missing.  ``add`` counts attributes from 0, and ``count`` entries: DynamoDB's ADD works on
    top-level attributes only; both are exact under concurrent writes.  A map must exist, and its other entries are
    kept, so writes of different entries never overwrite each other.
    """

    key: Key
    set: Mapping[str, Any] = field(default_factory=dict)
    default: Mapping[str, Any] = field(default_factory=dict)
    count: Mapping[str, int] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    where: Where = ANY
    otherwise: Otherwise = changed_meanwhile
    kind: WriteKind = "Update"

    def arguments(self) -> dict[str, Any]:
        """The arguments of the SDK call, without the table name."""
        counted = chain.from_iterable((0, number) for number in self.count.values())
        values = [*self.set.values(), *self.default.values(), *counted, *self.add.values()]
        changes = tuple(self.set), tuple(self.default), tuple(self.count), tuple(self.add), self.remove
        return {"Key": {"pk": self.key[0], "sk": self.key[1]}, **expressions(self.where, changes, values)}


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Remove an item."""

    key: Key
    where: Where = ANY
    otherwise: Otherwise = changed_meanwhile
    kind: WriteKind = "Delete"

    def arguments(self) -> dict[str, Any]:
        """The arguments of the SDK call, without the table name."""
        return {"Key": {"pk": self.key[0], "sk": self.key[1]}, **expressions(self.where)}


@dataclass(frozen=True, kw_only=True)
class Check:
    """Check a condition without writing."""

    key: Key
    where: Where
    otherwise: Otherwise = changed_meanwhile
    kind: WriteKind = "ConditionCheck"

    def arguments(self) -> dict[str, Any]:
        """The arguments of the SDK call, without the table name."""
        return {"Key": {"pk": self.key[0], "sk": self.key[1]}, **expressions(self.where)}


Part = Put | Update | Delete | Check
