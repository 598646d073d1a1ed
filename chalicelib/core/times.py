"""Times: aware UTC datetimes inside, ISO 8601 with milliseconds outside."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def seconds(time: datetime) -> int:
    """Whole seconds since 1970, rounded down."""
    return (time - EPOCH) // timedelta(seconds=1)


def iso(time: datetime) -> str:
    """``2026-11-23T18:04:05.678Z``."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The inverse of ``iso``."""
    return datetime.fromisoformat(text)
