"""What Hypothesis draws: faults, meetings, decisions; and how long it searches."""

import os
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.engine import CHECK
from tests.faults import FOR_EVER, Fault, Kind
from tests.machines.model import STATUS_BY
from tests.world import POST

POSTS = (POST, "/empty.html", "a key of its own")
PAUSES = ({"seconds": 1}, {"seconds": 5}, {"minutes": 16}, {"days": 2}, {"days": 31})
LAST_CALL = 11  # what most deeds do not reach: then no fault befalls them

Plan = tuple[Fault, ...]
Meeting = tuple[int, bool, bool]  # the call at which two meet, whether they change roles, whether a reply was lost


def single(kind: Kind, call: int, times: int) -> Plan:
    """One kind of fault."""
    return (Fault(kind, call, times),)


def lost_reply_and_then(kind: Kind, call: int) -> Plan:
    """A write whose client does not hear that it was done, however often it asks."""
    return Fault(Kind.LOST_REPLY, call), Fault(kind, call + 1, FOR_EVER)


CALLS = st.integers(0, LAST_CALL)
PLANS = st.one_of(
    st.builds(single, st.sampled_from(Kind), CALLS, st.sampled_from((1, 2, FOR_EVER))),
    st.builds(lost_reply_and_then, st.sampled_from((Kind.FAILED, Kind.CONFLICT, Kind.KILLED_BEFORE)), CALLS),
)
MEETINGS = st.tuples(CALLS, st.booleans(), st.booleans())

ANY_POST, ANY_AUTHOR = st.sampled_from(POSTS), st.sampled_from(("ann", "ben", ""))
DECISIONS = st.sampled_from(tuple(STATUS_BY))
LIMITS = st.sampled_from((1, 2, 3, 25))  # comments on a page


@dataclass(frozen=True)
class Size:
    """How long to search: (sites, deeds on each) on moto, and on the engine."""

    moto: tuple[int, int]
    engine: tuple[int, int]


SMALL, CHECKED, DEEP = Size((12, 25), (6, 20)), Size((50, 40), (20, 30)), Size((10**6, 60), (10**6, 60))


def size() -> Size:
    """By the environment."""
    if "DEEP" in os.environ:
        return DEEP
    return CHECKED if CHECK in os.environ else SMALL
