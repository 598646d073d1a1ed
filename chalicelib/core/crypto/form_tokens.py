"""Forms: what their tokens say, and the proof of work that may be asked for in one.

A token is signed for one post and says when the form was opened.  Where work is asked for it says by whom,
too: a comment's id is derived from its post, author and ``Idempotency-Key``, and work is done for a token
and a key.  So what is done once serves one comment, and nothing needs to be remembered of it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..times import EPOCH, seconds
from .signing import sign, verify

PURPOSE = "form"  # what a form token's signature is for
MAX_WRITING = 24 * 3_600  # seconds: a form token's life


@dataclass(frozen=True)
class Form:
    """A form that a reader opened.  ``author`` is their author key's hash, or nothing; None: no work was asked for."""

    opened: datetime
    author: str | None = None


def form_token(keys: Sequence[bytes], post: str, form: Form) -> str:
    """Tells when it comes back what the form was."""
    opened = seconds(form.opened)
    return sign(keys, PURPOSE, post, value=opened if form.author is None else [opened, form.author])


def form_of(keys: Sequence[bytes], post: str, token: str, now: datetime) -> Form | None:
    """The form, if its token is good for this post and not too old."""
    try:
        told = verify(keys, PURPOSE, post, signed=token)
    except ValueError:
        return None
    opened, author = _parts(told)
    fresh = isinstance(opened, int) and 0 <= seconds(now) - opened <= MAX_WRITING
    return Form(EPOCH + timedelta(seconds=opened), author) if fresh else None


def _parts(told: Any) -> tuple[Any, str | None]:  # noqa: ANN401  whatever was signed
    match told:
        case [opened, str(author)]:
            return opened, author
    return told, None


def is_done(bits: int, token: str, idempotency_key: str, work: str) -> bool:
    """Whether SHA-256 over ``<token>:<key>:<work>`` begins with so many zero bits."""
    said = f"{token}:{idempotency_key}:{work}"
    return bool(work) and zero_bits(hashlib.sha256(said.encode()).digest()) >= bits


def zero_bits(digest: bytes) -> int:
    """How many zero bits a digest begins with."""
    return 8 * len(digest) - int.from_bytes(digest).bit_length()
