"""Credentials: what one makes never allows more, never lasts longer, and ends with it.  For every route of the app."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

import app as service
from chalicelib.core.accounts import MAX_MAKERS, Moderator, Principal, Role, Scope, Token, TokenKind
from chalicelib.store.accounts import _token_from_item
from tests.api.test_permissions import QUERIES, body_of, path_of
from tests.support.tokens import QUEUE, SESSIONS, assert_refused, exchange, invited, request_queue_with, set_clock
from tests.support.world import Response, World, key22

LINKS, TOKENS, MODERATORS = (f"/v1/moderation/{noun}" for noun in ("links", "tokens", "moderators"))
ACCOUNTS = {SESSIONS, LINKS, TOKENS, MODERATORS}
ROUTES = [
    (method, path)
    for path, methods in service.app.routes.items()
    for method in methods
    if path.startswith("/v1/moderation/") and method != "HEAD"
]


def stored(world: World) -> dict[str, Token]:
    """All tokens in the table, by hash."""
    items = [each for each in world.runtime.table.sample(1_000) if each["pk"].startswith("MOD#")]
    return {token.hash: token for token in map(_token_from_item, items)}


def principal(world: World, token: str) -> Principal:
    return world.runtime.accounts_service.check(token)


def scopes_of(world: World, token: Token) -> frozenset[Scope]:
    return world.runtime.accounts.moderator(token.moderator).scopes & token.scopes


def api_token(world: World, *scopes: Scope) -> str:
    moderator, _ = invited(world, "Ada")
    return world.runtime.accounts_service.api_token(moderator, "program", frozenset(scopes))[1]


def signed_in(world: World, role: Role = Role.OWNER, *, keep: bool = False) -> str:
    """The session of a moderator that the command line invited."""
    token: str = exchange(world, invited(world, "Ada", role)[1], keep=keep).json["token"]
    return token


def on_another_device(world: World, session: str, *, keep: bool = False) -> str:
    token: str = exchange(world, link_of(world, session), keep=keep).json["token"]
    return token


def link_of(world: World, session: str) -> str:
    made: str = world.request("POST", LINKS, token=session).json["link"]
    return made.rpartition("#")[2]


def invitation_of(world: World, session: str) -> str:
    made: str = world.request("POST", MODERATORS, json_body={"name": "Bea"}, token=session).json["link"]
    return made.rpartition("#")[2]


def with_scopes(*scopes: Scope) -> Callable[[World], str]:
    return lambda world: api_token(world, *scopes)


MAKERS: dict[str, Callable[[World], str]] = {
    **{f"token to {scope}": with_scopes(scope) for scope in Scope},
    "token with all scopes": lambda world: api_token(world, *Scope),
    "an owner's session": signed_in,
    "an owner's session that is kept": lambda world: signed_in(world, keep=True),
    "a moderator's session": lambda world: signed_in(world, Role.MODERATOR),
    "a session that depends on another": lambda world: on_another_device(world, signed_in(world), keep=True),
}


def tried(world: World, method: str, route: str, token: str, **query: Any) -> Response:
    """One request of a route, with a valid body if it makes or changes accounts."""
    body = body_of(world, method, route, "") if route in ACCOUNTS else {}
    headers = {"Idempotency-Key": key22("tried")}
    asked = {**QUERIES.get((method, route), {}), **query}
    path = path_of(route, key22("no comment"))
    return world.request(method, route, token=token, headers=headers, query=asked, path=path, json_body=body)


@pytest.mark.parametrize("maker", MAKERS)
def test_no_route_makes_a_credential_that_allows_more_or_lasts_longer_than_what_makes_it(
    world: World, maker: str
) -> None:
    made_at_all, token = 0, MAKERS[maker](world)
    own = principal(world, token)
    for method, route in sorted(each for each in ROUTES if each[0] != "DELETE" and each != ("POST", SESSIONS)):
        before = stored(world)

        response = tried(world, method, route, token)

        made = [each for each_hash, each in stored(world).items() if each_hash not in before]
        for each in made:
            assert scopes_of(world, each) <= own.scopes, route
            is_own_program = own.token.kind is TokenKind.SESSION and each.kind is TokenKind.API
            assert each.expires <= own.token.expires or is_own_program, route
            assert not is_own_program or each.moderator == own.moderator.id, route
        assert (response.status == 201) == bool(made), route
        made_at_all += len(made)
    assert bool(made_at_all) == (not maker.startswith("token")), "only sessions make credentials"


@pytest.mark.parametrize("maker", [maker for maker in MAKERS if maker.startswith("token")])
def test_no_route_lets_an_api_token_end_any_credential_but_itself(world: World, maker: str) -> None:
    token = MAKERS[maker](world)
    own = principal(world, token)
    others = credentials_beside(world, own.moderator)
    ids = [*others, *(each.id for each in world.runtime.accounts.moderators())]

    for method, route in sorted(each for each in ROUTES if each != ("POST", SESSIONS)):
        queries = [{"id": each} for each in ids] if method == "DELETE" else [{}]
        queries += [{"all": "true"}] if (method, route) == ("DELETE", SESSIONS) else []
        for query in queries:
            assert tried(world, method, route, token, **query).status != 204, (route, query)

    assert others.keys() <= stored(world).keys()
    assert world.runtime.accounts.moderator(own.moderator.id).epoch == own.moderator.epoch
    assert request_queue_with(token).status in {200, 403}


def credentials_beside(world: World, moderator: Moderator) -> dict[str, TokenKind]:
    """A session, a link and an API token of a moderator, and of another one, by hash."""
    accounts = world.runtime.accounts_service
    other = invited(world, "Grace")[0]
    before = stored(world)
    for each in (moderator, other):
        accounts.api_token(each, "another program", frozenset(Scope))
        exchange(world, accounts.link(each.id))
        accounts.link(each.id)
    return {each.hash: each.kind for each in stored(world).values() if each.hash not in before}


def test_a_route_for_one_kind_of_credential_ends_no_other(world: World) -> None:
    session = signed_in(world)
    own = principal(world, session)
    others = credentials_beside(world, own.moderator)
    routes = {TokenKind.SESSION: SESSIONS, TokenKind.LINK: LINKS, TokenKind.API: TOKENS}

    for each_hash, kind in others.items():
        is_own = stored(world)[each_hash].moderator == own.moderator.id
        for route in [route for each, route in routes.items() if each is not kind]:
            assert world.request("DELETE", route, query={"id": each_hash}, token=session).status == 404
        ended = world.request("DELETE", routes[kind], query={"id": each_hash}, token=session)
        assert ended.status == (204 if is_own else 404)
        assert (each_hash in stored(world)) == (not is_own)


# The end of what made it


def by_itself(world: World, session: str) -> None:
    assert world.request("DELETE", SESSIONS, token=session).status == 204


def from_another_device(world: World, session: str) -> None:
    own = principal(world, session)
    other = exchange(world, world.runtime.accounts_service.link(own.moderator.id)).json["token"]
    assert world.request("DELETE", SESSIONS, query={"id": own.token.hash}, token=other).status == 204


def everywhere(world: World, session: str) -> None:
    assert world.request("DELETE", SESSIONS, query={"all": "true"}, token=session).status == 204


def with_its_moderator(world: World, session: str) -> None:
    other, gone = signed_in(world), principal(world, session).moderator.id
    assert world.request("DELETE", MODERATORS, query={"id": gone}, token=other).status == 204


def by_time(world: World, session: str) -> None:
    set_clock(world, principal(world, session).token.expires)


ENDS = {function.__name__: function for function in (by_itself, from_another_device, everywhere, with_its_moderator)}


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("end", [*ENDS, "by_time"])
def test_what_a_session_made_ends_with_it_however_it_ends(world: World, end: str, depth: int) -> None:
    session = signed_in(world)
    chain = [session]
    for _ in range(depth):
        chain.append(on_another_device(world, chain[-1], keep=True))
    links = [link_of(world, each) for each in chain]
    invitations = [invitation_of(world, each) for each in chain]
    bystander = signed_in(world, keep=True)
    assert [request_queue_with(each).status for each in chain] == [200] * len(chain)

    {**ENDS, "by_time": by_time}[end](world, session)

    for each in chain:
        assert_refused(request_queue_with(each))
    for link in (*links, *invitations):
        assert_refused(exchange(world, link))
    assert request_queue_with(bystander).status == 200


def test_what_a_session_in_the_middle_made_ends_with_it_and_the_first_one_stays(world: World) -> None:
    first = signed_in(world)
    middle = on_another_device(world, first)
    last = on_another_device(world, middle)

    by_itself(world, middle)

    assert request_queue_with(first).status == 200
    assert_refused(request_queue_with(last))


def test_links_and_invitations_of_the_command_line_depend_on_no_session(world: World) -> None:
    session = signed_in(world)
    link = world.runtime.accounts_service.link(principal(world, session).moderator.id)
    _, invitation = invited(world, "Bea")

    by_itself(world, session)

    assert [exchange(world, each).status for each in (link, invitation)] == [201, 201]


def test_who_accepted_an_invitation_stays_when_the_session_that_invited_ends(world: World) -> None:
    owner = signed_in(world)
    friend = exchange(world, invitation_of(world, owner), keep=True).json["token"]

    by_itself(world, owner)

    assert request_queue_with(friend).status == 200
    assert request_queue_with(on_another_device(world, friend)).status == 200


def test_an_invitation_is_not_accepted_while_the_session_that_made_it_ends(world: World) -> None:
    owner = signed_in(world)
    invitation = invitation_of(world, owner)
    events, ended = world.runtime.table.client.meta.events, list[bool]()

    def before_the_write(model: Any, **_more: object) -> None:
        if model.name == "TransactWriteItems" and not ended:
            ended.append(True)
            by_itself(world, owner)

    events.register("before-call.dynamodb.*", before_the_write)
    try:
        response = exchange(world, invitation)
    finally:
        events.unregister("before-call.dynamodb.*", before_the_write)

    assert ended
    assert_refused(response)


def test_an_api_token_of_a_session_outlives_it_and_ends_with_signing_out_everywhere(world: World) -> None:
    session = signed_in(world)
    made = world.request("POST", TOKENS, json_body={"name": "program", "scopes": ["read"]}, token=session).json
    other = on_another_device(world, session)
    assert request_queue_with(other).status == 200
    by_itself(world, session)
    assert request_queue_with(made["token"]).status == 200

    moderator = principal(world, made["token"]).moderator
    everywhere(world, exchange(world, world.runtime.accounts_service.link(moderator.id)).json["token"])

    assert_refused(request_queue_with(made["token"]))


def test_a_session_that_nobody_uses_still_carries_a_device_in_use(world: World) -> None:
    session, began = signed_in(world, keep=True), world.clock()
    phone = on_another_device(world, session, keep=True)

    for days in (20, 40, 60, 80):
        set_clock(world, began + timedelta(days=days))
        assert request_queue_with(phone).status == 200

    assert_refused(request_queue_with(session))
    set_clock(world, began + timedelta(days=90))
    assert_refused(request_queue_with(phone))


def test_a_row_of_devices_ends_somewhere(world: World) -> None:
    last = signed_in(world)
    for _ in range(MAX_MAKERS):
        last = on_another_device(world, last)

    assert world.request("POST", LINKS, token=last).status == 403
    assert request_queue_with(last).status == 200


# What is pending


def listed_links(world: World, session: str) -> Iterator[str]:
    yield from (each["id"] for each in world.get(LINKS, token=session).json["links"])


def test_a_pending_link_is_listed_and_can_be_revoked(world: World) -> None:
    session = signed_in(world)
    kept, revoked = link_of(world, session), link_of(world, session)
    hashes = list(listed_links(world, session))
    used = [each for each in hashes if stored(world)[each].created == max(t.created for t in stored(world).values())]

    assert world.request("DELETE", LINKS, query={"id": used[0]}, token=session).status == 204

    assert list(listed_links(world, session)) == [each for each in hashes if each != used[0]]
    assert_refused(exchange(world, revoked))
    assert exchange(world, kept).status == 201
    assert list(listed_links(world, session)) == []


def test_a_pending_invitation_is_listed_until_it_is_accepted_and_can_be_revoked(world: World) -> None:
    owner = signed_in(world)
    accepted, revoked = invitation_of(world, owner), invitation_of(world, owner)

    def pending() -> dict[str, str | None]:
        listed = world.get(MODERATORS, token=owner).json["moderators"]
        return {each["id"]: each["invitation"] for each in listed if each["invited"]}

    both = pending()
    assert len(both) == 2
    assert all(both.values())
    exchange(world, accepted)
    [left] = pending()
    assert world.request("DELETE", MODERATORS, query={"id": left}, token=owner).status == 204

    assert pending() == {}
    assert_refused(exchange(world, revoked))


def test_who_signs_in_with_another_link_first_is_not_invited_any_more(world: World) -> None:
    owner = signed_in(world)
    invitation = invitation_of(world, owner)
    [invited_one] = [each for each in world.runtime.accounts.moderators() if each.invitation]

    assert exchange(world, world.runtime.accounts_service.link(invited_one.id)).status == 201

    assert not any(each["invited"] for each in world.get(MODERATORS, token=owner).json["moderators"])
    assert_refused(exchange(world, invitation))


def test_an_invitation_that_ended_with_its_session_is_shown_without_a_time(world: World) -> None:
    owner, other = signed_in(world), signed_in(world)
    invitation_of(world, owner)

    by_itself(world, owner)

    [listed] = [each for each in world.get(MODERATORS, token=other).json["moderators"] if each["invited"]]
    assert listed["invitation"] is None


def test_the_response_says_how_long_a_link_and_an_invitation_really_work(world: World) -> None:
    session = signed_in(world)
    end = principal(world, session).token.expires
    set_clock(world, end - timedelta(minutes=5))

    answers = [
        world.request("POST", LINKS, token=session).json,
        world.request("POST", MODERATORS, json_body={"name": "Bea"}, token=session).json,
    ]

    [shown] = {answer["expires"] for answer in answers}
    assert shown == end.strftime("%Y-%m-%dT%H:%M:%S.") + f"{end.microsecond // 1000:03d}Z"
    assert world.get(QUEUE, token=session).status == 200
