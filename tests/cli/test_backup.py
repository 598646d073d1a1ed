"""A backup, restored into an empty table, is the same site."""

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
from tests.cli.backups import check_counts, exported, read, restored, table
from tests.cli.lively import kept, live, moderating_answers, public_answers, welcome_back
from tests.faults import hooks
from tests.invariants import read_truth
from tests.world import World, new_world, shared_client


def test_a_restored_site_is_the_same_site(world: World, tmp_path: Path) -> None:
    ids, file = live(world), tmp_path / "backup.jsonl"
    answers, moderating, items = public_answers(world, ids), moderating_answers(world, ids), kept(world)
    other = new_world(shared_client())

    assert exported(world, file) == 0
    assert restored(other, file) == 0

    assert table(other) == items
    check_counts(other)
    other.clock.time = world.clock.time
    with other.open():
        assert public_answers(other, ids) == answers
        welcome_back(other)
        assert moderating_answers(other, ids) == moderating


def test_a_restored_site_goes_on(world: World, file: Path) -> None:
    assert restored(world, file) == 0

    with world.open():
        welcome_back(world)
        waiting = world.queue()[0]["id"]
        world.decide("approve", waiting)
        assert world.submit("Number 1.", author="eve", key="submission 10").status in {201, 202}
    check_counts(world)


def test_what_was_decided_in_one_request_can_still_be_taken_back_at_once(world: World, file: Path) -> None:
    restored(world, file)
    [bulk] = [each["op"] for each in read_truth(world).bulks.values()]

    with world.open():
        world.clock.forward(days=40)
        welcome_back(world)
        taken_back = world.undo(bulk=bulk).json["results"]

    assert [each["outcome"] for each in taken_back] == ["done"] * 3
    check_counts(world)


def test_a_packed_backup_is_the_same_backup(world: World, file: Path, tmp_path: Path) -> None:
    other = new_world(shared_client())
    restored(world, file)
    world.clock.forward(days=41)

    assert exported(world, tmp_path / "backup.jsonl.gz") == 0
    assert restored(other, tmp_path / "backup.jsonl.gz") == 0

    assert (tmp_path / "backup.jsonl.gz").read_bytes().startswith(b"\x1f\x8b")
    assert table(other) == table(world)


def test_a_backup_of_a_restored_site_is_the_same_backup(world: World, file: Path, tmp_path: Path) -> None:
    restored(world, file)

    world.clock.forward(days=41)
    assert exported(world, tmp_path / "again") == 0

    first, again = (path.read_bytes().splitlines() for path in (file, tmp_path / "again"))
    assert first[1:] == again[1:]


def test_a_backup_holds_no_way_in(world: World, backup: bytes) -> None:
    assert b"MOD#" not in backup
    assert b'"sk":"T#' not in backup
    assert world.runtime.settings.secret.encode() not in backup


def test_the_last_line_counts_what_stands_above(backup: bytes) -> None:
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


def test_on_a_terminal_a_bar_says_how_far_it_is(
    world: World, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    total = len(read(file)) - 2
    monkeypatch.setattr(backup_command, "SHOW_EVERY", 25)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    assert restored(world, file) == 0
    world.clock.forward(days=41)
    assert exported(world, tmp_path / "again") == 0

    *bars, last, _ = capsys.readouterr().err.replace("\n", "\r").split("\r")
    assert bars[1].startswith("█" * (25 * 30 // total) + "░")
    assert bars[1].endswith(f"25 of {total} restored")
    assert f"{'█' * 30} 100%  {total} of {total} restored" in bars
    assert last == f"{'█' * 30} 100%  {total} of {total} written"


def test_only_the_owner_may_read_the_file(world: World, tmp_path: Path) -> None:
    world.published()
    exported(world, tmp_path / "backup")

    assert os.stat(tmp_path / "backup").st_mode & 0o777 == 0o600  # noqa: PTH116
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_a_backup_that_fails_leaves_the_one_before(world: World, tmp_path: Path) -> None:
    world.published()
    (tmp_path / "backup").write_bytes(b"the one before")
    world.runtime.table.write(Put(item={"pk": "CFG", "sk": "NEWER"}))

    assert exported(world, tmp_path / "backup") == 2

    assert (tmp_path / "backup").read_bytes() == b"the one before"
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_the_record_of_an_author_of_whom_nothing_is_left_is_left_out(world: World, tmp_path: Path) -> None:
    gone = world.published(author="ann")
    world.decide("delete", gone)
    [record] = read_truth(world).records.values()

    exported(world, tmp_path / "backup")

    assert (record["approved"], record.get("rejected", 0)) == (0, 0)
    assert b'"record"' not in (tmp_path / "backup").read_bytes()


# A table in use


def test_what_changes_meanwhile_comes_once_and_is_said(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, ids = tmp_path / "backup", [world.submit(f"Number {number}.").json["id"] for number in range(3)]
    world.clock.forward(hours=1)
    with at_query(-1, list) as queries:
        exported(world, file)

    for number in range(0, len(queries) - SHARDS - 3, 6):  # jobs, posts and months come last
        with at_query(number, lambda: move(world, ids, "reject")):
            assert exported(world, file) == 1

        lines = read(file)
        found = [(line["item"]["pk"], line["item"]["sk"]) for line in lines[1:-1]]
        assert {(f"C#{each}", "C") for each in ids} <= set(found)
        assert len(set(found)) == len(found)
        assert lines[-1]["changed"] == len(ids)
        assert "3 comments came or changed" in capsys.readouterr().err
        move(world, ids, "restore")
        world.clock.forward(hours=1)


def move(world: World, ids: list[str], decision: str) -> None:
    with world.open():
        world.decide(decision, *ids)


@contextmanager
def at_query(number: int, deed: Callable[[], object]) -> Iterator[list[int]]:
    """Do something right before the query of that number, once; all queries are noted."""
    seen, numbers = list[int](), itertools.count()

    def look(**_event: object) -> None:
        current = next(numbers)
        seen.append(current)
        if current == number:
            deed()

    hooks(shared_client()).register("provide-client-params.dynamodb.Query", look)
    try:
        yield seen
    finally:
        hooks(shared_client()).unregister("provide-client-params.dynamodb.Query", look)
