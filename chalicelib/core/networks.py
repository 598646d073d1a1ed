"""Networks: two hashes of the address, never the address."""

from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network

from .ids import keyed

UNKNOWN = "unknown"  # all requests without a readable address share one network, and its limits


def network_of(address: str | None) -> str:
    """IPv4 as it is, IPv6 by its /64; a mapped IPv4 address is that IPv4 address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)).network_address
    return str(parsed)


def network_hash(network_key: bytes, network: str) -> str:
    """On comments, until a timer removes it."""
    return keyed(network_key, "network", network)


def limit_hash(network_key: bytes, network: str, day: date) -> str:
    """In counters only: another one each day, so that days can't be joined."""
    return keyed(network_key, "limit", day.isoformat(), network)
