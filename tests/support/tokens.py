"""Helpers for moderators' tokens and sessions."""

from datetime import datetime
from functools import cache

from chalicelib.core.accounts import Moderator, Role
from tests.support.attack_corpora import load
from tests.support.response_checks import check_response
from tests.support.world import Response, World, rest_event, send

QUEUE = "/v1/moderation/queue"
SESSIONS = "/v1/moderation/sessions"


UNAUTHENTICATED = (
    '{"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthenticated",'
    '"detail":"A valid token is required."}'
)


def request_queue(authorization: str | list[str] | None) -> Response:
    """Request the queue without moving the clock."""
    event = rest_event("GET", QUEUE)
    values = [authorization] if isinstance(authorization, str) else authorization or []
    if values:
        event["headers"]["Authorization"] = values[-1]
        event["multiValueHeaders"]["Authorization"] = values
    return check_response(send(event))


def request_queue_with(token: str) -> Response:
    return request_queue(f"Bearer {token}")


def assert_refused(response: Response) -> None:
    """All refusals are identical, byte for byte."""
    assert (response.status, response.text) == (401, UNAUTHENTICATED)
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Cache-Control"] == "no-store"


def invited(world: World, name: str = "Ada", role: Role = Role.OWNER) -> tuple[Moderator, str]:
    return world.runtime.accounts_service.invite(name, role)


def exchange(world: World, link: str, *, keep: bool = False) -> Response:
    return check_response(world.request("POST", SESSIONS, json_body={"link": link, "keep": keep}))


def session(world: World, name: str = "Ada", role: Role = Role.OWNER, *, keep: bool = False) -> str:
    """The token of a new moderator's session."""
    _, link = invited(world, name, role)
    token: str = exchange(world, link, keep=keep).json["token"]
    return token


def set_clock(world: World, to: datetime) -> None:
    world.clock.time = to


def other_kind(token: str, kind: str) -> str:
    return f"aw_{kind}_{token.split('_', 2)[2]}"


@cache
def jwt_attacks() -> list[str]:
    tokens = [row["token"] for row in load("jwt_attacks.json")]
    assert len(tokens) == 55
    return tokens
