"""Signing in and out: one-time links, sessions that expire, and what each token allows."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.accounts import Role, Scope, TokenKind
from chalicelib.core.errors import Forbidden
from tests.support.response_checks import check_response, counted_calls, wrong_fields
from tests.support.tokens import (
    QUEUE,
    SESSIONS,
    assert_refused,
    exchange,
    invited,
    request_queue_with,
    session,
    set_clock,
)
from tests.support.world import Response, World, key22, shared_client


def test_a_session_lasts_12_hours_despite_use(world: World) -> None:
    token, began = session(world), world.clock()

    for hours in (2, 5, 11):
        set_clock(world, began + timedelta(hours=hours))
        assert request_queue_with(token).status == 200
    set_clock(world, began + timedelta(hours=12, milliseconds=-1))
    assert request_queue_with(token).status == 200
    set_clock(world, began + timedelta(hours=12))

    assert_refused(request_queue_with(token))


def test_a_remembered_session_lasts_30_days_after_its_last_use(world: World) -> None:
    token, began = session(world, keep=True), world.clock()
    last_use = began + timedelta(days=29)

    set_clock(world, last_use)
    assert request_queue_with(token).status == 200
    set_clock(world, last_use + timedelta(days=30, milliseconds=-1))
    assert request_queue_with(token).status == 200
    set_clock(world, world.clock() + timedelta(days=30))

    assert_refused(request_queue_with(token))


def test_an_unused_remembered_session_ends_after_exactly_30_days(world: World) -> None:
    token, began = session(world, keep=True), world.clock()

    set_clock(world, began + timedelta(days=30))

    assert_refused(request_queue_with(token))


def test_a_remembered_session_ends_after_90_days_despite_use(world: World) -> None:
    token, began = session(world, keep=True), world.clock()

    for days in (20, 40, 60, 80):
        set_clock(world, began + timedelta(days=days))
        assert request_queue_with(token).status == 200
    set_clock(world, began + timedelta(days=90, milliseconds=-1))
    assert request_queue_with(token).status == 200
    set_clock(world, began + timedelta(days=90))

    assert_refused(request_queue_with(token))


def test_the_last_use_of_a_session_is_recorded_at_most_once_an_hour(world: World) -> None:
    token, began = session(world, keep=True), world.clock()

    with counted_calls() as calls:
        for minutes in (1, 30, 59, 60, 61, 119, 120):
            set_clock(world, began + timedelta(minutes=minutes))
            assert request_queue_with(token).status == 200

    assert calls.writes == ["UpdateItem"] * 2


# Signing in and out


@pytest.mark.parametrize(("kind", "life"), [("invite", timedelta(hours=72)), ("link", timedelta(minutes=15))])
def test_a_link_expires_exactly_on_time(world: World, kind: str, life: timedelta) -> None:
    moderator, invite = invited(world)
    late = invite if kind == "invite" else world.runtime.accounts_service.link(moderator.id)
    in_time = invited(world, "Bea")[1] if kind == "invite" else world.runtime.accounts_service.link(moderator.id)
    began = world.clock()

    set_clock(world, began + life - timedelta(milliseconds=20))
    assert exchange(world, in_time).status == 201
    set_clock(world, began + life - timedelta(milliseconds=10))  # a request takes 10 ms

    assert_refused(exchange(world, late))


def test_a_link_works_once(world: World) -> None:
    _, link = invited(world)

    assert exchange(world, link).status == 201

    assert_refused(exchange(world, link))


def test_a_link_exchanged_in_parallel_gives_one_session(world: World) -> None:
    moderator, link = invited(world)

    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(lambda _: exchange(world, link), range(16)))

    assert sorted(response.status for response in responses) == [201] + [401] * 15
    [token] = [response.json["token"] for response in responses if response.status == 201]
    assert request_queue_with(token).status == 200
    assert len(world.runtime.accounts.tokens(moderator, world.clock())) == 1


def test_opening_a_link_does_not_use_it_up(world: World) -> None:
    _, link = invited(world)

    for method in ("GET", "HEAD", "PUT"):
        check_response(world.request(method, SESSIONS, token=link), page=False)

    assert exchange(world, link).status == 201


def test_the_last_use_of_an_api_token_is_recorded_once_an_hour_and_does_not_extend_it(world: World) -> None:
    token, made = world.moderator(), world.clock()
    moderator = world.runtime.accounts.moderators()[0].id
    [new] = world.runtime.accounts_service.tokens(moderator, TokenKind.API)

    with counted_calls() as calls:
        for minutes in (1, 30, 60, 61, 90):
            set_clock(world, made + timedelta(minutes=minutes))
            assert request_queue_with(token).status == 200

    [used] = world.runtime.accounts_service.tokens(moderator, TokenKind.API)
    assert used == replace(new, used=made + timedelta(minutes=61))
    assert calls.writes == ["UpdateItem"] * 2


@pytest.mark.parametrize("make", ["api token", "session"])
def test_a_token_that_was_just_used_for_the_first_time_is_shown_as_used(world: World, make: str) -> None:
    token = world.moderator() if make == "api token" else session(world)

    world.get(QUEUE, token=token)

    path = "/v1/moderation/tokens" if make == "api token" else SESSIONS
    [listed] = world.get(path, token=token).json["tokens"]
    assert listed["used"] is not None


def test_signing_out_ends_only_this_session(world: World) -> None:
    moderator, first = invited(world)
    one, other = (
        exchange(world, link).json["token"] for link in (first, world.runtime.accounts_service.link(moderator.id))
    )

    assert world.request("DELETE", SESSIONS, token=one).status == 204

    assert_refused(request_queue_with(one))
    assert request_queue_with(other).status == 200


def test_signing_out_everywhere_ends_sessions_tokens_and_links_of_one_moderator_only(world: World) -> None:
    moderator, invite = invited(world)
    token = exchange(world, invite).json["token"]
    _, program = world.runtime.accounts_service.api_token(moderator, "program", moderator.scopes)
    unused, bystander = world.runtime.accounts_service.link(moderator.id), session(world, "Bea")

    assert world.request("DELETE", SESSIONS, query={"all": "true"}, token=token).status == 204

    for each in (token, program):
        assert_refused(request_queue_with(each))
    assert_refused(exchange(world, unused))
    assert request_queue_with(bystander).status == 200
    assert exchange(world, world.runtime.accounts_service.link(moderator.id)).status == 201


def test_no_moderator_can_end_anothers_session(world: World) -> None:
    theirs, own = session(world, "Bea"), session(world)
    [known] = world.get(SESSIONS, token=theirs).json["tokens"]

    for path in (SESSIONS, "/v1/moderation/tokens"):
        assert check_response(world.request("DELETE", path, query={"id": known["id"]}, token=own)).status == 404

    assert request_queue_with(theirs).status == 200


def test_a_list_of_sessions_shows_no_secret(world: World) -> None:
    token = session(world)

    listed = world.get(SESSIONS, token=token)

    assert token[11:] not in listed.text
    assert [each["current"] for each in listed.json["tokens"]] == [True]
    assert_refused(request_queue_with("aw_session_" + listed.json["tokens"][0]["id"] + "A"))


# Scopes and roles


@pytest.mark.parametrize(
    ("role", "scopes", "allowed"),
    [
        (Role.OWNER, {Scope.READ}, {"queue"}),
        (Role.OWNER, {Scope.MODERATE}, {"decide"}),
        (Role.OWNER, {Scope.MANAGE}, {"manage"}),
        (Role.OWNER, set(Scope), {"queue", "decide", "manage"}),
        (Role.MODERATOR, {Scope.READ}, {"queue"}),
        (Role.MODERATOR, {Scope.READ, Scope.MODERATE}, {"queue", "decide"}),
    ],
)
def test_a_token_allows_what_both_its_scopes_and_its_owners_role_allow(
    world: World, role: Role, scopes: set[Scope], allowed: set[str]
) -> None:
    world.moderator("the owner who stays")
    moderator, _ = invited(world, "Bea", role)
    _, token = world.runtime.accounts_service.api_token(moderator, "program", frozenset(scopes))
    decisions = {"decisions": [{"id": key22("x"), "version": 1, "decision": "spam"}]}

    statuses = {
        "queue": world.get(QUEUE, token=token).status,
        "decide": world.request("POST", "/v1/moderation/decisions", json_body=decisions, token=token).status,
        "manage": world.get("/v1/moderation/moderators", token=token).status,
    }

    assert statuses == {operation: 200 if operation in allowed else 403 for operation in statuses}


def test_a_moderators_session_cannot_create_tokens_or_manage_accounts(world: World) -> None:
    token = session(world, role=Role.MODERATOR)

    body = {"name": "program", "scopes": ["read"]}
    assert check_response(world.request("POST", "/v1/moderation/tokens", json_body=body, token=token)).status == 403
    body = {"name": "Friend", "role": "owner"}
    assert check_response(world.request("POST", "/v1/moderation/moderators", json_body=body, token=token)).status == 403


def test_scopes_beyond_the_role_are_refused(world: World) -> None:
    moderator, _ = invited(world, "Bea", Role.MODERATOR)

    with pytest.raises(Forbidden):
        world.runtime.accounts_service.api_token(moderator, "program", frozenset(Scope))


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "*"], "read", ["READ"], [None], {"read": True}])
def test_unknown_scopes_are_refused_by_name(world: World, scopes: Any) -> None:
    body = {"name": "program", "scopes": scopes}

    response = check_response(world.request("POST", "/v1/moderation/tokens", json_body=body, token=world.token))

    assert response.status == 422
    assert wrong_fields(response) == {"scopes"}


def test_the_last_owner_cannot_be_removed_but_the_second_last_can(world: World) -> None:
    moderators = {"ada": invited(world, "Ada")[0], "bea": invited(world, "Bea")[0]}
    moderators["mod"] = invited(world, "Mod", Role.MODERATOR)[0]
    token = exchange(world, world.runtime.accounts_service.link(moderators["ada"].id)).json["token"]

    def dismiss(name: str) -> Response:
        query = {"id": moderators[name].id}
        return check_response(world.request("DELETE", "/v1/moderation/moderators", query=query, token=token))

    assert dismiss("bea").status == 204
    last = dismiss("ada")

    assert (last.status, last.json["code"]) == (409, "last_owner")
    assert dismiss("mod").status == 204
    assert dismiss("bea").status == 404
    assert request_queue_with(token).status == 200


def test_when_two_owners_remove_each_other_at_once_one_stays(world: World) -> None:
    (ada, _), (bea, _) = invited(world, "Ada"), invited(world, "Bea")
    accounts = world.runtime.accounts_service
    tokens = [exchange(world, accounts.link(each.id)).json["token"] for each in (ada, bea)]
    path, meanwhile = "/v1/moderation/moderators", list[int]()

    def before_the_write(model: Any, **_more: object) -> None:
        if model.name == "TransactWriteItems" and not meanwhile:
            meanwhile.append(0)
            meanwhile[0] = world.request("DELETE", path, query={"id": ada.id}, token=tokens[1]).status

    events = shared_client().meta.events
    events.register("before-call.dynamodb.*", before_the_write)
    try:
        late = world.request("DELETE", path, query={"id": bea.id}, token=tokens[0]).status
    finally:
        events.unregister("before-call.dynamodb.*", before_the_write)

    assert (meanwhile, late) == ([204], 409)


def test_an_api_token_can_end_only_itself(world: World) -> None:
    ada, _ = invited(world, "Ada")
    reading, full = (
        world.runtime.accounts_service.api_token(ada, "tests", frozenset(scopes))[1]
        for scopes in ({Scope.READ}, set(Scope))
    )
    path = "/v1/moderation/sessions"

    assert world.request("DELETE", path, query={"all": "true"}, token=reading).status == 403
    assert world.request("DELETE", path, token=reading).status == 204
    assert world.request("DELETE", path, token=reading).status == 401
    assert world.get("/v1/moderation/queue", token=full).status == 200
