"""What each deed consumes, beside its bar: ``python -m benchmarks.units``.

Units are those of benchmarks/meter.py, limits and the moderator's token included.  The bars hold for
texts of 450 characters; with 10,000 beside them.  Ends with 1 when a bar is broken.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.meter import Meter
from benchmarks.stage import fill, stage, text_of
from chalicelib.runtime import new_client
from tests.world import Reply, World

LENGTHS = (450, 10_000)  # characters
PAGE = 25  # comments


@dataclass(frozen=True)
class Bar:
    """What a deed may consume at most."""

    write: float = float("inf")
    read: float = float("inf")
    calls: int = 1_000

    def holds(self, found: "Figures") -> bool:
        """Whether these figures stay below."""
        return found.write <= self.write and found.read <= self.read and found.calls <= self.calls

    def __str__(self) -> str:
        units = [f"{most:g} {unit}" for most, unit in ((self.write, "W"), (self.read, "R")) if most != float("inf")]
        return ", ".join(units)


@dataclass(frozen=True)
class Figures:
    """Consumed units, and calls to DynamoDB."""

    write: float
    read: float
    calls: int


HELD, PUBLISHED, ANSWERED, DECIDED = Bar(write=8), Bar(write=16), Bar(write=20), Bar(write=18)
LIST, NONE = Bar(read=4, calls=3), Bar()

Deed = tuple[str, Bar, Callable[[], Reply]]


def submitting(world: World, text: str) -> Iterator[Deed]:
    """Each as a reader with an author key and a name would."""

    def submit(post: str, **more: Any) -> Callable[[], Reply]:  # noqa: ANN401  other fields
        return lambda: world.submit(text, post=post, author="ann", name="Ann Example", **more)

    world.submit(text, post="/warm")
    yield "submit, held, first on its post", HELD, submit("/held", post_title="A post with a name")
    yield "submit, held, later", HELD, submit("/held")
    world.hold("never")
    form = world.form("/now")
    yield "submit, published, first on its post", PUBLISHED, submit("/now", form=form)
    yield "submit, published, later", PUBLISHED, submit("/now", form=form)
    parent = submit("/now", form=form)().json["id"]
    yield "submit a reply, published", ANSWERED, submit("/now", form=form, parent=parent)
    world.hold("always")
    yield "submit a reply, held", HELD, submit("/now", form=form, parent=parent)


def deciding(world: World, text: str) -> Iterator[Deed]:
    """Each about a comment with an author, so that the author's record changes too."""

    def submitted(**more: Any) -> str:  # noqa: ANN401  other fields
        return str(world.submit(text, post="/decide", author="ann", name="Ann Example", **more).json["id"])

    def decide(decision: str, comment_id: str) -> Callable[[], Reply]:
        version = world.comment(comment_id)["comment"]["version"]
        wish = {"id": comment_id, "version": version, "decision": decision}
        body, token = {"decisions": [wish]}, world.token
        return lambda: world.request("POST", "/v1/moderation/decisions", json_body=body, token=token)

    parent = submitted()
    yield "approve", DECIDED, decide("approve", parent)
    yield "reject what waits", DECIDED, decide("reject", submitted())
    reply = submitted(parent=parent)
    yield "approve a reply", DECIDED, decide("approve", reply)
    yield "reject a reply", DECIDED, decide("reject", reply)
    last = world.comment(reply)["history"][-1]["id"]
    yield "take that back", DECIDED, lambda: world.undo(comment=reply, decision=last)
    yield "reject what has a reply", DECIDED, decide("reject", parent)
    yield "reject that reply", DECIDED, decide("reject", reply)
    yield "delete what is rejected", DECIDED, decide("delete", reply)
    yield "an author withdraws a reply", DECIDED, withdrawing(world, decide, submitted)


def withdrawing(
    world: World, decide: Callable[[str, str], Callable[[], Reply]], submitted: Callable[[], str]
) -> Callable[[], Reply]:
    """The author takes away what was published."""
    comment_id = submitted()
    decide("approve", comment_id)()
    return lambda: world.withdraw(comment_id, author="ann")


def reading(world: World, length: int) -> Iterator[Deed]:
    """Lists of posts of any size, whatever waits; counts; the queue."""
    for size in (100, 1_000):
        post = f"/list/{size}"
        fill(world, post, size, length)
        for sort in ("newest", "oldest"):
            yield f"list of {PAGE}, {sort}, of {size:,}", LIST, lambda post=post, sort=sort: page(world, post, sort)  # type: ignore[misc]
    posts = [f"/count/{number}" for number in range(50)]
    for post in posts:
        world.submit("Short.", post=post)
    yield "counts of 50 posts", Bar(calls=1), lambda: world.get("/v1/counts", query={"post": posts})
    token = world.token
    queue = "/v1/moderation/queue"
    yield f"queue, {PAGE} of 2,000", NONE, lambda: world.get(queue, query={"limit": str(PAGE)}, token=token)


def page(world: World, post: str, sort: str, cursor: str = "") -> Reply:
    """One page of a list."""
    query = {"post": post, "sort": sort, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
    return world.get("/v1/comments", query=query)


def worst_page(world: World, meter: Meter, deed: Callable[[], Reply], name: str) -> Figures:
    """Of all pages of a list, the one that costs most."""
    found, reply = measured(meter, deed)
    sort, size = name.split(", ")[1], name.rpartition(" ")[2].replace(",", "")
    while cursor := reply.json["next"]:
        figures, reply = measured(meter, lambda cursor=cursor: page(world, f"/list/{size}", sort, cursor))  # type: ignore[misc]
        found = max(found, figures, key=lambda each: (each.read, each.calls))
    return found


def measured(meter: Meter, deed: Callable[[], Reply]) -> tuple[Figures, Reply]:
    """What one deed consumes."""
    with meter.running():
        reply = deed()
    if reply.status >= 300:  # noqa: PLR2004
        raise SystemExit(reply.text)
    return Figures(meter.write, meter.read, meter.calls.total()), reply


def figures_of(length: int) -> Iterator[tuple[str, Bar, Figures]]:
    """Every deed with texts of that length."""
    with stage() as world:
        table, text = world.runtime.table, text_of(length)
        meter = Meter(table.client, new_client(table.client.meta.endpoint_url), table.name)
        for deeds in (submitting(world, text), deciding(world, text), reading(world, length)):
            for name, bar, deed in deeds:
                if bar is LIST:
                    yield f"{name}: worst page", bar, worst_page(world, meter, deed, name)
                    world.clock.forward(minutes=1)
                yield name, bar, measured(meter, deed)[0]


def main() -> int:
    """Print all figures; the bars are those of the shorter texts."""
    short, long = (list(figures_of(length)) for length in LENGTHS)
    print(f"{'':42}{'450 characters':^19}{'':20}{'10,000 characters':^19}")
    print(f"{'':42}{'write':>6}{'read':>6}{'calls':>7}  {'bar':15}{'':3}{'write':>6}{'read':>6}{'calls':>7}")
    broken = 0
    for (name, bar, found), (_, _, longer) in zip(short, long, strict=True):
        broken += not bar.holds(found)
        mark = " " if bar is NONE else "✓" if bar.holds(found) else "✗"
        print(f"{name:42}{shown(found)}  {bar!s:15}{mark:3}{shown(longer)}")
    return int(broken > 0)


def shown(found: Figures) -> str:
    """As columns."""
    return f"{found.write:>6g}{found.read:>6g}{found.calls:>7}"


if __name__ == "__main__":
    sys.exit(main())
