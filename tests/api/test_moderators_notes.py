"""What moderators noted about a comment is gone with it, when its author withdraws or erases it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.cli.main import main
from tests.support.response_checks import counted_calls
from tests.support.scenarios.jobs import leave_unfinished_job, list_jobs
from tests.support.world import World, key22

NOTE, OTHER = "note-about-ann", "note-about-others"


def stored(world: World) -> str:
    return str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])


def erase(world: World, _comment: str) -> None:
    answer = {"left": True}
    while answer["left"]:
        answer = world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").json


def withdraw(world: World, comment: str) -> None:
    assert world.withdraw(comment, author="ann").status == 204


def decide_alone(world: World, comment: str) -> None:
    world.decide("reject", comment, note=NOTE)


def decide_twice(world: World, comment: str) -> None:
    """With an undo and another decision, each with its own row."""
    [done] = world.decide("reject", comment, note=NOTE)["results"]
    world.undo(comment=comment, decision=done["decision"])
    world.decide("approve", comment, note=NOTE)


def decide_with_others(world: World, comment: str) -> None:
    other = world.submit("Another.").json["id"]
    known = {each: world.comment(each)["comment"]["version"] for each in (comment, other)}
    notes = {comment: NOTE, other: OTHER}
    decisions = [{"id": each, "version": known[each], "decision": "reject", "note": notes[each]} for each in known]
    world.request("POST", "/v1/moderation/decisions", json_body={"decisions": decisions}, token=world.token)


def leave_undecided(world: World, comment: str) -> None:
    leave_unfinished_job(world, "reject", comment, note=NOTE)


WAYS: list[Callable[[World, str], None]] = [decide_alone, decide_twice, decide_with_others]


@pytest.mark.parametrize("end", [erase, withdraw])
@pytest.mark.parametrize("way", WAYS)
def test_the_table_has_no_note_about_an_erased_or_withdrawn_comment(
    world: World, way: Callable[[World, str], None], end: Callable[[World, str], None]
) -> None:
    comment = world.submit("Hers.", author="ann").json["id"]
    way(world, comment)
    assert NOTE in stored(world)

    end(world, comment)

    assert NOTE not in stored(world)
    assert (OTHER in stored(world)) == (way is decide_with_others)


@pytest.mark.parametrize("end", [erase, withdraw])
def test_an_unfinished_job_forgets_its_note_about_such_a_comment_and_keeps_the_others(
    world: World, end: Callable[[World, str], None]
) -> None:
    comment = world.submit("Hers.", author="ann").json["id"]
    leave_undecided(world, comment)
    [job] = list_jobs(world)

    end(world, comment)

    notes = world.runtime.jobs.get(job).payload["notes"]
    assert comment not in notes
    assert len(notes) == 2
    finished = world.request("POST", "/v1/moderation/jobs/{job_id}", path={"job_id": job}, token=world.token)
    assert not finished.json["left"]
    assert list_jobs(world) == []


def test_a_finished_job_has_no_notes(world: World) -> None:
    decide_with_others(world, world.submit("Hers.", author="ann").json["id"])

    jobs = [item for item in world.runtime.table.sample(1_000) if item["pk"].startswith("J#")]

    assert len(jobs) == 1
    assert "note" not in str(jobs)


def test_an_export_after_the_erasure_has_no_note_about_it(world: World, tmp_path: Path) -> None:
    comment = world.submit("Hers.", author="ann").json["id"]
    decide_with_others(world, comment)
    erase(world, comment)

    assert main(["export", str(tmp_path / "backup")]) == 0

    exported = (tmp_path / "backup").read_bytes()
    assert OTHER.encode() in exported
    assert NOTE.encode() not in exported


def test_only_the_author_of_a_comment_makes_a_withdrawal_read_jobs(world: World) -> None:
    comment = world.submit("Hers.", author="ann").json["id"]
    leave_undecided(world, comment)

    with counted_calls() as calls:
        assert world.withdraw(comment, author="ben").status == 404

    assert calls.made == ["GetItem"]
    assert NOTE in stored(world)
