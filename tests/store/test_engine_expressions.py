"""Items survive the way to the table and back, and expressions name exactly what they use."""

import re
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.store.engine.attributes import item_from_wire, item_to_wire
from chalicelib.store.engine.parts import Update, Where, expressions

NAMES = st.sampled_from(["n", "status", "ver", "edited_by", "m721", "via"])
SCALARS = st.text() | st.booleans() | st.integers()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
SCALAR_ITEMS = st.dictionaries(NAMES, SCALARS)
NUMBERS = st.dictionaries(NAMES, st.integers())
SEVERAL = st.dictionaries(NAMES, st.lists(SCALARS, min_size=1, max_size=3))
LISTS = st.lists(NAMES, unique=True).map(tuple)
CONDITIONS = st.builds(Where, equal=SCALAR_ITEMS, absent=LISTS, below=NUMBERS, present=LISTS, among=SEVERAL)


class Colour(StrEnum):
    RED = "red"


@given(st.dictionaries(st.text(), VALUES))
def test_an_item_comes_back_from_the_table_as_it_was(item: dict[str, Any]) -> None:
    assert item_from_wire(item_to_wire(item)) == item


def test_each_type_has_its_letter_and_a_boolean_is_no_number() -> None:
    wire = item_to_wire({"a": "x", "b": True, "c": 1, "d": Colour.RED, "e": ("y", False), "f": {"g": 0}})

    assert wire == {
        "a": {"S": "x"},
        "b": {"BOOL": True},
        "c": {"N": "1"},
        "d": {"S": "red"},
        "e": {"L": [{"S": "y"}, {"BOOL": False}]},
        "f": {"M": {"g": {"N": "0"}}},
    }


@pytest.mark.parametrize("value", [1.5, None, b"x", object()], ids=["float", "none", "bytes", "object"])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="not supported"):
        item_to_wire({"a": value})


@given(CONDITIONS, SCALAR_ITEMS, SCALAR_ITEMS, NUMBERS, LISTS)
def test_an_update_uses_every_name_and_value_that_it_sends_and_no_other(
    where: Where, put: dict[str, Any], default: dict[str, Any], add: dict[str, int], remove: tuple[str, ...]
) -> None:
    put = put | {"op": "x"}
    found = Update(key=("a", "b"), set=put, default=default, add=add, remove=remove, where=where).arguments()

    used = set(re.findall(r"[#:]\w+", found["UpdateExpression"] + " " + found.get("ConditionExpression", "")))
    names, values = found.get("ExpressionAttributeNames", {}), found.get("ExpressionAttributeValues", {})
    assert used == {*names, *values}
    assert all(placeholder == f"#{name}" for placeholder, name in names.items())
    sent = [*put.values(), *default.values(), *add.values(), *where.equal.values(), *where.below.values()]
    sent += [value for several in where.among.values() for value in several]
    assert list(values.values()) == sent


def test_two_conditions_on_the_same_attributes_send_their_own_values() -> None:
    first, second = (expressions(Where(equal={"ver": version})) for version in (1, 2))

    assert first["ConditionExpression"] == second["ConditionExpression"] == "#ver = :0"
    assert (first["ExpressionAttributeValues"], second["ExpressionAttributeValues"]) == (
        {":0": 1},
        {":0": 2},
    )
