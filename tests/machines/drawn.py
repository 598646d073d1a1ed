"""What Hypothesis draws: faults, meetings, decisions; and how long it searches."""

import os
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.faults import FOR_EVER, STORED, Fault, Kind, Moment
from tests.machines.model import STATUS_BY
from tests.thorough import CHECK
from tests.world import POST

POSTS = (POST, "/empty.html", "a key of its own")
PAUSES = ({"seconds": 1}, {"seconds": 5}, {"minutes": 16}, {"days": 2}, {"days": 31})

Plan = tuple[Fault, ...]


@dataclass(frozen=True)
class Meeting:
    """When one deed is done in the midst of another, and whether they change roles.

    ``lost``: it is before a second try, because the reply to the first was lost.
    """

    moment: Moment
    swapped: bool
    lost: bool


def single(kind: Kind, moment: Moment, times: int) -> Plan:
    """One kind of fault."""
    return (Fault(kind, moment, times),)


def lost_reply_and_then(kind: Kind, moment: Moment) -> Plan:
    """A write whose client does not hear that it was done, however often it asks."""
    return Fault(Kind.LOST_REPLY, moment), Fault(kind, replace(moment, call=moment.call + 1), FOR_EVER)


MOMENTS = st.one_of(
    st.builds(Moment, st.integers(0, 8)),
    st.builds(Moment, st.integers(0, 2), st.just(STORED)),
)
PLANS = st.one_of(
    st.builds(single, st.sampled_from(Kind), MOMENTS, st.sampled_from((1, 2, FOR_EVER))),
    st.builds(lost_reply_and_then, st.sampled_from((Kind.FAILED, Kind.CONFLICT, Kind.KILLED_BEFORE)), MOMENTS),
)
MEETINGS = st.builds(Meeting, MOMENTS, st.booleans(), st.booleans())

AUTHORS = ("ann", "ben", "cyd", "dan", "eve")
ANY_POST, ANY_AUTHOR = st.sampled_from(POSTS), st.sampled_from(("ann", "ben", ""))
READERS = st.sampled_from(AUTHORS)
ADDRESSES = st.sampled_from(("203.0.113.7", "203.0.113.7", "203.0.113.7", "198.51.100.1"))
VOTES = st.sampled_from((1, 1, -1, 0))
HOLDS = st.sampled_from(("always", "new_authors", "posts_older_than", "never", "never"))
BOOLEANS, NUMBERS = st.booleans(), st.integers(0, 7)
SOMEBODY = st.sampled_from(("", "", "", "ann", "ben"))  # the author, mostly; or whoever it is
BACK = st.sampled_from((0, 0, 0, 1, 2))  # how many changes ago a moderator looked
MODERATOR = st.integers(0, 1)
DECISIONS = st.sampled_from(tuple(STATUS_BY))
LIMITS = st.sampled_from((1, 2, 3, 25))  # comments on a page


@dataclass(frozen=True)
class Size:
    """How long to search: (sites, deeds on each) on moto, and on the engine."""

    moto: tuple[int, int]
    engine: tuple[int, int]


SMALL, CHECKED, DEEP = Size((4, 25), (4, 20)), Size((30, 32), (20, 30)), Size((10**6, 60), (10**6, 60))


def size() -> Size:
    """By the environment."""
    if "DEEP" in os.environ:
        return DEEP
    return CHECKED if CHECK in os.environ else SMALL
