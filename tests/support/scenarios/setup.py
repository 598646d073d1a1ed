"""Shared setup for the scenarios of many routes."""

from collections.abc import Callable
from typing import Any

from tests.support.threads import grow_forest, store
from tests.support.world import World

Scenario = Callable[[World], object]


def comment_path(comment_id: str) -> dict[str, Any]:
    return {"path": {"comment_id": comment_id}}


def publish_threads(world: World, longest: int = 6) -> list[str]:
    """Publish a short thread, a long one of four levels and a short one; returns the ids in this order."""
    comments = grow_forest([None, None, 1, 2, 3, *[1] * (longest - 4), None])
    store(world, comments)
    return [each.id for each in comments]


def thread_of_three(world: World, author: str = "ann") -> list[str]:
    """Publish three comments, each below the previous one."""
    root = world.published("Root.", author=author)
    middle = world.published("Middle.", author=author, parent=root)
    return [root, middle, world.published("Leaf.", author=author, parent=middle)]


def edit_as_moderator(world: World, comment_id: str) -> None:
    """Edit a comment as a moderator."""
    body = {"text": "Other words.", "version": world.comment(comment_id)["comment"]["version"]}
    route = "/v1/moderation/comments/{comment_id}"
    assert world.request("PATCH", route, json_body=body, token=world.token, **comment_path(comment_id)).status == 200


def published_with_edit(world: World, author: str = "ann", **fields: Any) -> str:
    """Publish a comment whose author then edits it; the edit waits, as every comment does by default."""
    comment_id = world.published("Approved words.", author=author, **fields)
    assert world.edit(comment_id, "Words that wait.", author=author).status == 202
    return comment_id


def owner_request(method: str, route: str, **more: Any) -> Scenario:
    """A scenario of one request by the owner."""

    def scenario(world: World) -> None:
        assert world.request(method, route, token=world.token, **more).status < 300

    return scenario


def reader_request(method: str, route: str, **more: Any) -> Scenario:
    """A scenario of one request by a reader."""

    def scenario(world: World) -> None:
        assert world.request(method, route, **more).status == 200

    return scenario
