"""Retries of operations whose data was changed by another write in between.

``Table.write`` repeats a write that met a conflict of transactions, because its conditions may still hold.  Here a
condition has failed: the operation has to read again, and to decide again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Never, TypeVar

from ..core.errors import ChangedMeanwhile, Unavailable

RETRIES = 8  # attempts of one operation

S = TypeVar("S")
T = TypeVar("T")


class TryAgain(Exception):  # noqa: N818  not an error
    """A write of an operation met a change that came after the operation's reads."""


def unavailable() -> Never:
    """The default end of an operation whose data changed during every attempt."""
    raise Unavailable(why={"operation": "retry", "aws": "changed during every attempt", "tries": RETRIES})


def retry(
    operation: Callable[[], T],
    *,
    on: tuple[type[Exception], ...] = (ChangedMeanwhile,),
    otherwise: Callable[[], T] = unavailable,
) -> T:
    """Run an operation, and run it again whenever its data changed between its reads and its write.

    ``on``: the exceptions that say so.  ``otherwise``: what to do if every attempt ended with one of them.

    Raises:
        Unavailable: the data changed during every attempt, by default.
    """
    for _ in range(RETRIES):
        try:
            return operation()
        except on:
            continue
    return otherwise()


@contextmanager
def trying_again_on(*exceptions: type[Exception]) -> Iterator[None]:
    """Raise ``TryAgain`` for these exceptions of a write, in an operation whose reads may raise them for good."""
    try:
        yield
    except exceptions as error:
        raise TryAgain from error


def known_at_first(value: S, read: Callable[[], T]) -> Callable[[], S | T]:
    """A function that returns ``value`` to the first attempt, and reads it again for each further one."""
    values: Iterator[S | T] = chain([value], iter(read, object()))
    return partial(next, values)
