"""The operations to measure, each with its limit in consumed units for texts of 450 characters.

Each name is the first column of a row of ``benchmarks/units.py``.  What an operation needs exists when it is yielded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.stage import fill, text_of
from tests.support.world import Response, World, key22

LENGTHS = (450, 10_000)  # characters
PAGE = 25  # comments
TOP_SIZE = 500  # comments
TOP_BYTES = 330_000  # of texts; sorting by votes is not offered for more


@dataclass(frozen=True)
class Limit:
    """What an operation may consume at most."""

    write: float = float("inf")
    read: float = float("inf")
    calls: int = 1_000

    def allows(self, found: "Consumption") -> bool:
        """Whether the consumption is within the limit."""
        return found.write <= self.write and found.read <= self.read and found.calls <= self.calls

    def __str__(self) -> str:
        units = [f"{most:g} {unit}" for most, unit in ((self.write, "W"), (self.read, "R")) if most != float("inf")]
        return ", ".join(units)


@dataclass(frozen=True)
class Consumption:
    """Consumed units, and calls to DynamoDB."""

    write: float
    read: float
    calls: int


HELD, PUBLISHED, ANSWERED, DECIDED = Limit(write=8), Limit(write=16), Limit(write=20), Limit(write=18)
VOTED = Limit(write=8 + 3)  # and its counters: 1 for the network's hour, 2 for the network on this comment
LIST, TOP, COUNTS, NONE = Limit(read=4, calls=3), Limit(read=45), Limit(calls=1), Limit()
FLAGGED = REPLIED = APPROVING = EDITED = NONE  # no limit

Operation = tuple[str, Limit, Callable[[], Response]]


def submitting(world: World, text: str) -> Iterator[Operation]:
    """Submissions of a reader with an author key and a name."""

    def submit(post: str, **more: Any) -> Callable[[], Response]:  # noqa: ANN401  other fields
        return lambda: world.submit(text, post=post, author="ann", name="Ann Example", **more)

    world.submit(text, post="/warm")
    yield "submit, held, first on its post", HELD, submit("/held", post_title="A post with a name")
    yield "submit, held, later", HELD, submit("/held")
    world.policy(every_comment=False)
    form = world.form("/now")
    yield "submit, published, first on its post", PUBLISHED, submit("/now", form=form)
    yield "submit, published, later", PUBLISHED, submit("/now", form=form)
    parent = submit("/now", form=form)().json["id"]
    yield "submit a reply, published", ANSWERED, submit("/now", form=form, parent=parent)
    world.policy(every_comment=True)
    yield "submit a reply, held", HELD, submit("/now", form=form, parent=parent)


def deciding(world: World, text: str) -> Iterator[Operation]:
    """Decisions on comments with an author, so that the author's record changes too."""

    def submitted(**more: Any) -> str:  # noqa: ANN401  other fields
        return str(world.submit(text, post="/decide", author="ann", name="Ann Example", **more).json["id"])

    def decide(decision: str, comment_id: str) -> Callable[[], Response]:
        version = world.comment(comment_id)["comment"]["version"]
        request = {"id": comment_id, "version": version, "decision": decision}
        body, token = {"decisions": [request]}, world.token
        return lambda: world.request("POST", "/v1/moderation/decisions", json_body=body, token=token)

    parent = submitted()
    yield "approve", DECIDED, decide("approve", parent)
    yield "reject a waiting comment", DECIDED, decide("reject", submitted())
    reply = submitted(parent=parent)
    yield "approve a reply", DECIDED, decide("approve", reply)
    yield "reject a reply", DECIDED, decide("reject", reply)
    last = world.comment(reply)["history"][-1]["id"]
    yield "undo that", DECIDED, lambda: world.undo(comment=reply, decision=last)
    yield "reject a comment with a reply", DECIDED, decide("reject", parent)
    yield "reject that reply", DECIDED, decide("reject", reply)
    yield "delete a rejected comment", DECIDED, decide("delete", reply)
    yield "an author withdraws a reply", DECIDED, withdrawing(world, decide, submitted)
    yield from authors_changing(world, text)


