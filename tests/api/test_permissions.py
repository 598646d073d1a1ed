"""Permissions: every endpoint for every kind of caller, in one table.  A route without a row fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

import app as service
from chalicelib.core.accounts import API_TOKEN_LIFE, SESSION_LIFE, Role, Scope
from tests.support.response_checks import check_response, documented_statuses
from tests.support.tokens import exchange, other_kind
from tests.support.world import POST, World, key22

Row = tuple[int, ...]

READERS = ("nobody", "other author", "author")
MODERATORS = ("reading", "managing", "moderator", "owner", "moderator's session", "owner's session")
WORTHLESS = (
    "revoked",
    "expired",
    "revoked session",
    "expired session",
    "link",
    "session called api",
    "api called session",
)
CALLERS = (*READERS, *MODERATORS, *WORTHLESS)


def moderating(reading: int, managing: int, moderator: int, owner: int) -> Row:
    """The statuses for API tokens with one scope, and for a moderator's and an owner's tokens and sessions."""
    return (401, 401, 401, reading, managing, moderator, owner, moderator, owner, *(401 for _ in WORTHLESS))


def by_author(nobody: int, other_author: int, author: int) -> Row:
    """The statuses of a route with an author key; moderators' tokens get 401."""
    return (nobody, other_author, author, *(401 for _ in (*MODERATORS, *WORTHLESS)))


EVERYBODY: Row = (200,) * len(CALLERS)
READ = moderating(200, 403, 200, 200)
MODERATE = moderating(403, 403, 200, 200)
MANAGE = moderating(403, 200, 403, 200)
OWN = by_author(401, 404, 200)
SESSIONS: Row = (401, 401, 401, 403, 403, 403, 403, 200, 200, *(401 for _ in WORTHLESS))  # of moderators
OWNERS: Row = (401, 401, 401, 403, 403, 403, 403, 403, 200, *(401 for _ in WORTHLESS))  # sessions of owners


def but(row: Row, **statuses: int) -> Row:
    """A row with other statuses: ``_200=204`` replaces 200 with 204."""
    changes = {int(was[1:]): now for was, now in statuses.items()}
    return tuple(changes.get(status, status) for status in row)


TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/v1/comments"): EVERYBODY,
    ("GET", "/v1/comments/{comment_id}"): EVERYBODY,
    ("GET", "/v1/comments/{comment_id}/replies"): EVERYBODY,
    ("GET", "/v1/counts"): EVERYBODY,
    ("GET", "/v1/form"): by_author(200, 200, 200),
    ("POST", "/v1/comments"): by_author(202, 202, 202),
    ("PATCH", "/v1/comments/{comment_id}"): OWN,
    ("DELETE", "/v1/comments/{comment_id}"): but(OWN, _200=204),
    ("POST", "/v1/preview"): EVERYBODY,
    ("PUT", "/v1/comments/{comment_id}/vote"): by_author(401, 200, 403),
    ("POST", "/v1/comments/{comment_id}/flags"): by_author(401, 202, 403),
    ("GET", "/v1/latest"): EVERYBODY,
    ("GET", "/v1/feed.atom"): EVERYBODY,
    ("GET", "/v1/mine"): by_author(401, 200, 200),
    ("DELETE", "/v1/mine"): by_author(401, 200, 200),
    ("GET", "/thread"): EVERYBODY,
    ("GET", "/thread/form"): EVERYBODY,
    ("POST", "/thread"): but(EVERYBODY, _200=202),
    ("GET", "/v1/moderation/queue"): READ,
    ("POST", "/v1/moderation/decisions"): MODERATE,
    ("POST", "/v1/moderation/undo"): but(MODERATE, _200=404),
    ("GET", "/v1/moderation/comments/{comment_id}"): READ,
    ("GET", "/v1/moderation/jobs"): READ,
    ("POST", "/v1/moderation/jobs/{job_id}"): but(MODERATE, _200=404),
    ("GET", "/v1/moderation/audit"): READ,
    ("POST", "/v1/moderation/comments"): but(MODERATE, _200=201),
    ("PATCH", "/v1/moderation/comments/{comment_id}"): MODERATE,
    ("GET", "/v1/moderation/posts"): READ,
    ("PATCH", "/v1/moderation/posts"): MODERATE,
    ("POST", "/v1/moderation/posts/move"): MODERATE,
    ("GET", "/v1/moderation/policy"): READ,
    ("PUT", "/v1/moderation/policy"): MANAGE,
    ("GET", "/v1/moderation/stats"): READ,
    ("POST", "/v1/moderation/sessions"): but(EVERYBODY, _200=201),
    ("GET", "/v1/moderation/sessions"): READ,
    ("DELETE", "/v1/moderation/sessions"): but(READ, _200=204),
    ("POST", "/v1/moderation/links"): but(SESSIONS, _200=201),
    ("GET", "/v1/moderation/links"): READ,
    ("DELETE", "/v1/moderation/links"): but(SESSIONS, _200=404),
    ("GET", "/v1/moderation/tokens"): MANAGE,
    ("POST", "/v1/moderation/tokens"): but(OWNERS, _200=201),
    ("DELETE", "/v1/moderation/tokens"): but(OWNERS, _200=404),
    ("GET", "/v1/moderation/moderators"): MANAGE,
    ("POST", "/v1/moderation/moderators"): but(OWNERS, _200=201),
    ("DELETE", "/v1/moderation/moderators"): but(OWNERS, _200=204),
    ("GET", "/moderate"): EVERYBODY,
    ("GET", "/widget.js"): EVERYBODY,
    ("GET", "/count.js"): EVERYBODY,
    ("GET", "/assets/{name}"): but(EVERYBODY, _200=404),
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/openapi.json"): EVERYBODY,
    ("GET", "/.well-known/security.txt"): but(EVERYBODY, _200=404),
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
    ("DELETE", "/v1/moderation/links"): {"id": "nothing"},
}
FORM = "application/x-www-form-urlencoded"


