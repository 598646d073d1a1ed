"""Helpers that make, read, restore and corrupt backups."""

import hashlib
import json
from pathlib import Path
from typing import Any

from chalicelib.cli.main import main
from chalicelib.store.engine import keys
from chalicelib.store.engine.parts import Put
from tests.support.counter_invariants import records_count_what_moderators_decided
from tests.support.faults import without_retry_delays
from tests.support.invariants import (
    counts_are_exact,
    only_published_comments_have_public_keys,
    read_truth,
    tombstones_exist_exactly_where_visible_replies_need_them,
    visible_replies_are_counted_on_their_parent,
)
from tests.support.world import World

Lines = list[dict[str, Any]]


def export_backup(world: World, file: Path) -> int:
    with world.open():
        return main(["export", str(file)])


def restore_backup(world: World, file: Path) -> int:
    without_retry_delays(world.runtime)
    with world.open():
        return main(["restore", str(file)])


def table_items(world: World) -> list[str]:
    return sorted(json.dumps(item, sort_keys=True) for item in read_truth(world).items)


def read_lines(file: Path) -> Lines:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def write_lines(file: Path, lines: Lines) -> None:
    file.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def check_counts(world: World) -> None:
    """What must hold between items."""
    truth = read_truth(world)
    for check in (
        tombstones_exist_exactly_where_visible_replies_need_them,
        counts_are_exact,
        only_published_comments_have_public_keys,
        records_count_what_moderators_decided,
        visible_replies_are_counted_on_their_parent,
    ):
        check(truth)


def interrupt_restore(world: World, file: Path, entries: int) -> None:
    """The state of a restore that was killed right after a checkpoint."""
    lines = read_lines(file)
    identity = hashlib.sha256(file.read_bytes().splitlines(keepends=True)[0]).hexdigest()
    pk, sk = keys.RESTORING
    marker = {"pk": pk, "sk": sk, "done": entries, "at": "2030-01-01T00:00:00.000Z", "op": identity}
    for item in (marker, *(line["item"] for line in lines[1 : entries + 1])):
        world.runtime.table.write(Put(item=item))
