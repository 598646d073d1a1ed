"""Pages: what of one fits into an answer, and where the next begins, signed for that very query."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from ..core.public import PublicComment
from ..core.refusals import Invalid
from ..core.signing import sign, verify
from ..store.threads import Page, Place
from .endpoints import Call

MAX_PAGE = 1_048_576  # bytes of an answer
ENVELOPE = 4_096  # bytes: what an answer holds beside its rows
MAX_CURSOR = 2_048  # characters

Cursor = Annotated[str, Field(max_length=MAX_CURSOR, description="`next` of the page before.")]


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
    shown = [row.comment for row in page.rows[:most]]
    return shown, page.next if most == len(page.rows) else Place(page.rows[most - 1].path, inside=True)


def cursor(call: Call, following: Place | None, *bound: str) -> str | None:
    """A page's end, signed for this query alone."""
    return signed(call, [following.path, following.inside], *bound) if following else None


def place(call: Call, text: str, *bound: str) -> Place | None:
    """Where a page of comments begins.

    Raises:
        Invalid: not a cursor of this very query.
    """
    if not text:
        return None
    path, inside = verified(call, text, *bound, fits=_is_place)
    return Place(path, inside=inside)


def _is_place(value: object) -> bool:
    return isinstance(value, list) and [type(part) for part in value] == [str, bool]


def signed(call: Call, value: object, *bound: str) -> str:
    """A cursor that holds ``value``."""
    return sign(call.runtime.keys.signing, *bound, value=value)


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
        raise Invalid({"cursor": "is not a cursor of this query"})
    return value
