"""Long work is written down before it begins: whoever comes next, from a browser or the command line, can end it."""

from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.core.accounts import Role
from tests.world import World, key22

JOBS = "/v1/moderation/jobs"


def slow(deeds: int) -> Any:
    """A stopwatch of a request that has time for so many deeds."""
    seconds = iter([0.0, *[1.0] * deeds])
    return lambda: next(seconds, 7.0)


def unfinished(world: World) -> list[dict[str, Any]]:
    reply = world.get(JOBS, token=world.token)
    assert reply.status == 200, reply.text
    jobs: list[dict[str, Any]] = reply.json["jobs"]
    return jobs


def finish(world: World, job: str, token: str = "") -> Any:
    reply = world.request("POST", JOBS + "/{job_id}", path={"job_id": job}, token=token or world.token)
    assert reply.status == 200, reply.text
    return reply.json


def outcomes(answer: Any) -> list[str]:
    return [result["outcome"] for result in answer["results"]]


def half_decided(world: World, decision: str = "approve") -> tuple[list[str], str]:
    """Four comments of which a request reached two; and the job that it left."""
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
    world.runtime.moderating.stopwatch = slow(2)
    bulk = world.decide(decision, *ids)["bulk"]
    world.runtime.moderating.stopwatch = lambda: 0.0
    return ids, bulk


def erase(world: World, author: str = "ann") -> Any:
    return world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(author)}").json


def test_decisions_that_a_request_ended_leave_no_job(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(3)]

    world.decide("approve", *ids)

    assert unfinished(world) == []


def test_another_moderator_finishes_what_a_request_began(world: World) -> None:
    ids, bulk = half_decided(world)
    ben = world.moderator("Ben", Role.MODERATOR)

    [job] = unfinished(world)
    answer = finish(world, bulk, ben)

    assert (job["id"], job["work"], job["who"], job["comments"]) == (bulk, "decide", "Ada", 4)
    assert outcomes(answer) == ["already_so", "already_so", "done", "done"]
    assert not answer["left"]
    assert unfinished(world) == []
    assert world.listed()["count"] == 4
    assert [world.comment(each)["history"][-1]["who"] for each in ids] == ["Ada", "Ada", "Ben", "Ben"]


def test_what_was_finished_by_another_is_taken_back_as_one(world: World) -> None:
    _, bulk = half_decided(world)
    finish(world, bulk)

    undone = world.undo(bulk=bulk)

    assert outcomes(undone.json) == ["done"] * 4
    assert world.listed()["count"] == 0


def test_what_another_decided_meanwhile_stays_so(world: World) -> None:
    ids, bulk = half_decided(world)
    world.decide("spam", ids[2])

    assert outcomes(finish(world, bulk)) == ["already_so", "already_so", "changed_meanwhile", "done"]
    assert world.comment(ids[2])["comment"]["status"] == "spam"


def test_taking_back_is_finished_too(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
    bulk = world.decide("approve", *ids)["bulk"]
    world.runtime.moderating.stopwatch = slow(1)
    again = world.undo(bulk=bulk).json["bulk"]
    world.runtime.moderating.stopwatch = lambda: 0.0

    [job] = unfinished(world)
    answer = finish(world, again)

    assert (job["id"], job["work"]) == (again, "undo")
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
    world.runtime.moderating.stopwatch = slow(3)

    answer = finish(world, bulk)

    assert answer["left"]
    assert [job["id"] for job in unfinished(world)] == [bulk]


def test_an_author_who_could_not_be_erased_at_once_is_erased_by_a_moderator(world: World) -> None:
    for number in range(3):
        world.submit(f"Number {number}.", author="ann")
    world.runtime.erasing.stopwatch = slow(1)
    assert erase(world)["left"]
    world.runtime.erasing.stopwatch = lambda: 0.0

    [job] = unfinished(world)
    answer = finish(world, job["id"])

    assert (job["work"], job["who"], job["by"]) == ("erase", "author", None)
    assert (answer["erased"], answer["left"]) == (2, True)
    assert not finish(world, job["id"])["left"]
    assert unfinished(world) == []
    assert world.queue() == []


def test_an_author_who_was_erased_leaves_no_job_behind(world: World) -> None:
    world.submit(author="ann")

    for _ in range(2):
        erase(world)

    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    assert "J#" not in items


@pytest.mark.parametrize("job", ["0" * 26, "A" * 43, "x", "_" * 43, "8" + "0" * 25])
def test_a_job_that_never_was_is_not_found(world: World, job: str) -> None:
    reply = world.request("POST", JOBS + "/{job_id}", path={"job_id": job}, token=world.token)

    assert (reply.status, reply.json["code"]) == (404, "not_found")


def test_the_command_line_lists_and_finishes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    ids, bulk = half_decided(world)

    capsys.readouterr()
    listed = main(["job", "list"]), capsys.readouterr().out
    finished = main(["job", "finish", bulk]), capsys.readouterr().out
    after = main(["job", "list"]), capsys.readouterr().out

    assert listed[0] == 0
    assert bulk in listed[1]
    assert "4 comments" in listed[1]
    assert finished == (0, "2 already_so, 2 done\n")
    assert after == (0, "")
    assert [world.comment(each)["history"][-1]["who"] for each in ids] == ["Ada"] * 4


def test_the_command_line_erases_what_an_author_began_to(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        world.submit(f"Number {number}.", author="ann")
    world.runtime.erasing.stopwatch = slow(1)
    erase(world)
    [job] = unfinished(world)

    world.runtime.erasing.stopwatch = lambda: 0.0

    assert main(["job", "finish", job["id"]]) == 0

    assert capsys.readouterr().out.endswith("2 erased\n")
    assert world.queue() == []


@pytest.mark.usefixtures("world")
def test_the_command_line_says_when_there_is_no_such_job() -> None:
    assert main(["job", "finish", "0" * 26]) == 2
