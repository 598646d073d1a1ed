"""Ids: ULIDs for order, keyed hashes for identity."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.ids import ID, ULID, comment_id, keyed, ulid, ulid_milliseconds
from chalicelib.core.times import EPOCH, from_iso, iso, milliseconds

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  a bound
ENTROPY = st.binary(min_size=10, max_size=10)


@given(TIMES, ENTROPY)
def test_a_ulid_encodes_its_time_to_the_millisecond(time: datetime, entropy: bytes) -> None:
    made = ulid(time, entropy)

    assert ULID.fullmatch(made)
    assert ulid_milliseconds(made) == milliseconds(time)


@given(TIMES, ENTROPY, ENTROPY, st.integers(1, 10**6))
def test_ulids_sort_by_time_whatever_their_entropy(time: datetime, one: bytes, other: bytes, later: int) -> None:
    assert ulid(time, one) < ulid(time + timedelta(milliseconds=later), other)


def test_a_ulid_of_a_time_before_1970_is_clamped() -> None:
    assert ulid_milliseconds(ulid(EPOCH - timedelta(days=365), bytes(10))) == 0


@given(TIMES)
def test_times_survive_a_round_trip_through_text(time: datetime) -> None:
    assert milliseconds(from_iso(iso(time))) == milliseconds(time)


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_different_lists_of_parts_have_different_keyed_hashes(one: list[str], other: list[str]) -> None:
    assert (keyed(b"key", *one) == keyed(b"key", *other)) == (one == other)


def test_a_comments_id_depends_on_post_author_and_idempotency_key() -> None:
    same = {comment_id(b"k", "/a", "author", "once") for _ in range(3)}
    others = {
        comment_id(b"other", "/a", "author", "once"),
        comment_id(b"k", "/b", "author", "once"),
        comment_id(b"k", "/a", "", "once"),
        comment_id(b"k", "/a", "author", "again"),
    }

    assert len(same) == 1
    assert len(same | others) == 5
    assert all(ID.fullmatch(each) for each in same | others)
