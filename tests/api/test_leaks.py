"""Unpublished data never leaks: every public response equals that of a world without it.

Routes are taken from the endpoints: one that this file does not know fails.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from moto import mock_aws

from chalicelib import runtime as runtimes
from chalicelib.api.assets import STATIC, find_assets
from chalicelib.core.crypto.form_tokens import Form, form_token
from chalicelib.core.crypto.signing import sign
from tests.support import non_interference
from tests.support.canaries import CANARY, spellings_found, spellings_of
from tests.support.non_interference import OTHER, Scenario, activate, build_scenario, serialized
from tests.support.public_requests import PUBLIC, PUBLIC_REQUESTS, Known, RequestArguments, Route
from tests.support.wire_guard import guarded
from tests.support.world import POST, Response, key22, shared_client

SPELLED_TIMES = {"/v1/comments": "%Y-%m-%dT%H:%M", "/thread": "%-d %B %Y, %H:%M"}  # as JSON and HTML tell them


@dataclass(frozen=True)
class Pair:
    """A world with hidden data, and one without."""

    full: Scenario
    public: Scenario
    cursors: list[str]
    assets: list[str]

    def known(self, scenario: Scenario) -> Known:
        """What requests to this world can use."""
        opened = min(each.world.clock() for each in (self.full, self.public))
        form = form_token(self.full.world.runtime.keys.signing, POST, Form(opened))
        return Known(list(scenario.public.values()), list(scenario.hidden.values()), self.cursors, self.assets, form)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Both worlds, shared by all tests."""
    with mock_aws(), guarded(shared_client()):
        full, public = build_scenario(with_hidden=True, words=CANARY), build_scenario(with_hidden=False)
        try:
            yield Pair(full, public, cursors_of(full), assets_of(full))
        finally:
            runtimes.use_runtime(None)


def cursors_of(scenario: Scenario) -> list[str]:
    """Cursors of the queue, the audit log, an author's list, another post and another order; and forged ones."""
    activate(scenario)
    world, author = scenario.world, f"aw_author_{key22('ann')}"
    asked: list[tuple[str, RequestArguments]] = [
        ("/v1/moderation/queue", {"token": world.token}),
        ("/v1/moderation/audit", {"token": world.token}),
        ("/v1/mine", {"token": author}),
        ("/v1/comments", {"query": {"post": OTHER}}),
    ]
    found = [
        world.get(route, **{**more, "query": {**more.get("query", {}), "limit": "1"}}).json["next"]
        for route, more in asked
    ]
    assert all(found), found
    queue = str(found[0])
    return [*found, queue[:-1], "x" + queue, queue.replace(".", "", 1), "."]


def assets_of(scenario: Scenario) -> list[str]:
    activate(scenario)
    page = scenario.world.get("/moderate").text
    return [*(part.partition('"')[0] for part in page.split("assets/")[1:]), *find_assets(STATIC)]


def ask(scenario: Scenario, route: Route, asked: RequestArguments) -> Iterator[Response]:
    """The responses to a request and to those for all following pages."""
    while True:
        response = scenario.world.request(*route, **asked)
        yield response
        following = (
            response.json.get("next")
            if response.text.startswith('{"') and response.status == 200
            else html_next(response)
        )
        if not following:
            return
        asked = {**asked, "query": {**asked.get("query", {}), "cursor": following}}


def html_next(response: Response) -> str:
    if 'rel="next"' not in response.text:
        return ""
    return response.text.partition('" rel="next"')[0].rpartition("cursor=")[2]


def responses_to(scenario: Scenario, route: Route, asked: Iterable[RequestArguments]) -> list[Response]:
    """All responses of one world, starting at the same time."""
    activate(scenario)
    return [reply for each in asked for reply in ask(scenario, route, each)]


def heads(scenario: Scenario, route: Route, asked: Iterable[RequestArguments]) -> list[Response]:
    """The responses to HEAD, where it is supported."""
    activate(scenario)
    return [scenario.world.request("HEAD", route[1], **each) for each in asked] if PUBLIC[route].cached else []


def conditional(
    scenario: Scenario, route: Route, asked: Iterable[RequestArguments], tags: Iterable[Response]
) -> list[Response]:
    """The responses to the same requests with the entity tags of other responses."""
    activate(scenario)
    known = [{"If-None-Match": response.headers.get("ETag", '"none"')} for response in tags]
    return [scenario.world.request(*route, **each, headers=tag) for each, tag in zip(asked, known, strict=False)]


def same(ours: list[Response], theirs: list[Response]) -> list[Response]:
    """Check that responses are identical and contain no canary."""
    for one, other in zip(ours, theirs, strict=True):
        assert serialized(one) == serialized(other)
    assert all(response.status < 500 for response in ours)
    assert not spellings_found("\n".join(map(serialized, ours)))
    return ours


