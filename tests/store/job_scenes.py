"""Scenes of long work that a request began and did not end."""

from collections.abc import Callable
from itertools import chain, repeat

from tests.store.moving_scenes import finish_moving
from tests.store.scenery import reword, thread_of_three
from tests.world import World, key22

ROUTE = "/v1/moderation/jobs"


def out_of_time(deeds: int = 1) -> Callable[[], float]:
    """A stopwatch of a request that has time for so many deeds."""
    seconds = chain([0.0], [1.0] * deeds, repeat(7.0))
    return lambda: next(seconds)


def list_jobs(world: World) -> list[str]:
    return [job["id"] for job in world.get(ROUTE, token=world.token).json["jobs"]]


def leave_a_job(world: World, decision: str = "approve", *more: str) -> str:
    first = world.submit("The only one that is reached.").json["id"]
    second = world.submit("One more.").json["id"]
    world.runtime.moderating.stopwatch = out_of_time()
    bulk: str = world.decide(decision, first, second, *more)["bulk"]
    world.runtime.moderating.stopwatch = lambda: 0.0
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
    finish(world, leave_a_job(world, "delete", middle, leaf, titled))


def finish_undoing(world: World) -> None:
    bulk = leave_a_job(world)
    finish(world, bulk)
    world.runtime.moderating.stopwatch = out_of_time()
    again = world.undo(bulk=bulk).json["bulk"]
    world.runtime.moderating.stopwatch = lambda: 0.0
    finish(world, again)


def finish_erasing(world: World) -> None:
    for vote, decision in ((1, ""), (-1, "reject")):
        comment_id = world.published(author="ben")
        world.vote(comment_id, vote, author="ann")
        world.flag(comment_id, author="ann")
        if decision:
            world.decide(decision, comment_id)
    reword(world, world.published(author="ann"))
    world.runtime.erasing.stopwatch = out_of_time(0)
    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")
    world.runtime.erasing.stopwatch = lambda: 0.0
    [job] = list_jobs(world)
    for _ in range(2):
        finish(world, job)
