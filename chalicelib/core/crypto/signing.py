"""Signed values that clients send back: form tokens, and cursors of lists that are not public.

The values are signed with itsdangerous.  Its salt contains the purpose and everything that the value is bound
to, so that a cursor of another list or route has a wrong signature.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itsdangerous import URLSafeSerializer

MAX_SIGNED = 2_048  # characters
SIGNED = re.compile(r"\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")  # the base64 decoder would ignore other characters


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
        ValueError: it was not signed by this service for this purpose.
    """
    from itsdangerous import BadData  # noqa: PLC0415

    if len(signed) > MAX_SIGNED or not SIGNED.fullmatch(signed):
        raise ValueError("not a signed value")
    try:
        return _serializer(keys, purpose, bound).loads(signed)
    except BadData as error:
        raise ValueError("not a value that this service signed for this use") from error
