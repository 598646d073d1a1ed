"""What scenes of many routes begin with."""

from collections.abc import Callable
from typing import Any

from tests.store.trees import grown, store
from tests.world import World

Scene = Callable[[World], object]


def place(comment_id: str) -> dict[str, Any]:
    return {"path": {"comment_id": comment_id}}


def chat(world: World, longest: int = 6) -> list[str]:
    """Published: a short thread, a long one of four levels, a short one; ids in this order."""
    comments = grown([None, None, 1, 2, 3, *[1] * (longest - 4), None])
    store(world, comments)
    return [each.id for each in comments]


def thread_of_three(world: World, author: str = "ann") -> list[str]:
    """Published, each below the one before."""
    root = world.published("Root.", author=author)
    middle = world.published("Middle.", author=author, parent=root)
    return [root, middle, world.published("Leaf.", author=author, parent=middle)]


def reword(world: World, comment_id: str) -> None:
    """As a moderator."""
    body = {"text": "Other words.", "version": world.comment(comment_id)["comment"]["version"]}
    route = "/v1/moderation/comments/{comment_id}"
    assert world.request("PATCH", route, json_body=body, token=world.token, **place(comment_id)).status == 200


def ask(method: str, route: str, **more: Any) -> Scene:
    """A scene of one request by the owner."""

    def scene(world: World) -> None:
        assert world.request(method, route, token=world.token, **more).status < 300

    return scene


def nothing(method: str, route: str, **more: Any) -> Scene:
    """A scene of one request by a reader."""

    def scene(world: World) -> None:
        assert world.request(method, route, **more).status == 200

    return scene
