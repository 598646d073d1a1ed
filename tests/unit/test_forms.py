"""Forms: what a token tells, and the work that is done for one."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.crypto.form_tokens import MAX_WRITING, Form, form_of, form_token, is_done, zero_bits

KEYS = [b"k" * 32]
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 256))
def test_zero_bits_are_counted_from_the_first_bit_on(digest: bytes, zeros: int) -> None:
    cut = (int.from_bytes(digest) >> zeros).to_bytes(32)

    written = "".join(f"{byte:08b}" for byte in cut)

    assert zero_bits(cut) == len(written) - len(written.lstrip("0"))
    assert zero_bits(cut) >= zeros


def test_zero_bits_of_well_known_digests() -> None:
    assert [zero_bits(digest) for digest in (b"\xff", b"\x7f", b"\x01", b"\x00\x80", b"\x00" * 32)] == [0, 1, 7, 8, 256]


@given(work=st.from_regex("[A-Za-z0-9_-]{1,32}", fullmatch=True), bits=st.integers(0, 22))
def test_work_is_done_where_the_hash_of_all_three_begins_with_zeros(work: str, bits: int) -> None:
    first = int.from_bytes(hashlib.sha256(f"token:key:{work}".encode()).digest()[:4])

    assert is_done(bits, "token", "key", work) == (first < 2 ** (32 - bits))


def test_nothing_is_no_work() -> None:
    assert not is_done(0, "token", "key", "")


@pytest.mark.parametrize("author", [None, "", "a" * 43], ids=["no work", "nobody", "somebody"])
def test_a_form_comes_back_as_it_was_for_a_day_and_for_its_post(author: str | None) -> None:
    form = Form(NOW, author)
    token = form_token(KEYS, "/a", form)
    end = NOW + timedelta(seconds=MAX_WRITING)

    assert form_of(KEYS, "/a", token, NOW) == form_of(KEYS, "/a", token, end) == form
    assert form_of(KEYS, "/b", token, NOW) is None
    assert form_of(KEYS, "/a", token, end + timedelta(seconds=1)) is None
    assert form_of(KEYS, "/a", token, NOW - timedelta(seconds=1)) is None
