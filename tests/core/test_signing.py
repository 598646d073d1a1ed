"""Signed values: nobody else can make them, change them, or use them for another purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.crypto.signing import SIGNED, sign, verify

KEYS = [b"k" * 32]
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(value=VALUES, bound=st.text(max_size=20))
def test_a_signed_value_can_be_verified_and_is_the_same_each_time(value: object, bound: str) -> None:
    signed = sign(KEYS, "queue", bound, value=value)

    assert SIGNED.fullmatch(signed)
    assert verify(KEYS, "queue", bound, signed=signed) == value
    assert sign(KEYS, "queue", bound, value=value) == signed


@given(value=VALUES)
def test_a_value_signed_for_one_purpose_is_refused_for_another(value: object) -> None:
    signed = sign(KEYS, "queue", "pending", value=value)

    for bound in (("queue", "spam"), ("queue",), ("audit", "pending"), ("queue", "pending", "")):
        with pytest.raises(ValueError, match="not a value"):
            verify(KEYS, *bound, signed=signed)


def test_a_signed_value_survives_one_rotation_of_keys_and_not_two() -> None:
    signed = sign([b"1" * 32, b"2" * 32], "queue", value="x")

    assert verify([b"2" * 32, b"3" * 32], "queue", signed=signed) == "x"
    with pytest.raises(ValueError, match="not a value"):
        verify([b"3" * 32, b"4" * 32], "queue", signed=signed)
