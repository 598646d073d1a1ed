"""Rate limits: exact, per network, per post and per site, and never applied to a repeat."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.support.wire_guard import watched
from tests.support.world import Response, World, new_world, shared_client

LIMITS = {
    "limit_minute": 3,
    "limit_day": 5,
    "limit_post_held": 4,
    "limit_site": 6,
    "limit_edits": 2,
    "limit_previews": 2,
}


@pytest.fixture
def limited() -> Iterator[World]:
    with mock_aws():
        world = new_world(shared_client(), **LIMITS)
        with world.open():
            yield world


def statuses(responses: list[Response]) -> list[int]:
    return [response.status for response in responses]


def test_a_network_may_submit_three_a_minute(limited: World) -> None:
    replies = [limited.submit() for _ in range(4)]

    assert statuses(replies) == [202, 202, 202, 429]
    assert replies[-1].json["code"] == "too_many_requests"
    assert replies[-1].headers["Retry-After"] == str(replies[-1].json["parameters"]["retry_after"]) == "60"
    limited.clock.forward(seconds=replies[-1].json["parameters"]["retry_after"])
    assert limited.submit().status == 202


def test_a_network_may_submit_five_a_day(limited: World) -> None:
    for _ in range(5):
        assert limited.submit().status == 202
        limited.clock.forward(minutes=1)

    refused = limited.submit()

    assert refused.status == 429
    limited.clock.forward(seconds=refused.json["parameters"]["retry_after"])
    assert limited.submit().status == 202


@pytest.mark.parametrize("spoofed", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_forged_address_header_changes_nothing(limited: World, spoofed: str) -> None:
    replies = [limited.submit(headers={spoofed: f"198.51.100.{number}"}) for number in range(4)]

    assert statuses(replies) == [202, 202, 202, 429]


def test_an_ipv6_64_counts_as_one_network(limited: World) -> None:
    replies = [limited.submit(address=f"2001:db8:1:2::{number}") for number in range(1, 5)]

    assert statuses(replies) == [202, 202, 202, 429]


def test_a_post_accepts_four_submissions_from_all_networks_together(limited: World) -> None:
    replies = [limited.submit(address=f"198.51.100.{number}") for number in range(5)]

    assert statuses(replies) == [202, 202, 202, 202, 429]
    assert replies[-1].headers["Retry-After"] == "1"


def test_the_site_accepts_six_submissions_over_all_posts(limited: World) -> None:
    replies = [limited.submit(address=f"198.51.100.{number}", post=f"/{number}") for number in range(7)]

    assert statuses(replies) == [202] * 6 + [429]


def test_what_a_post_refuses_is_not_counted_against_the_site(limited: World) -> None:
    for number in range(9):
        limited.submit(address=f"198.51.100.{number}")

    others = [limited.submit(address=f"192.0.2.{number}", post="/other") for number in range(3)]

    assert statuses(others) == [202, 202, 429]


def test_posts_of_the_same_second_have_limits_of_their_own(limited: World) -> None:
    first = [limited.submit(address=f"198.51.100.{number}") for number in range(5)]
    second = limited.submit(address="192.0.2.1", post="/other")

    assert statuses(first) == [202, 202, 202, 202, 429]
    assert second.status == 202


def test_a_submission_takes_two_counters(limited: World) -> None:
    limited.submit()

    items = limited.runtime.table.client.scan(TableName=limited.runtime.settings.table)["Items"]
    counters = [item["pk"]["S"].split("#")[1] for item in items if item["pk"]["S"].startswith("R#")]
    assert sorted(counters) == ["net", "site"]


def test_a_repeat_is_answered_despite_the_limits(limited: World) -> None:
    first = limited.submit(key="once")
    while limited.submit().status == 202:
        pass

    again = limited.submit(key="once")

    assert (again.status, again.json["id"]) == (202, first.json["id"])


def test_previews_and_edits_have_separate_limits(limited: World) -> None:
    comment_id = limited.submit(author="ann").json["id"]
    body: dict[str, Any] = {"text": "Look."}

    previews = [limited.request("POST", "/v1/preview", json_body=body) for _ in range(3)]
    edits = [limited.edit(comment_id, f"Again {number}", author="ann") for number in range(3)]

    assert statuses(previews) == [200, 200, 429]
    assert statuses(edits) == [202, 202, 429]


def test_no_address_and_no_network_hash_of_it_stays_in_a_counter(limited: World) -> None:
    limited.submit(address="203.0.113.7")

    items = limited.runtime.table.client.scan(TableName=limited.runtime.settings.table)["Items"]

    counters = [item for item in items if item["pk"]["S"].startswith("R#")]
    comments = [item for item in items if item["pk"]["S"].startswith("C#")]
    assert counters
    assert all("ttl" in item for item in counters)
    assert "203.0.113.7" not in str(items)
    assert not any(comments[0]["npk"]["S"] in str(counter) for counter in counters)


def calls_of(world: World, **submission: Any) -> list[str]:
    """What a submission calls."""
    calls: list[str] = []
    with watched(world.runtime.table.client, lambda operation, _body: calls.append(operation)):
        world.submit(**submission)
    return calls


def test_a_submission_over_the_limit_costs_one_write_and_a_look_whether_it_is_a_repeat(limited: World) -> None:
    while limited.submit().status == 202:
        pass

    assert calls_of(limited) == ["UpdateItem", "GetItem"]


def test_a_limit_is_asked_before_anything_is_read(limited: World) -> None:
    limited.submit(author="ann")

    assert calls_of(limited)[0] == "UpdateItem"


def test_an_edit_over_the_limit_costs_one_write(limited: World) -> None:
    comment_id = limited.submit(author="ann").json["id"]
    while limited.edit(comment_id, f"Again {next(limited.numbers)}", author="ann").status == 202:
        pass

    calls: list[str] = []
    with watched(limited.runtime.table.client, lambda operation, _body: calls.append(operation)):
        assert limited.edit(comment_id, "Once more.", author="ann").status == 429
    assert calls == ["UpdateItem"]


def test_an_ipv6_48_has_ten_times_the_limit_of_one_network(limited: World) -> None:
    def submit(number: int) -> Response:
        return limited.submit(address=f"2001:db8:1:{number:x}::1", post=f"/{number}")

    statuses_of_one_minute = []
    for number in range(31):
        statuses_of_one_minute.append(submit(number).status)
        limited.clock.forward(seconds=1)

    assert statuses_of_one_minute == [202] * 30 + [429]
    assert limited.submit(address="2001:db8:2::1").status == 202


def test_an_ipv4_address_has_no_wider_network(limited: World) -> None:
    for number in range(31):
        assert limited.submit(address=f"203.0.113.{number}", post=f"/{number}").status == 202
        limited.clock.forward(seconds=1)
