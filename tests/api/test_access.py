"""Who may do what: every endpoint, whoever asks, in one table.  A route without a row fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.api.openapi import endpoints
from chalicelib.core.access import API_TOKEN_LIFE, Role, Scope
from tests.hostile import documented, judge
from tests.world import POST, World, key22

Row = tuple[int, ...]

CALLERS = ("nobody", "stranger", "author", "reading", "moderator", "owner", "revoked", "expired", "link")
EVERYBODY: Row = (200,) * 9
READ: Row = (401, 401, 401, 200, 200, 200, 401, 401, 401)
MODERATE: Row = (401, 401, 401, 403, 200, 200, 401, 401, 401)
MANAGE: Row = (401, 401, 401, 403, 403, 200, 401, 401, 401)
OWN: Row = (401, 404, 200, 401, 401, 401, 401, 401, 401)


def but(row: Row, **statuses: int) -> Row:
    """The same with another status where it says ``was=now``, written ``_200=204``."""
    changes = {int(was[1:]): now for was, now in statuses.items()}
    return tuple(changes.get(status, status) for status in row)


TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/v1/comments"): EVERYBODY,
    ("GET", "/v1/comments/{comment_id}"): EVERYBODY,
    ("GET", "/v1/comments/{comment_id}/replies"): EVERYBODY,
    ("GET", "/v1/counts"): EVERYBODY,
    ("GET", "/v1/form"): EVERYBODY,
    ("POST", "/v1/comments"): (202, 202, 202, 401, 401, 401, 401, 401, 401),
    ("PATCH", "/v1/comments/{comment_id}"): OWN,
    ("DELETE", "/v1/comments/{comment_id}"): but(OWN, _200=204),
    ("POST", "/v1/preview"): EVERYBODY,
    ("GET", "/thread"): EVERYBODY,
    ("GET", "/thread/form"): EVERYBODY,
    ("POST", "/thread"): but(EVERYBODY, _200=202),
    ("GET", "/v1/moderation/queue"): READ,
    ("POST", "/v1/moderation/decisions"): MODERATE,
    ("POST", "/v1/moderation/undo"): but(MODERATE, _200=404),
    ("GET", "/v1/moderation/comments/{comment_id}"): READ,
    ("GET", "/v1/moderation/audit"): READ,
    ("PATCH", "/v1/moderation/posts"): MODERATE,
    ("GET", "/v1/moderation/policy"): READ,
    ("PUT", "/v1/moderation/policy"): MANAGE,
    ("POST", "/v1/moderation/sessions"): but(EVERYBODY, _200=201),
    ("GET", "/v1/moderation/sessions"): READ,
    ("DELETE", "/v1/moderation/sessions"): but(READ, _200=204),
    ("GET", "/v1/moderation/tokens"): MANAGE,
    ("POST", "/v1/moderation/tokens"): but(MANAGE, _200=201),
    ("DELETE", "/v1/moderation/tokens"): but(MANAGE, _200=404),
    ("GET", "/v1/moderation/moderators"): MANAGE,
    ("POST", "/v1/moderation/moderators"): but(MANAGE, _200=201),
    ("DELETE", "/v1/moderation/moderators"): but(MANAGE, _200=204),
    ("GET", "/moderate"): EVERYBODY,
    ("GET", "/assets/{name}"): but(EVERYBODY, _200=404),
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/openapi.json"): EVERYBODY,
}
OF_POST = {"post": POST}
QUERIES = {
    ("GET", "/v1/comments"): OF_POST,
    ("GET", "/v1/counts"): OF_POST,
    ("GET", "/v1/form"): OF_POST,
    ("GET", "/thread"): OF_POST,
    ("GET", "/thread/form"): OF_POST,
    ("PATCH", "/v1/moderation/posts"): OF_POST,
    ("DELETE", "/v1/moderation/tokens"): {"id": "nothing"},
}
FORM = "application/x-www-form-urlencoded"


def someone(world: World, name: str, role: Role, scopes: set[Scope]) -> str:
    """A moderator of their own for each token, so that none ends another's."""
    moderator, _ = world.runtime.signing_in.invite(name, role)
    _, token = world.runtime.signing_in.api_token(moderator, "tests", frozenset(scopes))
    return token


def revoked(world: World) -> str:
    token = someone(world, "revoked", Role.OWNER, set(Scope))
    assert world.request("DELETE", "/v1/moderation/sessions", token=token).status == 204
    return token