def times_of_removed_comments(scenario: Scenario) -> list[str]:
    """When the comments were written of which only a tombstone is left, in every form in which a page tells a time."""
    comments = [scenario.world.runtime.comments.get(scenario.public[name]) for name in non_interference.TOMBSTONES]
    spelled = [f"{each.created:{form}}" for each in comments for form in SPELLED_TIMES.values()]
    return [*spelled, *(each.order for each in comments)]


def test_every_public_route_is_tested() -> None:
    assert set(PUBLIC_REQUESTS) == set(PUBLIC)


@pytest.mark.parametrize("route", list(PUBLIC_REQUESTS), ids=" ".join)
def test_hidden_data_changes_no_public_byte(pair: Pair, route: Route) -> None:
    asked = [list(PUBLIC_REQUESTS[route](pair.known(scenario))) for scenario in (pair.full, pair.public)]

    responses = same(responses_to(pair.full, route, asked[0]), responses_to(pair.public, route, asked[1]))
    known = heads(pair.full, route, asked[0]), heads(pair.public, route, asked[1])
    same(*known)
    fresh = same(conditional(pair.full, route, asked[0], known[1]), conditional(pair.public, route, asked[1], known[0]))

    assert responses
    assert [response.status for response in fresh] == [
        304 if "ETag" in response.headers else response.status for response in fresh
    ]
    assert not any(response.text for response in (*known[0], *fresh) if response.status < 400)
    if route[0] == "GET":
        text = "\n".join(response.text for response in responses)
        assert not [time for time in times_of_removed_comments(pair.full) if time in text]


@pytest.mark.parametrize(("route", "spelled"), SPELLED_TIMES.items())
def test_removed_comments_leave_only_a_tombstone(pair: Pair, route: str, spelled: str) -> None:
    """The time of a reply that is left is shown, in the form that is looked for above."""
    text = "\n".join(each.text for each in responses_to(pair.full, ("GET", route), [{"query": {"post": POST}}]))

    for name in non_interference.TOMBSTONES:
        comment = pair.full.world.runtime.comments.get(pair.full.public[name])
        assert comment.tombstone
        assert comment.id in text
        assert f"{comment.created:{spelled}}" not in text
        assert f"{comment.created + 2 * non_interference.STEP:{spelled}}" in text


def test_moderators_and_authors_can_tell_the_worlds_apart(pair: Pair) -> None:
    """Proves that the hidden data exists."""
    activate(pair.full)
    world = pair.full.world
    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    found = {status: world.queue(status, limit="100") for status in ("pending", "flagged", "rejected", "spam")}
    statuses = {
        world.runtime.comments.get(comment_id).status for comment_id in pair.full.hidden.values() if comment_id in items
    }

    assert statuses == {"pending", "rejected", "spam", "deleted"}
    assert all(spellings_found(str(comments)) for status, comments in found.items() if status != "flagged")
    assert {each["id"] for each in found["flagged"]} & set(pair.full.public.values())
    assert all(f"{CANARY} {what}" in items for what in ("text", "name", "title", "note", "flag", "edited", "pending"))
    activate(pair.public)
    assert not pair.public.world.queue("pending")[len(pair.public.hidden) :]


def test_an_author_sees_nothing_of_anyone_else(pair: Pair) -> None:
    activate(pair.full)
    world = pair.full.world
    of_others = {
        each: world.runtime.comments.find(comment_id)
        for each, comment_id in {**pair.full.public, **pair.full.hidden}.items()
    }
    token, mine = f"aw_author_{key22('ann')}", non_interference.author_hash("ann")
    ids = [each.id for each in of_others.values() if each]

    asked: list[RequestArguments] = [{}, *({"id": ids[start : start + 50]} for start in range(0, len(ids), 50))]
    text = "\n".join(serialized(world.get("/v1/mine", token=token, query=query)) for query in asked)

    for name, comment in of_others.items():
        if comment and comment.author != mine:
            assert f'"id":"{comment.id}"' not in text
            assert f"{CANARY} {name}<" not in text
    assert f"{CANARY} edited" in text


@pytest.mark.parametrize("form", spellings_of(CANARY))
def test_a_canary_is_found_however_it_is_spelled(form: str) -> None:
    assert spellings_found(f"<p>so {form} so</p>")
    assert not spellings_found("<p>so so</p>")


def test_a_canary_is_found_inside_a_cursor_and_a_token() -> None:
    for value in (CANARY, ["x" * 99, CANARY, "x" * 99]):
        assert spellings_found(f'{{"next":"{sign([b"key"], "any", value=value)}"}}')
