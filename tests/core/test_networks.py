"""Networks: IPv4 by address, IPv6 by /64, stored only as hashes."""

from datetime import date

import pytest

from chalicelib.core.networks import UNKNOWN, caller_at, limit_hash, network_hash, network_of, wide_network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        (None, UNKNOWN),
        ("", UNKNOWN),
        ("203.0.113.9, 10.0.0.1", UNKNOWN),
        ("not an address", UNKNOWN),
    ],
)
def test_addresses_map_to_networks(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_limit_hashes_of_two_days_and_network_hashes_cannot_be_linked() -> None:
    hashes = {
        limit_hash(b"key", "203.0.113.9", date(2030, 1, 1)),
        limit_hash(b"key", "203.0.113.9", date(2030, 1, 2)),
        network_hash(b"key", "203.0.113.9"),
    }

    assert len(hashes) == 3
    assert not any("203" in each for each in hashes)


@pytest.mark.parametrize(
    ("address", "wide"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1::", "2001:db8:1::/48"),
        ("2001:db8:2::1", "2001:db8:2::/48"),
        ("::ffff:203.0.113.9", ""),
        ("203.0.113.9", ""),
        (None, ""),
        ("not an address", ""),
    ],
)
def test_ipv6_addresses_map_to_the_48_around_their_network(address: str | None, wide: str) -> None:
    assert wide_network_of(address) == wide


def test_the_hashes_of_a_network_and_of_the_48_around_it_differ() -> None:
    caller = caller_at(b"key", "2001:db8:1::", date(2030, 1, 1))

    assert len({caller.network, caller.wide_network, caller.limit, caller.wide_limit}) == 4
