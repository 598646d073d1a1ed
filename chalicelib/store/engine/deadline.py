"""The deadline of a request: after it no call to the table begins, and no attempt is repeated."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Stopwatch = Callable[[], float]  # counts seconds


_limit: ContextVar[tuple[Stopwatch, float] | None] = ContextVar("limit", default=None)  # and when it ends


class OutOfTimeError(Exception):
    """The deadline passed before a call to the table could begin."""


@contextmanager
def time_limit(stopwatch: Stopwatch, seconds: float) -> Iterator[None]:
    """Limit the time for calls to the table within the block."""
    token = _limit.set((stopwatch, stopwatch() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def is_over(after: float = 0.0) -> bool:
    """Whether the deadline, if there is one, will have passed in ``after`` seconds."""
    limit = _limit.get()
    return limit is not None and limit[0]() + after > limit[1]


def check_deadline(**_event: object) -> None:
    """Stop a call after the deadline; the SDK calls it before each attempt."""
    limit = _limit.get()
    if limit and limit[0]() > limit[1]:
        raise OutOfTimeError
