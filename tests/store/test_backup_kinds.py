"""Every type of item in the table is either in backups or excluded for a reason given here."""

import inspect
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from chalicelib.core.backup import EntryKind
from chalicelib.core.comments import Status
from chalicelib.store.backup.export import KINDS, kind_of
from chalicelib.store.engine import keys
from chalicelib.store.engine.parts import Key
from tests.support.invariants import read_truth
from tests.support.populated_site import NOT_BACKED_UP, populate
from tests.support.world import START, World

ANY: dict[Any, Any] = {str: "x", int: 1, datetime: START, date: START.date(), Status: Status.PENDING}
EXCLUDED = {
    "token": "a restore would bring back tokens that were revoked after the backup",
    "counter": "rate limits of the last hours do not apply to another table",
    "checkpoint": "the progress of maintenance tasks does not apply to another table",
    "RESTORING": "it exists only while a restore is unfinished",
}


def every_key() -> Iterator[tuple[str, Key]]:
    """All keys of chalicelib/store/engine/keys.py, by the names of their functions."""
    for name, made in vars(keys).items():
        if inspect.isfunction(made) and made.__module__ == keys.__name__:
            hints = get_type_hints(made)
            if hints.pop("return") == Key:
                yield name, made(*(ANY[hint] for hint in hints.values()))
                if name == "audit":
                    yield "audit row without a comment", keys.audit("", "x")
        elif isinstance(made, tuple):
            yield name, made


def item(key: Key) -> dict[str, Any]:
    return {"pk": key[0], "sk": key[1]}


@pytest.mark.parametrize(("name", "key"), [*every_key()], ids=[name for name, _ in every_key()])
def test_every_key_has_an_entry_kind_or_is_excluded_on_purpose(name: str, key: Key) -> None:
    assert (kind_of(item(key)) is None) == (name in EXCLUDED)


def test_every_kind_matches_a_key() -> None:
    made = [item(key) for _, key in every_key()]

    for row in KINDS:
        assert any(row[1].fullmatch(each["pk"]) and row[2].fullmatch(each["sk"]) for each in made), row


def test_the_populated_site_has_items_of_every_kind(world: World) -> None:
    populate(world)

    items = read_truth(world).items

    assert {kind_of(each) for each in items} - {None} == set(EntryKind)
    excluded = {each["pk"] for each in items if kind_of(each) is None}
    assert all(pk.startswith(NOT_BACKED_UP) for pk in excluded), excluded


def test_every_kind_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "backup.md").read_text(encoding="utf-8")

    assert [kind for kind in EntryKind if f"`{kind}`" not in page] == []
