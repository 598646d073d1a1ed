"""Scenarios of jobs that a request started and did not finish."""

from collections.abc import Callable
from itertools import chain, repeat

from tests.support.scenarios.relocation import finish_moving
from tests.support.scenarios.setup import edit_as_moderator, published_with_edit, thread_of_three
from tests.support.world import World, key22

ROUTE = "/v1/moderation/jobs"


def expiring_stopwatch(operations: int = 1) -> Callable[[], float]:
    """A stopwatch of a request that has time for so many operations."""
    seconds = chain([0.0], [1.0] * operations, repeat(7.0))
    return lambda: next(seconds)


def list_jobs(world: World) -> list[str]:
    return [job["id"] for job in world.get(ROUTE, token=world.token).json["jobs"]]


def leave_unfinished_job(world: World, decision: str = "approve", *more: str, note: str = "") -> str:
    first = world.submit("The only one that is reached.").json["id"]
    second = world.submit("One more.").json["id"]
    world.runtime.decisions.stopwatch = expiring_stopwatch()
    bulk: str = world.decide(decision, first, second, *more, note=note)["bulk"]
    world.runtime.decisions.stopwatch = lambda: 0.0
    return bulk


def finish(world: World, job: str) -> None:
    assert world.request("POST", ROUTE + "/{job_id}", path={"job_id": job}, token=world.token).status == 200


def finish_in_every_way(world: World) -> None:
    finish_deciding(world)
    finish_undoing(world)
    finish_erasing(world)
    finish_moving(world)


def finish_deciding(world: World) -> None:
    _, middle, leaf = thread_of_three(world)
    for each in (middle, leaf):
        world.vote(each, 1, author="ben")
        world.flag(each, author="ben")
    titled = world.submit(post="/titled", post_title="So").json["id"]
    finish(world, leave_unfinished_job(world, "delete", middle, leaf, titled))
    finish(world, leave_unfinished_job(world, "reject", published_with_edit(world)))


def finish_undoing(world: World) -> None:
    bulk = leave_unfinished_job(world, "approve", *(published_with_edit(world) for _ in range(2)))
    finish(world, bulk)
    world.runtime.decisions.stopwatch = expiring_stopwatch()
    again = world.undo(bulk=bulk).json["bulk"]
    world.runtime.decisions.stopwatch = lambda: 0.0
    finish(world, again)


def finish_erasing(world: World) -> None:
    for vote, decision in ((1, ""), (-1, "reject")):
        comment_id = world.published(author="ben")
        world.vote(comment_id, vote, author="ann")
        world.flag(comment_id, author="ann")
        if decision:
            world.decide(decision, comment_id)
    published_with_edit(world)
    noted = world.published(author="ann")
    edit_as_moderator(world, noted)
    world.decide("reject", noted, note="Rude.")
    decided = leave_unfinished_job(world, "spam", noted, note="Rude.")
    world.runtime.erasure.stopwatch = expiring_stopwatch(0)
    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")
    world.runtime.erasure.stopwatch = lambda: 0.0
    [job] = [each for each in list_jobs(world) if each != decided]
    for _ in range(2):
        finish(world, job)
