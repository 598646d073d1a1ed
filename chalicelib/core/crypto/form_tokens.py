"""Form tokens: proof of when a form was opened, signed for one post.

Where proof of work is required, the token also names the author for whom the form was opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..times import EPOCH, seconds
from .signing import sign, verify

PURPOSE = "form"  # the purpose of a form token's signature
MAX_WRITING = 24 * 3_600  # seconds: how long a form token is valid


@dataclass(frozen=True)
class Form:
    """A form that a reader opened.

    ``author`` is the hash of the reader's author key, or empty if the reader had none; it is None if no
    proof of work was required.
    """

    opened: datetime
    author: str | None = None


def form_token(keys: Sequence[bytes], post: str, form: Form) -> str:
    """A signed token for this form under this post."""
    opened = seconds(form.opened)
    return sign(keys, PURPOSE, post, value=opened if form.author is None else [opened, form.author])


def form_from_token(keys: Sequence[bytes], post: str, token: str, now: datetime) -> Form | None:
    """The form of a token, or None if the token is not valid for this post or has expired."""
    try:
        value = verify(keys, PURPOSE, post, signed=token)
    except ValueError:
        return None
    opened, author = _fields(value)
    is_current = isinstance(opened, int) and 0 <= seconds(now) - opened <= MAX_WRITING
    return Form(EPOCH + timedelta(seconds=opened), author) if is_current else None


def _fields(value: Any) -> tuple[Any, str | None]:  # noqa: ANN401  any JSON value
    match value:
        case [opened, str(author)]:
            return opened, author
    return value, None
