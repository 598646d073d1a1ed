"""Values that the service signs and callers send back: form tokens, and cursors of lists that are not public."""

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
from chalicelib.core.crypto.signing import sign
from chalicelib.core.ids import sha256
from tests.support.response_checks import check_response, wrong_fields
from tests.support.tokens import (
    QUEUE,
    jwt_attacks,
    set_clock,
)
from tests.support.world import POST, SECRET, Response, World, key22


@pytest.fixture
def pages(world: World) -> dict[str, dict[str, Any]]:
    """Each route with a signed cursor: its query and a valid cursor."""
    world.policy(every_comment=False)
    form = world.form("/long")
    for _ in range(2):
        world.submit(post="/long", form=form)
        world.submit("It waits, because nobody opened a form for it.", author="ann")
    routes: dict[str, dict[str, Any]] = {
        "queue": {"route": QUEUE, "query": {"limit": "1"}, "token": world.token},
        "published": {"route": QUEUE, "query": {"limit": "1", "status": "published"}, "token": world.token},
        "audit": {"route": "/v1/moderation/audit", "query": {"limit": "1"}, "token": world.token},
        "posts": {"route": "/v1/moderation/posts", "query": {"limit": "1"}, "token": world.token},
        "mine": {"route": "/v1/mine", "query": {"limit": "1"}, "token": f"aw_author_{key22('ann')}"},
    }
    return {name: {**each, "cursor": world.get(**each).json["next"]} for name, each in routes.items()}


BOUND = {
    "queue": ("queue", "pending", "", "", "", ""),
    "published": ("queue", "published", "", "", "", ""),
    "audit": ("audit", "", "", ""),
    "posts": ("posts",),
    "mine": ("mine", sha256(key22("ann"))),
}


def turned(world: World, page: Mapping[str, Any], cursor: str) -> Response:
    """The page at this cursor."""
    more = {name: value for name, value in page.items() if name != "cursor"}
    return check_response(world.get(**{**more, "query": {**page["query"], "cursor": cursor}}))


ULID = "01Q3EHNRK4992DR59P882AG3Z8"
VALUES: dict[str, object] = {
    **dict.fromkeys(("queue", "published", "audit", "mine"), ULID),
    "posts": "/long",
}


def assert_no_cursor(response: Response) -> None:
    assert response.status == 422
    assert wrong_fields(response) == {"cursor"}


def bomb() -> str:
    """A compressed value that expands to ten million brackets."""
    return "." + base64.urlsafe_b64encode(zlib.compress(b"[" * 1_000_000, 9)).rstrip(b"=").decode()


def with_salt(cursor: str, salt: str) -> str:
    """The value of a cursor, signed with the right key and another salt."""
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


def test_a_cursor_of_another_route_or_status_is_refused(world: World, pages: dict[str, dict[str, Any]]) -> None:
    cursors = {name: page["cursor"] for name, page in pages.items()}
    cursors |= {"form": world.form("/long"), "public": world.listed("/long", limit="1")["next"]}

    for name, cursor in cursors.items():
        for target_name, target in pages.items():
            if name != target_name:
                assert_no_cursor(turned(world, target, cursor))


def made(name: str, keys: Sequence[bytes], value: object) -> str:
    """A cursor with this value."""
    return sign(keys, *BOUND[name], value=value)


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


def test_a_signed_cursor_with_other_content_is_refused(world: World, pages: dict[str, dict[str, Any]]) -> None:
    """This lets a release change the contents of its cursors."""
    for name in BOUND:
        for value in OTHER_VALUES if name != "posts" else [each for each in OTHER_VALUES if each not in ("x", "xy")]:
            assert_no_cursor(turned(world, pages[name], made(name, Keys(SECRET).signing, value)))


def test_a_signed_decompression_bomb_is_refused_quickly(world: World, pages: dict[str, dict[str, Any]]) -> None:
    bomb = "[" * 1_000_000
    began = time.process_time()

    for name, bound in BOUND.items():
        signed = sign(Keys(SECRET).signing, *bound, value=bomb)
        assert signed.startswith(".")
        assert_no_cursor(turned(world, pages[name], signed))

    assert time.process_time() - began < 1


def in_generation(world: World, generation: int) -> World:
    """The same service with rotated signing keys."""
    settings = replace(world.runtime.settings, signing_generation=generation)
    return replace(world, runtime=replace(world.runtime, settings=settings))


