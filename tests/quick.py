"""Makes deep calls quick, and with them most tests.

CPython 3.11 keeps frames in chunks of 16 KiB and gives a chunk back to the system as soon as the call that
needed it returns: a loop that happens to call across a chunk's end asks the system for memory at every turn.
Through Chalice, botocore and moto that takes two thirds of the time.  Below one function that claims to need
a large stack, all frames lie in its one large chunk.
"""

from collections.abc import Callable

import pytest

ROOM = 17_000  # slots: 8 bytes each, of a chunk that holds twice as many


def with_room(call: Callable[[], None]) -> None:
    """Call, with a large chunk for all frames below."""
    call()


with_room.__code__ = with_room.__code__.replace(co_stacksize=ROOM)


def pytest_configure() -> None:
    """Run every test so."""
    plain = pytest.Function.runtest

    def runtest(self: pytest.Function) -> None:
        with_room(lambda: plain(self))

    pytest.Function.runtest = runtest  # type: ignore[method-assign]
