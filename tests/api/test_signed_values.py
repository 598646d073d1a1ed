"""What this service signs and strangers bring back: cursors and form tokens."""

import base64
import json
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer

from chalicelib.core.crypto.keys import Keys
from chalicelib.core.crypto.signing import seal, sign
from chalicelib.core.ids import sha256
from tests.hostile import judge, wrong_fields
from tests.tokens import (
    QUEUE,
    jwt_attacks,
    set_clock,
)
from tests.world import POST, SECRET, Reply, World, key22


@pytest.fixture
def pages(world: World) -> dict[str, dict[str, Any]]:
    """Each route that takes a cursor, with what else it takes, and a good cursor."""
    world.hold("never")
    form = world.form("/long")
    parent = world.submit(post="/long", form=form).json["id"]
    for number in range(2):
        world.submit(f"Reply {number}.", post="/long", parent=parent, form=form)
        world.submit(post="/long", form=form)
        world.submit("It waits, because nobody opened a form for it.", author="ann")
    routes: dict[str, dict[str, Any]] = {
        "list": {"route": "/v1/comments", "query": {"post": "/long", "limit": "1"}},
        "oldest": {"route": "/v1/comments", "query": {"post": "/long", "limit": "1", "sort": "oldest"}},
        "top": {"route": "/v1/comments", "query": {"post": "/long", "limit": "1", "sort": "top"}},
        "replies": {
            "route": "/v1/comments/{comment_id}/replies",
            "path": {"comment_id": parent},
            "query": {"limit": "1"},
        },
        "queue": {"route": QUEUE, "query": {"limit": "1"}, "token": world.token},
        "published": {"route": QUEUE, "query": {"limit": "1", "status": "published"}, "token": world.token},
        "audit": {"route": "/v1/moderation/audit", "query": {"limit": "1"}, "token": world.token},
        "posts": {"route": "/v1/moderation/posts", "query": {"limit": "1"}, "token": world.token},
        "mine": {"route": "/v1/mine", "query": {"limit": "1"}, "token": f"aw_author_{key22('ann')}"},
    }
    return {name: {**each, "cursor": world.get(**each).json["next"]} for name, each in routes.items()}


BOUND = {
    "list": ("comments", "/long", "newest"),
    "oldest": ("comments", "/long", "oldest"),
    "top": ("comments", "/long", "top"),
    "queue": ("queue", "pending", "", "", "", ""),
    "published": ("queue", "published", "", "", "", ""),
    "audit": ("audit", "", "", ""),
    "posts": ("posts",),
    "mine": ("mine", sha256(key22("ann"))),
}


def turned(world: World, page: Mapping[str, Any], cursor: str) -> Reply:
    """The page that follows this cursor."""
    more = {name: value for name, value in page.items() if name != "cursor"}
    return judge(world.get(**{**more, "query": {**page["query"], "cursor": cursor}}))


ULID = "01Q3EHNRK4992DR59P882AG3Z8"
SEALED = {"list", "oldest", "top"}
VALUES: dict[str, object] = {
    **{name: [ULID, False, 0] for name in ("list", "oldest", "top")},
    **dict.fromkeys(("queue", "published", "audit", "mine"), ULID),
    "posts": "/long",
}


def assert_no_cursor(reply: Reply) -> None:
    assert reply.status == 422
    assert wrong_fields(reply) == {"cursor"}


def bomb() -> str:
    """Ten million brackets in some characters."""
    return "." + base64.urlsafe_b64encode(zlib.compress(b"[" * 1_000_000, 9)).rstrip(b"=").decode()


def with_salt(cursor: str, salt: str) -> str:
    """The cursor's value under the right key and another salt."""
    value = json.loads(base64.urlsafe_b64decode(cursor.partition(".")[0] + "=="))
    signed = URLSafeSerializer(Keys(SECRET).signing, salt=salt).dumps(value)
    return signed if isinstance(signed, str) else signed.decode()


