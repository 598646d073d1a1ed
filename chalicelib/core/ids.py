"""Identifiers: ULIDs for order, derived ids for comments, base64url throughout."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from .times import EPOCH, iso, milliseconds

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: sorts as its value does
ULID_ENTROPY = 10  # bytes
LATEST = (1 << 48) - 1  # milliseconds: all that a ULID holds

ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits: comments, author keys, idempotency keys
HASH = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits: authors
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def base64url(data: bytes) -> str:
    """Without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def ulid(time: datetime, entropy: bytes) -> str:
    """26 characters that sort by time; ``entropy`` is 10 random bytes.  A time before 1970 counts as 1970."""
    value = min(max(milliseconds(time), 0), LATEST) << 80 | int.from_bytes(entropy[:ULID_ENTROPY])
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def first_ulid(time: datetime) -> str:
    """The least of a millisecond: what is below it is older."""
    return ulid(time, bytes(ULID_ENTROPY))


def ulid_milliseconds(text: str) -> int:
    """The time inside a ULID, in milliseconds since 1970."""
    value = 0
    for letter in text[:10]:
        value = value << 5 | ALPHABET.index(letter)
    return value


def ulid_iso(text: str) -> str:
    """The time inside a ULID, as ISO 8601."""
    return iso(EPOCH + timedelta(milliseconds=ulid_milliseconds(text)))


def keyed(key: bytes, *parts: str, size: int = 16) -> str:
    """``size`` bytes of HMAC-SHA-256 over length-prefixed parts, so that no two lists of parts collide."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(4) + data)
    return base64url(digest.digest()[:size])


def comment_id(identity_key: bytes, post: str, author: str, idempotency_key: str) -> str:
    """The same submission has the same id, for ever.  ``author`` is the author key's hash, or nothing."""
    return keyed(identity_key, "comment", post, author, idempotency_key)


def sha256(text: str) -> str:
    """43 base64url characters."""
    return base64url(hashlib.sha256(text.encode()).digest())
