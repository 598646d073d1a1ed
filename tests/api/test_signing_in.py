"""Signing in and out: links that work once, sessions that end, and what each token allows."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.accounts import Role, Scope, TokenKind
from chalicelib.core.errors import Forbidden
from tests.hostile import counted, judge, wrong_fields
from tests.tokens import QUEUE, SESSIONS, assert_refused, exchange, invited, session, set_clock, show
from tests.world import Reply, World, key22, shared_client


def test_a_session_lasts_12_hours_however_it_is_used(world: World) -> None:
    token, began = session(world), world.clock()

    for hours in (2, 5, 11):
        set_clock(world, began + timedelta(hours=hours))
        assert show(token).status == 200
    set_clock(world, began + timedelta(hours=12, milliseconds=-1))
    assert show(token).status == 200
    set_clock(world, began + timedelta(hours=12))

    assert_refused(show(token))


def test_a_kept_session_lasts_30_days_since_its_last_use(world: World) -> None:
    token, began = session(world, keep=True), world.clock()
    last_use = began + timedelta(days=29)

    set_clock(world, last_use)
    assert show(token).status == 200
    set_clock(world, last_use + timedelta(days=30, milliseconds=-1))
    assert show(token).status == 200
    set_clock(world, world.clock() + timedelta(days=30))

    assert_refused(show(token))


def test_a_kept_session_that_nobody_used_ends_after_exactly_30_days(world: World) -> None:
    token, began = session(world, keep=True), world.clock()

    set_clock(world, began + timedelta(days=30))

    assert_refused(show(token))


def test_a_kept_session_ends_after_90_days_however_it_is_used(world: World) -> None:
    token, began = session(world, keep=True), world.clock()

    for days in (20, 40, 60, 80):
        set_clock(world, began + timedelta(days=days))
        assert show(token).status == 200
    set_clock(world, began + timedelta(days=90, milliseconds=-1))
    assert show(token).status == 200
    set_clock(world, began + timedelta(days=90))

    assert_refused(show(token))


def test_using_a_session_is_noted_once_an_hour_at_most(world: World) -> None:
    token, began = session(world, keep=True), world.clock()

    with counted() as calls:
        for minutes in (1, 30, 59, 60, 61, 119, 120):
            set_clock(world, began + timedelta(minutes=minutes))
            assert show(token).status == 200

    assert calls.writes == ["UpdateItem"] * 2


# Signing in and out


@pytest.mark.parametrize(("kind", "life"), [("invite", timedelta(hours=72)), ("link", timedelta(minutes=15))])
def test_a_link_lives_its_time_and_not_a_moment_longer(world: World, kind: str, life: timedelta) -> None:
    moderator, invite = invited(world)
    late = invite if kind == "invite" else world.runtime.signing_in.link(moderator.id)
    in_time = invited(world, "Bea")[1] if kind == "invite" else world.runtime.signing_in.link(moderator.id)
    began = world.clock()

    set_clock(world, began + life - timedelta(milliseconds=20))
    assert exchange(world, in_time).status == 201
    set_clock(world, began + life - timedelta(milliseconds=10))  # a request takes 10 ms

    assert_refused(exchange(world, late))


def test_a_link_works_once(world: World) -> None:
    _, link = invited(world)

    assert exchange(world, link).status == 201

    assert_refused(exchange(world, link))


def test_a_link_that_is_exchanged_in_parallel_gives_one_session(world: World) -> None:
    moderator, link = invited(world)

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: exchange(world, link), range(16)))

    assert sorted(reply.status for reply in replies) == [201] + [401] * 15
    [token] = [reply.json["token"] for reply in replies if reply.status == 201]
    assert show(token).status == 200
    assert len(world.runtime.access.tokens(moderator.id, world.clock())) == 1


def test_looking_at_a_link_burns_nothing(world: World) -> None:
    _, link = invited(world)

    for method in ("GET", "HEAD", "PUT"):
        judge(world.request(method, SESSIONS, token=link), page=False)

    assert exchange(world, link).status == 201


def test_using_a_program_s_token_is_noted_once_an_hour_and_makes_it_last_no_longer(world: World) -> None:
    token, made = world.moderator(), world.clock()
    moderator = world.runtime.access.moderators()[0].id
    [new] = world.runtime.signing_in.tokens(moderator, TokenKind.API)

    with counted() as calls:
        for minutes in (30, 61, 90):
            set_clock(world, made + timedelta(minutes=minutes))
            assert show(token).status == 200

    [used] = world.runtime.signing_in.tokens(moderator, TokenKind.API)
    assert used == replace(new, used=made + timedelta(minutes=61))
    assert calls.writes == ["UpdateItem"]


def test_signing_out_ends_this_session_and_no_other(world: World) -> None:
    moderator, first = invited(world)
    one, other = (exchange(world, link).json["token"] for link in (first, world.runtime.signing_in.link(moderator.id)))

    assert world.request("DELETE", SESSIONS, token=one).status == 204

    assert_refused(show(one))
    assert show(other).status == 200


def test_signing_out_everywhere_ends_sessions_tokens_and_links_of_one_moderator_only(world: World) -> None:
    moderator, invite = invited(world)
    token = exchange(world, invite).json["token"]
    _, program = world.runtime.signing_in.api_token(moderator, "program", moderator.scopes)
    unused, bystander = world.runtime.signing_in.link(moderator.id), session(world, "Bea")

    assert world.request("DELETE", SESSIONS, query={"all": "true"}, token=token).status == 204

    for each in (token, program):
        assert_refused(show(each))
    assert_refused(exchange(world, unused))
    assert show(bystander).status == 200
    assert exchange(world, world.runtime.signing_in.link(moderator.id)).status == 201


def test_nobody_ends_another_moderators_session(world: World) -> None:
    theirs, own = session(world, "Bea"), session(world)
    [known] = world.get(SESSIONS, token=theirs).json["tokens"]

    for path in (SESSIONS, "/v1/moderation/tokens"):
        assert judge(world.request("DELETE", path, query={"id": known["id"]}, token=own)).status == 404

    assert show(theirs).status == 200


def test_a_list_of_sessions_shows_no_secret(world: World) -> None:
    token = session(world)

    listed = world.get(SESSIONS, token=token)

    assert token[11:] not in listed.text
    assert [each["current"] for each in listed.json["tokens"]] == [True]
    assert_refused(show("aw_session_" + listed.json["tokens"][0]["id"] + "A"))


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
def test_a_token_allows_what_its_scopes_and_its_bearers_role_both_allow(
    world: World, role: Role, scopes: set[Scope], allowed: set[str]
) -> None:
    world.moderator("the owner who stays")
    moderator, _ = invited(world, "Bea", role)
    _, token = world.runtime.signing_in.api_token(moderator, "program", frozenset(scopes))
    decisions = {"decisions": [{"id": key22("x"), "version": 1, "decision": "spam"}]}

    statuses = {
        "queue": world.get(QUEUE, token=token).status,
        "decide": world.request("POST", "/v1/moderation/decisions", json_body=decisions, token=token).status,
        "manage": world.get("/v1/moderation/moderators", token=token).status,
    }

    assert statuses == {deed: 200 if deed in allowed else 403 for deed in statuses}


def test_a_moderators_session_makes_no_token_and_manages_nothing(world: World) -> None:
    token = session(world, role=Role.MODERATOR)

    wish = {"name": "program", "scopes": ["read"]}
    assert judge(world.request("POST", "/v1/moderation/tokens", json_body=wish, token=token)).status == 403
    wish = {"name": "Friend", "role": "owner"}
    assert judge(world.request("POST", "/v1/moderation/moderators", json_body=wish, token=token)).status == 403


def test_scopes_beyond_the_role_are_refused(world: World) -> None:
    moderator, _ = invited(world, "Bea", Role.MODERATOR)

    with pytest.raises(Forbidden):
        world.runtime.signing_in.api_token(moderator, "program", frozenset(Scope))


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "*"], "read", ["READ"], [None], {"read": True}])
def test_scopes_that_are_none_are_refused_by_name(world: World, scopes: Any) -> None:
    wish = {"name": "program", "scopes": scopes}

    reply = judge(world.request("POST", "/v1/moderation/tokens", json_body=wish, token=world.token))

    assert reply.status == 422
    assert wrong_fields(reply) == {"scopes"}


def test_the_last_owner_can_not_be_removed_and_the_last_but_one_can(world: World) -> None:
    moderators = {"ada": invited(world, "Ada")[0], "bea": invited(world, "Bea")[0]}
    moderators["mod"] = invited(world, "Mod", Role.MODERATOR)[0]
    _, token = world.runtime.signing_in.api_token(moderators["ada"], "tests", frozenset(Scope))

    def dismiss(name: str) -> Reply:
        query = {"id": moderators[name].id}
        return judge(world.request("DELETE", "/v1/moderation/moderators", query=query, token=token))

    assert dismiss("bea").status == 204
    last = dismiss("ada")

    assert (last.status, last.json["code"]) == (409, "last_owner")
    assert dismiss("mod").status == 204
    assert dismiss("bea").status == 404
    assert show(token).status == 200


def test_two_owners_who_remove_each_other_at_once_leave_one(world: World) -> None:
    (ada, _), (bea, _) = invited(world, "Ada"), invited(world, "Bea")
    tokens = [world.runtime.signing_in.api_token(each, "tests", frozenset(Scope))[1] for each in (ada, bea)]
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


def test_a_token_of_a_program_ends_nothing_but_itself(world: World) -> None:
    ada, _ = invited(world, "Ada")
    reading, full = (
        world.runtime.signing_in.api_token(ada, "tests", frozenset(scopes))[1] for scopes in ({Scope.READ}, set(Scope))
    )
    path = "/v1/moderation/sessions"

    assert world.request("DELETE", path, query={"all": "true"}, token=reading).status == 403
    assert world.request("DELETE", path, token=reading).status == 204
    assert world.request("DELETE", path, token=reading).status == 401
    assert world.get("/v1/moderation/queue", token=full).status == 200
