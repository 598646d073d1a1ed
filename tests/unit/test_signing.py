"""What strangers bring back: sealed values can't be read, changed, or used elsewhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.crypto.signing import seal, sign, unseal
from chalicelib.core.ids import base64url

KEYS = [b"k" * 32]
PLACES = st.tuples(st.text(max_size=200), st.booleans(), st.integers(-500, 500))


@given(place=PLACES, bound=st.text(max_size=20))
def test_what_was_sealed_comes_back_and_looks_the_same_each_time(place: tuple[str, bool, int], bound: str) -> None:
    sealed = seal(KEYS, "comments", bound, value=place)

    assert unseal(KEYS, "comments", bound, sealed=sealed) == list(place)
    assert seal(KEYS, "comments", bound, value=place) == sealed


@given(place=PLACES)
def test_two_queries_with_the_same_value_do_not_look_the_same(place: tuple[str, bool, int]) -> None:
    one, other = (seal(KEYS, "comments", post, value=place) for post in ("/a", "/b"))

    assert one.rpartition(".")[0] != other.rpartition(".")[0]
    with pytest.raises(ValueError, match="not a value"):
        unseal(KEYS, "comments", "/b", sealed=one)


def test_a_sealed_value_survives_one_rotation_of_keys_and_not_two() -> None:
    sealed = seal([b"1" * 32, b"2" * 32], "comments", value="x")

    assert unseal([b"2" * 32, b"3" * 32], "comments", sealed=sealed) == "x"
    with pytest.raises(ValueError, match="not a value"):
        unseal([b"3" * 32, b"4" * 32], "comments", sealed=sealed)


@pytest.mark.parametrize("value", [None, 5, ["x"], "", "x", base64url(bytes(16)), base64url(bytes(40)), "!", "a"])
def test_what_is_signed_and_not_sealed_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"sealed|padding|base64|ascii"):
        unseal(KEYS, "comments", sealed=sign(KEYS, "comments", value=value))


def test_what_a_sealed_value_says_is_not_in_it() -> None:
    ulid = "01Q3EHNRK4992DR59P882AG3Z8"

    sealed = seal(KEYS, "comments", value=[ulid, False, 0])

    for part in (ulid, json.dumps([ulid, False, 0])):
        for shift in range(3):
            assert base64url(b" " * shift + part.encode())[4:-4] not in sealed
