"""``maintenance run``, what ``table check`` finds, and checkpoints, which are in no backup."""

from pathlib import Path

import pytest

from chalicelib.cli.main import main
from chalicelib.store.engine import keys
from chalicelib.store.engine.parts import Delete, Update
from tests.support.backups import export_backup, read_lines, restore_backup, table_items
from tests.support.faults import ALWAYS, Fault, FaultKind, Faults, Moment, without_retry_delays
from tests.support.invariants import read_truth
from tests.support.maintenance import comments_with_network_hash, run_maintenance, set_wrong_count
from tests.support.populated_site import backed_up_items, populate
from tests.support.world import POST, World, new_world, shared_client

CALM = """\
metrics        {waiting} waiting, {oldest} oldest
digest         0 sent, 0 failed
network_hashes {cleared} cleared, 0 failed
retention      {erased} erased, 0 failed
recount        {counted} counted, {wrong} wrong, {wrong} corrected, 0 failed
"""


@pytest.fixture
def aged(world: World) -> World:
    """A site on which every task has something to do."""
    world.submit()
    world.decide("spam", world.submit().json["id"])
    world.published()
    set_wrong_count(world, POST, 5)
    world.clock.forward(days=91)
    world.runtime.maintenance.recount_task.pause = lambda _seconds: None
    return world


def test_maintenance_run_does_what_the_timer_does_and_reports_it(
    aged: World, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["maintenance", "run"]) == 0

    found = {"waiting": 1, "oldest": 91 * 86_400, "cleared": 3, "erased": 1, "counted": 1, "wrong": 1}
    assert capsys.readouterr().out == CALM.format(**found)
    assert main(["maintenance", "run"]) == 0
    again = {**dict.fromkeys(found, 0), "waiting": 1, "oldest": 91 * 86_400}
    assert capsys.readouterr().out == CALM.format(**again)
    assert not comments_with_network_hash(aged)


def test_a_failing_task_is_reported_and_the_others_run(aged: World, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    with Faults(shared_client()) as faults, faults.plan(Fault(FaultKind.THROTTLED, Moment(), ALWAYS)):
        without_retry_delays(aged.runtime)
        assert main(["maintenance", "run"]) == 1

    output = capsys.readouterr().out.splitlines()
    assert len(output) == 5
    assert all(line.endswith("The service is busy. Nothing is lost; try again in a moment.") for line in output)


def test_expired_network_hashes_are_found_and_removed(aged: World, capsys: pytest.CaptureFixture[str]) -> None:
    run_maintenance(aged)
    capsys.readouterr()
    assert main(["table", "check"]) == 0
    aged.submit("Young.")
    aged.clock.forward(days=31)
    assert main(["table", "check"]) == 0
    aged.clock.forward(days=2)
    capsys.readouterr()

    assert main(["table", "check"]) == 1
    assert "comments with an expired network hash: 1\n" in capsys.readouterr().out
    assert main(["table", "check", "--fix"]) == 0
    assert main(["table", "check"]) == 0
    assert not comments_with_network_hash(aged)


def test_checkpoints_are_in_no_backup(world: World, tmp_path: Path) -> None:
    populate(world)
    run_maintenance(world)

    assert export_backup(world, tmp_path / "backup.jsonl") == 0

    sorts = {line["item"]["sk"] for line in read_lines(tmp_path / "backup.jsonl") if "item" in line}
    assert any(item["sk"].startswith("CHECKPOINT#") for item in read_truth(world).items)
    assert not any(sort.startswith("CHECKPOINT#") for sort in sorts)


def test_a_backup_is_restored_into_a_table_with_a_running_timer(world: World, tmp_path: Path) -> None:
    populate(world)
    items, file = backed_up_items(world), tmp_path / "backup.jsonl"
    assert export_backup(world, file) == 0
    other = new_world(shared_client())
    run_maintenance(other)
    other.clock.time = world.clock.time
    run_maintenance(other)

    assert restore_backup(other, file) == 0

    assert [item for item in table_items(other) if '"CHECKPOINT#' not in item] == items


def test_table_check_finds_pending_edits_that_the_queue_lists_wrongly(world: World) -> None:
    unlisted, listed = (world.published(author="ann") for _ in range(2))
    for each in (unlisted, listed):
        world.edit(each, "Other words.", author="ann")
    assert main(["table", "check"]) == 0
    world.runtime.table.write(Delete(key=keys.edit(unlisted)))
    world.runtime.table.write(Update(key=keys.comment(listed), remove=("edit",)))

    assert main(["table", "check"]) == 1
    assert main(["table", "check", "--fix"]) == 0
    assert main(["table", "check"]) == 0

    assert [each["id"] for each in world.queue()] == [unlisted]
