"""Networks: hashes that stand for IP addresses, which are never stored."""

from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network

from .comments import Caller
from .ids import keyed

UNKNOWN = "unknown"  # all requests without a valid address share one network and its limits


def network_of(address: str | None) -> str:
    """The network of an address: an IPv4 address itself (mapped ones included), or the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)).network_address
    return str(parsed)


def wide_network_of(address: str | None) -> str:
    """The /48 of an IPv6 address, which one customer of a provider may have; empty for all other addresses."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address) or parsed.ipv4_mapped:
        return ""
    return str(ip_network((int(parsed) >> 80 << 80, 48)))


def network_hash(network_key: bytes, network: str) -> str:
    """The hash that is stored with comments until maintenance removes it."""
    return keyed(network_key, "network", network)


def caller_at(network_key: bytes, address: str | None, day: date) -> Caller:
    """The caller at an address, without an author key."""
    network, wide = network_of(address), wide_network_of(address)
    return Caller(
        network=network_hash(network_key, network),
        limit=limit_hash(network_key, network, day),
        wide_network=network_hash(network_key, wide) if wide else "",
        wide_limit=limit_hash(network_key, wide, day) if wide else "",
    )


def limit_hash(network_key: bytes, network: str, day: date) -> str:
    """The hash that is used in counters.  It changes every day, so that days can't be linked."""
    return keyed(network_key, "limit", day.isoformat(), network)
