"""``tend``, what ``table check`` finds of what the timer left, and marks that belong into no backup."""

from pathlib import Path

import pytest

from chalicelib.cli.main import main
from tests.cli.backups import exported, read, restored, table
from tests.cli.lively import kept, live
from tests.faults import FOR_EVER, Fault, Faults, Kind, Moment, without_pauses
from tests.invariants import read_truth
from tests.tending import miscount, tend, with_hash
from tests.world import POST, World, new_world, shared_client

CALM = """\
figures   {waiting} waiting, {oldest} oldest
notice    0 sent, 0 failed
networks  {forgotten} forgotten, 0 failed
erase     {erased} erased, 0 failed
counts    {counted} counted, {wrong} wrong, {wrong} right, 0 failed
"""


@pytest.fixture
def aged(world: World) -> World:
    """A site on which there is something to do."""
    world.submit()
    world.decide("spam", world.submit().json["id"])
    world.published()
    miscount(world, POST, 5)
    world.clock.forward(days=91)
    world.runtime.tending.recounting.pause = lambda _seconds: None
    return world


def test_tend_does_what_the_timer_does_and_says_what(aged: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["tend"]) == 0

    found = {"waiting": 1, "oldest": 91 * 86_400, "forgotten": 3, "erased": 1, "counted": 1, "wrong": 1}
    assert capsys.readouterr().out == CALM.format(**found)
    assert main(["tend"]) == 0
    again = {**dict.fromkeys(found, 0), "waiting": 1, "oldest": 91 * 86_400}
    assert capsys.readouterr().out == CALM.format(**again)
    assert not with_hash(aged)


def test_a_step_that_can_not_be_done_is_told_and_the_others_are_tried(
    aged: World, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with Faults(shared_client()) as faults, faults.plan(Fault(Kind.THROTTLED, Moment(), FOR_EVER)):
        without_pauses(aged.runtime)
        assert main(["tend"]) == 1

    told = capsys.readouterr().out.splitlines()
    assert len(told) == 5
    assert all(line.endswith("The service is busy. Nothing is lost; try again in a moment.") for line in told)


def test_hashes_that_are_too_old_are_found_and_removed(aged: World, capsys: pytest.CaptureFixture[str]) -> None:
    tend(aged)
    capsys.readouterr()
    assert main(["table", "check"]) == 0
    aged.submit("Young.")
    aged.clock.forward(days=31)
    assert main(["table", "check"]) == 0
    aged.clock.forward(days=2)
    capsys.readouterr()

    assert main(["table", "check"]) == 1
    assert "1 comments carry the hash of a network for too long\n" in capsys.readouterr().out
    assert main(["table", "check", "--fix"]) == 0
    assert main(["table", "check"]) == 0
    assert not with_hash(aged)


def test_how_far_the_timer_came_is_in_no_backup(world: World, tmp_path: Path) -> None:
    live(world)
    tend(world)

    assert exported(world, tmp_path / "backup.jsonl") == 0

    sorts = {line["item"]["sk"] for line in read(tmp_path / "backup.jsonl") if "item" in line}
    assert any(item["sk"].startswith("MARK#") for item in read_truth(world).items)
    assert not any(sort.startswith("MARK#") for sort in sorts)


def test_a_backup_is_restored_into_a_table_whose_timer_runs_already(world: World, tmp_path: Path) -> None:
    live(world)
    items, file = kept(world), tmp_path / "backup.jsonl"
    assert exported(world, file) == 0
    other = new_world(shared_client())
    tend(other)
    other.clock.time = world.clock.time
    tend(other)

    assert restored(other, file) == 0

    assert [item for item in table(other) if '"MARK#' not in item] == items
