"""Moderators at the door: what they show, and how they are refused."""

from datetime import datetime
from functools import cache

from chalicelib.core.accounts import Moderator, Role
from tests.corpus import load
from tests.hostile import judge
from tests.world import Reply, World, rest_event, send

QUEUE = "/v1/moderation/queue"
SESSIONS = "/v1/moderation/sessions"


UNAUTHENTICATED = (
    '{"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthenticated",'
    '"detail":"This needs a valid token."}'
)


def knock(authorization: str | list[str] | None) -> Reply:
    """Ask for the queue; the clock stands still."""
    event = rest_event("GET", QUEUE)
    values = [authorization] if isinstance(authorization, str) else authorization or []
    if values:
        event["headers"]["Authorization"] = values[-1]
        event["multiValueHeaders"]["Authorization"] = values
    return judge(send(event))


def show(token: str) -> Reply:
    return knock(f"Bearer {token}")


def assert_refused(reply: Reply) -> None:
    """Every refusal is the same, byte for byte."""
    assert (reply.status, reply.text) == (401, UNAUTHENTICATED)
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert reply.headers["Cache-Control"] == "no-store"


def invited(world: World, name: str = "Ada", role: Role = Role.OWNER) -> tuple[Moderator, str]:
    return world.runtime.signing_in.invite(name, role)


def exchange(world: World, link: str, *, keep: bool = False) -> Reply:
    return judge(world.request("POST", SESSIONS, json_body={"link": link, "keep": keep}))


def session(world: World, name: str = "Ada", role: Role = Role.OWNER, *, keep: bool = False) -> str:
    """The token of a new moderator's session; the clock stands where it began."""
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
