"""Makes deep calls faster, and with them most tests.

CPython 3.11 keeps frames in chunks of 16 KiB and gives a chunk back to the system as soon as the call that
needed it returns: a loop that happens to call across a chunk's end asks the system for memory at every turn.
Through Chalice, botocore and moto that takes two thirds of the time.  Below one function that claims to need
a large stack, all frames lie in its one large chunk.
"""

from collections.abc import Callable

import pytest

STACK_SLOTS = 17_000  # slots: 8 bytes each, of a chunk that holds twice as many


def with_large_stack(call: Callable[[], None]) -> None:
    """Call, with a large chunk for all frames below."""
    call()


with_large_stack.__code__ = with_large_stack.__code__.replace(co_stacksize=STACK_SLOTS)


def pytest_configure() -> None:
    """Run every test so."""
    plain = pytest.Function.runtest

    def runtest(self: pytest.Function) -> None:
        with_large_stack(lambda: plain(self))

    pytest.Function.runtest = runtest  # type: ignore[method-assign]
