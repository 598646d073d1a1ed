"""Hypothesis strategies for faults, interleavings and decisions, and the size of the search."""

import os
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.support.faults import ALWAYS, STORE_OPERATIONS, UNREADABLE, Fault, FaultKind, Moment
from tests.support.model import STATUS_BY
from tests.support.slow import CHECK
from tests.support.world import POST

POSTS = (POST, "/empty.html", "a key of its own")
PAUSES = ({"seconds": 1}, {"seconds": 5}, {"minutes": 16}, {"days": 2}, {"days": 31})

Plan = tuple[Fault, ...]


@dataclass(frozen=True)
class Interleaving:
    """When one operation runs in the middle of another, and whether they swap roles.

    ``lost``: it is before a second try, because the reply to the first was lost.
    """

    moment: Moment
    swapped: bool
    lost: bool


ANSWERED = [kind for kind in FaultKind if kind not in UNREADABLE]


def single_fault(kind: FaultKind, moment: Moment, times: int) -> Plan:
    """A plan with one kind of fault."""
    return (Fault(kind, moment, times),)


def lost_reply_then(kind: FaultKind, moment: Moment) -> Plan:
    """A write whose response is lost, followed by faults on every retry."""
    return Fault(FaultKind.LOST_REPLY, moment), Fault(kind, replace(moment, call=moment.call + 1), ALWAYS)


MOMENTS = st.one_of(
    st.builds(Moment, st.integers(0, 8)),
    st.builds(Moment, st.integers(0, 2), st.just(STORE_OPERATIONS)),
)
PLANS = st.one_of(
    st.builds(single_fault, st.sampled_from(ANSWERED), MOMENTS, st.sampled_from((1, 2, ALWAYS))),
    st.builds(
        lost_reply_then, st.sampled_from((FaultKind.FAILED, FaultKind.CONFLICT, FaultKind.KILLED_BEFORE)), MOMENTS
    ),
)
INTERLEAVINGS = st.builds(Interleaving, MOMENTS, st.booleans(), st.booleans())

AUTHORS = ("ann", "ben", "cyd", "dan", "eve")
ANY_POST, ANY_AUTHOR = st.sampled_from(POSTS), st.sampled_from(("ann", "ben", ""))
READERS = st.sampled_from(AUTHORS)
ADDRESSES = st.sampled_from(("203.0.113.7", "203.0.113.7", "203.0.113.7", "198.51.100.1"))
VOTES = st.sampled_from((1, 1, -1, 0))
SWITCH = st.fixed_dictionaries({"active": st.booleans()})
POLICY_CHANGES = st.fixed_dictionaries(  # what a request may change of the policy; rules and settings may be left out
    {},
    optional={
        "every_comment": st.fixed_dictionaries({"active": st.sampled_from((True, False, False))}),
        "new_author": st.fixed_dictionaries({}, optional={"active": st.booleans(), "approvals": st.integers(1, 2)}),
        "old_post": st.fixed_dictionaries({}, optional={"active": st.booleans(), "days": st.sampled_from((1, 14))}),
        "links": SWITCH,
        "honeypot": SWITCH,
    },
)
BOOLEANS, NUMBERS = st.booleans(), st.integers(0, 7)
CALLERS = st.sampled_from(("", "", "", "ann", "ben"))  # the author, mostly; or whoever it is
VERSIONS_BACK = st.sampled_from((0, 0, 0, 1, 2))  # how many changes ago a moderator looked
MODERATOR = st.integers(0, 1)
DECISIONS = st.sampled_from(tuple(STATUS_BY))
LIMITS = st.sampled_from((1, 2, 3, 25))  # comments on a page


@dataclass(frozen=True)
class Size:
    """How long to search: (sites, operations on each) on moto, and on the engine."""

    moto: tuple[int, int]
    engine: tuple[int, int]


SMALL, CHECKED, DEEP = Size((4, 25), (4, 20)), Size((30, 32), (20, 30)), Size((10**6, 60), (10**6, 60))


def size() -> Size:
    """The size of the search, from the environment."""
    if "DEEP" in os.environ:
        return DEEP
    return CHECKED if CHECK in os.environ else SMALL
