"""A site with items of every kind, its responses, and the items that a backup contains."""

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.core.times import seconds
from tests.support.invariants import Item, read_truth
from tests.support.read_invariants import pages
from tests.support.world import POST, Response, World, key22

OTHER = "/a post with spaces/ünïcode"
CLOSED = "closed before it began"
NOT_BACKED_UP = ("MOD#", "R#")  # tokens, counters of limits
STATUSES = ("pending", "published", "rejected", "spam", "flagged")


def populate(world: World) -> list[str]:
    """Create items of every kind; returns the comments' ids."""
    thread = _a_thread(world)
    others = _every_status(world)
    _moderate(world, thread[0])
    world.clock.forward(days=40)
    late = world.published(
        'Later.\r\n\n> quoted\u2028\N{PILE OF POO} \\ "end"', post=OTHER, author="ann", name="Ann  Ä"
    )
    world.edit(late, "An edit that is rejected.", author="ann")
    world.decide("reject", late)
    world.vote(late, -1, author="ben")
    world.flag(late, "abuse", author="cleo", address="198.51.100.1")
    together = [str(world.submit(f"Late, {number}.", author="fay").json["id"]) for number in range(3)]
    world.decide("approve", *together)
    world.clock.forward(minutes=10)
    return list(
        dict.fromkeys([*thread, *others, late, *together, *(each["id"] for each in world.listed()["comments"])])
    )


def _a_thread(world: World) -> list[str]:
    root = world.published("*Root.*", author="ann", name="Ann", link="https://ann.example", post_title="Panic")
    ids = [root]
    for text in ("Middle.", "Lower.", "Leaf."):
        ids.append(world.published(text, author="ben", parent=ids[-1]))
    for number in range(5):
        ids.append(world.published(f"Beside, {number}.", parent=root, author=f"reader {number}"))
        world.vote(ids[-1], 1 if number % 2 else -1, author="ann")
    for author in ("cleo", "dora"):
        world.vote(root, 1, author=author)
        world.flag(ids[3], author=author)
    world.decide("delete", ids[1])
    world.decide("reject", ids[2], note="Not here.")
    return ids


def _every_status(world: World) -> list[str]:
    ids: list[str] = [world.submit(f"Number {number}.", author="eve").json["id"] for number in range(7)]
    world.decide("approve", ids[0])
    world.decide("reject", ids[1])
    world.decide("spam", ids[2], ids[3])
    world.decide("delete", ids[4])
    world.decide("restore", ids[2])
    world.edit(ids[5], "Edited.", author="eve")
    world.edit(ids[0], "An edit that waits.", author="eve")
    world.withdraw(ids[6], author="eve")
    return ids


def _moderate(world: World, root: str) -> None:
    headers = {"Idempotency-Key": key22("a moderator's")}
    body: dict[str, Any] = {"post": POST, "text": "Thank you.", "parent": root}
    world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)
    edited = {"version": world.comment(root)["comment"]["version"], "text": "Root, by a moderator.", "name": "Ann"}
    path = {"comment_id": root}
    response = world.request(
        "PATCH", "/v1/moderation/comments/{comment_id}", path=path, json_body=edited, token=world.token
    )
    assert response.status == 200, response.text
    for post, change in ((OTHER, {"title": "A title"}), (CLOSED, {"closed": True})):
        changed = world.request(
            "PATCH", "/v1/moderation/posts", query={"post": post}, json_body=change, token=world.token
        )
        assert changed.status == 200, changed.text
    world.policy(every_comment=False, new_author=True)
    world.policy(every_comment=True)


# What can be compared


def backed_up_items(world: World) -> list[str]:
    """The items that a backup contains, as JSON."""
    now = seconds(world.clock())
    items = [item for item in read_truth(world).items if not item["pk"].startswith(NOT_BACKED_UP)]
    return sorted(json.dumps(item, sort_keys=True) for item in items if not _expired(item, now))


def _expired(item: Item, now: int) -> bool:
    return bool(item.get("ttl", now + 1) <= now)


def public_responses(world: World, ids: list[str]) -> list[Response]:
    """All public responses."""
    found = [world.get("/v1/latest", query={"limit": "50"}), world.get("/v1/feed.atom")]
    found.append(world.get("/v1/counts", query={"post": [POST, OTHER, CLOSED]}))
    for post in (POST, OTHER, CLOSED):
        found += [world.get(route, query={"post": post}) for route in ("/v1/feed.atom", "/thread")]
        for sort in ("newest", "oldest", "top"):
            found += pages(world, "/v1/comments", post=post, sort=sort, limit="2")
    for each in ids:
        found.append(world.get("/v1/comments/{comment_id}", path={"comment_id": each}))
        found += pages(world, "/v1/comments/{comment_id}/replies", comment_id=each, limit="2")
    return found


def moderator_responses(world: World, ids: list[str]) -> list[Any]:
    """All responses to moderators."""
    found: list[Any] = [world.comment(each) for each in ids]
    found += [_all(world, "/v1/moderation/queue", status=status) for status in STATUSES]
    found += [_all(world, "/v1/moderation/audit"), _all(world, "/v1/moderation/posts")]
    routes = ("/v1/moderation/policy", "/v1/moderation/moderators")
    return [*found, *(world.get(route, token=world.token).json for route in routes)]


def _all(world: World, route: str, **query: str) -> list[Any]:
    return list(_pages(world, route, query))


def _pages(world: World, route: str, query: dict[str, str]) -> Iterator[Any]:
    while True:
        response = world.get(route, query=query, token=world.token)
        assert response.status == 200, response.text
        yield response.json
        if not response.json.get("next"):
            return
        query = {**query, "cursor": response.json["next"]}


def token_for_restored_owner(world: World) -> None:
    """A token for the owner restored from a backup."""
    [owner] = world.runtime.accounts.moderators()
    _, world.owner = world.runtime.accounts_service.api_token(owner, "tests", owner.scopes)
