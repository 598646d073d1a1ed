"""Scenarios of readers: votes, flags, feeds, own comments, erasure."""

from unittest.mock import patch

from tests.support.scenarios.jobs import leave_unfinished_job
from tests.support.scenarios.setup import edit_as_moderator, published_with_edit, thread_of_three
from tests.support.world import POST, World, key22

MANY = 30  # votes: more than one query of the index finds


def vote_in_every_way(world: World) -> None:
    comment_id = world.published()
    for vote in (1, -1, 0, 0):
        assert world.vote(comment_id, vote, author="ann").status == 200


def flag_twice(world: World) -> None:
    comment_id = world.published()
    for author in ("ann", "ann", "ben"):
        assert world.flag(comment_id, author=author).status == 202


def read_latest(world: World) -> None:
    world.published()
    assert len(world.get("/v1/latest").json["comments"]) == 1


def read_feeds(world: World) -> None:
    world.published()
    for query in ({}, {"post": POST}):
        assert "<entry>" in world.get("/v1/feed.atom", query=query).text


def list_own_comments(world: World) -> None:
    token = f"aw_author_{key22('ann')}"
    ids = [world.submit(f"Number {number}.", author="ann").json["id"] for number in range(2)]
    for number in range(MANY):
        world.vote(world.published(f"Voted for, {number}."), 1, author="ann")
    world.get("/v1/mine", query={"id": ids}, token=token)
    cursor = ""
    while cursor is not None:
        cursor = world.get("/v1/mine", query={"limit": "1", "cursor": cursor}, token=token).json["next"]


def erase_author(world: World) -> None:
    """Erase an author with reactions on public, unpublished and deleted comments, before their cleanup."""
    for vote, decision in ((1, ""), (-1, "reject"), (1, "delete")):
        comment_id = world.published()
        elsewhere = "198.51.100.1" if decision == "delete" else "203.0.113.7"
        world.vote(comment_id, vote, author="ann", address=elsewhere)
        world.flag(comment_id, author="ann")
        if decision:
            with patch.object(world.runtime.comments, "remove_orphans"):
                world.decide(decision, comment_id)
    world.submit("Waits.", author="ann", post="/titled", post_title="Hers")
    root, middle, leaf = thread_of_three(world)
    below = world.published("Another's, below.", author="ben", parent=leaf)
    world.decide("reject", below)
    world.flag(root, author="ben")
    world.vote(root, 1, author="ben")
    edit_as_moderator(world, root)
    published_with_edit(world)
    world.decide("approve", world.submit("Noted.", author="ann").json["id"], note="Hers.")
    leave_unfinished_job(world, "approve", world.submit("Not reached.", author="ann").json["id"], note="Hers.")
    token = f"aw_author_{key22('ann')}"
    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('nobody')}")
    answers = [world.request("DELETE", "/v1/mine", token=token).json for _ in range(2)]
    assert answers == [{"done": 13, "left": True}, {"done": 0, "left": False}]
    assert world.comment(middle)["comment"]["status"] == "deleted"
