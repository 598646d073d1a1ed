"""Scenes of moving a post's comments."""

from tests.moves import NEW, SETTLED, ask, begin, close, finish, go_on
from tests.store.scenery import thread_of_three
from tests.world import POST, World

FEW = 2  # comments that one look finds: as if there were hundreds


def family(world: World) -> None:
    """A tombstone with replies, one that waits; and one that proposed a title."""
    close(world, POST, closed=False)
    root, _, leaf = thread_of_three(world)
    world.decide("reject", root)
    world.submit("Waits.", parent=leaf)
    world.submit("First of its post.", post="/titled", post_title="Theirs")


def of_many(world: World, post: str) -> None:
    """More than one look finds, in public and waiting."""
    for number in range(4):
        world.published(f"Number {number}.", post=post)
    for number in range(9):
        world.submit(f"Waits, {number}.", post=post)
    world.runtime.moving.looking.most = FEW


def move_in_every_way(world: World) -> None:
    family(world)
    for source, target in ((POST, NEW), ("/titled", "/other")):
        job = begin(world, source, target)["job"]
        begin(world, source, target)
        world.clock.forward(seconds=SETTLED)
        begin(world, source, target)
        go_on(world, job)
    ask(world, NEW, dry_run=True)
    of_many(world, "/many")
    for _ in range(9):
        world.clock.forward(seconds=SETTLED)
        begin(world, "/many", "/more")


def finish_moving(world: World) -> None:
    family(world)
    finish(world, begin(world)["job"])
    finish(world, begin(world, "/titled", "/other")["job"])
    of_many(world, "/many")
    finish(world, begin(world, "/many", "/more")["job"])


def take_moves_back(world: World) -> None:
    family(world)
    of_many(world, POST)
    for settled in (True, False):
        row = begin(world)["row"]
        if settled:
            finish(world, row)
        for _ in range(30):
            world.clock.forward(seconds=SETTLED)
            assert world.undo(decision=row).status == 200
    titled = begin(world, "/titled", "/other")["row"]
    finish(world, titled)
    assert world.undo(decision=titled).status == 200
