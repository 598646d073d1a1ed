"""Moving a post's comments, as a moderator asks for it."""

from typing import Any

from tests.world import POST, Reply, World

ROUTE = "/v1/moderation/posts/move"
NEW = "/2024/07/the-panic.html"
SETTLED = 21  # seconds, more than what is on its way takes


def ask(world: World, source: str = POST, target: str = NEW, *, dry_run: bool = False, token: str = "") -> Reply:
    body = {"from": source, "to": target, "dry_run": dry_run}
    return world.request("POST", ROUTE, json_body=body, token=token or world.token)


def begin(world: World, source: str = POST, target: str = NEW) -> Any:
    reply = ask(world, source, target)
    assert reply.status == 200, reply.text
    return reply.json


def go_on(world: World, job: str) -> Any:
    route = "/v1/moderation/jobs/{job_id}"
    reply = world.request("POST", route, path={"job_id": job}, token=world.token)
    assert reply.status == 200, reply.text
    return reply.json


def finish(world: World, job: str) -> int:
    """Go on until nothing is left; how many requests that took."""
    for number in range(1, 100):
        world.clock.forward(seconds=SETTLED)
        if not go_on(world, job)["left"]:
            return number
    raise AssertionError(job)


def move(world: World, source: str = POST, target: str = NEW) -> str:
    """From the first request to the last; the row to undo it by."""
    begun = begin(world, source, target)
    finish(world, begun["job"])
    row: str = begun["row"]
    return row


def undo(world: World, row: str) -> Any:
    """The same for its way back."""
    reply = world.undo(decision=row)
    assert reply.status == 200, reply.text
    if reply.json["job"]:
        finish(world, reply.json["job"])
    return reply.json


def post(world: World, key: str) -> Any:
    reply = world.get("/v1/moderation/posts", query={"post": key}, token=world.token)
    return reply.json["posts"][0]


def close(world: World, key: str, *, closed: bool = True) -> Reply:
    return world.request(
        "PATCH", "/v1/moderation/posts", query={"post": key}, json_body={"closed": closed}, token=world.token
    )


def ids(world: World, key: str) -> list[str]:
    """Of the public thread."""
    return [comment["id"] for comment in world.listed(key, sort="oldest", limit="100")["comments"]]


def unfinished(world: World) -> list[Any]:
    jobs: list[Any] = world.get("/v1/moderation/jobs", token=world.token).json["jobs"]
    return jobs
