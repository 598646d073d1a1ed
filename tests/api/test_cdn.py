"""Behind CloudFront: only our own distribution is trusted to name the caller's address."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.api.http.request import parse_event
from chalicelib.core.crypto.keys import Keys
from tests.support.world import SECRET, World, new_world, rest_event, shared_client

EDGE, READER = "64.252.66.9", "203.0.113.7"
KEY = Keys(SECRET).edge[-1]
KEYS = [KEY]


@pytest.fixture
def limited() -> Iterator[World]:
    """A service with a limit of two submissions a minute per network."""
    with mock_aws():
        world = new_world(shared_client(), limit_minute=2)
        with world.open():
            yield world


def passed_on(viewer: str, key: str = KEY) -> dict[str, str]:
    """The headers that the CDN adds to a request."""
    return {"Afterword-Edge": key, "CloudFront-Viewer-Address": viewer}


def address(headers: dict[str, str]) -> str | None:
    request = parse_event(rest_event("GET", "/healthz", headers=headers, address=EDGE))
    assert request
    return request.address_by(KEYS)


@pytest.mark.parametrize(
    ("viewer", "meant"),
    [
        ("203.0.113.7:46532", "203.0.113.7"),
        ("2001:db8:1:2::7:46532", "2001:db8:1:2::7"),
        ("[2001:db8:1:2::7]:46532", "2001:db8:1:2::7"),
    ],
    ids=["IPv4", "IPv6", "IPv6 in brackets"],
)
def test_the_distribution_provides_the_callers_address(viewer: str, meant: str) -> None:
    assert address(passed_on(viewer)) == meant


@pytest.mark.parametrize(
    "headers",
    [
        {"CloudFront-Viewer-Address": f"{READER}:1"},
        passed_on(f"{READER}:1", key=""),
        passed_on(f"{READER}:1", key=KEY[:-1]),
        passed_on(f"{READER}:1", key=Keys(SECRET + "!").edge[-1]),
        passed_on(f"{READER}:1", key="ключ"),
        passed_on(f"{READER}:1", key="\ud800"),
        {"Afterword-Edge": KEY},
        {"X-Forwarded-For": READER, "Forwarded": f"for={READER}", "True-Client-IP": READER},
    ],
    ids=["no key", "empty key", "part of it", "another stage's", "Cyrillic", "half a character", "no viewer", "others"],
)
def test_without_the_key_the_callers_address_is_the_gateways(headers: dict[str, str]) -> None:
    assert address(headers) == EDGE


@given(st.text(), st.text())
def test_a_wrong_key_does_not_change_the_callers_address(key: str, viewer: str) -> None:
    assert address(passed_on(viewer, key)) == EDGE


@pytest.mark.parametrize("name", ["Afterword-Edge", "CloudFront-Viewer-Address"])
def test_a_duplicate_header_is_not_trusted(name: str) -> None:
    event = rest_event("GET", "/healthz", headers=passed_on(f"{READER}:1"), address=EDGE)
    event["multiValueHeaders"][name] *= 2
    request = parse_event(event)

    assert request
    assert request.address_by(KEYS) == EDGE


def test_readers_behind_one_cdn_node_have_their_own_limits(limited: World) -> None:
    def submit(viewer: str) -> int:
        return limited.submit(headers=passed_on(viewer), address=EDGE).status

    assert [submit(f"203.0.113.1:{port}") for port in (1, 2, 3)] == [202, 202, 429]
    assert submit("203.0.113.2:1") == 202


def test_a_reader_has_one_limit_through_the_cdn_and_past_it(limited: World) -> None:
    through = [limited.submit(headers=passed_on(f"{READER}:1"), address=EDGE).status for _ in range(2)]

    assert [*through, limited.submit(address=READER).status] == [202, 202, 429]


def test_a_direct_caller_cannot_escape_limits_by_forging_addresses(limited: World) -> None:
    found = [
        limited.submit(headers=passed_on(f"198.51.100.{number}:1", key="A" * 43), address=READER).status
        for number in range(3)
    ]

    assert found == [202, 202, 429]


def test_the_previous_key_is_still_accepted() -> None:
    before, now, later = (Keys(SECRET, generation=number) for number in (1, 2, 3))
    request = parse_event(
        rest_event("GET", "/healthz", headers=passed_on(f"{READER}:1", before.edge[-1]), address=EDGE)
    )

    assert request
    assert request.address_by(now.edge) == READER
    assert request.address_by(later.edge) == EDGE