TAMPERED: dict[str, Callable[[str], str]] = {
    "no signature": lambda cursor: cursor.rpartition(".")[0],
    "an empty signature": lambda cursor: cursor.rpartition(".")[0] + ".",
    "a truncated signature": lambda cursor: cursor[:-8],
    "one letter less": lambda cursor: cursor[:-1],
    "a flipped signature": lambda cursor: cursor[:-9] + ("B" if cursor[-9] == "A" else "A") + cursor[-8:],
    "a flipped value": lambda cursor: ("B" if cursor[0] == "A" else "A") + cursor[1:],
    "no value": lambda cursor: "." + cursor.rpartition(".")[2],
    "twice": lambda cursor: f"{cursor}.{cursor}",
    "a dot before": lambda cursor: "." + cursor,
    "upper case": str.upper,
    "another salt": lambda cursor: with_salt(cursor, "itsdangerous"),
    "no salt": lambda cursor: with_salt(cursor, ""),
    "oversized": lambda cursor: "A" * 2_048 + cursor,
    "as long as it may be": lambda cursor: ("A" * 2_048 + cursor)[-2_048:],
    "a bomb": lambda cursor: bomb() + "." + cursor.rpartition(".")[2],
    "NUL": lambda cursor: cursor + "\0",
    "another script": lambda cursor: cursor + "\u0430",
    "half a character": lambda cursor: cursor + "\ud800",
    "a key of the table": lambda _cursor: '{"pk":"PENDING#0"}',
}


def test_a_tampered_cursor_is_refused_by_name_on_every_route(world: World, pages: dict[str, dict[str, Any]]) -> None:
    for page in pages.values():
        assert turned(world, page, page["cursor"]).status == 200
        for tamper in TAMPERED.values():
            assert_no_cursor(turned(world, page, tamper(page["cursor"])))


def test_a_cursor_of_another_route_post_sort_or_status_is_refused(
    world: World, pages: dict[str, dict[str, Any]]
) -> None:
    elsewhere = {**pages["list"], "query": {**pages["list"]["query"], "post": "/other"}}
    cursors = {name: page["cursor"] for name, page in pages.items()} | {"form": world.form("/long")}

    for name, cursor in cursors.items():
        for target_name, target in pages.items():
            if name != target_name:
                assert_no_cursor(turned(world, target, cursor))
        assert_no_cursor(turned(world, elsewhere, cursor))


def made(name: str, keys: Sequence[bytes], value: object) -> str:
    """A cursor of that kind: those of public pages are sealed."""
    make = seal if name in SEALED else sign
    return make(keys, *BOUND[name], value=value)


def test_a_cursor_that_another_key_signed_is_refused(world: World, pages: dict[str, dict[str, Any]]) -> None:
    own, others = Keys(SECRET), (b"", b"\0", SECRET.encode(), *Keys("another " * 8).signing)

    for name in BOUND:
        for key in (*others, own.identity, own.network):
            assert_no_cursor(turned(world, pages[name], made(name, [key], VALUES[name])))
        assert turned(world, pages[name], made(name, own.signing, VALUES[name])).status == 200


OTHER_VALUES: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "xy",
    [],
    ["x"],
    ["x", 1],
    [1, True],
    ["x", True],
    ["x", True, True],
    ["x", 0, True],
    [0, True, 0],
    ["x", True, 0, 0],
    {},
    {"a": 1},
    [[]],
]


def test_a_cursor_that_holds_something_else_is_refused_though_it_is_signed(
    world: World, pages: dict[str, dict[str, Any]]
) -> None:
    """So that a release may change what its cursors hold."""
    for name in BOUND:
        for value in OTHER_VALUES if name != "posts" else [each for each in OTHER_VALUES if each not in ("x", "xy")]:
            assert_no_cursor(turned(world, pages[name], made(name, Keys(SECRET).signing, value)))


def test_a_signed_bomb_is_refused_in_no_time(world: World, pages: dict[str, dict[str, Any]]) -> None:
    bomb = "[" * 1_000_000
    began = time.process_time()

    for name, bound in BOUND.items():
        signed = sign(Keys(SECRET).signing, *bound, value=bomb)
        assert signed.startswith(".")
        assert_no_cursor(turned(world, pages[name], signed))

    assert time.process_time() - began < 1


def in_generation(world: World, generation: int) -> World:
    """The same service after its signing keys were rotated."""
    settings = replace(world.runtime.settings, signing_generation=generation)
    return replace(world, runtime=replace(world.runtime, settings=settings))


