"""Values that only the service may read: XChaCha20-Poly1305, an AEAD, over a JSON value.

The construction is the one of RFC 8439 with the longer nonce of draft-irtf-cfrg-xchacha-03, so that a random nonce is
safe for any number of values.  The tests hold it to the published vectors and to another implementation.  Why it is
written out here, and not taken from a library: docs/decisions/dependencies.md.

What is sealed is short: an e-mail address takes a quarter of a millisecond, and half of one if it is very long.
"""

import hmac
import json
from base64 import urlsafe_b64decode
from itertools import chain
from struct import pack, unpack
from typing import Any

from ..ids import base64url

NONCE_BYTES = 24
TAG_BYTES = 16
BLOCK_BYTES = 64
MAX_SEALED = 4_096  # characters
CONSTANTS = (0x61707865, 0x3320646E, 0x79622D32, 0x6B206574)  # "expand 32-byte k"
MASK = 0xFFFFFFFF
PRIME = (1 << 130) - 5
CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
ROUND = (  # four columns, then four diagonals
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)


def seal(key: bytes, *bound: str, value: object, nonce: bytes) -> str:
    """A JSON value as base64url that only ``unseal`` with the same key and the same ``bound`` texts can read.

    ``key`` is 32 bytes; ``nonce`` is 24 random bytes, new for each value, and travels with it.
    """
    data = json.dumps(value, separators=(",", ":")).encode()
    return base64url(nonce + encrypt(key, nonce, data, _associated(bound)))


def unseal(key: bytes, *bound: str, sealed: str) -> Any:  # noqa: ANN401  any JSON value
    """The value that was sealed.

    Raises:
        ValueError: not sealed with this key and for this use, or changed since.
    """
    if not sealed.isascii() or not NONCE_BYTES + TAG_BYTES < len(sealed) <= MAX_SEALED:
        raise ValueError("not a sealed value")
    whole = urlsafe_b64decode(f"{sealed}==")
    if base64url(whole) != sealed:  # base64 by itself would skip any other letter
        raise ValueError("not a sealed value")
    return json.loads(decrypt(key, whole[:NONCE_BYTES], whole[NONCE_BYTES:], _associated(bound)))


def encrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """XChaCha20-Poly1305: the ciphertext and its tag of 16 bytes.

    Raises:
        ValueError: the key is not 32 bytes or the nonce is not 24 bytes long.
    """
    subkey, short_nonce = _extended(key, nonce)
    ciphertext = _xor(subkey, short_nonce, data)
    return ciphertext + _tag(subkey, short_nonce, ciphertext, associated)


def decrypt(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """The inverse of ``encrypt``.

    Raises:
        ValueError: the tag does not fit.
    """
    subkey, short_nonce = _extended(key, nonce)
    encrypted, tag = ciphertext[:-TAG_BYTES], ciphertext[-TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(subkey, short_nonce, encrypted, associated)):
        raise ValueError("not a sealed value")
    return _xor(subkey, short_nonce, encrypted)


def _associated(bound: tuple[str, ...]) -> bytes:
    return json.dumps(bound).encode()


def _extended(key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """HChaCha20: a key of its own for the first 16 bytes of the nonce, and the rest as a nonce of 12 bytes."""
    if len(key) != 32 or len(nonce) != NONCE_BYTES:  # noqa: PLR2004  256 bits
        raise ValueError("the key has 32 bytes, the nonce 24")
    words = _rounds([*CONSTANTS, *unpack("<8I", key), *unpack("<4I", nonce[:16])])
    return pack("<8I", *words[:4], *words[12:]), bytes(4) + nonce[16:]


def _rounds(start: list[int]) -> list[int]:
    """20 rounds of ChaCha."""
    words = list(start)
    for a, b, c, d in ROUND * 10:
        w, x, y, z = words[a], words[b], words[c], words[d]
        w = (w + x) & MASK
        z ^= w
        z = (z << 16 | z >> 16) & MASK
        y = (y + z) & MASK
        x ^= y
        x = (x << 12 | x >> 20) & MASK
        w = (w + x) & MASK
        z ^= w
        z = (z << 8 | z >> 24) & MASK
        y = (y + z) & MASK
        x ^= y
        words[a], words[b], words[c], words[d] = w, (x << 7 | x >> 25) & MASK, y, z
    return words


def _block(key: bytes, nonce: bytes, counter: int) -> bytes:
    start = [*CONSTANTS, *unpack("<8I", key), counter, *unpack("<3I", nonce)]
    return pack("<16I", *((word + was) & MASK for word, was in zip(_rounds(start), start, strict=True)))


def _xor(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """The data under the key stream, which begins with block 1: its own inverse."""
    blocks = (_block(key, nonce, 1 + start // BLOCK_BYTES) for start in range(0, len(data), BLOCK_BYTES))
    return bytes(one ^ other for one, other in zip(data, chain.from_iterable(blocks), strict=False))


def _tag(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """Poly1305 over what is authenticated, under a one-time key from block 0."""
    once = _block(key, nonce, 0)
    r, s = int.from_bytes(once[:16], "little") & CLAMP, int.from_bytes(once[16:32], "little")
    message = _padded(associated) + _padded(ciphertext) + pack("<QQ", len(associated), len(ciphertext))
    sum_ = 0
    for start in range(0, len(message), 16):
        sum_ = (sum_ + int.from_bytes(message[start : start + 16] + b"\x01", "little")) * r % PRIME
    return ((sum_ + s) & (1 << 128) - 1).to_bytes(16, "little")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)
