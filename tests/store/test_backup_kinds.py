"""Every type of item that the table can hold is in a backup, or left out for a reason that stands here."""

import inspect
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from chalicelib.core.backup import Kind
from chalicelib.core.comments import Status
from chalicelib.store.backup.export import KINDS, kind_of
from chalicelib.store.engine import keys
from chalicelib.store.engine.parts import Key
from tests.cli.lively import LEFT_OUT, live
from tests.invariants import read_truth
from tests.world import START, World

ANY: dict[Any, Any] = {str: "x", int: 1, datetime: START, date: START.date(), Status: Status.PENDING}
NOT_KEPT = {
    "token": "a token that was revoked after the backup was made would count again",
    "counter": "what was let through in the last hours says nothing of another table",
    "mark": "how far the hourly timer came says nothing of another table",
    "RESTORING": "it stands only in a table that is no whole site yet",
}


def every_key() -> Iterator[tuple[str, Key]]:
    """All keys that chalicelib/store/engine/keys.py can make, by the names of what makes them."""
    for name, made in vars(keys).items():
        if inspect.isfunction(made) and made.__module__ == keys.__name__:
            hints = get_type_hints(made)
            if hints.pop("return") == Key:
                yield name, made(*(ANY[hint] for hint in hints.values()))
                if name == "audit":
                    yield "audit of what is no comment", keys.audit("", "x")
        elif isinstance(made, tuple):
            yield name, made


def item(key: Key) -> dict[str, Any]:
    return {"pk": key[0], "sk": key[1]}


@pytest.mark.parametrize(("name", "key"), [*every_key()], ids=[name for name, _ in every_key()])
def test_what_the_table_can_hold_is_of_a_kind_or_left_out_on_purpose(name: str, key: Key) -> None:
    assert (kind_of(item(key)) is None) == (name in NOT_KEPT)


def test_no_kind_is_without_a_key_that_makes_it() -> None:
    made = [item(key) for _, key in every_key()]

    for row in KINDS:
        assert any(row[1].fullmatch(each["pk"]) and row[2].fullmatch(each["sk"]) for each in made), row


def test_the_lively_site_has_items_of_every_kind(world: World) -> None:
    live(world)

    items = read_truth(world).items

    assert {kind_of(each) for each in items} - {None} == set(Kind)
    strangers = {each["pk"] for each in items if kind_of(each) is None}
    assert all(pk.startswith(LEFT_OUT) for pk in strangers), strangers


def test_every_kind_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "backup.md").read_text(encoding="utf-8")

    assert [kind for kind in Kind if f"`{kind}`" not in page] == []
