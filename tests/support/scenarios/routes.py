"""For each route, a scenario that exercises every access to the table."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode

from chalicelib.core.accounts import Role
from chalicelib.core.totals import MAX_HTML
from tests.support.scenarios.jobs import finish_in_every_way, leave_unfinished_job, list_jobs
from tests.support.scenarios.moderators import (
    change_a_post,
    decide_in_every_way,
    edit_as_a_moderator,
    list_posts,
    read_audit,
    read_flagged_comment,
    read_queue,
    reply_in_every_way,
    undo_in_every_way,
    undo_last,
)
from tests.support.scenarios.readers import (
    erase_author,
    flag_twice,
    list_own_comments,
    read_feeds,
    read_latest,
    vote_in_every_way,
)
from tests.support.scenarios.relocation import move_in_every_way
from tests.support.scenarios.setup import (
    Scenario,
    comment_path,
    edit_as_moderator,
    owner_request,
    publish_threads,
    published_with_edit,
    reader_request,
    thread_of_three,
)
from tests.support.threads import grow_forest, store
from tests.support.world import POST, World, key22

MORE = re.compile(r'"[^"]*\?([^"]*cursor=[^"]*)"')
LONG = "x" * MAX_HTML  # of HTML: they are read in portions
GONE = ".".join(f"t{key22(name)}" for name in ("one", "two", "three"))  # a cursor of which nothing is left


def read_everything(world: World) -> None:
    publish_threads(world)
    for sort in ("newest", "oldest", "top"):
        for limit in ("1", "2", "3", "100"):
            cursor = ""
            while cursor is not None:
                cursor = world.listed(sort=sort, limit=limit, cursor=cursor)["next"]
    assert world.get("/v1/comments", query={"post": POST, "cursor": GONE}).status == 422
    read_long_ones(world, "/v1/comments")


def read_pages(world: World) -> None:
    publish_threads(world, 80)
    for sort in ("newest", "oldest", "top"):
        queries: list[dict[str, Any]] = [{"post": POST, "sort": sort}]
        for query in queries:
            found = [parse_qs(unescape(link)) for link in MORE.findall(world.get("/thread", query=query).text)]
            queries += [each for each in found if each not in queries]
    assert world.get("/thread", query={"post": POST, "cursor": GONE}).status == 422
    read_long_ones(world, "/thread")


def read_long_ones(world: World, route: str) -> None:
    """A post that is read in portions, and can't be sorted by votes."""
    store(world, grow_forest([None] * 40, post="/long", html=LONG))
    for sort, status in (("newest", 200), ("oldest", 200), ("top", 422)):
        assert world.get(route, query={"post": "/long", "sort": sort}).status == status


def read_records(world: World) -> None:
    """Activate the rules that need the records of the author and the network."""
    for number in range(3):
        world.submit(f"Before, {number}.")
    world.policy(new_author=True, network_rejected=True)


def open_the_form_as_an_author(world: World) -> None:
    read_records(world)
    assert world.get("/v1/form", query={"post": POST}, token=f"aw_author_{key22('ann')}").status == 200


def open_the_form(world: World) -> None:
    read_records(world)
    for parent in ("", world.published()):
        assert world.get("/thread/form", query={"post": POST, "parent": parent}).status == 200


def read_comment(world: World) -> None:
    deepest = publish_threads(world)[4]
    world.get("/v1/comments/{comment_id}", **comment_path(deepest))


def read_replies(world: World) -> None:
    root, route = publish_threads(world)[1], "/v1/comments/{comment_id}/replies"
    first = world.get(route, **comment_path(root), query={"limit": "2"}).json
    for cursor, status in ((first["next"], 200), (GONE, 422)):
        assert world.get(route, **comment_path(root), query={"limit": "2", "cursor": cursor}).status == status


def submit_a_form(world: World, text: str, **fields: str) -> None:
    key = key22(f"form {next(world.numbers)}")
    body = urlencode({"post": POST, "text": text, "form": world.form(fields.get("post", POST)), "key": key, **fields})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert world.request("POST", "/thread", headers=headers, body=body).status in {201, 202}