def someone(world: World, name: str, role: Role, scopes: set[Scope]) -> str:
    """Tokens, each of another moderator, so that signing out affects no other."""
    moderator, _ = world.runtime.accounts_service.invite(name, role)
    _, token = world.runtime.accounts_service.api_token(moderator, "tests", frozenset(scopes))
    return token


def session(world: World, name: str, role: Role) -> str:
    _, link = world.runtime.accounts_service.invite(name, role)
    _, token = world.runtime.accounts_service.sign_in(link, persistent=False)
    return token


def owners(world: World) -> str:
    return someone(world, "owner", Role.OWNER, set(Scope))


def owners_session(world: World) -> str:
    return session(world, "owner", Role.OWNER)


def revoked(world: World, token: str) -> str:
    assert world.request("DELETE", "/v1/moderation/sessions", token=token).status == 204
    return token


def expired(world: World, make: Callable[[World], str], life: timedelta) -> str:
    now = world.clock()
    world.clock.time = now - life
    token = make(world)
    world.clock.time = now
    return token


TOKENS: dict[str, Callable[[World], str]] = {
    "nobody": lambda _world: "",
    "other author": lambda _world: f"aw_author_{key22('stranger')}",
    "author": lambda _world: f"aw_author_{key22('author')}",
    "reading": lambda world: someone(world, "reading", Role.MODERATOR, {Scope.READ}),
    "managing": lambda world: someone(world, "managing", Role.OWNER, {Scope.MANAGE}),
    "moderator": lambda world: someone(world, "moderator", Role.MODERATOR, {Scope.READ, Scope.MODERATE}),
    "owner": owners,
    "moderator's session": lambda world: session(world, "moderator", Role.MODERATOR),
    "owner's session": owners_session,
    "revoked": lambda world: revoked(world, owners(world)),
    "expired": lambda world: expired(world, owners, API_TOKEN_LIFE),
    "revoked session": lambda world: revoked(world, owners_session(world)),
    "expired session": lambda world: expired(world, owners_session, SESSION_LIFE),
    "link": lambda world: world.runtime.accounts_service.invite("link", Role.OWNER)[1],
    "session called api": lambda world: other_kind(owners_session(world), "api"),
    "api called session": lambda world: other_kind(owners(world), "session"),
}


