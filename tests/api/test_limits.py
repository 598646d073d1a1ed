"""Limits: exact, per network, per post and per site, and never in the way of a repeat."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.world import Reply, World, new_world, shared_client

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


def statuses(replies: list[Reply]) -> list[int]:
    return [reply.status for reply in replies]


def test_a_network_submits_three_a_minute_then_waits_for_the_next(limited: World) -> None:
    replies = [limited.submit() for _ in range(4)]

    assert statuses(replies) == [202, 202, 202, 429]
    assert replies[-1].json["code"] == "too_many_requests"
    assert replies[-1].headers["Retry-After"] == str(replies[-1].json["retry_after"]) == "60"
    limited.clock.forward(seconds=replies[-1].json["retry_after"])
    assert limited.submit().status == 202


def test_a_network_submits_five_a_day_then_waits_for_the_next(limited: World) -> None:
    for _ in range(5):
        assert limited.submit().status == 202
        limited.clock.forward(minutes=1)

    refused = limited.submit()

    assert refused.status == 429
    limited.clock.forward(seconds=refused.json["retry_after"])
    assert limited.submit().status == 202


@pytest.mark.parametrize("spoofed", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_another_address_in_a_header_changes_nothing(limited: World, spoofed: str) -> None:
    replies = [limited.submit(headers={spoofed: f"198.51.100.{number}"}) for number in range(4)]

    assert statuses(replies) == [202, 202, 202, 429]


def test_one_ipv6_network_counts_as_one_whatever_its_last_half(limited: World) -> None:
    replies = [limited.submit(address=f"2001:db8:1:2::{number}") for number in range(1, 5)]

    assert statuses(replies) == [202, 202, 202, 429]


def test_a_post_takes_four_a_second_from_all_networks_together(limited: World) -> None:
    replies = [limited.submit(address=f"198.51.100.{number}") for number in range(5)]

    assert statuses(replies) == [202, 202, 202, 202, 429]
    assert replies[-1].headers["Retry-After"] == "1"


def test_the_site_takes_six_a_second_over_all_posts(limited: World) -> None:
    replies = [limited.submit(address=f"198.51.100.{number}", post=f"/{number}") for number in range(7)]

    assert statuses(replies) == [202] * 6 + [429]


def test_a_repeat_is_answered_whatever_the_limits_say(limited: World) -> None:
    first = limited.submit(key="once")
    while limited.submit().status == 202:
        pass

    again = limited.submit(key="once")

    assert (again.status, again.json["id"]) == (202, first.json["id"])


def test_previews_and_edits_have_limits_of_their_own(limited: World) -> None:
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
