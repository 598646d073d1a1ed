"""``post move``, from the preview to the end."""

import time
from pathlib import Path

import pytest

from chalicelib.cli.main import main
from chalicelib.core.errors import Unavailable
from tests.support.backups import export_backup, restore_backup, table_items
from tests.support.invariants import check_table, read_truth
from tests.support.populated_site import backed_up_items, token_for_restored_owner
from tests.support.relocation import NEW, begin_move, comment_ids, move, post_details, undo_move, unfinished_jobs
from tests.support.world import POST, World, new_world, shared_client


@pytest.fixture
def waited(world: World, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which advance the clock."""
    found: list[float] = []

    def wait(seconds: float) -> None:
        found.append(seconds)
        world.clock.forward(seconds=seconds)

    monkeypatch.setattr(time, "sleep", wait)
    return found


def test_it_moves_all_comments(world: World, waited: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    first = world.published()
    world.submit()

    assert main(["post", "move", POST, NEW + "/index.html?x"]) == 0

    out = capsys.readouterr().out
    assert "2 comments, 1 of them published\n" in out
    assert out.endswith("finished\n")
    assert comment_ids(world, NEW) == [first]
    assert sum(waited) >= 20
    assert unfinished_jobs(world) == []
    assert world.comment(first)["history"][-1]["actor"]["kind"] == "command_line"
    check_table(read_truth(world))


def test_a_dry_run_changes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.submit()
    world.published(post=NEW)
    before = read_truth(world).items
    capsys.readouterr()

    assert main(["post", "move", POST, NEW, "--dry-run"]) == 0

    assert capsys.readouterr().out == "1 comments, 0 of them published, added to those of the target\n"
    assert read_truth(world).items == before


@pytest.mark.parametrize("keys", [("/nowhere", "/there"), ("/a", "/a/index.html")], ids=["unknown", "the same"])
@pytest.mark.usefixtures("world")
def test_an_impossible_move_is_refused_with_a_message(
    keys: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["post", "move", *keys]) == 2

    assert capsys.readouterr().err


def test_an_invalid_key_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["post", "move", "", NEW])

    assert "must name a post" in capsys.readouterr().err


@pytest.mark.usefixtures("waited")
def test_job_finish_continues_a_move(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.published()
    job = begin_move(world)["job"]
    capsys.readouterr()

    assert main(["job", "list"]) == 0
    assert f"move of the comments of {POST} to {NEW}" in capsys.readouterr().out
    assert main(["job", "finish", job]) == 0

    assert unfinished_jobs(world) == []
    assert post_details(world, POST)["moved_to"] == NEW


@pytest.mark.usefixtures("waited")
def test_a_throttled_table_is_retried(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.published()
    job = begin_move(world)["job"]
    busy = [True]
    finish = world.runtime.job_service.finish

    def sometimes(job_id: str) -> object:
        if busy.pop() if busy else False:
            raise Unavailable
        return finish(job_id)

    monkeypatch.setattr(world.runtime.job_service, "finish", sometimes)

    assert main(["job", "finish", job]) == 0

    assert "busy" in capsys.readouterr().err


@pytest.mark.parametrize("finished", [True, False])
def test_a_restored_move_continues_and_can_be_undone(world: World, tmp_path: Path, finished: bool) -> None:
    first, file = world.published(), tmp_path / "backup.jsonl"
    world.submit(post=NEW)
    row: str = move(world) if finished else begin_move(world)["row"]
    world.clock.forward(minutes=10)
    items, other = backed_up_items(world), new_world(shared_client())
    other.clock.time = world.clock.time

    export_backup(world, file)
    assert restore_backup(other, file) == 0

    assert table_items(other) == items
    with other.open():
        token_for_restored_owner(other)
        undo_move(other, row)
        assert comment_ids(other, POST) == [first]
    check_table(read_truth(other))
