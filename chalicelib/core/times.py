"""Times: aware UTC datetimes internally, ISO 8601 with milliseconds externally."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(number: int) -> datetime:
    """The time so many milliseconds after the beginning of 1970; the inverse of ``milliseconds``."""
    return EPOCH + timedelta(milliseconds=number)


def seconds(time: datetime) -> int:
    """Whole seconds since 1970, rounded down."""
    return (time - EPOCH) // timedelta(seconds=1)


def iso(time: datetime) -> str:
    """A time as ISO 8601 with milliseconds, such as ``2026-11-23T18:04:05.678Z``."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


from_iso = datetime.fromisoformat  # the inverse of ``iso``


def months(first: datetime, last: datetime) -> Iterator[datetime]:
    """The first day of each month, from the first month to the last."""
    month = first.replace(day=1)
    while (month.year, month.month) <= (last.year, last.month):
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
