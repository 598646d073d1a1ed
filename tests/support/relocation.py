"""Helpers that move a post's comments through the API."""

from typing import Any

from tests.support.world import POST, Response, World

ROUTE = "/v1/moderation/posts/move"
NEW = "/2024/07/the-panic.html"
SETTLED = 21  # seconds, more than what is on its way takes


def request_move(
    world: World, source: str = POST, target: str = NEW, *, dry_run: bool = False, token: str = ""
) -> Response:
    body = {"from": source, "to": target, "dry_run": dry_run}
    return world.request("POST", ROUTE, json_body=body, token=token or world.token)


def begin_move(world: World, source: str = POST, target: str = NEW) -> Any:
    response = request_move(world, source, target)
    assert response.status == 200, response.text
    return response.json


def continue_job(world: World, job: str) -> Any:
    route = "/v1/moderation/jobs/{job_id}"
    response = world.request("POST", route, path={"job_id": job}, token=world.token)
    assert response.status == 200, response.text
    return response.json


def finish_job(world: World, job: str) -> int:
    """Continue until nothing is left; returns the number of requests."""
    for number in range(1, 100):
        world.clock.forward(seconds=SETTLED)
        if not continue_job(world, job)["left"]:
            return number
    raise AssertionError(job)


def move(world: World, source: str = POST, target: str = NEW) -> str:
    """Move a post completely; returns the audit row to undo it by."""
    begun = begin_move(world, source, target)
    finish_job(world, begun["job"])
    row: str = begun["row"]
    return row


def undo_move(world: World, row: str) -> Any:
    """Undo a move completely."""
    response = world.undo(decision=row)
    assert response.status == 200, response.text
    if response.json["job"]:
        finish_job(world, response.json["job"])
    return response.json


def post_details(world: World, key: str) -> Any:
    response = world.get("/v1/moderation/posts", query={"post": key}, token=world.token)
    return response.json["posts"][0]


def close_post(world: World, key: str, *, closed: bool = True) -> Response:
    return world.request(
        "PATCH", "/v1/moderation/posts", query={"post": key}, json_body={"closed": closed}, token=world.token
    )


def comment_ids(world: World, key: str) -> list[str]:
    """The ids in the public thread, oldest first."""
    return [comment["id"] for comment in world.listed(key, sort="oldest", limit="100")["comments"]]


def unfinished_jobs(world: World) -> list[Any]:
    jobs: list[Any] = world.get("/v1/moderation/jobs", token=world.token).json["jobs"]
    return jobs
