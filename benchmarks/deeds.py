"""Deeds, each with its bar in consumed units: those of docs and design for texts of 450 characters.

A deed's name begins its row of ``benchmarks/units.py``; what it needs is there when it is yielded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.stage import fill, text_of
from tests.world import Reply, World, key22

LENGTHS = (450, 10_000)  # characters
PAGE = 25  # comments
TOP_SIZE = 500  # comments
TOP_BYTES = 3_500_000  # of texts: with more it is not offered


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
VOTED = Bar(write=8 + 3)  # and its counters: 1 for the network's hour, 2 for the network on this comment
LIST, TOP, COUNTS, NONE = Bar(read=4, calls=3), Bar(read=45), Bar(calls=1), Bar()
FLAGGED = REPLIED = APPROVING = EDITED = NONE  # none is set

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
    yield "counts of 50 posts", COUNTS, lambda: world.get("/v1/counts", query={"post": posts})
    token = world.token
    queue = "/v1/moderation/queue"
    yield f"queue, {PAGE} of 2,000", NONE, lambda: world.get(queue, query={"limit": str(PAGE)}, token=token)


def page(world: World, post: str, sort: str, cursor: str = "") -> Reply:
    """One page of a list."""
    query = {"post": post, "sort": sort, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
    return world.get("/v1/comments", query=query)


def reacting(world: World, text: str) -> Iterator[Deed]:
    """Votes and flags on a comment of another author."""
    comment = world.published(text, post="/react", author="ann", name="Ann Example")
    for words, vote in (("vote", 1), ("change a vote", -1), ("take a vote back", 0)):
        yield words, VOTED, lambda vote=vote: world.vote(comment, vote, author="ben")  # type: ignore[misc]
    yield "flag", FLAGGED, lambda: world.flag(comment, "abuse", author="ben")
    yield "flag, listed already", FLAGGED, lambda: world.flag(comment, "abuse", author="cleo")


def moderating(world: World, text: str) -> Iterator[Deed]:
    """What moderators write themselves."""
    parent = world.published(text, post="/answer", author="ann", name="Ann Example")
    token, path = world.token, {"comment_id": parent}

    def reply(**more: Any) -> Callable[[], Reply]:  # noqa: ANN401  other fields
        body = {"post": "/answer", "text": text, **more}
        headers = {"Idempotency-Key": key22(f"reply {next(world.numbers)}")}
        route = "/v1/moderation/comments"
        return lambda: world.request("POST", route, json_body=body, headers=headers, token=token)

    yield "moderator's comment", REPLIED, reply()
    yield "moderator's reply", REPLIED, reply(parent=parent)
    waiting = world.submit(text, post="/answer", author="ann", name="Ann Example").json["id"]
    yield "moderator's reply, approving too", APPROVING, reply(parent=waiting, approve_parent=1)
    words = {"text": text[::-1], "name": "Ann Example", "version": world.comment(parent)["comment"]["version"]}
    route = "/v1/moderation/comments/{comment_id}"
    yield "moderator's edit", EDITED, lambda: world.request("PATCH", route, path=path, json_body=words, token=token)


def showing(world: World, length: int) -> Iterator[Deed]:
    """What is shown of many comments or posts."""
    fill(world, "/top", min(TOP_SIZE, TOP_BYTES // length), length)
    yield f"list of {PAGE}, top, of {TOP_SIZE} at most", TOP, lambda: page(world, "/top", "top")
    yield "latest 10", NONE, lambda: world.get("/v1/latest")
    yield "latest 50", NONE, lambda: world.get("/v1/latest", query={"limit": "50"})
    yield "feed of the site", NONE, lambda: world.get("/v1/feed.atom")
    yield f"feed of a post of {TOP_SIZE} at most", NONE, lambda: world.get("/v1/feed.atom", query={"post": "/top"})
    yield from of_an_author(world, length)
    token = world.token
    for route in ("posts", "stats", "audit"):
        at = f"/v1/moderation/{route}"
        yield f"moderator's {route}", NONE, lambda at=at: world.get(at, token=token)  # type: ignore[misc]


def of_an_author(world: World, length: int) -> Iterator[Deed]:
    """The author's own comments."""
    token = f"aw_author_{key22('dora')}"
    ids = [world.submit(text_of(length), post="/mine", author="dora").json["id"] for _ in range(50)]
    yield "mine, 1 by id", NONE, lambda: world.get("/v1/mine", query={"id": ids[:1]}, token=token)
    yield "mine, 50 by id", NONE, lambda: world.get("/v1/mine", query={"id": ids}, token=token)
    yield f"mine, all, page of {PAGE}", NONE, lambda: world.get("/v1/mine", token=token)
