"""The JSON test suite: a body is a valid object or refused, and never causes a 5xx."""

import base64
import json
from collections.abc import Iterable, Iterator

import pytest

from chalicelib.core.text.sanitize import clean_text
from tests.support.attack_corpora import load
from tests.support.response_checks import check_response, counted_calls
from tests.support.world import POST, Response, World, key22, rest_event, send

NEST = b"[" * 100_000 + b"]" * 100_000  # the row that is too long to lie in the corpus
LONGEST = "n_structure_open_array_object.json"
NO_NUMBERS = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}
OBJECTS = {  # JSON objects of short keys, though none of ours
    "y_object.json",
    "y_object_basic.json",
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_empty.json",
    "y_object_empty_key.json",
    "y_object_escaped_null_in_key.json",
    "y_object_with_newlines.json",
}


def rows(*expected: str) -> Iterator[tuple[str, bytes]]:
    for row in load("json_parsing.json"):
        if row["expect"] in expected:
            yield row["name"], base64.b64decode(row["b64"]) if "b64" in row else NEST


def sent(body: str | bytes, *, key: str = "json") -> Response:
    """A submission with this body: text as it is, bytes as base64."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key22(key)}
    text = body if isinstance(body, str) else base64.b64encode(body).decode()
    event = rest_event("POST", "/v1/comments", headers=headers, body=text)
    return send({**event, "isBase64Encoded": isinstance(body, bytes)})


def spellings(body: bytes) -> list[str | bytes]:
    """The forms in which a gateway may pass a body."""
    try:
        return [body, body.decode()]
    except UnicodeDecodeError:
        return [body]


def within(body: bytes) -> bytes:
    """A valid draft with this JSON value as its text."""
    return b'{"post": "/x", "text": ' + body + b"}"


def statuses(bodies: Iterable[tuple[str, bytes]]) -> dict[str, set[int]]:
    """The response to each body, in every form; none may call the table."""
    found: dict[str, set[int]] = {}
    with counted_calls() as calls:
        for name, body in bodies:
            found[name] = {check_response(sent(spelling)).status for spelling in spellings(body)}
    assert calls.made == []
    return found


@pytest.mark.usefixtures("world")
def test_invalid_json_is_refused() -> None:
    found = statuses(rows("reject"))

    assert len(found) == 147
    assert found == {name: {413 if name == LONGEST else 400} for name in found}


@pytest.mark.usefixtures("world")
def test_valid_json_that_is_not_a_draft_is_refused_as_a_draft() -> None:
    found = statuses(rows("accept", "either"))

    assert (len(found), OBJECTS - set(found)) == (96, set())
    assert all(answer == {422 if name in OBJECTS else 400} for name, answer in found.items()), found


@pytest.mark.usefixtures("world")
def test_invalid_json_inside_a_draft_is_refused() -> None:
    """NaN and Infinity are parsed, but no field accepts them."""
    found = statuses((name, within(body)) for name, body in rows("reject"))

    assert {name for name, answer in found.items() if answer == {422}} == NO_NUMBERS
    assert set.union(*found.values()) == {400, 413, 422}


@pytest.mark.usefixtures("world")
def test_ambiguous_json_inside_a_draft_is_refused() -> None:
    found = statuses((name, within(body)) for name, body in rows("either"))

    assert set.union(*found.values()) == {400, 422}


def strings() -> dict[str, str]:
    """The accepted rows with one string: its JSON spelling → its value."""
    found: dict[str, str] = {}
    for _, body in rows("accept"):
        value = json.loads(body)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            found[body.decode().strip()[1:-1]] = value[0]
    return found


def outcome(text: str) -> str | None:
    try:
        return clean_text(text)
    except ValueError:
        return None


def test_strings_are_stored_as_decoded_whatever_their_escapes(world: World) -> None:
    expected = {spelled: outcome(text) for spelled, text in strings().items()}

    for spelled, stored in expected.items():
        response = check_response(sent(f'{{"post": "{POST}", "text": {spelled}}}', key=spelled))
        assert response.status == (202 if stored else 422), spelled

    assert len(expected) > 30
    assert sorted(each["text"] for each in world.queue(limit="100")) == sorted(filter(None, expected.values()))


@pytest.mark.parametrize(
    "number", ["1e400", "-1", "0", "1.0", "1.5", "true", '"1"', "null", "NaN", "9" * 40, "9" * 4000]
)
@pytest.mark.parametrize("route", ["decisions", "posts", "policy"])
def test_a_version_that_is_not_a_whole_number_is_refused(world: World, route: str, number: str) -> None:
    comment_id = world.submit().json["id"]
    method, body = {
        "decisions": ("POST", f'{{"decisions": [{{"id": "{comment_id}", "decision": "spam", "version": {number}}}]}}'),
        "posts": ("PATCH", f'{{"closed": true, "version": {number}}}'),
        "policy": ("PUT", f'{{"rules": {{"every_comment": {{"active": false}}}}, "version": {number}}}'),
    }[route]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {world.token}"}
    query = {"post": POST} if route == "posts" else None

    response = check_response(
        send(rest_event(method, f"/v1/moderation/{route}", headers=headers, query=query, body=body))
    )

    assert response.status in {200, 409, 422}
    assert (
        response.status != 200
        or number in {"null", "0", "1.0"}
        or response.json["results"][0]["outcome"] == "changed_meanwhile"
    )
