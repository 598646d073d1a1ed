"""For each route a scene in which it does everything that it ever does with the table."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode

from chalicelib.core.access import Role
from tests.store.trees import grown, store
from tests.world import POST, World, key22

MORE = re.compile(r'"[^"]*\?([^"]*cursor=[^"]*)"')

Scene = Callable[[World], object]


def place(comment_id: str) -> dict[str, Any]:
    return {"path": {"comment_id": comment_id}}


def chat(world: World, longest: int = 6) -> list[str]:
    """Published: a short thread, a long one of four levels, a short one; ids in this order."""
    comments = grown([None, None, 1, 2, 3, *[1] * (longest - 4), None])
    store(world, comments)
    return [each.id for each in comments]


def read_everything(world: World) -> None:
    chat(world)
    for sort in ("newest", "oldest"):
        for limit in ("1", "2", "3", "100"):
            cursor = ""
            while cursor is not None:
                cursor = world.listed(sort=sort, limit=limit, cursor=cursor)["next"]


def read_pages(world: World) -> None:
    chat(world, 80)
    for sort in ("newest", "oldest"):
        queries: list[dict[str, Any]] = [{"post": POST, "sort": sort}]
        for query in queries:
            found = [parse_qs(unescape(link)) for link in MORE.findall(world.get("/thread", query=query).text)]
            queries += [each for each in found if each not in queries]


def open_the_form(world: World) -> None:
    for parent in ("", world.published()):
        assert world.get("/thread/form", query={"post": POST, "parent": parent}).status == 200


def read_one(world: World) -> None:
    deepest = chat(world)[4]
    world.get("/v1/comments/{comment_id}", **place(deepest))


def read_replies(world: World) -> None:
    root, route = chat(world)[1], "/v1/comments/{comment_id}/replies"
    first = world.get(route, **place(root), query={"limit": "2"}).json
    world.get(route, **place(root), query={"limit": "2", "cursor": first["next"]})


def submit_a_form(world: World, text: str, **fields: str) -> None:
    key = key22(f"form {next(world.numbers)}")
    body = urlencode({"post": POST, "text": text, "form": world.form(), "key": key, **fields})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert world.request("POST", "/thread", headers=headers, body=body).status in {201, 202}


def submit_forms(world: World) -> None:
    first = world.published()
    submit_a_form(world, "Later.")
    submit_a_form(world, "First on its post.", post="/b")
    world.hold("never")
    submit_a_form(world, "At once.")
    submit_a_form(world, "At once, below it.", parent=first)


def submit_in_every_way(world: World) -> None:
    first = world.published(post_title="Panic")
    world.submit("Later.")
    world.hold("never")
    world.submit("At once.", form=world.form())
    world.submit("At once, below it.", parent=first, form=world.form())


def thread_of_three(world: World, author: str = "ann") -> list[str]:
    """Published, each below the one before."""
    root = world.published("Root.", author=author)
    middle = world.published("Middle.", author=author, parent=root)
    return [root, middle, world.published("Leaf.", author=author, parent=middle)]


def edit_in_every_way(world: World) -> None:
    waiting = world.submit("Waits.", author="ann").json["id"]
    world.edit(waiting, "Still waits.", author="ann")
    root, middle, leaf = thread_of_three(world)
    world.edit(middle, "Not seen any more, but its place is.", author="ann")
    world.edit(leaf, "Not seen any more, nor the place above.", author="ann")
    world.withdraw(middle, author="ann")
    world.hold("never")
    world.edit(leaf, "Seen again, and so is the place of what is deleted above it.", author="ann")
    world.withdraw(root, author="ann")


def withdraw_in_every_way(world: World) -> None:
    waiting = world.submit("Waits.", author="ann").json["id"]
    world.withdraw(waiting, author="ann")
    _, middle, leaf = thread_of_three(world)
    world.withdraw(middle, author="ann")
    world.withdraw(leaf, author="ann")


def decide_in_every_way(world: World) -> None:
    first = world.submit("First.", author="ann").json["id"]
    world.decide("reject", first)
    _, middle, leaf = thread_of_three(world)
    world.decide("reject", middle)
    world.decide("reject", leaf)
    world.decide("delete", middle)
    world.decide("approve", leaf)
    world.decide("delete", leaf)
    world.decide("spam", *(world.submit(f"Of several, {number}.").json["id"] for number in range(3)))


def take_back(world: World, comment_id: str) -> None:
    """What was done last with a comment."""
    last = world.comment(comment_id)["history"][-1]["id"]
    [result] = world.undo(comment=comment_id, decision=last).json["results"]
    assert result["outcome"] == "done", result


def undo_in_every_way(world: World) -> None:
    _, middle, leaf = thread_of_three(world)
    take_back(world, middle)
    take_back(world, middle)
    world.decide("reject", leaf)
    world.decide("delete", middle)
    take_back(world, leaf)
    bulk = world.decide("spam", *(world.submit(f"Of several, {number}.").json["id"] for number in range(2)))
    world.undo(bulk=bulk["bulk"])


def look_through_the_queue(world: World) -> None:
    for number in range(3):
        world.submit(f"Waits, {number}.")
    for status in ("pending", "published", "rejected", "spam"):
        world.queue(status)
    route = "/v1/moderation/queue"
    first = world.get(route, query={"limit": "1"}, token=world.token).json
    world.get(route, query={"limit": "1", "cursor": first["next"]}, token=world.token)
    world.decide("spam", *(each["id"] for each in world.queue()))
    first = world.get(route, query={"status": "spam", "limit": "1"}, token=world.token).json
    world.get(route, query={"status": "spam", "limit": "1", "cursor": first["next"]}, token=world.token)


def look_through_the_audit(world: World) -> None:
    route = "/v1/moderation/audit"
    world.published()
    world.clock.forward(days=40)
    world.published()
    first = world.get(route, query={"limit": "1"}, token=world.token).json
    world.get(route, query={"limit": "5", "cursor": first["next"]}, token=world.token)


def change_a_post(world: World) -> None:
    for closed in (True, False):
        body, token = {"closed": closed}, world.token
        world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=body, token=token)


def signed_in(world: World, *, keep: bool = False) -> str:
    """A session of a new owner."""
    _, link = world.runtime.signing_in.invite("Bob", Role.OWNER)
    token: str = world.request("POST", "/v1/moderation/sessions", json_body={"link": link, "keep": keep}).json["token"]
    return token


def sign_out_in_every_way(world: World) -> None:
    for query in ({}, {"all": "true"}):
        assert world.request("DELETE", "/v1/moderation/sessions", query=query, token=signed_in(world)).status == 204


def ask(method: str, route: str, **more: Any) -> Scene:
    """A scene of one request by the owner."""

    def scene(world: World) -> None:
        assert world.request(method, route, token=world.token, **more).status < 300

    return scene


def dismiss(world: World) -> None:
    signed_in(world)
    made = world.request("POST", "/v1/moderation/moderators", json_body={"name": "Bob"}, token=world.token).json
    world.request("DELETE", "/v1/moderation/moderators", query={"id": made["moderator"]["id"]}, token=world.token)


def use_up_a_token(world: World) -> None:
    route = "/v1/moderation/tokens"
    made = world.request("POST", route, json_body={"name": "Mine", "scopes": ["read"]}, token=world.token).json
    world.request("DELETE", route, query={"id": made["about"]["id"]}, token=world.token)


def nothing(method: str, route: str, **more: Any) -> Scene:
    """A scene of one request by a reader."""

    def scene(world: World) -> None:
        assert world.request(method, route, **more).status == 200

    return scene


SCENES: dict[str, Scene] = {
    "GET /v1/comments": read_everything,
    "GET /v1/comments/{comment_id}": read_one,
    "GET /v1/comments/{comment_id}/replies": read_replies,
    "GET /v1/counts": nothing("GET", "/v1/counts", query={"post": ["/a", "/b"]}),
    "GET /v1/form": nothing("GET", "/v1/form", query={"post": POST}),
    "POST /v1/comments": submit_in_every_way,
    "PATCH /v1/comments/{comment_id}": edit_in_every_way,
    "DELETE /v1/comments/{comment_id}": withdraw_in_every_way,
    "POST /v1/preview": nothing("POST", "/v1/preview", json_body={"text": "So."}),
    "GET /thread": read_pages,
    "GET /thread/form": open_the_form,
    "POST /thread": submit_forms,
    "GET /v1/moderation/queue": look_through_the_queue,
    "POST /v1/moderation/decisions": decide_in_every_way,
    "POST /v1/moderation/undo": undo_in_every_way,
    "GET /v1/moderation/comments/{comment_id}": lambda world: world.comment(world.published()),
    "GET /v1/moderation/audit": look_through_the_audit,
    "PATCH /v1/moderation/posts": change_a_post,
    "GET /v1/moderation/policy": ask("GET", "/v1/moderation/policy"),
    "PUT /v1/moderation/policy": lambda world: world.hold("never"),
    "POST /v1/moderation/sessions": signed_in,
    "GET /v1/moderation/sessions": ask("GET", "/v1/moderation/sessions"),
    "DELETE /v1/moderation/sessions": sign_out_in_every_way,
    "GET /v1/moderation/tokens": ask("GET", "/v1/moderation/tokens"),
    "POST /v1/moderation/tokens": use_up_a_token,
    "DELETE /v1/moderation/tokens": use_up_a_token,
    "GET /v1/moderation/moderators": ask("GET", "/v1/moderation/moderators"),
    "POST /v1/moderation/moderators": dismiss,
    "DELETE /v1/moderation/moderators": dismiss,
    "GET /moderate": nothing("GET", "/moderate"),
    "GET /assets/{name}": lambda world: world.get("/assets/{name}", path={"name": "none.js"}),
    "GET /healthz": nothing("GET", "/healthz"),
    "GET /openapi.json": nothing("GET", "/openapi.json"),
}
