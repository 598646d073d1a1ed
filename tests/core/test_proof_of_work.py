"""Proof of work: which proofs are accepted."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.crypto.proof_of_work import is_valid_proof, leading_zero_bits


@given(st.binary(min_size=32, max_size=32), st.integers(0, 256))
def test_zero_bits_are_counted_from_the_first_bit(digest: bytes, zeros: int) -> None:
    cut = (int.from_bytes(digest) >> zeros).to_bytes(32)

    binary = "".join(f"{byte:08b}" for byte in cut)

    assert leading_zero_bits(cut) == len(binary) - len(binary.lstrip("0"))
    assert leading_zero_bits(cut) >= zeros


def test_leading_zero_bits_of_known_digests() -> None:
    digests = (b"\xff", b"\x7f", b"\x01", b"\x00\x80", b"\x00" * 32)

    assert [leading_zero_bits(digest) for digest in digests] == [0, 1, 7, 8, 256]


@given(work=st.from_regex("[A-Za-z0-9_-]{1,32}", fullmatch=True), bits=st.integers(0, 22))
def test_a_proof_is_valid_if_the_hash_of_all_three_parts_begins_with_enough_zeros(work: str, bits: int) -> None:
    first = int.from_bytes(hashlib.sha256(f"token:key:{work}".encode()).digest()[:4])

    assert is_valid_proof(bits, "token", "key", work) == (first < 2 ** (32 - bits))


def test_an_empty_proof_is_never_valid() -> None:
    assert not is_valid_proof(0, "token", "key", "")