def test_cursors_outlive_one_rotation_of_the_signing_keys_and_not_two(
    world: World, pages: dict[str, dict[str, Any]]
) -> None:
    for generation, accepted in ((2, True), (3, False)):
        with in_generation(world, generation).open() as rotated:
            for page in pages.values():
                reply = turned(rotated, page, page["cursor"])
                assert (reply.status == 200) == accepted
                fresh = {name: value for name, value in page.items() if name != "cursor"}
                assert turned(rotated, page, rotated.get(**fresh).json["next"]).status == 200


# Form tokens


def held_because(world: World, form: str, post: str = POST) -> set[str]:
    """The rules that hold a comment which was sent with this form token, where nothing else holds it."""
    reply = judge(world.submit(form=form, post=post))
    if reply.status == 201:
        return set()
    assert reply.status == 202, reply
    return {reason["rule"] for reason in world.comment(reply.json["id"])["comment"]["reasons"]}


@pytest.fixture
def open_world(world: World) -> World:
    """Where a comment with a good form token is published at once."""
    world.hold("never")
    return world


def test_a_comment_with_a_tampered_form_token_is_held_for_that(open_world: World) -> None:
    good = open_world.form()

    for name, tamper in TAMPERED.items():
        form = tamper(good)
        if len(form) > 600:
            assert wrong_fields(judge(open_world.submit(form=form))) == {"form"}
        elif name != "half a character":  # no JSON
            assert held_because(open_world, form) == {"hold_without_a_form"}, name
    assert held_because(open_world, good) == set()


@pytest.mark.parametrize("other", ["another post", "a cursor", "another key", "no key", "identity key"])
def test_a_form_token_for_something_else_is_none(open_world: World, other: str) -> None:
    now = int(open_world.clock().timestamp()) - 60
    keys = Keys(SECRET)
    forms: dict[str, Callable[[], str]] = {
        "another post": lambda: open_world.form("/other"),
        "a cursor": lambda: sign(keys.signing, "comments", POST, "newest", value=now),
        "another key": lambda: sign(Keys("another " * 8).signing, "form", POST, value=now),
        "no key": lambda: sign([b""], "form", POST, value=now),
        "identity key": lambda: sign([keys.identity], "form", POST, value=now),
    }

    assert held_because(open_world, forms[other]()) == {"hold_without_a_form"}
    assert held_because(open_world, sign(keys.signing, "form", POST, value=now)) == set()


@pytest.mark.parametrize(
    "value",
    [None, "x", [], {}, 1.5, 0, -(10**18), 10**18, 10**30, "[" * 100_000, True, [1893499200]],
    ids=lambda value: repr(value)[:20],
)
def test_a_form_token_that_holds_something_else_is_none_though_it_is_signed(open_world: World, value: object) -> None:
    assert held_because(open_world, sign(Keys(SECRET).signing, "form", POST, value=value)) == {"hold_without_a_form"}


def test_a_form_token_counts_from_3_seconds_to_a_day_after_it_was_given(open_world: World) -> None:
    token = open_world.get("/v1/form", query={"post": POST}).json["token"]
    given = open_world.clock()
    known = {2: {"hold_without_a_form"}, 3: set(), 86_400: set(), 86_401: {"hold_without_a_form"}}

    for seconds, rules in known.items():
        set_clock(open_world, given + timedelta(seconds=seconds))
        assert held_because(open_world, token) == rules, seconds


def test_form_tokens_outlive_one_rotation_of_the_signing_keys_and_not_two(open_world: World) -> None:
    token = open_world.form()

    for generation, rules in ((2, set()), (3, {"hold_without_a_form"})):
        with in_generation(open_world, generation).open() as rotated:
            assert held_because(rotated, token) == rules


def test_no_jwt_of_the_corpus_is_a_cursor(world: World) -> None:
    page = {"route": "/v1/comments", "query": {"post": POST}}
    for token in jwt_attacks():
        reply = turned(world, page, token)
        assert reply.status == 200 if not token else wrong_fields(reply) == {"cursor"}


def test_no_jwt_of_the_corpus_is_a_form_token(open_world: World) -> None:
    for token in jwt_attacks():
        if len(token) > 100_000:
            assert open_world.submit(form=token).status == 422
        elif len(token) > 600:
            assert wrong_fields(judge(open_world.submit(form=token))) == {"form"}
        else:
            assert held_because(open_world, token) == {"hold_without_a_form"}
