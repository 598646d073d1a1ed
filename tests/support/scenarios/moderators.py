"""Scenarios of moderators' routes."""

from typing import Any

from chalicelib.core.comments import Status
from tests.support.scenarios.relocation import take_moves_back
from tests.support.scenarios.setup import edit_as_moderator, published_with_edit, thread_of_three
from tests.support.threads import grow_forest, store
from tests.support.world import POST, World, key22


def decide_in_every_way(world: World) -> None:
    reworded = world.published()
    edit_as_moderator(world, reworded)
    world.decide("delete", reworded)
    first = world.submit("First.", author="ann").json["id"]
    world.decide("reject", first)
    _, middle, leaf = thread_of_three(world)
    world.decide("reject", middle)
    world.decide("reject", leaf)
    world.decide("delete", middle)
    world.decide("approve", leaf)
    world.decide("delete", leaf)
    world.decide("spam", *(world.submit(f"Of several, {number}.").json["id"] for number in range(3)))
    flagged = world.published()
    world.flag(flagged, author="ben")
    world.decide("approve", flagged)
    world.vote(flagged, 1, author="ben")
    world.decide("delete", flagged)
    world.decide("delete", world.submit(post="/titled", post_title="So").json["id"])
    edited = published_with_edit(world)
    world.decide("approve", edited)
    world.decide("delete", edited)


def read_flagged_comment(world: World) -> None:
    comment_id = world.published()
    world.flag(comment_id, author="ben")
    edit_as_moderator(world, comment_id)
    world.comment(comment_id)


def undo_last(world: World, comment_id: str) -> None:
    """Undo the last decision on a comment."""
    decisions = [each["id"] for each in world.comment(comment_id)["history"] if each["action"] != "flag"]
    [result] = world.undo(comment=comment_id, decision=decisions[-1]).json["results"]
    assert result["outcome"] == "done", result


def undo_in_every_way(world: World) -> None:
    _, middle, leaf = thread_of_three(world)
    world.flag(middle, author="ben")
    undo_last(world, middle)
    undo_last(world, middle)
    world.decide("reject", leaf)
    world.decide("delete", middle)
    undo_last(world, leaf)
    bulk = world.decide("spam", *(world.submit(f"Of several, {number}.").json["id"] for number in range(2)))
    world.undo(bulk=bulk["bulk"])
    edited = published_with_edit(world)
    world.decide("reject", edited)
    undo_last(world, edited)
    undo_last(world, edited)
    change_a_post(world)
    world.policy(every_comment=False)
    changes = world.get("/v1/moderation/audit", query={"limit": "3"}, token=world.token).json["entries"]
    outcomes = {each["action"]: world.undo(decision=each["id"]).status for each in changes}
    assert outcomes == {"policy": 200, "reopen": 200, "close": 409}
    take_moves_back(world)


def read_queue(world: World) -> None:
    for number in range(3):
        world.submit(f"Waits, {number}.")
    published_with_edit(world)
    for status in ("pending", "published", "rejected", "spam"):
        world.queue(status)
    route = "/v1/moderation/queue"
    first = world.get(route, query={"limit": "1"}, token=world.token).json
    world.get(route, query={"limit": "1", "cursor": first["next"]}, token=world.token)
    world.decide("spam", *(each["id"] for each in world.queue()))
    first = world.get(route, query={"status": "spam", "limit": "1"}, token=world.token).json
    world.get(route, query={"status": "spam", "limit": "1", "cursor": first["next"]}, token=world.token)
    search_the_queue(world)


def search_the_queue(world: World) -> None:
    """As far as one request scans, from the start and from a cursor."""
    store(world, grow_forest([None] * 1_200, status=Status.PENDING, published="", author="ann"))
    flagged = [world.published(f"Flagged, {number}.", author="ann") for number in range(3)]
    for each in flagged:
        world.flag(each, author="ben")
    for status in ("pending", "flagged"):
        query = {"status": status, "q": "in no text", "limit": "1"}
        first = world.get("/v1/moderation/queue", query=query, token=world.token).json
        if status == "pending":
            assert first["scanned"] == 500
            world.get("/v1/moderation/queue", query={**query, "cursor": first["next"]}, token=world.token)
    world.queue("flagged", limit="2")


def read_audit(world: World) -> None:
    route = "/v1/moderation/audit"
    world.published()
    world.clock.forward(days=40)
    world.published()
    first = world.get(route, query={"limit": "1"}, token=world.token).json
    world.get(route, query={"limit": "5", "cursor": first["next"]}, token=world.token)


def reply_in_every_way(world: World) -> None:
    """At the top level; below a public comment, a held reply of a deleted one, and a tombstone."""
    _, middle, leaf = thread_of_three(world)
    for parent in (leaf, middle):
        world.decide("reject", parent)
    world.decide("delete", middle)
    gone, _, _ = thread_of_three(world)
    world.decide("reject", gone)
    answers: list[dict[str, Any]] = [{"post": "/other"}, {"parent": world.published()}]
    edited = published_with_edit(world)
    answers += [{"parent": each, "approve_parent": version(world, each)} for each in (leaf, gone, edited)]
    for about in answers:
        body, key = {"post": POST, "text": "Well.", **about}, key22(f"answer {next(world.numbers)}")
        for _ in range(2):
            headers, route = {"Idempotency-Key": key}, "/v1/moderation/comments"
            response = world.request("POST", route, json_body=body, headers=headers, token=world.token)
            assert response.status == 201, response


def version(world: World, comment_id: str) -> int:
    now: int = world.comment(comment_id)["comment"]["version"]
    return now


def edit_as_a_moderator(world: World) -> None:
    comment_id = world.published()
    world.flag(comment_id, author="ben")
    edit_as_moderator(world, comment_id)


def list_posts(world: World) -> None:
    for number in range(12):
        world.submit(post=f"/{number}")
    query: dict[str, str] = {"limit": "2"}
    while query.get("cursor") is not None or "cursor" not in query:
        query["cursor"] = world.get("/v1/moderation/posts", query=query, token=world.token).json["next"]
    world.get("/v1/moderation/posts", query={"post": POST}, token=world.token)


def change_a_post(world: World) -> None:
    for closed in (True, False):
        body, token = {"closed": closed}, world.token
        world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=body, token=token)
