"""The hourly timer reaches the table as docs/access-paths.md says, and by no other key."""

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.core.maintenance import Step
from tests.store.scenery import reword, thread_of_three
from tests.store.test_access_paths import PAGE, Access, accesses
from tests.tending import TOPIC, miscount, tend, with_topic
from tests.wire_guard import Wire, watched
from tests.world import POST, World, sibling

HEAD = "| step | call | on | key | read | how often |"
Scene = Callable[[World], object]


def wait(world: World) -> None:
    """More than are counted in a shard."""
    with_topic(world)
    for _ in range(9):
        world.submit()


def old(world: World) -> None:
    world.submit()
    world.clock.forward(days=31)


def rejected(world: World) -> None:
    """One in a thread, under which readers left something, and all above it, last to first."""
    thread = thread_of_three(world)
    world.vote(thread[2], 1, author="cleo")
    world.flag(thread[2], author="cleo")
    reword(world, thread[2])
    for comment_id in thread:
        world.decide("reject", comment_id)
    root = world.published("Another.", author="ben", post_title="A title")
    world.published("Reply.", parent=root)
    world.decide("spam", root)
    world.clock.forward(days=91)


def drifted(world: World) -> None:
    for post in ("/a", POST):
        world.published(post=post)
        miscount(world, post, 7)


SCENES: dict[Step, Scene] = {
    Step.FIGURES: wait,
    Step.NOTICE: wait,
    Step.NETWORKS: old,
    Step.ERASE: rejected,
    Step.COUNTS: drifted,
}


def documented() -> dict[str, set[Access]]:
    """Step → its ways to the table."""
    found: dict[str, set[Access]] = {}
    text = PAGE.read_text(encoding="utf-8").partition(HEAD)[2].partition("\n\n")[0]
    for line in text.strip().splitlines()[1:]:
        step, call, on, key, how, _often = (cell.strip().replace("`", "") for cell in line.strip("|").split("|"))
        found.setdefault(step, set()).add(Access(call, on, key, how))
    return found


def look(seen: set[Access], operation: str, body: Wire) -> None:
    if operation == "Scan":
        seen.add(Access("Scan", body["IndexName"], "all", "eventual"))
    seen.update(accesses(operation, body))


@pytest.mark.parametrize("step", Step)
def test_a_step_reaches_the_table_as_documented(world: World, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    SCENES[step](world)
    monkeypatch.setattr("chalicelib.store.retention.ENTRIES", 1)
    monkeypatch.setattr("chalicelib.store.retention.PORTION", 1)
    monkeypatch.setattr("chalicelib.service.maintenance.recount.PORTION", 1)
    monkeypatch.setattr("chalicelib.service.maintenance.digest.COUNTED", 1)
    seen: set[Access] = set()

    with watched(world.runtime.table.client, partial(look, seen)):
        tend(sibling(world), step, topic=TOPIC)

    assert seen - documented()[step] == set(), "undocumented"
    assert documented()[step] - seen == set(), "documented, but not seen"


def test_the_page_names_no_step_that_is_none() -> None:
    assert documented().keys() == set(Step)
