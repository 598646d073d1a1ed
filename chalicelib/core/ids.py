"""Identifiers: ULIDs where order matters, derived ids for comments.  Bytes are written as base64url."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime

from .times import from_milliseconds, iso, milliseconds

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: sorts like the value
TO_BASE_32 = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # the digits that int() reads
ULID_ENTROPY = 10  # bytes
LATEST = (1 << 48) - 1  # milliseconds: the last time that a ULID can hold

ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits: comments, author keys, idempotency keys
HASH = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits: authors
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def base64url(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def ulid(time: datetime, entropy: bytes) -> str:
    """A ULID: 26 characters that sort by time.  ``entropy`` is 10 random bytes; times before 1970 count as 1970."""
    value = min(max(milliseconds(time), 0), LATEST) << 80 | int.from_bytes(entropy[:ULID_ENTROPY])
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def first_ulid(time: datetime) -> str:
    """The smallest ULID of this millisecond; all smaller ULIDs are older."""
    return ulid(time, bytes(ULID_ENTROPY))


def ulid_milliseconds(text: str) -> int:
    """The time of a ULID in milliseconds since 1970."""
    return int(text[:10].translate(TO_BASE_32), 32)


def ulid_iso(text: str) -> str:
    """The time of a ULID as ISO 8601."""
    return iso(from_milliseconds(ulid_milliseconds(text)))


def keyed(key: bytes, *parts: str, size: int = 16) -> str:
    """A keyed hash: ``size`` bytes of HMAC-SHA-256.  The parts are length-prefixed, so that no two lists collide."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(4) + data)
    return urlsafe_b64encode(digest.digest()[:size]).rstrip(b"=").decode()


def comment_id(identity_key: bytes, post: str, author: str, idempotency_key: str) -> str:
    """The id of a comment, always the same for the same submission.  ``author`` is the author's hash, or empty."""
    return keyed(identity_key, "comment", post, author, idempotency_key)


def sha256(text: str) -> str:
    """The SHA-256 of a text as 43 base64url characters."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
