"""The maintenance tasks access the table as documented in docs/access-paths.md, and by no other key."""

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.core.maintenance import Task
from tests.store.test_access_paths import PAGE, Access, accesses
from tests.support.maintenance import TOPIC, run_maintenance, set_wrong_count, with_topic
from tests.support.scenarios.setup import edit_as_moderator, published_with_edit, thread_of_three
from tests.support.wire_guard import Wire, watched
from tests.support.world import POST, World, sibling

HEAD = "| task | call | on | key | read | how often |"
Scenario = Callable[[World], object]


def full_queue(world: World) -> None:
    """More pending comments than are counted in a shard."""
    with_topic(world)
    for _ in range(9):
        world.submit()


def old_comment(world: World) -> None:
    world.submit()
    world.clock.forward(days=31)


def rejected_thread(world: World) -> None:
    """A rejected reply with a vote, a flag and an edit, its rejected ancestors, and spam with a reply.

    And a rejected comment, of which an edit was rejected before.
    """
    thread = thread_of_three(world)
    world.vote(thread[2], 1, author="cleo")
    world.flag(thread[2], author="cleo")
    edit_as_moderator(world, thread[2])
    edited = published_with_edit(world)
    for comment_id in (*thread, edited, edited):  # the first rejects the edit
        world.decide("reject", comment_id)
    root = world.published("Another.", author="ben", post_title="A title")
    world.published("Reply.", parent=root)
    world.decide("spam", root)
    world.clock.forward(days=91)


def wrong_counts(world: World) -> None:
    for post in ("/a", POST):
        world.published(post=post)
        set_wrong_count(world, post, 7)


SCENARIOS: dict[Task, Scenario] = {
    Task.METRICS: full_queue,
    Task.DIGEST: full_queue,
    Task.NETWORK_HASHES: old_comment,
    Task.RETENTION: rejected_thread,
    Task.RECOUNT: wrong_counts,
}


def documented() -> dict[str, set[Access]]:
    """Task → its accesses to the table."""
    found: dict[str, set[Access]] = {}
    text = PAGE.read_text(encoding="utf-8").partition(HEAD)[2].partition("\n\n")[0]
    for line in text.strip().splitlines()[1:]:
        task, call, on, key, how, _often = (cell.strip().replace("`", "") for cell in line.strip("|").split("|"))
        found.setdefault(task, set()).add(Access(call, on, key, how))
    return found


def record(seen: set[Access], operation: str, body: Wire) -> None:
    if operation == "Scan":
        seen.add(Access("Scan", body["IndexName"], "all", "eventual"))
    seen.update(accesses(operation, body))


@pytest.mark.parametrize("task", Task)
def test_a_task_accesses_the_table_as_documented(world: World, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    SCENARIOS[task](world)
    monkeypatch.setattr("chalicelib.store.retention.SCAN_PAGE", 1)
    monkeypatch.setattr("chalicelib.store.retention.LIST_PAGE", 1)
    monkeypatch.setattr("chalicelib.service.maintenance.recount.PORTION", 1)
    monkeypatch.setattr("chalicelib.service.maintenance.digest.COUNTED", 1)
    seen: set[Access] = set()

    with watched(world.runtime.table.client, partial(record, seen)):
        run_maintenance(sibling(world), task, topic=TOPIC)

    assert seen - documented()[task] == set(), "undocumented"
    assert documented()[task] - seen == set(), "documented, but not seen"


def test_the_page_lists_exactly_the_tasks() -> None:
    assert documented().keys() == set(Task)
