"""Naughty strings, hard Unicode and injected headers in every field, header and parameter."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from chalicelib.api.http.endpoints import Endpoint
from chalicelib.core.posts import post_key
from chalicelib.core.text.sanitize import clean_link, clean_name, clean_text, clean_title
from ops.openapi.document import endpoints
from tests.support.attack_corpora import load
from tests.support.response_checks import (
    batches,
    capture_log,
    check_response,
    counted_calls,
    documented_statuses,
    fresh_world,
    log_lines,
    wrong_fields,
)
from tests.support.world import POST, Response, World, key22, rest_event, send

pytestmark = pytest.mark.slow

BATCH = 48  # comments in one world
HEADERS = (
    "Accept",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Host",
    "Idempotency-Key",
    "If-None-Match",
    "Origin",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Request-Id",
)
GOOD = {"text": "Good words.", "post": POST}
GOOD_PATH = {"comment_id": key22("nobody"), "job_id": "0" * 26, "name": "nothing.js"}
GOOD_QUERY = {"post": POST, "id": "nobody"}


def at_most(most: int) -> Callable[[str], str]:
    def clean(text: str) -> str:
        if len(text) > most:
            raise ValueError
        return text

    return clean


def never(_text: str) -> str:
    raise ValueError


CLEAN: dict[str, Callable[[str], str]] = {
    "text": clean_text,
    "name": clean_name,
    "link": clean_link,
    "post": post_key,
    "post_title": clean_title,
    "parent": never,  # none of the corpora holds the id of a comment
    "form": at_most(600),
    "trap": at_most(200),
}


@cache
def naughty() -> list[str]:
    strings: list[str] = load("blns.json")
    assert len(strings) == 252
    return strings


@cache
def injections() -> list[str]:
    return [row["payload"] for row in load("header_injection.json")]


def outcome(field: str, text: str) -> str | None:
    """The stored form of a text in this field, if it is not refused."""
    try:
        return CLEAN[field](text)
    except ValueError:
        return None


def drafts(strings: list[str]) -> Iterator[dict[str, str]]:
    """Submissions with each string once in every field, next to seven other strings."""
    for number in range(len(strings)):
        yield {field: strings[(number + 5 * place) % len(strings)] for place, field in enumerate(CLEAN)}


def submitted(world: World, fields: dict[str, Any]) -> Response:
    return world.submit(**fields)


def submitted_twice(world: World, draft: dict[str, str]) -> dict[str, str]:
    """Submit a draft; the expected fields are refused, and without them it is stored."""
    cleaned = {field: outcome(field, text) for field, text in draft.items()}

    refused = check_response(submitted(world, draft))
    kept = {field: text for field, text in draft.items() if cleaned[field] is not None}
    stored = check_response(submitted(world, {**GOOD, **kept}))

    assert refused.status == 422
    assert wrong_fields(refused) == {field for field, clean in cleaned.items() if clean is None}
    assert stored.status == 202
    return {**GOOD, **{field: clean for field, clean in cleaned.items() if clean is not None}}


def assert_stored(world: World, expected: list[dict[str, str]]) -> None:
    waiting = world.queue(limit="100")
    assert len(waiting) == len(expected)
    for comment, draft in zip(waiting, expected, strict=True):
        for field in ("text", "name", "link", "post"):
            assert comment[field] == draft.get(field), field
        rules = {reason["rule"] for reason in comment["reasons"]}
        assert "form_not_opened" in rules
        assert ("honeypot" in rules) == bool(draft.get("trap"))


def assert_proposed(world: World, expected: list[dict[str, str]]) -> None:
    """The title that the first submission to a post proposed."""
    for draft in reversed(expected):
        first = next(each for each in expected if each["post"] == draft["post"])
        assert world.runtime.posts.get(draft["post"]).proposed_title == first.get("post_title", "")


@pytest.mark.parametrize("corpus", [naughty, injections])
def test_every_string_in_every_field_is_stored_clean_or_refused_by_name(corpus: Callable[[], list[str]]) -> None:
    for batch in batches(drafts(corpus()), BATCH):
        with fresh_world() as world:
            expected = [submitted_twice(world, draft) for draft in batch]

            assert_stored(world, expected)
            assert_proposed(world, expected)


def unicode_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = load("unicode_cases.json")
    assert len(rows) == 75
    return rows


def unicode_drafts() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    for row in unicode_rows():
        if "text" in row:
            yield row, {"text": row["text"], "name": row["text"]}


def test_hard_unicode_is_stored_clean_or_refused_by_name() -> None:
    for batch in batches(unicode_drafts(), BATCH):
        with fresh_world() as world:
            expected = []
            for row, draft in batch:
                cleaned = {field: outcome(field, text) for field, text in draft.items()}
                response = check_response(world.submit(**draft))
                refused = wrong_fields(response) if response.status == 422 else set()
                assert refused == {field for field, clean in cleaned.items() if clean is None}
                field = {"body": "text", "author": "name"}[row["field"]]
                assert field in refused or not row["expect"].startswith("reject") or "or" in row["expect"]
                expected += [] if refused else [{**GOOD, **{name: text for name, text in cleaned.items() if text}}]

            assert_stored(world, expected)


@pytest.mark.parametrize("field", [*CLEAN, "unknown"])
def test_half_a_surrogate_pair_is_refused_in_any_field(world: World, field: str) -> None:
    [escape] = [row["json_escape"] for row in unicode_rows() if "json_escape" in row]
    body = json.dumps({**GOOD, field: "?"}).replace("?", escape)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key22("half")}

    response = check_response(send(rest_event("POST", "/v1/comments", headers=headers, body=body)))

    assert (response.status, response.json["code"]) == (400, "bad_request")
    assert world.queue() == []


def test_no_string_in_a_header_injects_a_header_or_a_log_line_or_causes_a_5xx(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    strings = [*naughty(), *injections()]
    capture_log(caplog)

    for text in strings:
        for header in HEADERS:
            check_response(send(rest_event("GET", "/v1/comments", query={"post": POST}, headers={header: text})))
    lines = log_lines(caplog)

    assert len(lines) == len(strings) * len(HEADERS)
    assert {json.dumps({**line, "ms": 0}) for line in lines} == {json.dumps({**lines[0], "ms": 0})}
    assert world.queue() == []


@pytest.mark.parametrize("scheme", ["", "Bearer ", "Bearer aw_session_", "Bearer aw_author_"])
def test_no_string_is_accepted_as_a_token(scheme: str) -> None:
    refusals = set()
    with fresh_world(), counted_calls() as calls:
        for text in [*naughty(), *injections()]:
            response = check_response(
                send(rest_event("GET", "/v1/moderation/queue", headers={"Authorization": scheme + text}))
            )
            refusals.add((response.status, response.text))

    assert [status for status, _ in refusals] == [401]
    assert calls.made == []


@pytest.mark.parametrize("header", ["Idempotency-Key", "Authorization"])
def test_no_string_is_accepted_as_an_author_key(world: World, header: str) -> None:
    for text in [*naughty(), *injections()]:
        value = f"Bearer aw_author_{text}" if header == "Authorization" else text
        response = check_response(world.submit(headers={header: value}))
        assert response.status == 422
        assert wrong_fields(response) == {header}

    assert world.queue() == []


def parameters() -> list[tuple[Endpoint, str]]:
    """All query parameters of all endpoints."""
    return [(each, name) for each in endpoints() if each.query for name in each.query.model_fields]


def ask(world: World, endpoint: Endpoint, token: str, **query: str) -> Response:
    """Call an endpoint with valid values for its other parameters."""
    fields = endpoint.query.model_fields if endpoint.query else {}
    needed = {name: GOOD_QUERY[name] for name in fields if fields[name].is_required()}
    path = {name: value for name, value in GOOD_PATH.items() if f"{{{name}}}" in endpoint.path} or None
    more: dict[str, Any] = {"json_body": {"closed": False}} if endpoint.body else {}
    if endpoint.scope:
        more["token"] = token
    if endpoint.author:
        more["token"] = f"aw_author_{key22('ann')}"
    return world.request(endpoint.method, endpoint.path, path=path, query={**needed, **query}, **more)


def is_page(endpoint: Endpoint) -> bool:
    """Whether the endpoint returns HTML."""
    return endpoint.media.startswith("text/html")


def expected_of(name: str, text: str) -> set[int]:
    """Check that the status is 422, or does not refuse the parameter."""
    if name == "post":
        return {422} if outcome("post", text) is None else {200}
    if name in {"cursor", "parent"} and text:
        return {422, 404}
    return {200, 204, 403, 404, 422}  # 403: a program's token that would end another


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [pytest.param(*each, id=f"{each[0].method} {each[0].path} {each[1]}") for each in parameters()],
)
def test_every_string_in_every_parameter_is_accepted_or_refused_by_name(
    world: World, endpoint: Endpoint, name: str
) -> None:
    page, token = is_page(endpoint), world.token
    known = documented_statuses(endpoint.method, endpoint.path)
    every = 3 if endpoint.scope else 1  # each reads the token first

    for text in [*naughty(), *injections()][::every]:
        response = check_response(ask(world, endpoint, token, **{name: text}), page=page)
        assert response.status in known & expected_of(name, text), (text, response)
        assert response.status != 422 or page or wrong_fields(response) == {name}
        token = token if response.status != 204 else world.moderator()  # it signed itself out


def strict() -> list[Endpoint]:
    """Endpoints that refuse unknown parameters.  Pages ignore them, as other sites add some to links."""
    return [each for each in endpoints() if not each.media.startswith("text/")]


@pytest.mark.parametrize("endpoint", strict(), ids=lambda each: f"{each.method} {each.path}")
def test_an_unknown_parameter_is_refused_by_name_and_the_reference_says_so(world: World, endpoint: Endpoint) -> None:
    response = check_response(ask(world, endpoint, world.token, colour="red"))

    assert response.status == 422
    assert wrong_fields(response) == {"colour"}
    assert response.status in documented_statuses(endpoint.method, endpoint.path)


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda each: f"{each.method} {each.path}")
def test_no_length_of_a_parameter_or_path_causes_a_5xx(world: World, endpoint: Endpoint) -> None:
    page = is_page(endpoint)
    names = list(endpoint.query.model_fields) if endpoint.query else []

    for length in (100, 1_000, 10_000):
        for letter in ("a", "\u00e9", "\U0001f600", "%", "\x00"):
            for name in names:
                check_response(ask(world, endpoint, world.token, **{name: letter * length}), page=page)


def test_an_immediately_published_comment_has_its_own_location() -> None:
    for batch in batches(injections(), BATCH):
        with fresh_world() as world:
            world.policy(every_comment=False)
            for text in batch:
                words = {field: text for field in ("text", "name", "post_title") if outcome(field, text) is not None}
                response = check_response(world.submit(**{**GOOD, **words, "form": world.form()}))
                assert (response.status, response.headers["Location"]) == (201, f"comments/{response.json['id']}")
