"""Sealing is XChaCha20-Poly1305: the published vectors, another implementation, and what must be refused."""

import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.crypto import sealing
from chalicelib.core.crypto.sealing import NONCE_BYTES, decrypt, encrypt, seal, unseal

KEY = bytes(range(0x80, 0xA0))
SUNSCREEN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip "
    b"for the future, sunscreen would be it."
)
ASSOCIATED = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")


def test_the_published_vector_of_xchacha20_poly1305() -> None:
    """draft-irtf-cfrg-xchacha-03, A.3.1."""
    nonce = bytes.fromhex("404142434445464748494a4b4c4d4e4f5051525354555657")
    expected = bytes.fromhex(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52e"
        "c0875924c1c7987947deafd8780acf49"
    )

    assert encrypt(KEY, nonce, SUNSCREEN, ASSOCIATED) == expected
    assert decrypt(KEY, nonce, expected, ASSOCIATED) == SUNSCREEN


def test_the_published_vector_of_hchacha20() -> None:
    """draft-irtf-cfrg-xchacha-03, 2.2.1."""
    key, nonce = bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927") + bytes(8)

    subkey, rest = sealing._extended(key, nonce)  # noqa: SLF001  the vector is of this step

    assert subkey == bytes.fromhex("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc")
    assert rest == bytes(12)


@given(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=24, max_size=24),
    st.binary(max_size=300),
    st.binary(max_size=40),
)
def test_another_implementation_agrees(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> None:
    subkey, short = sealing._extended(key, nonce)  # noqa: SLF001  from here on it is RFC 8439

    theirs = ChaCha20Poly1305(subkey).encrypt(short, data, associated)

    assert encrypt(key, nonce, data, associated) == theirs


@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner, max_size=3)))
def test_what_was_sealed_is_read_again(value: object) -> None:
    sealed = seal(KEY, "address", "s1", value=value, nonce=bytes(NONCE_BYTES))

    assert unseal(KEY, "address", "s1", sealed=sealed) == value


def test_the_same_value_looks_different_each_time() -> None:
    one, other = (seal(KEY, value="ada@blog.example", nonce=bytes([each] * NONCE_BYTES)) for each in (1, 2))

    assert one != other
    assert "ada" not in one


@pytest.mark.parametrize("at", range(0, 90, 7))
def test_a_changed_letter_is_refused(at: int) -> None:
    sealed = seal(KEY, "address", value="ada@blog.example, and some more", nonce=bytes(NONCE_BYTES))
    at %= len(sealed)
    changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]

    with pytest.raises(ValueError, match="not a sealed value"):
        unseal(KEY, "address", sealed=changed)


@pytest.mark.parametrize(
    ("key", "bound"),
    [(bytes(32), ("address", "s1")), (KEY, ("address", "s2")), (KEY, ("address",)), (KEY, ("address", "s", "1"))],
    ids=["another key", "of another", "of none", "other parts"],
)
def test_another_key_or_another_use_is_refused(key: bytes, bound: tuple[str, ...]) -> None:
    sealed = seal(KEY, "address", "s1", value="ada@blog.example", nonce=bytes(NONCE_BYTES))

    with pytest.raises(ValueError, match="not a sealed value"):
        unseal(key, *bound, sealed=sealed)


@pytest.mark.parametrize("sealed", ["", "A", "A" * 40, "é" * 80, "A" * 5_000, "A" * 80 + "!", "A" * 80 + "="])
def test_what_was_never_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(ValueError, match="not a sealed value"):
        unseal(KEY, sealed=sealed)


def test_the_nonce_and_the_key_have_their_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        encrypt(KEY[:31], bytes(24), b"", b"")
    with pytest.raises(ValueError, match="24"):
        encrypt(KEY, bytes(12), json.dumps("x").encode(), b"")