def authors_changing(world: World, text: str) -> Iterator[Operation]:
    """What authors change of their own comments."""
    waiting, published = (world.submit(text, post="/own", author="ann", name="Ann").json["id"] for _ in range(2))
    world.decide("approve", published)
    yield "an author edits what waits", EDITED, lambda: world.edit(waiting, text[::-1], author="ann", name="Ann")
    yield "an author's edit of what is published, held", EDITED, lambda: world.edit(published, text[::-1], author="ann")
    yield from deciding_on_edits(world, published)
    world.submit(text, post="/own", author="eve", name="Eve")
    token = f"aw_author_{key22('eve')}"
    yield "an author of one comment erases", NONE, lambda: world.request("DELETE", "/v1/mine", token=token)


def deciding_on_edits(world: World, comment_id: str) -> Iterator[Operation]:
    """Decisions on a pending edit of a published comment."""

    def decide(decision: str) -> Callable[[], Response]:
        body = {"decisions": [{"id": comment_id, "version": version(), "decision": decision}]}
        token = world.token
        return lambda: world.request("POST", "/v1/moderation/decisions", json_body=body, token=token)

    def version() -> int:
        return int(world.comment(comment_id)["comment"]["version"])

    yield "approve an edit", DECIDED, decide("approve")
    last = world.comment(comment_id)["history"][-1]["id"]
    yield "undo that, too", DECIDED, lambda: world.undo(comment=comment_id, decision=last)
    yield "reject an edit", DECIDED, decide("reject")


def withdrawing(
    world: World, decide: Callable[[str, str], Callable[[], Response]], submitted: Callable[[], str]
) -> Callable[[], Response]:
    """An author withdraws a published comment."""
    comment_id = submitted()
    decide("approve", comment_id)()
    return lambda: world.withdraw(comment_id, author="ann")


def reading(world: World, length: int) -> Iterator[Operation]:
    """Lists of posts of different sizes, counts, and the queue."""
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


def page(world: World, post: str, sort: str, cursor: str = "") -> Response:
    """One page of a list."""
    query = {"post": post, "sort": sort, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
    return world.get("/v1/comments", query=query)


def reacting(world: World, text: str) -> Iterator[Operation]:
    """Votes and flags on a comment of another author."""
    comment = world.published(text, post="/react", author="ann", name="Ann Example")
    for words, vote in (("vote", 1), ("change a vote", -1), ("take a vote back", 0)):
        yield words, VOTED, lambda vote=vote: world.vote(comment, vote, author="ben")  # type: ignore[misc]
    yield "flag", FLAGGED, lambda: world.flag(comment, "abuse", author="ben")
    yield "flag, listed already", FLAGGED, lambda: world.flag(comment, "abuse", author="cleo")


def moderating(world: World, text: str) -> Iterator[Operation]:
    """Comments, replies and edits of moderators."""
    parent = world.published(text, post="/answer", author="ann", name="Ann Example")
    token, path = world.token, {"comment_id": parent}

    def reply(**more: Any) -> Callable[[], Response]:  # noqa: ANN401  other fields
        body = {"post": "/answer", "text": text, **more}
        headers = {"Idempotency-Key": key22(f"reply {next(world.numbers)}")}
        route = "/v1/moderation/comments"
        return lambda: world.request("POST", route, json_body=body, headers=headers, token=token)

    yield "moderator's comment", REPLIED, reply()
    yield "moderator's reply", REPLIED, reply(parent=parent)
    waiting = world.submit(text, post="/answer", author="ann", name="Ann Example").json["id"]
    yield "moderator's reply, approving its parent", APPROVING, reply(parent=waiting, approve_parent=1)
    words = {"text": text[::-1], "name": "Ann Example", "version": world.comment(parent)["comment"]["version"]}
    route = "/v1/moderation/comments/{comment_id}"
    yield "moderator's edit", EDITED, lambda: world.request("PATCH", route, path=path, json_body=words, token=token)


def showing(world: World, length: int) -> Iterator[Operation]:
    """Lists of many comments or posts."""
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


def of_an_author(world: World, length: int) -> Iterator[Operation]:
    """The author's own comments."""
    token = f"aw_author_{key22('dora')}"
    ids = [world.submit(text_of(length), post="/mine", author="dora").json["id"] for _ in range(50)]
    yield "mine, 1 by id", NONE, lambda: world.get("/v1/mine", query={"id": ids[:1]}, token=token)
    yield "mine, 50 by id", NONE, lambda: world.get("/v1/mine", query={"id": ids}, token=token)
    yield f"mine, all, page of {PAGE}", NONE, lambda: world.get("/v1/mine", token=token)