def test_cursors_survive_one_rotation_of_the_signing_keys_and_not_two(
    world: World, pages: dict[str, dict[str, Any]]
) -> None:
    for generation, accepted in ((2, True), (3, False)):
        with in_generation(world, generation).open() as rotated:
            for page in pages.values():
                response = turned(rotated, page, page["cursor"])
                assert (response.status == 200) == accepted
                fresh = {name: value for name, value in page.items() if name != "cursor"}
                assert turned(rotated, page, rotated.get(**fresh).json["next"]).status == 200


# Form tokens


def held_because(world: World, form: str, post: str = POST) -> set[str]:
    """The rules that hold a comment with this form token, where nothing else would."""
    response = check_response(world.submit(form=form, post=post))
    if response.status == 201:
        return set()
    assert response.status == 202, response
    return {reason["rule"] for reason in world.comment(response.json["id"])["comment"]["reasons"]}


@pytest.fixture
def open_world(world: World) -> World:
    """A service that publishes comments with a valid form token at once."""
    world.policy(every_comment=False)
    return world


def test_a_comment_with_a_tampered_form_token_is_held_for_that_reason(open_world: World) -> None:
    good = open_world.form()

    for name, tamper in TAMPERED.items():
        form = tamper(good)
        if len(form) > 600:
            assert wrong_fields(check_response(open_world.submit(form=form))) == {"form"}
        elif name != "half a character":  # no JSON
            assert held_because(open_world, form) == {"form_not_opened"}, name
    assert held_because(open_world, good) == set()


@pytest.mark.parametrize("other", ["another post", "a cursor", "another key", "no key", "identity key"])
def test_a_form_token_for_another_post_is_invalid(open_world: World, other: str) -> None:
    now = int(open_world.clock().timestamp()) - 60
    keys = Keys(SECRET)
    forms: dict[str, Callable[[], str]] = {
        "another post": lambda: open_world.form("/other"),
        "a cursor": lambda: sign(keys.signing, "comments", POST, "newest", value=now),
        "another key": lambda: sign(Keys("another " * 8).signing, "form", POST, value=now),
        "no key": lambda: sign([b""], "form", POST, value=now),
        "identity key": lambda: sign([keys.identity], "form", POST, value=now),
    }

    assert held_because(open_world, forms[other]()) == {"form_not_opened"}
    assert held_because(open_world, sign(keys.signing, "form", POST, value=now)) == set()


@pytest.mark.parametrize(
    "value",
    [None, "x", [], {}, 1.5, 0, -(10**18), 10**18, 10**30, "[" * 100_000, True, [1893499200]],
    ids=lambda value: repr(value)[:20],
)
def test_a_signed_form_token_with_other_content_is_invalid(open_world: World, value: object) -> None:
    assert held_because(open_world, sign(Keys(SECRET).signing, "form", POST, value=value)) == {"form_not_opened"}


def test_a_form_token_is_valid_from_3_seconds_to_a_day_after_it_was_issued(open_world: World) -> None:
    token = open_world.get("/v1/form", query={"post": POST}).json["token"]
    given = open_world.clock()
    known = {2: {"too_fast"}, 3: set(), 86_400: set(), 86_401: {"form_not_opened"}}

    for seconds, rules in known.items():
        set_clock(open_world, given + timedelta(seconds=seconds))
        assert held_because(open_world, token) == rules, seconds


def test_form_tokens_survive_one_rotation_of_the_signing_keys_and_not_two(open_world: World) -> None:
    token = open_world.form()

    for generation, rules in ((2, set()), (3, {"form_not_opened"})):
        with in_generation(open_world, generation).open() as rotated:
            assert held_because(rotated, token) == rules


def test_no_jwt_of_the_corpus_is_a_cursor(world: World) -> None:
    page = {"route": "/v1/comments", "query": {"post": POST}}
    for token in jwt_attacks():
        response = turned(world, page, token)
        assert response.status == 200 if not token else wrong_fields(response) == {"cursor"}


def test_no_jwt_of_the_corpus_is_a_form_token(open_world: World) -> None:
    for token in jwt_attacks():
        if len(token) > 100_000:
            assert open_world.submit(form=token).status == 422
        elif len(token) > 600:
            assert wrong_fields(check_response(open_world.submit(form=token))) == {"form"}
        else:
            assert held_because(open_world, token) == {"form_not_opened"}
