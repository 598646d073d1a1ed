"""Signed values that come back from strangers: cursors and form tokens.

itsdangerous signs them; its salt carries the purpose and everything that the value is bound to, so
that a cursor of another post or another route simply has a wrong signature.  What a reader must not
know, such as when a removed comment was submitted, is sealed: docs/decisions/cursors.md.
"""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..ids import base64url

if TYPE_CHECKING:
    from itsdangerous import URLSafeSerializer

NONCE = 16  # bytes
MAX_SIGNED = 2_048  # characters
SIGNED = re.compile(r"\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")  # base64 by itself would skip any other letter


def _serializer(keys: Sequence[bytes], purpose: str, bound: Sequence[str]) -> "URLSafeSerializer":
    from itsdangerous import URLSafeSerializer  # noqa: PLC0415  a first page needs no signature

    salt = json.dumps([purpose, *bound])
    return URLSafeSerializer(list(keys), salt=salt, signer_kwargs={"digest_method": hashlib.sha256})


def sign(keys: Sequence[bytes], purpose: str, *bound: str, value: object) -> str:
    """Sign a JSON value for one purpose."""
    signed = _serializer(keys, purpose, bound).dumps(value)
    return signed if isinstance(signed, str) else signed.decode()


def verify(keys: Sequence[bytes], purpose: str, *bound: str, signed: str) -> Any:  # noqa: ANN401  any JSON value
    """The value that was signed.

    Raises:
        ValueError: not signed by us, or for something else.
    """
    from itsdangerous import BadData  # noqa: PLC0415

    if len(signed) > MAX_SIGNED or not SIGNED.fullmatch(signed):
        raise ValueError("not a signed value")
    try:
        return _serializer(keys, purpose, bound).loads(signed)
    except BadData as wrong:
        raise ValueError("not a value that this service signed for this use") from wrong


def seal(keys: Sequence[bytes], purpose: str, *bound: str, value: object) -> str:
    """Sign a JSON value that nobody may read.  The same value for the same use looks the same."""
    data = json.dumps(value).encode()
    nonce = _nonce(keys[-1], purpose, bound, data)
    return sign(keys, purpose, *bound, value=base64url(nonce + _masked(keys[-1], nonce, data)))


def unseal(keys: Sequence[bytes], purpose: str, *bound: str, sealed: str) -> Any:  # noqa: ANN401  any JSON value
    """The value that was sealed.

    Raises:
        ValueError: not sealed by us, or for something else.
    """
    text = verify(keys, purpose, *bound, signed=sealed)
    whole = urlsafe_b64decode(f"{text}==")
    nonce, masked = whole[:NONCE], whole[NONCE:]
    for key in keys:
        data = _masked(key, nonce, masked)
        if hmac.compare_digest(nonce, _nonce(key, purpose, bound, data)):
            return json.loads(data)
    raise ValueError("not a sealed value")


def _nonce(key: bytes, purpose: str, bound: Sequence[str], data: bytes) -> bytes:
    """Of the value itself: no two values share a key stream."""
    said = json.dumps(["nonce", purpose, *bound]).encode()
    return hmac.digest(key, said + data, hashlib.sha256)[:NONCE]


def _masked(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """XOR with a key stream: HMAC in counter mode; its own inverse."""
    blocks = range(len(data) // hashlib.sha256().digest_size + 1)
    stream = b"".join(hmac.digest(key, b"stream" + nonce + block.to_bytes(4), hashlib.sha256) for block in blocks)
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))