def body_of(world: World, method: str, route: str, comment_id: str) -> Any:
    """A valid body for this endpoint, new for each request."""
    bodies: dict[tuple[str, str], Callable[[], Any]] = {
        ("POST", "/v1/comments"): lambda: {"post": POST, "text": "Hello."},
        ("PATCH", "/v1/comments/{comment_id}"): lambda: {"text": "Better words."},
        ("PUT", "/v1/comments/{comment_id}/vote"): lambda: {"vote": 1},
        ("POST", "/v1/comments/{comment_id}/flags"): lambda: {"reason": "spam"},
        ("POST", "/v1/preview"): lambda: {"text": "Hello."},
        ("POST", "/v1/moderation/comments"): lambda: {"post": POST, "text": "Well."},
        ("PATCH", "/v1/moderation/comments/{comment_id}"): lambda: {
            "text": "Other words.",
            "version": world.runtime.comments.get(comment_id).version,
        },
        ("POST", "/v1/moderation/decisions"): lambda: {
            "decisions": [{"id": key22("x"), "version": 1, "decision": "spam"}]
        },
        ("POST", "/v1/moderation/undo"): lambda: {"bulk": "01Q3EHNRK4992DR59P882AG3Z8"},
        ("PATCH", "/v1/moderation/posts"): lambda: {"closed": True},
        ("POST", "/v1/moderation/posts/move"): lambda: {"from": POST, "to": "/elsewhere"},
        ("PUT", "/v1/moderation/policy"): lambda: {"rules": {"every_comment": {"active": False}}, "version": 0},
        ("POST", "/v1/moderation/sessions"): lambda: {"link": TOKENS["link"](world)},
        ("POST", "/v1/moderation/tokens"): lambda: {"name": "program", "scopes": ["manage"]},
        ("POST", "/v1/moderation/moderators"): lambda: {"name": "Friend", "role": "owner"},
    }
    make = bodies.get((method, route))
    return make() if make else None


def path_of(route: str, comment_id: str) -> dict[str, str] | None:
    if "{" not in route:
        return None
    values = {"comment_id": comment_id, "job_id": "01Q3EHNRK4992DR59P882AG3Z8", "name": "nothing.js"}
    return {name: value for name, value in values.items() if f"{{{name}}}" in route}


@dataclass(frozen=True)
class Scene:
    """A published comment by ``author``."""

    world: World
    comment: str

    def status(self, method: str, route: str, caller: str) -> int:
        """The status that one caller gets."""
        headers, more = {"Idempotency-Key": key22(f"sent by {caller}")}, dict[str, Any]()
        if (method, route) == ("POST", "/thread"):
            headers["Content-Type"] = FORM
            token = self.world.runtime.submission.form_token(POST)
            more["body"] = f"text=Hello.&post={POST}&form={token}&key={key22(f'sent by {caller}')}"
        if (method, route) == ("DELETE", "/v1/moderation/moderators"):
            friend, _ = self.world.runtime.accounts_service.invite("friend", Role.OWNER)
            more["query"] = {"id": friend.id}
        more |= {"path": path_of(route, self.comment), "json_body": body_of(self.world, method, route, self.comment)}
        asking = {"query": QUERIES.get((method, route), {}), "token": TOKENS[caller](self.world), "headers": headers}
        response = self.world.request(method, route, **{**asking, **more})
        check_response(response, page="html" in response.headers["Content-Type"])
        assert response.status in documented_statuses(method, route)
        return response.status


@pytest.fixture
def scene(world: World) -> Scene:
    world.policy(every_comment=False)
    comment_id = world.submit(author="author", form=world.form()).json["id"]
    return Scene(world, comment_id)


def test_every_route_of_the_app_has_a_row_and_no_other() -> None:
    routes = {(method, path) for path, methods in service.app.routes.items() for method in methods}

    assert {(method, path) for method, path in routes if method != "HEAD"} == set(TABLE)
    assert {("GET", path) for method, path in routes if method == "HEAD"} <= set(TABLE)


@pytest.mark.parametrize(("method", "route"), TABLE)
def test_every_caller_gets_the_status_in_the_table(scene: Scene, method: str, route: str) -> None:
    statuses = {caller: scene.status(method, route, caller) for caller in CALLERS}

    assert tuple(statuses.values()) == TABLE[method, route], statuses


@pytest.mark.parametrize("caller", [caller for caller in CALLERS if caller not in {"nobody", "link"}])
def test_only_a_link_signs_in(world: World, caller: str) -> None:
    assert exchange(world, TOKENS[caller](world)).status == 401


def test_a_link_signs_in_once(world: World) -> None:
    link = TOKENS["link"](world)

    assert [exchange(world, link).status for _ in range(2)] == [201, 401]
