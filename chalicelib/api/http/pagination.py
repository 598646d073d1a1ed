"""Pages: what of one fits into an answer, and where the next begins, signed for that very query."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from ...core.crypto.signing import SIGNED, seal, sign, unseal, verify
from ...core.errors import Invalid
from ...core.ids import ULID
from ...core.public import PublicComment
from ...store.threads import Page, Place
from .endpoints import Call

MAX_PAGE = 1_048_576  # bytes of an answer
ENVELOPE = 4_096  # bytes: what an answer holds beside its rows
MAX_CURSOR = 2_048  # characters
NO_CURSOR = {"cursor": "is not a cursor of this query"}

Cursor = Annotated[
    str,
    Field(
        max_length=MAX_CURSOR,
        description="`next` of the page before.",
        json_schema_extra={"pattern": f"^({SIGNED.pattern})?$"},
    ),
]


def fitting(sizes: list[int], room: int = MAX_PAGE - ENVELOPE) -> int:
    """How many of the first things fit into an answer; at least one."""
    used = 0
    for number, size in enumerate(sizes):
        used += size + 1
        if used > room and number:
            return number
    return len(sizes)


def cut(page: Page) -> tuple[list[PublicComment], Place | None]:
    """What of a page fits into one answer, and where the next begins."""
    most = fitting([len(row.comment.model_dump_json().encode()) for row in page.rows])
    shown = shortened(page, most)
    return [row.comment for row in shown.rows], shown.next


def shortened(page: Page, most: int) -> Page:
    """The first rows of a page: whole threads, or as much as there is room for of the first one."""
    if most == len(page.rows):
        return page
    begun = page.rows[most].root
    whole = [row for row in page.rows[:most] if row.root != begun]
    rows = whole or page.rows[:most]
    return Page(rows, Place(rows[-1].path, inside=not whole, score=rows[-1].rank))


def cursor(call: Call, following: Place | None, *bound: str) -> str | None:
    """A page's end, for this query alone.  Sealed: its path tells when a comment was submitted, removed or not."""
    if following is None:
        return None
    value = [following.path, following.inside, following.score]
    return seal(call.runtime.keys.signing, *bound, value=value)


def place(call: Call, text: str, *bound: str) -> Place | None:
    """Where a page of comments begins.

    Raises:
        Invalid: not a cursor of this very query.
    """
    if not text:
        return None
    try:
        value = unseal(call.runtime.keys.signing, *bound, sealed=text)
    except ValueError:
        value = None
    if not _is_place(value):
        raise Invalid(NO_CURSOR)
    path, inside, score = value
    return Place(path, inside=inside, score=score)


def _is_place(value: object) -> bool:
    return isinstance(value, list) and [type(part) for part in value] == [str, bool, int]


def signed(call: Call, value: object, *bound: str) -> str:
    """A cursor that holds ``value``."""
    return sign(call.runtime.keys.signing, *bound, value=value)


def ulid(call: Call, text: str, *bound: str) -> str:
    """The ULID that a cursor holds; none of no cursor.

    Raises:
        Invalid: not a cursor of this very query.
    """
    return str(verified(call, text, *bound, fits=_is_ulid)) if text else ""


def _is_ulid(value: object) -> bool:
    return isinstance(value, str) and ULID.fullmatch(value) is not None


def verified(call: Call, text: str, *bound: str, fits: Callable[[Any], object]) -> Any:  # noqa: ANN401  what was signed
    """What a cursor holds.  ``fits``: whether it is what this release signs, or another one's.

    Raises:
        Invalid: not a cursor of this very query.
    """
    try:
        value = verify(call.runtime.keys.signing, *bound, signed=text)
    except ValueError:
        value = None
    if not fits(value):
        raise Invalid(NO_CURSOR)
    return value
