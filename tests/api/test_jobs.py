"""Jobs: long work is recorded before it starts, so that anyone can finish it, in the browser or on the command line."""

from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.core.accounts import Role
from chalicelib.core.actors import AUTHOR
from chalicelib.core.jobs import Job
from chalicelib.store.jobs import MAX_OPEN
from tests.support.world import World, key22

JOBS = "/v1/moderation/jobs"


def slow(operations: int) -> Any:
    """A stopwatch that allows a request this many operations."""
    seconds = iter([0.0, *[1.0] * operations])
    return lambda: next(seconds, 7.0)


def unfinished(world: World) -> list[dict[str, Any]]:
    response = world.get(JOBS, token=world.token)
    assert response.status == 200, response.text
    jobs: list[dict[str, Any]] = response.json["jobs"]
    return jobs


def finish(world: World, job: str, token: str = "") -> Any:
    response = world.request("POST", JOBS + "/{job_id}", path={"job_id": job}, token=token or world.token)
    assert response.status == 200, response.text
    return response.json


def outcomes(answer: Any) -> list[str]:
    return [result["outcome"] for result in answer["results"]]


def half_decided(world: World, decision: str = "approve") -> tuple[list[str], str]:
    """Four comments of which a request handled two, and its unfinished job."""
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
    world.runtime.decisions.stopwatch = slow(2)
    bulk = world.decide(decision, *ids)["bulk"]
    world.runtime.decisions.stopwatch = lambda: 0.0
    return ids, bulk


def erase(world: World, author: str = "ann") -> Any:
    return world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(author)}").json


def test_decisions_that_one_request_completes_leave_no_job(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(3)]

    world.decide("approve", *ids)

    assert unfinished(world) == []


def test_another_moderator_can_finish_an_unfinished_request(world: World) -> None:
    ids, bulk = half_decided(world)
    ben = world.moderator("Ben", Role.MODERATOR)

    [job] = unfinished(world)
    answer = finish(world, bulk, ben)

    assert (job["id"], job["kind"], job["actor"]["name"], job["parameters"]) == (bulk, "decide", "Ada", {"comments": 4})
    assert outcomes(answer) == ["already_so", "already_so", "done", "done"]
    assert not answer["left"]
    assert unfinished(world) == []
    assert world.listed()["count"] == 4
    assert [world.comment(each)["history"][-1]["actor"]["name"] for each in ids] == ["Ada", "Ada", "Ben", "Ben"]


def test_a_bulk_finished_by_another_moderator_is_undone_as_one(world: World) -> None:
    _, bulk = half_decided(world)
    finish(world, bulk)

    undone = world.undo(bulk=bulk)

    assert outcomes(undone.json) == ["done"] * 4
    assert world.listed()["count"] == 0


def test_decisions_made_meanwhile_stand(world: World) -> None:
    ids, bulk = half_decided(world)
    world.decide("spam", ids[2])

    assert outcomes(finish(world, bulk)) == ["already_so", "already_so", "changed_meanwhile", "done"]
    assert world.comment(ids[2])["comment"]["status"] == "spam"


def test_an_unfinished_undo_can_be_finished_too(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
    bulk = world.decide("approve", *ids)["bulk"]
    world.runtime.decisions.stopwatch = slow(1)
    again = world.undo(bulk=bulk).json["bulk"]
    world.runtime.decisions.stopwatch = lambda: 0.0

    [job] = unfinished(world)
    answer = finish(world, again)

    assert (job["id"], job["kind"]) == (again, "undo")
    assert outcomes(answer) == ["already_so", "done", "done", "done"]
    assert world.listed()["count"] == 0


def test_finishing_a_finished_job_changes_nothing(world: World) -> None:
    ids, bulk = half_decided(world)
    finish(world, bulk)
    versions = [world.comment(each)["comment"]["version"] for each in ids]

    assert outcomes(finish(world, bulk)) == ["already_so"] * 4
    assert [world.comment(each)["comment"]["version"] for each in ids] == versions


def test_a_request_that_can_do_only_a_part_says_what_is_left(world: World) -> None:
    _, bulk = half_decided(world)
    world.runtime.decisions.stopwatch = slow(3)

    answer = finish(world, bulk)

    assert answer["left"]
    assert [job["id"] for job in unfinished(world)] == [bulk]


def test_an_author_who_could_not_be_erased_at_once_is_erased_by_a_moderator(world: World) -> None:
    for number in range(3):
        world.submit(f"Number {number}.", author="ann")
    world.runtime.erasure.stopwatch = slow(1)
    assert erase(world)["left"]
    world.runtime.erasure.stopwatch = lambda: 0.0

    [job] = unfinished(world)
    answer = finish(world, job["id"])

    assert (job["kind"], job["actor"]) == ("erase", {"kind": "author", "id": None, "name": None})
    assert (answer["done"], answer["left"]) == (2, True)
    assert not finish(world, job["id"])["left"]
    assert unfinished(world) == []
    assert world.queue() == []


def test_no_number_of_authors_erasures_hides_a_moderators_unfinished_work(world: World) -> None:
    for number in range(MAX_OPEN + 2):
        job = Job(id=f"author{number}", kind="erase", actor=AUTHOR, at=world.clock(), payload={})
        world.runtime.jobs.begin(job)
    _, bulk = half_decided(world)

    listed = unfinished(world)

    assert listed[0]["id"] == bulk
    assert [job["kind"] for job in listed] == ["decide"] + ["erase"] * (MAX_OPEN - 1)


def test_an_author_who_was_erased_leaves_no_job_behind(world: World) -> None:
    world.submit(author="ann")

    for _ in range(2):
        erase(world)

    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    assert "J#" not in items


@pytest.mark.parametrize("job", ["0" * 26, "A" * 43, "x", "_" * 43, "8" + "0" * 25, "x" * 3_000, "漢"])
def test_a_job_that_never_was_is_not_found(world: World, job: str) -> None:
    response = world.request("POST", JOBS + "/{job_id}", path={"job_id": job}, token=world.token)

    assert (response.status, response.json["code"]) == (404, "not_found")


def test_the_command_line_lists_and_finishes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    ids, bulk = half_decided(world)

    capsys.readouterr()
    listed = main(["job", "list"]), capsys.readouterr().out
    finished = main(["job", "finish", bulk]), capsys.readouterr().out
    after = main(["job", "list"]), capsys.readouterr().out

    assert listed[0] == 0
    assert bulk in listed[1]
    assert "4 decisions" in listed[1]
    assert finished == (0, "2 already_so, 2 done\nfinished\n")
    assert after == (0, "")
    assert [world.comment(each)["history"][-1]["actor"]["name"] for each in ids] == ["Ada"] * 4


def test_the_command_line_finishes_an_authors_erasure(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        world.submit(f"Number {number}.", author="ann")
    world.runtime.erasure.stopwatch = slow(1)
    erase(world)
    [job] = unfinished(world)

    world.runtime.erasure.stopwatch = lambda: 0.0

    assert main(["job", "finish", job["id"]]) == 0

    assert capsys.readouterr().out.endswith("2 done\nfinished\n")
    assert world.queue() == []


@pytest.mark.usefixtures("world")
def test_the_command_line_says_when_there_is_no_such_job() -> None:
    assert main(["job", "finish", "0" * 26]) == 2