def expired(world: World) -> str:
    now = world.clock()
    world.clock.time = now - API_TOKEN_LIFE
    token = someone(world, "expired", Role.OWNER, set(Scope))
    world.clock.time = now
    return token


TOKENS: dict[str, Callable[[World], str]] = {
    "nobody": lambda _world: "",
    "stranger": lambda _world: f"aw_author_{key22('stranger')}",
    "author": lambda _world: f"aw_author_{key22('author')}",
    "reading": lambda world: someone(world, "reading", Role.MODERATOR, {Scope.READ}),
    "moderator": lambda world: someone(world, "moderator", Role.MODERATOR, {Scope.READ, Scope.MODERATE}),
    "owner": lambda world: someone(world, "owner", Role.OWNER, set(Scope)),
    "revoked": revoked,
    "expired": expired,
    "link": lambda world: world.runtime.signing_in.invite("link", Role.OWNER)[1],
}


def body_of(world: World, method: str, route: str) -> Any:
    """A good body for this endpoint, made anew for each request."""
    bodies: dict[tuple[str, str], Callable[[], Any]] = {
        ("POST", "/v1/comments"): lambda: {"post": POST, "text": "Hello."},
        ("PATCH", "/v1/comments/{comment_id}"): lambda: {"text": "Better words."},
        ("POST", "/v1/preview"): lambda: {"text": "Hello."},
        ("POST", "/v1/moderation/decisions"): lambda: {
            "decisions": [{"id": key22("x"), "version": 1, "decision": "spam"}]
        },
        ("POST", "/v1/moderation/undo"): lambda: {"bulk": "01Q3EHNRK4992DR59P882AG3Z8"},
        ("PATCH", "/v1/moderation/posts"): lambda: {"closed": True},
        ("PUT", "/v1/moderation/policy"): lambda: {"hold": "never", "version": 0},
        ("POST", "/v1/moderation/sessions"): lambda: {"link": TOKENS["link"](world)},
        ("POST", "/v1/moderation/tokens"): lambda: {"name": "program", "scopes": ["read"]},
        ("POST", "/v1/moderation/moderators"): lambda: {"name": "Friend", "role": "owner"},
    }
    make = bodies.get((method, route))
    return make() if make else None


def path_of(route: str, comment_id: str) -> dict[str, str] | None:
    if "{" not in route:
        return None
    return {"comment_id": comment_id} if "{comment_id}" in route else {"name": "nothing.js"}


@dataclass(frozen=True)
class Scene:
    """A published comment of ``author``, and a moderator who may be dismissed."""

    world: World
    comment: str
    friend: str

    def told(self, method: str, route: str, caller: str) -> int:
        """The status of what one caller is told."""
        headers, more = {"Idempotency-Key": key22(f"sent by {caller}")}, dict[str, Any]()
        if (method, route) == ("POST", "/thread"):
            headers["Content-Type"] = FORM
            more["body"] = f"text=Hello.&post={POST}&key={key22(f'sent by {caller}')}"
        if (method, route) == ("DELETE", "/v1/moderation/moderators"):
            more["query"] = {"id": self.friend}
        more |= {"path": path_of(route, self.comment), "json_body": body_of(self.world, method, route)}
        asking = {"query": QUERIES.get((method, route), {}), "token": TOKENS[caller](self.world), "headers": headers}
        reply = self.world.request(method, route, **{**asking, **more})
        judge(reply, page="html" in reply.headers["Content-Type"])
        assert reply.status in documented(method, route)
        return reply.status


@pytest.fixture
def scene(world: World) -> Scene:
    world.hold("never")
    comment_id = world.submit(author="author", form=world.form()).json["id"]
    friend, _ = world.runtime.signing_in.invite("friend", Role.OWNER)
    return Scene(world, comment_id, friend.id)


def test_every_endpoint_has_a_row_and_no_other() -> None:
    assert {(each.method, each.path) for each in endpoints()} == set(TABLE)


@pytest.mark.parametrize(("method", "route"), TABLE)
def test_whoever_asks_is_told_what_the_table_says(scene: Scene, method: str, route: str) -> None:
    told = {caller: scene.told(method, route, caller) for caller in CALLERS}

    assert tuple(told.values()) == TABLE[method, route], told
