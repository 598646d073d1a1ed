"""Scenarios of moving a post's comments."""

from tests.support.relocation import NEW, SETTLED, begin_move, close_post, continue_job, finish_job, request_move
from tests.support.scenarios.setup import published_with_edit, thread_of_three
from tests.support.world import POST, World

SCAN_LIMIT = 2  # comments that one scan finds, as if there were hundreds


def publish_family(world: World) -> None:
    """A tombstone with replies, a held comment, and a comment with a proposed title."""
    close_post(world, POST, closed=False)
    root, _, leaf = thread_of_three(world)
    world.decide("reject", root)
    world.submit("Waits.", parent=leaf)
    published_with_edit(world)
    world.submit("First of its post.", post="/titled", post_title="Theirs")


def publish_many(world: World, post: str) -> None:
    """More than one scan finds, published and held."""
    for number in range(4):
        world.published(f"Number {number}.", post=post)
    for number in range(9):
        world.submit(f"Waits, {number}.", post=post)
    world.runtime.relocation.scan.most = SCAN_LIMIT


def move_in_every_way(world: World) -> None:
    publish_family(world)
    for source, target in ((POST, NEW), ("/titled", "/other")):
        job = begin_move(world, source, target)["job"]
        begin_move(world, source, target)
        world.clock.forward(seconds=SETTLED)
        begin_move(world, source, target)
        continue_job(world, job)
    request_move(world, NEW, dry_run=True)
    publish_many(world, "/many")
    for _ in range(9):
        world.clock.forward(seconds=SETTLED)
        begin_move(world, "/many", "/more")


def finish_moving(world: World) -> None:
    publish_family(world)
    finish_job(world, begin_move(world)["job"])
    finish_job(world, begin_move(world, "/titled", "/other")["job"])
    publish_many(world, "/many")
    finish_job(world, begin_move(world, "/many", "/more")["job"])


def take_moves_back(world: World) -> None:
    publish_family(world)
    publish_many(world, POST)
    for settled in (True, False):
        row = begin_move(world)["row"]
        if settled:
            finish_job(world, row)
        for _ in range(30):
            world.clock.forward(seconds=SETTLED)
            assert world.undo(decision=row).status == 200
    titled = begin_move(world, "/titled", "/other")["row"]
    finish_job(world, titled)
    assert world.undo(decision=titled).status == 200
