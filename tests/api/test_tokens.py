"""Tokens: forged, expired, foreign and mismatched ones are all refused in the same way."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from chalicelib.core.accounts import API_TOKEN_LIFE, Role
from tests.support.attack_corpora import load
from tests.support.response_checks import check_response, counted_calls, wrong_fields
from tests.support.tokens import (
    QUEUE,
    SESSIONS,
    assert_refused,
    exchange,
    invited,
    jwt_attacks,
    other_kind,
    request_queue,
    request_queue_with,
    session,
    set_clock,
)
from tests.support.world import World, key22, rest_event, send

# The header


@cache
def auth_headers() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in load("auth_headers.json")}


def test_every_authorization_header_of_the_corpus_gets_the_expected_response(world: World) -> None:
    for name, row in auth_headers().items():
        sent = json.loads(json.dumps(row["authorization"]).replace("{valid}", world.token))

        response = request_queue(sent)

        assert response.status == row["expect_status"], name
        if response.status != 200:
            assert_refused(response)
    assert len(auth_headers()) == 15


@pytest.mark.parametrize("place", ["cookie", "query", "body", "both tables"])
def test_a_token_outside_the_header_is_ignored(world: World, place: str) -> None:
    event = rest_event("GET", QUEUE)
    if place == "cookie":
        event["headers"]["Cookie"] = f"Authorization=Bearer {world.token}; token={world.token}"
    elif place == "query":
        event["multiValueQueryStringParameters"] = {"access_token": [world.token], "token": [world.token]}
    elif place == "body":
        event["body"] = json.dumps({"token": world.token})
    else:  # only a proxy in between could make such an event
        event["headers"]["Authorization"] = f"Bearer {world.token}"
        event["multiValueHeaders"]["authorization"] = ["Bearer x", f"Bearer {world.token}"]

    assert_refused(check_response(send(event)))


# What is no token


def spliced(world: World) -> str:
    """A token with another moderator's id and this one's secret."""
    other, own = world.moderator("Bea"), world.token
    return own[:7] + other[7:19] + own[19:]


FORGERIES: dict[str, Callable[[World], str]] = {
    "truncated": lambda world: world.token[:-1],
    "half": lambda world: world.token[:29],
    "one more": lambda world: world.token + "A",
    "twice": lambda world: world.token * 2,
    "padding": lambda world: world.token + "=",
    "standard base64": lambda world: world.token[:-1] + "+",
    "a session's prefix": lambda world: other_kind(world.token, "session"),
    "a link's prefix": lambda world: other_kind(world.token, "link"),
    "an author's prefix": lambda world: other_kind(world.token, "author"),
    "a kind that never was": lambda world: other_kind(world.token, "admin"),
    "no prefix": lambda world: world.token[7:],
    "upper-case prefix": lambda world: world.token.replace("aw_api", "AW_API"),
    "swapped case": lambda world: world.token[:7] + world.token[7:].swapcase(),
    "an author key": lambda _world: f"aw_author_{key22('ann')}",
    "an invite": lambda world: invited(world)[1],
    "another moderator's id with this secret": spliced,
    "nobody's id": lambda world: world.token[:7] + "A" * 12 + world.token[19:],
    "the token's hash": lambda world: "aw_api_" + world.token[7:19] + "A" * 32,
    "Cyrillic a": lambda world: world.token.replace("a", "\u0430", 1),
    "full width": lambda world: "".join(chr(ord(letter) + 0xFEE0) for letter in world.token),
    "a soft hyphen inside": lambda world: world.token[:20] + "\u00ad" + world.token[20:],
    "a combining mark at its end": lambda world: world.token + "\u0301",
    "100 kB": lambda _world: "aw_api_" + "A" * 100_000,
    "white space before": lambda world: " " + world.token,
    "white space behind": lambda world: world.token + " ",
    "white space inside": lambda world: world.token[:20] + " " + world.token[20:],
    "a tab": lambda world: world.token + "\t",
    "a line break": lambda world: world.token + "\n",
    "NUL behind": lambda world: world.token + "\0",
    "NUL before": lambda world: "\0" + world.token,
    "quoted": lambda world: f'"{world.token}"',
    "percent-encoded": lambda world: world.token.replace("_", "%5F"),
    "a key of the table": lambda _world: "aw_api_MODERATORS#M#" + "A" * 24,
    "nothing": lambda _world: "",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(world: World, forgery: str) -> None:
    assert request_queue_with(world.token).status == 200

    assert_refused(request_queue_with(FORGERIES[forgery](world)))


def test_a_token_with_one_letter_changed_is_refused(world: World) -> None:
    token = world.token
    for place in range(3, len(token)):
        other = "B" if token[place] == "A" else "A"
        assert_refused(request_queue_with(token[:place] + other + token[place + 1 :]))


@pytest.mark.parametrize("kind", ["api", "session", "link"])
def test_each_kind_of_token_works_only_for_its_purpose(world: World, kind: str) -> None:
    token = {"api": lambda: world.token, "session": lambda: session(world), "link": lambda: invited(world)[1]}[kind]()

    tried = {each: request_queue_with(other_kind(token, each)).status for each in ("api", "session", "link", "author")}
    exchanged = {each: exchange(world, other_kind(token, each)).status for each in ("api", "session", "author")}

    assert tried == {each: 200 if each == kind != "link" else 401 for each in tried}
    assert set(exchanged.values()) == {401}
    assert exchange(world, other_kind(token, "link")).status == (201 if kind == "link" else 401)


# What was a token


def revoked(world: World) -> str:
    token = world.moderator("Bea")
    [known] = world.get("/v1/moderation/tokens", token=token).json["tokens"]
    assert world.request("DELETE", "/v1/moderation/tokens", query={"id": known["id"]}, token=token).status == 204
    return token


def signed_out(world: World) -> str:
    token = session(world)
    assert world.request("DELETE", SESSIONS, token=token).status == 204
    return token


def signed_out_everywhere(world: World) -> str:
    moderator, link = invited(world, "Bea")
    _, token = world.runtime.accounts_service.api_token(moderator, "tests", moderator.scopes)
    _, own = world.runtime.accounts_service.sign_in(link, persistent=False)
    assert request_queue_with(token).status == 200
    assert world.request("DELETE", SESSIONS, query={"all": "true"}, token=own).status == 204
    return token


def removed(world: World) -> str:
    moderator, _ = invited(world, "Bea", Role.MODERATOR)
    _, token = world.runtime.accounts_service.api_token(moderator, "tests", moderator.scopes)
    query = {"id": moderator.id}
    assert request_queue_with(token).status == 200
    owner = session(world)
    assert world.request("DELETE", "/v1/moderation/moderators", query=query, token=owner).status == 204
    return token


def expired(world: World) -> str:
    token = world.moderator("Bea")
    set_clock(world, world.clock() + API_TOKEN_LIFE)
    return token


GONE: dict[str, Callable[[World], str]] = {
    "revoked": revoked,
    "signed out": signed_out,
    "signed out everywhere": signed_out_everywhere,
    "of a moderator who was removed": removed,
    "expired": expired,
}


@pytest.mark.parametrize("how", GONE)
def test_a_revoked_token_is_refused_from_the_next_request_on(world: World, how: str) -> None:
    assert_refused(request_queue_with(GONE[how](world)))


LONG, UNKNOWN = (422, {"link"}), (401, set[str]())


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_link_signs_nobody_in(world: World, forgery: str) -> None:
    forged = other_kind(FORGERIES[forgery](world), "link") if forgery == "truncated" else FORGERIES[forgery](world)
    if forgery == "an invite":
        return

    response = exchange(world, forged)

    assert response.status in {401, 422}
    assert response.status == 401 or wrong_fields(response) == {"link"}


# The tokens of others


@pytest.mark.parametrize("prefix", ["", "aw_session_", "aw_api_"])
@pytest.mark.usefixtures("world")
def test_no_jwt_of_the_corpus_is_a_token(prefix: str) -> None:
    with counted_calls() as calls:
        for token in jwt_attacks():
            assert_refused(request_queue_with(prefix + token))

    assert calls.made == []


def test_no_jwt_of_the_corpus_signs_anybody_in(world: World) -> None:
    for token in jwt_attacks():
        response = exchange(world, token)
        assert (response.status, wrong_fields(response) if response.status == 422 else set()) in (LONG, UNKNOWN)