def submit_forms(world: World) -> None:
    first = world.published()
    submit_a_form(world, "Later.")
    submit_a_form(world, "First on its post.", post="/b")
    world.policy(every_comment=False)
    submit_a_form(world, "At once.")
    submit_a_form(world, "At once, below it.", parent=first)
    read_records(world)
    submit_a_form(world, "From a network that is known.")


def submit_in_every_way(world: World) -> None:
    first = world.published(post_title="Panic")
    world.submit("Later.")
    world.policy(every_comment=False)
    world.submit("At once.", form=world.form())
    world.submit("At once, below it.", parent=first, form=world.form())
    read_records(world)
    world.submit("From an author and a network that are known.", author="ann")


def edit_in_every_way(world: World) -> None:
    waiting = world.submit("Waits.", author="ann", form=world.form()).json["id"]
    world.edit(waiting, "Still waits.", author="ann")
    root, middle, _ = thread_of_three(world)
    below = world.submit("Waits below.", author="ann", parent=middle, form=world.form()).json["id"]
    world.edit(root, "Waits while it is public.", author="ann")
    world.edit(root, "Root.", author="ann")
    for each in (root, middle):
        world.withdraw(each, author="ann")
    world.decide("delete", *(comment["id"] for comment in world.queue("published")))
    approved, place = (world.published("Approved.", author="ann", form=world.form()) for _ in range(2))
    world.published("Reply.", parent=place)
    undo_last(world, place)
    world.policy(every_comment=False)
    world.edit(below, "Seen, and so are the places of what is deleted above it.", author="ann")
    world.edit(approved, "No longer approved.", author="ann")
    world.edit(place, "Seen again in its place, above a reply.", author="ann")
    read_records(world)
    world.edit(waiting, "By an author and from a network that are known.", author="ann")


def withdraw_in_every_way(world: World) -> None:
    waiting = world.submit("Waits.", author="ann").json["id"]
    edit_as_moderator(world, waiting)
    world.withdraw(waiting, author="ann")
    world.withdraw(published_with_edit(world), author="ann")
    noted = world.submit("Noted.", author="ann").json["id"]
    world.decide("reject", noted, note="Rude.")
    leave_unfinished_job(world, "approve", noted, note="Rude.")
    world.withdraw(noted, author="ann")
    titled = world.submit("On a post of its own.", author="ann", post="/titled", post_title="Hers").json["id"]
    world.withdraw(titled, author="ann")
    _, middle, leaf = thread_of_three(world)
    world.flag(middle, author="ben")
    world.vote(middle, 1, author="ben")
    world.withdraw(middle, author="ann")
    world.withdraw(leaf, author="ann")


def signed_in(world: World, *, keep: bool = False) -> str:
    """The session token of a new owner."""
    _, link = world.runtime.accounts_service.invite("Bob", Role.OWNER)
    token: str = world.request("POST", "/v1/moderation/sessions", json_body={"link": link, "keep": keep}).json["token"]
    return token


def sign_out_in_every_way(world: World) -> None:
    for query in ({}, {"all": "true"}):
        assert world.request("DELETE", "/v1/moderation/sessions", query=query, token=signed_in(world)).status == 204
    world.get("/v1/moderation/sessions", token=signed_in_by_session(world))


def signed_in_by_session(world: World) -> str:
    """The token of a session that depends on another one, whose moderator accepted another's invitation."""
    owner, body = signed_in(world), {"name": "Bob", "role": "owner"}
    links = [world.request("POST", "/v1/moderation/moderators", json_body=body, token=owner).json["link"]]
    for _ in range(2):
        body = {"link": links[-1].rpartition("#")[2]}
        token: str = world.request("POST", "/v1/moderation/sessions", json_body=body).json["token"]
        links.append(world.request("POST", "/v1/moderation/links", token=token).json["link"])
    return token


def remove_moderator(world: World) -> None:
    route, token = "/v1/moderation/moderators", signed_in_by_session(world)
    made = world.request("POST", route, json_body={"name": "Bob"}, token=token).json
    world.get(route, token=token)
    world.request("DELETE", route, query={"id": made["moderator"]["id"]}, token=token)


