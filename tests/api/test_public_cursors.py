"""Cursors of public pages name public comments.  They need no secret and tell nothing that a page does not show."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from chalicelib.core.ids import base64url
from chalicelib.core.pages import CURSOR, MAX_CURSOR, MAX_NAMES
from tests.support.faults import aws_response, events_of, request_body
from tests.support.non_interference import serialized
from tests.support.relocation import begin_move, finish_job
from tests.support.response_checks import check_response, wrong_fields
from tests.support.threads import grow_forest, store, tombstoned
from tests.support.wire_guard import watched
from tests.support.world import POST, Response, World, key22

LIST, THREAD, REPLIES = "/v1/comments", "/thread", "/v1/comments/{comment_id}/replies"
SORTS = ("newest", "oldest", "top")
NEXT_LINK = re.compile(r'cursor=([^"&]+)" rel="next"')
PAGES = [(LIST, sort) for sort in SORTS] + [(THREAD, sort) for sort in SORTS] + [(REPLIES, "newest")]

pages = pytest.mark.parametrize(("route", "sort"), PAGES, ids=lambda each: each.strip("/"))


def ask(world: World, route: str, sort: str, cursor: str = "", *, top: str = "") -> Response:
    """One page, of 2 comments or a whole page of HTML."""
    query = {"cursor": cursor} if cursor else {}
    if route == REPLIES:
        return check_response(world.get(route, path={"comment_id": top}, query={"limit": "2", **query}))
    limit = {"limit": "2"} if route == LIST else {}
    response = world.get(route, query={"post": POST, "sort": sort, **limit, **query})
    return response if route == THREAD else check_response(response)


def next_of(response: Response) -> str:
    if response.text.startswith("{"):
        return response.json["next"] or ""
    return next((unquote(found) for found in NEXT_LINK.findall(response.text)), "")


def written(name: str, sort: str) -> str:
    """A cursor that names one comment."""
    return f"t{name}~0" if sort == "top" else f"t{name}"


@contextmanager
def calls_of(world: World) -> Iterator[list[str]]:
    made: list[str] = []
    with watched(world.runtime.table.client, lambda operation, _body: made.append(operation)):
        yield made


def test_a_cursor_names_comments_of_this_page_or_of_pages_before_it(world: World) -> None:
    comments = grow_forest([None, *[0] * 5, *[None] * 30])
    store(world, comments)

    for route, sort in PAGES:
        shown, cursor = "", ""
        while True:
            response = ask(world, route, sort, cursor, top=comments[0].id)
            shown += response.text.partition('"next":')[0]
            cursor = next_of(response)
            if not cursor:
                break
            assert CURSOR.fullmatch(cursor)
            assert len(cursor) <= MAX_CURSOR
            names = [part[1:23] for part in cursor.split(".")]
            assert all(name in shown for name in names)
        assert all(each.id in shown for each in comments if route != REPLIES or each.parent)


def test_the_longest_cursor_has_the_maximum_length() -> None:
    longest = ".".join([f"t{key22('one')}~-123456789"] * MAX_NAMES)

    assert CURSOR.fullmatch(longest)
    assert len(longest) == MAX_CURSOR


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_after_a_tombstone_does_not_tell_when_the_comment_was_written(world: World, sort: str) -> None:
    comments = grow_forest([None, 0, None, 2, None, 4])
    store(world, [tombstoned(each) if not each.parent else each for each in comments])

    answer = ask(world, LIST, sort, ask(world, LIST, sort).json["next"])

    assert answer.status == 200
    for each in comments:
        assert each.order not in answer.text
        for shift in range(3):
            assert base64url(b" " * shift + each.order.encode())[4:-4] not in answer.text


def test_a_process_without_a_secret_reads_every_page(world: World) -> None:
    comments = grow_forest([None, *[0] * 40, *[None] * 40])
    store(world, comments)
    settings = replace(world.runtime.settings, secret="", secret_parameter="")

    with replace(world, runtime=replace(world.runtime, settings=settings)).open() as reader:
        for route, sort in PAGES:
            count, cursor = 0, ""
            while count == 0 or cursor:
                response = ask(reader, route, sort, cursor, top=comments[0].id)
                assert response.status == 200
                cursor, count = next_of(response), count + 1
            assert count > 2
        path = {"comment_id": comments[0].id}
        permalink = reader.get("/v1/comments/{comment_id}", path=path).json
        assert reader.get(REPLIES, path=path, query={"cursor": permalink["next"]}).status == 200


# What has no place


@pytest.fixture
def names(world: World) -> dict[str, str]:
    """Ids that have no place among the comments of the post."""
    world.published()
    moved = world.published(post="/moved")
    finish_job(world, begin_move(world, "/moved", "/elsewhere")["job"])
    made = {
        "nobody's": key22("nobody"),
        "held": world.submit().json["id"],
        "of another post": world.published(post="/other"),
        "moved away": moved,
    }
    for name, decision in {"rejected": "reject", "spam": "spam", "deleted": "delete"}.items():
        made[name] = world.submit().json["id"]
        world.decide(decision, made[name])
    made["published, then rejected"] = world.published()
    world.decide("reject", made["published, then rejected"])
    made["withdrawn"] = world.published(author="ann")
    world.withdraw(made["withdrawn"], author="ann")
    return made


def malformed(sort: str) -> dict[str, str]:
    """Texts that are no cursor of a list in this order."""
    score, other = ("~1", "") if sort == "top" else ("", "~1")
    good = f"t{key22('nobody')}{score}"
    return {
        "of another order": f"t{key22('nobody')}{other}",
        "an id alone": key22("nobody"),
        "another letter": "x" + good[1:],
        "too short": good[:10],
        "too many": ".".join([good] * (MAX_NAMES + 1))[:MAX_CURSOR],
        "a dot too many": good + ".",
        "an empty name": f"{good}..{good}"[:MAX_CURSOR],
        "no score": f"t{key22('nobody')}~",
        "a score with a zero before": f"t{key22('nobody')}~01",
        "no number": f"t{key22('nobody')}~1e3",
        "other digits": f"t{key22('nobody')}~\u0661",
        "a line break": good + "\n",
        "NUL": good + "\0",
        "another script": good + "\u0430",
        "a key of the table": '{"pk":"PENDING#0"}',
    }


@pages
def test_a_cursor_that_names_nothing_public_of_this_post_is_refused_like_one_that_is_malformed(
    world: World, names: dict[str, str], route: str, sort: str
) -> None:
    [top] = [each["id"] for each in world.listed()["comments"]]
    known = {**{name: written(id_, sort) for name, id_ in names.items()}, **malformed(sort)}
    known["three of them"] = ".".join(written(each, sort) for each in list(names.values())[:3])

    refused = {name: ask(world, route, sort, cursor, top=top) for name, cursor in known.items()}

    assert refused["held"].status == 422
    assert route == THREAD or wrong_fields(refused["held"]) == {"cursor"}
    assert len({serialized(response) for response in refused.values()}) == 1, refused


@pages
def test_a_hidden_comment_costs_as_many_calls_as_one_that_does_not_exist(
    world: World, names: dict[str, str], route: str, sort: str
) -> None:
    [top] = [each["id"] for each in world.listed()["comments"]]
    calls: dict[str, list[str]] = {}
    for name, id_ in names.items():
        with calls_of(world) as calls[name]:
            ask(world, route, sort, written(id_, sort), top=top)

    assert {tuple(made) for made in calls.values()} == {("BatchGetItem",) * (1 if route == REPLIES else 2)}


def test_a_reply_elsewhere_is_no_place_among_the_replies_to_a_comment(world: World) -> None:
    comments = grow_forest([None, 0, 1, None, 3])
    store(world, comments)
    for each, status in zip(comments, (422, 200, 200, 422, 422), strict=True):
        assert ask(world, REPLIES, "newest", f"r{each.id}", top=comments[1].id).status == status


def test_cursors_of_other_lists_and_form_tokens_are_refused(world: World) -> None:
    for number in range(3):
        world.submit(author="ann")
        world.published(f"Number {number}.")
    signed = [
        world.get("/v1/moderation/queue", query={"limit": "1"}, token=world.token).json["next"],
        world.get("/v1/mine", query={"limit": "1"}, token=f"aw_author_{key22('ann')}").json["next"],
        world.form(),
    ]

    for cursor in signed:
        for sort in SORTS:
            assert wrong_fields(ask(world, LIST, sort, cursor)) == {"cursor"}


def test_a_forged_cursor_is_a_place_like_any_other(world: World) -> None:
    comments = grow_forest([None] * 5)
    store(world, comments)

    page = ask(world, LIST, "newest", f"t{comments[3].id}.t{key22('nobody')}").json

    assert [each["id"] for each in page["comments"]] == [comments[2].id, comments[1].id]


# What it costs


@pytest.mark.parametrize("route", [LIST, THREAD])
def test_a_page_reads_the_post_and_its_place_in_one_call(world: World, route: str) -> None:
    store(world, grow_forest([None] * 60))
    for sort in ("newest", "oldest"):
        cursor = next_of(ask(world, route, sort))
        with calls_of(world) as calls:
            assert ask(world, route, sort, cursor).status == 200
        assert calls == ["BatchGetItem", "Query"]


def test_the_other_names_are_read_only_if_the_first_one_is_gone(world: World) -> None:
    store(world, grow_forest([None] * 9))
    page = world.listed(limit="3")
    world.decide("reject", page["comments"][-1]["id"])

    with calls_of(world) as calls:
        following = ask(world, LIST, "newest", page["next"])

    assert calls == ["BatchGetItem", "BatchGetItem", "BatchGetItem", "Query"]
    assert not {each["id"] for each in following.json["comments"]} & {each["id"] for each in page["comments"]}


def test_a_replica_that_does_not_know_a_new_comment_yet_refuses_no_cursor(world: World) -> None:
    store(world, grow_forest([None] * 9))
    page = world.listed(limit="3")

    with stale_replica(world):
        assert ask(world, LIST, "newest", page["next"]).status == 200


@contextmanager
def stale_replica(world: World) -> Iterator[None]:
    """Eventually consistent batches find nothing."""

    def answer(request: AWSPreparedRequest, event_name: str, **_event: object) -> AWSResponse | None:
        body: Any = request_body(request) if event_name.endswith("BatchGetItem") else {}
        for wanted in body.get("RequestItems", {}).values():
            if not wanted["ConsistentRead"]:
                return aws_response(request, 200, {"Responses": {}, "UnprocessedKeys": {}})
        return None

    events = events_of(world.runtime.table.client)
    events.register_first("before-send.dynamodb", answer)
    try:
        yield
    finally:
        events.unregister("before-send.dynamodb", answer)


def test_the_same_page_has_the_same_bytes_whoever_reads_it(world: World) -> None:
    store(world, grow_forest([None] * 9))
    read: Callable[[], list[str]] = lambda: [ask(world, LIST, sort).text for sort in SORTS]  # noqa: E731

    first = read()
    world.runtime.memo.drop(POST)

    assert read() == first
    assert all(json.loads(text)["next"] for text in first)
