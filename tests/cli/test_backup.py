"""A backup restored into an empty table gives the same site."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.cli import backup as backup_command
from chalicelib.cli.main import main
from chalicelib.core.backup import LINES
from chalicelib.store.engine.parts import Put
from chalicelib.store.engine.schema import SHARDS
from tests.support.backups import check_counts, export_backup, read_lines, restore_backup, table_items
from tests.support.faults import events_of
from tests.support.invariants import read_truth
from tests.support.populated_site import (
    backed_up_items,
    moderator_responses,
    populate,
    public_responses,
    token_for_restored_owner,
)
from tests.support.world import World, new_world, shared_client


def test_a_restored_site_is_the_same_site(world: World, tmp_path: Path) -> None:
    ids, file = populate(world), tmp_path / "backup.jsonl"
    answers, moderating, items = public_responses(world, ids), moderator_responses(world, ids), backed_up_items(world)
    other = new_world(shared_client())

    assert export_backup(world, file) == 0
    assert restore_backup(other, file) == 0

    assert table_items(other) == items
    check_counts(other)
    other.clock.time = world.clock.time
    with other.open():
        assert public_responses(other, ids) == answers
        token_for_restored_owner(other)
        assert moderator_responses(other, ids) == moderating


def test_a_restored_site_keeps_working(world: World, file: Path) -> None:
    assert restore_backup(world, file) == 0

    with world.open():
        token_for_restored_owner(world)
        waiting = world.queue()[0]["id"]
        world.decide("approve", waiting)
        assert world.submit("Number 1.", author="eve", key="submission 10").status in {201, 202}
    check_counts(world)


def test_a_bulk_can_still_be_undone_after_a_restore(world: World, file: Path) -> None:
    restore_backup(world, file)
    [bulk] = [each["op"] for each in read_truth(world).bulks.values()]

    with world.open():
        world.clock.forward(days=40)
        token_for_restored_owner(world)
        taken_back = world.undo(bulk=bulk).json["results"]

    assert [each["outcome"] for each in taken_back] == ["done"] * 3
    check_counts(world)


def test_a_compressed_backup_is_the_same_backup(world: World, file: Path, tmp_path: Path) -> None:
    other = new_world(shared_client())
    restore_backup(world, file)
    world.clock.forward(days=41)

    assert export_backup(world, tmp_path / "backup.jsonl.gz") == 0
    assert restore_backup(other, tmp_path / "backup.jsonl.gz") == 0

    assert (tmp_path / "backup.jsonl.gz").read_bytes().startswith(b"\x1f\x8b")
    assert table_items(other) == table_items(world)


def test_a_backup_of_a_restored_site_is_the_same_backup(world: World, file: Path, tmp_path: Path) -> None:
    restore_backup(world, file)

    world.clock.forward(days=41)
    assert export_backup(world, tmp_path / "again") == 0

    first, again = (path.read_bytes().splitlines() for path in (file, tmp_path / "again"))
    assert first[1:] == again[1:]


def test_a_backup_has_no_credentials(world: World, backup: bytes) -> None:
    assert b"MOD#" not in backup
    assert b'"sk":"T#' not in backup
    assert world.runtime.settings.secret.encode() not in backup


def test_the_last_line_counts_the_entries(backup: bytes) -> None:
    first, *entries, last = map(json.loads, backup.splitlines())

    assert first["afterword"] == 1
    assert sum(last["counts"].values()) == len(entries)
    assert last["changed"] == 0
    for line in backup.splitlines():
        LINES.validate_json(line)


def test_a_backup_can_go_to_standard_output(world: World, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    world.published()
    world.clock.forward(minutes=1)

    with world.open():
        assert main(["export"]) == 0

    out, err = capfdbinary.readouterr()
    assert json.loads(out.splitlines()[0])["afterword"] == 1
    assert "counts" in json.loads(out.splitlines()[-1])
    assert err == b""


def test_on_a_terminal_a_progress_bar_is_shown(
    world: World, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    total = len(read_lines(file)) - 2
    monkeypatch.setattr(backup_command, "SHOW_EVERY", 25)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert restore_backup(world, file) == 0
    world.clock.forward(days=41)
    assert export_backup(world, tmp_path / "again") == 0

    *bars, last, _ = capsys.readouterr().err.replace("\n", "\r").split("\r")
    assert bars[1].startswith("█" * (25 * 30 // total) + "░")
    assert bars[1].endswith(f"25 of {total} restored")
    assert f"{'█' * 30} 100%  {total} of {total} restored" in bars
    assert last == f"{'█' * 30} 100%  {total} of {total} written"


def test_only_the_owner_may_read_the_file(world: World, tmp_path: Path) -> None:
    world.published()
    export_backup(world, tmp_path / "backup")

    assert os.stat(tmp_path / "backup").st_mode & 0o777 == 0o600  # noqa: PTH116
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_a_failed_backup_keeps_the_previous_one(world: World, tmp_path: Path) -> None:
    world.published()
    (tmp_path / "backup").write_bytes(b"the one before")
    world.runtime.table.write(Put(item={"pk": "CFG", "sk": "NEWER"}))

    assert export_backup(world, tmp_path / "backup") == 2

    assert (tmp_path / "backup").read_bytes() == b"the one before"
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_the_record_of_an_author_without_comments_is_left_out(world: World, tmp_path: Path) -> None:
    gone = world.published(author="ann")
    world.decide("delete", gone)
    [record] = read_truth(world).records.values()

    export_backup(world, tmp_path / "backup")

    assert (record["approved"], record.get("rejected", 0)) == (0, 0)
    assert b'"record"' not in (tmp_path / "backup").read_bytes()


# A table in use


def test_items_that_change_meanwhile_are_exported_once_and_reported(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, ids = tmp_path / "backup", [world.submit(f"Number {number}.").json["id"] for number in range(3)]
    world.clock.forward(hours=1)
    with at_query(-1, list) as queries:
        export_backup(world, file)

    for number in range(0, len(queries) - SHARDS - 4, 6):  # jobs, posts and months come last
        with at_query(number, lambda: move(world, ids, "reject")):
            assert export_backup(world, file) == 1

        lines = read_lines(file)
        found = [(line["item"]["pk"], line["item"]["sk"]) for line in lines[1:-1]]
        assert {(f"C#{each}", "C") for each in ids} <= set(found)
        assert len(set(found)) == len(found)
        assert lines[-1]["changed"] == len(ids)
        assert "3 comments were added or changed" in capsys.readouterr().err
        move(world, ids, "restore")
        world.clock.forward(hours=1)


def move(world: World, ids: list[str], decision: str) -> None:
    with world.open():
        world.decide(decision, *ids)


@contextmanager
def at_query(number: int, operation: Callable[[], object]) -> Iterator[list[int]]:
    """Do something once, right before the query with that number; all queries are recorded."""
    seen, numbers = list[int](), itertools.count()

    def look(**_event: object) -> None:
        current = next(numbers)
        seen.append(current)
        if current == number:
            operation()

    events_of(shared_client()).register("provide-client-params.dynamodb.Query", look)
    try:
        yield seen
    finally:
        events_of(shared_client()).unregister("provide-client-params.dynamodb.Query", look)