def create_and_revoke_link(world: World) -> None:
    route, token = "/v1/moderation/links", signed_in_by_session(world)
    assert world.request("POST", route, token=token).status == 201
    [_, listed] = world.get(route, token=token).json["links"]
    assert world.request("DELETE", route, query={"id": listed["id"]}, token=token).status == 204


def create_and_revoke_token(world: World) -> None:
    route, token = "/v1/moderation/tokens", signed_in_by_session(world)
    made = world.request("POST", route, json_body={"name": "Mine", "scopes": ["read"]}, token=token).json
    world.get(route, token=token)
    world.request("DELETE", route, query={"id": made["about"]["id"]}, token=token)


SCENARIOS: dict[str, Scenario] = {
    "GET /v1/comments": read_everything,
    "GET /v1/comments/{comment_id}": read_comment,
    "GET /v1/comments/{comment_id}/replies": read_replies,
    "GET /v1/counts": reader_request("GET", "/v1/counts", query={"post": ["/a", "/b"]}),
    "GET /v1/form": open_the_form_as_an_author,
    "POST /v1/comments": submit_in_every_way,
    "PATCH /v1/comments/{comment_id}": edit_in_every_way,
    "DELETE /v1/comments/{comment_id}": withdraw_in_every_way,
    "POST /v1/preview": reader_request("POST", "/v1/preview", json_body={"text": "So."}),
    "PUT /v1/comments/{comment_id}/vote": vote_in_every_way,
    "POST /v1/comments/{comment_id}/flags": flag_twice,
    "GET /v1/latest": read_latest,
    "GET /v1/feed.atom": read_feeds,
    "GET /v1/mine": list_own_comments,
    "DELETE /v1/mine": erase_author,
    "GET /thread": read_pages,
    "GET /thread/form": open_the_form,
    "POST /thread": submit_forms,
    "GET /v1/moderation/queue": read_queue,
    "POST /v1/moderation/decisions": decide_in_every_way,
    "POST /v1/moderation/undo": undo_in_every_way,
    "GET /v1/moderation/comments/{comment_id}": read_flagged_comment,
    "GET /v1/moderation/jobs": lambda world: leave_unfinished_job(world) and list_jobs(world),
    "POST /v1/moderation/jobs/{job_id}": finish_in_every_way,
    "GET /v1/moderation/audit": read_audit,
    "POST /v1/moderation/comments": reply_in_every_way,
    "PATCH /v1/moderation/comments/{comment_id}": edit_as_a_moderator,
    "GET /v1/moderation/posts": list_posts,
    "PATCH /v1/moderation/posts": change_a_post,
    "POST /v1/moderation/posts/move": move_in_every_way,
    "GET /v1/moderation/stats": owner_request(
        "GET", "/v1/moderation/stats", query={"days": "90", "status": "spam", "lists": "true"}
    ),
    "GET /v1/moderation/policy": owner_request("GET", "/v1/moderation/policy"),
    "PUT /v1/moderation/policy": lambda world: world.policy(every_comment=False),
    "POST /v1/moderation/sessions": signed_in_by_session,
    "GET /v1/moderation/sessions": sign_out_in_every_way,
    "DELETE /v1/moderation/sessions": sign_out_in_every_way,
    "POST /v1/moderation/links": create_and_revoke_link,
    "GET /v1/moderation/links": create_and_revoke_link,
    "DELETE /v1/moderation/links": create_and_revoke_link,
    "GET /v1/moderation/tokens": create_and_revoke_token,
    "POST /v1/moderation/tokens": create_and_revoke_token,
    "DELETE /v1/moderation/tokens": create_and_revoke_token,
    "GET /v1/moderation/moderators": remove_moderator,
    "POST /v1/moderation/moderators": remove_moderator,
    "DELETE /v1/moderation/moderators": remove_moderator,
    "GET /moderate": reader_request("GET", "/moderate"),
    "GET /assets/{name}": lambda world: world.get("/assets/{name}", path={"name": "none.js"}),
    "GET /widget.js": reader_request("GET", "/widget.js"),
    "GET /count.js": reader_request("GET", "/count.js"),
    "GET /healthz": reader_request("GET", "/healthz"),
    "GET /openapi.json": reader_request("GET", "/openapi.json"),
    "GET /.well-known/security.txt": lambda world: world.get("/.well-known/security.txt"),
}
