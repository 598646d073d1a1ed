"""``post move``, from the first look to the last."""

import time
from pathlib import Path

import pytest

from chalicelib.cli.main import main
from chalicelib.core.errors import Unavailable
from tests.cli.backups import exported, restored, table
from tests.cli.lively import kept, welcome_back
from tests.invariants import check_table, read_truth
from tests.moves import NEW, begin, ids, move, post, undo, unfinished
from tests.world import POST, World, new_world, shared_client


@pytest.fixture
def waited(world: World, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which let the clock go on."""
    found: list[float] = []

    def wait(seconds: float) -> None:
        found.append(seconds)
        world.clock.forward(seconds=seconds)

    monkeypatch.setattr(time, "sleep", wait)
    return found


def test_it_moves_until_nothing_is_left(world: World, waited: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    first = world.published()
    world.submit()

    assert main(["post", "move", POST, NEW + "/index.html?x"]) == 0

    out = capsys.readouterr().out
    assert "2 comments, 1 of them published\n" in out
    assert out.endswith("done\n")
    assert ids(world, NEW) == [first]
    assert sum(waited) >= 20
    assert unfinished(world) == []
    assert world.comment(first)["history"][-1]["who"] == "command line"
    check_table(read_truth(world))


def test_a_dry_run_only_tells(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.submit()
    world.published(post=NEW)
    before = read_truth(world).items
    capsys.readouterr()

    assert main(["post", "move", POST, NEW, "--dry-run"]) == 0

    assert capsys.readouterr().out == "1 comments, 0 of them published, to those that are there\n"
    assert read_truth(world).items == before


@pytest.mark.parametrize("keys", [("/nowhere", "/there"), ("/a", "/a/index.html")], ids=["unknown", "the same"])
@pytest.mark.usefixtures("world")
def test_what_can_not_be_moved_is_said(keys: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["post", "move", *keys]) == 2

    assert capsys.readouterr().err


def test_a_key_that_can_be_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["post", "move", "", NEW])

    assert "must name a post" in capsys.readouterr().err


@pytest.mark.usefixtures("waited")
def test_job_finish_goes_on_with_a_move(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.published()
    job = begin(world)["job"]
    capsys.readouterr()

    assert main(["job", "list"]) == 0
    assert f"move    {POST} to {NEW}" in capsys.readouterr().out
    assert main(["job", "finish", job]) == 0

    assert unfinished(world) == []
    assert post(world, POST)["moved_to"] == NEW


@pytest.mark.usefixtures("waited")
def test_a_busy_table_gets_time(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.published()
    job = begin(world)["job"]
    busy = [True]
    finish = world.runtime.moving.finish

    def sometimes(job_id: str, by: str) -> object:
        if busy.pop() if busy else False:
            raise Unavailable
        return finish(job_id, by)

    monkeypatch.setattr(world.runtime.moving, "finish", sometimes)

    assert main(["job", "finish", job]) == 0

    assert "busy" in capsys.readouterr().err


@pytest.mark.parametrize("finished", [True, False])
def test_a_restored_move_goes_on_and_can_be_taken_back(world: World, tmp_path: Path, finished: bool) -> None:
    first, file = world.published(), tmp_path / "backup.jsonl"
    world.submit(post=NEW)
    row: str = move(world) if finished else begin(world)["row"]
    world.clock.forward(minutes=10)
    items, other = kept(world), new_world(shared_client())
    other.clock.time = world.clock.time

    exported(world, file)
    assert restored(other, file) == 0

    assert table(other) == items
    with other.open():
        welcome_back(other)
        undo(other, row)
        assert ids(other, POST) == [first]
    check_table(read_truth(other))
