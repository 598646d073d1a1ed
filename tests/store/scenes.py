"""For each route a scene in which it does everything that it ever does with the table."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode

from chalicelib.core.accounts import Role
from tests.store.job_scenes import finish_in_every_way, leave_a_job, list_jobs
from tests.store.moderator_scenes import (
    answer_in_every_way,
    change_a_post,
    decide_in_every_way,
    edit_as_a_moderator,
    look_at_a_flagged_one,
    look_through_the_audit,
    look_through_the_posts,
    look_through_the_queue,
    undo_in_every_way,
)
from tests.store.moving_scenes import move_in_every_way
from tests.store.reader_scenes import (
    be_forgotten,
    flag_twice,
    follow,
    read_what_is_newest,
    see_ones_own,
    vote_in_every_way,
)
from tests.store.scenery import Scene, ask, chat, nothing, place, reword, thread_of_three
from tests.store.trees import grown, store
from tests.world import POST, World, key22

MORE = re.compile(r'"[^"]*\?([^"]*cursor=[^"]*)"')
LONG = "x" * 60_000  # of HTML: a query ends after 16 of them


def read_everything(world: World) -> None:
    chat(world)
    for sort in ("newest", "oldest", "top"):
        for limit in ("1", "2", "3", "100"):
            cursor = ""
            while cursor is not None:
                cursor = world.listed(sort=sort, limit=limit, cursor=cursor)["next"]
    read_long_ones(world, "/v1/comments")


def read_pages(world: World) -> None:
    chat(world, 80)
    for sort in ("newest", "oldest", "top"):
        queries: list[dict[str, Any]] = [{"post": POST, "sort": sort}]
        for query in queries:
            found = [parse_qs(unescape(link)) for link in MORE.findall(world.get("/thread", query=query).text)]
            queries += [each for each in found if each not in queries]
    read_long_ones(world, "/thread")


def read_long_ones(world: World, route: str) -> None:
    """By votes: a post that is read in four queries, and one that would take more."""
    for post, number, status in (("/long", 60, 200), ("/longer", 80, 422)):
        store(world, grown([None] * number, post=post, html=LONG))
        assert world.get(route, query={"post": post, "sort": "top"}).status == status


def open_the_form_as_an_author(world: World) -> None:
    for hold in ("new_authors", "always"):
        world.hold(hold)
        assert world.get("/v1/form", query={"post": POST}, token=f"aw_author_{key22('ann')}").status == 200


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


def edit_in_every_way(world: World) -> None:
    waiting = world.submit("Waits.", author="ann").json["id"]
    world.edit(waiting, "Still waits.", author="ann")
    root, middle, leaf = thread_of_three(world)
    world.flag(middle, author="ben")
    world.edit(middle, "Not seen any more, but its place is.", author="ann")
    world.edit(leaf, "Not seen any more, nor the place above.", author="ann")
    world.withdraw(middle, author="ann")
    world.hold("never")
    world.edit(leaf, "Seen again, and so is the place of what is deleted above it.", author="ann")
    world.withdraw(root, author="ann")


def withdraw_in_every_way(world: World) -> None:
    waiting = world.submit("Waits.", author="ann").json["id"]
    reword(world, waiting)
    world.withdraw(waiting, author="ann")
    titled = world.submit("On a post of its own.", author="ann", post="/titled", post_title="Hers").json["id"]
    world.withdraw(titled, author="ann")
    _, middle, leaf = thread_of_three(world)
    world.flag(middle, author="ben")
    world.vote(middle, 1, author="ben")
    world.withdraw(middle, author="ann")
    world.withdraw(leaf, author="ann")


def signed_in(world: World, *, keep: bool = False) -> str:
    """A session of a new owner."""
    _, link = world.runtime.signing_in.invite("Bob", Role.OWNER)
    token: str = world.request("POST", "/v1/moderation/sessions", json_body={"link": link, "keep": keep}).json["token"]
    return token


def sign_out_in_every_way(world: World) -> None:
    for query in ({}, {"all": "true"}):
        assert world.request("DELETE", "/v1/moderation/sessions", query=query, token=signed_in(world)).status == 204


def dismiss(world: World) -> None:
    signed_in(world)
    made = world.request("POST", "/v1/moderation/moderators", json_body={"name": "Bob"}, token=world.token).json
    world.request("DELETE", "/v1/moderation/moderators", query={"id": made["moderator"]["id"]}, token=world.token)


def make_a_link(world: World) -> None:
    assert world.request("POST", "/v1/moderation/links", token=signed_in(world)).status == 201


def use_up_a_token(world: World) -> None:
    route = "/v1/moderation/tokens"
    made = world.request("POST", route, json_body={"name": "Mine", "scopes": ["read"]}, token=world.token).json
    world.request("DELETE", route, query={"id": made["about"]["id"]}, token=world.token)


EVERY_FIGURE = {"days": "90", "status": "spam", "lists": "true"}
SCENES: dict[str, Scene] = {
    "GET /v1/comments": read_everything,
    "GET /v1/comments/{comment_id}": read_one,
    "GET /v1/comments/{comment_id}/replies": read_replies,
    "GET /v1/counts": nothing("GET", "/v1/counts", query={"post": ["/a", "/b"]}),
    "GET /v1/form": open_the_form_as_an_author,
    "POST /v1/comments": submit_in_every_way,
    "PATCH /v1/comments/{comment_id}": edit_in_every_way,
    "DELETE /v1/comments/{comment_id}": withdraw_in_every_way,
    "POST /v1/preview": nothing("POST", "/v1/preview", json_body={"text": "So."}),
    "PUT /v1/comments/{comment_id}/vote": vote_in_every_way,
    "POST /v1/comments/{comment_id}/flags": flag_twice,
    "GET /v1/latest": read_what_is_newest,
    "GET /v1/feed.atom": follow,
    "GET /v1/mine": see_ones_own,
    "DELETE /v1/mine": be_forgotten,
    "GET /thread": read_pages,
    "GET /thread/form": open_the_form,
    "POST /thread": submit_forms,
    "GET /v1/moderation/queue": look_through_the_queue,
    "POST /v1/moderation/decisions": decide_in_every_way,
    "POST /v1/moderation/undo": undo_in_every_way,
    "GET /v1/moderation/comments/{comment_id}": look_at_a_flagged_one,
    "GET /v1/moderation/jobs": lambda world: leave_a_job(world) and list_jobs(world),
    "POST /v1/moderation/jobs/{job_id}": finish_in_every_way,
    "GET /v1/moderation/audit": look_through_the_audit,
    "POST /v1/moderation/comments": answer_in_every_way,
    "PATCH /v1/moderation/comments/{comment_id}": edit_as_a_moderator,
    "GET /v1/moderation/posts": look_through_the_posts,
    "PATCH /v1/moderation/posts": change_a_post,
    "POST /v1/moderation/posts/move": move_in_every_way,
    "GET /v1/moderation/stats": ask(
        "GET", "/v1/moderation/stats", query={"days": "90", "status": "spam", "lists": "true"}
    ),
    "GET /v1/moderation/policy": ask("GET", "/v1/moderation/policy"),
    "PUT /v1/moderation/policy": lambda world: world.hold("never"),
    "POST /v1/moderation/sessions": signed_in,
    "GET /v1/moderation/sessions": ask("GET", "/v1/moderation/sessions"),
    "DELETE /v1/moderation/sessions": sign_out_in_every_way,
    "POST /v1/moderation/links": make_a_link,
    "GET /v1/moderation/tokens": ask("GET", "/v1/moderation/tokens"),
    "POST /v1/moderation/tokens": use_up_a_token,
    "DELETE /v1/moderation/tokens": use_up_a_token,
    "GET /v1/moderation/moderators": ask("GET", "/v1/moderation/moderators"),
    "POST /v1/moderation/moderators": dismiss,
    "DELETE /v1/moderation/moderators": dismiss,
    "GET /moderate": nothing("GET", "/moderate"),
    "GET /assets/{name}": lambda world: world.get("/assets/{name}", path={"name": "none.js"}),
    "GET /widget.js": nothing("GET", "/widget.js"),
    "GET /count.js": nothing("GET", "/count.js"),
    "GET /healthz": nothing("GET", "/healthz"),
    "GET /openapi.json": nothing("GET", "/openapi.json"),
}
