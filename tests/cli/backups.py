"""Making backups, reading them back, spoiling them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from chalicelib.cli.main import main
from chalicelib.store.engine import keys
from chalicelib.store.engine.parts import Put
from tests.counted import records_count_what_moderators_decided
from tests.faults import without_pauses
from tests.invariants import (
    a_tombstone_stands_exactly_where_visible_replies_need_it,
    counts_are_exact,
    only_what_is_published_has_public_keys,
    read_truth,
    visible_replies_are_counted_on_what_they_answer,
)
from tests.world import World

Lines = list[dict[str, Any]]


def exported(world: World, file: Path) -> int:
    with world.open():
        return main(["export", str(file)])


def restored(world: World, file: Path) -> int:
    without_pauses(world.runtime)
    with world.open():
        return main(["restore", str(file)])


def table(world: World) -> list[str]:
    return sorted(json.dumps(item, sort_keys=True) for item in read_truth(world).items)


def read(file: Path) -> Lines:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def write(file: Path, lines: Lines) -> None:
    file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def check_counts(world: World) -> None:
    """What must hold between items."""
    truth = read_truth(world)
    for check in (
        a_tombstone_stands_exactly_where_visible_replies_need_it,
        counts_are_exact,
        only_what_is_published_has_public_keys,
        records_count_what_moderators_decided,
        visible_replies_are_counted_on_what_they_answer,
    ):
        check(truth)


def stopped(world: World, file: Path, entries: int) -> None:
    """As far as a restore comes that is stopped right after a mark."""
    lines = read(file)
    identity = hashlib.sha256(file.read_bytes().splitlines(keepends=True)[0]).hexdigest()
    pk, sk = keys.RESTORING
    marker = {"pk": pk, "sk": sk, "v": 1, "done": entries, "at": "2030-01-01T00:00:00.000Z", "op": identity}
    for item in (marker, *(line["item"] for line in lines[1 : entries + 1])):
        world.runtime.table.write(Put(item=item))
