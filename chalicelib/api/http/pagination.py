"""Pages: how many rows fit into a response, and cursors.

Those of public pages name comments that everybody may read; those of all other lists are signed, each for one query.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from ...core.crypto.signing import SIGNED, sign, verify
from ...core.errors import Invalid
from ...core.ids import ULID
from ...core.pages import CURSOR, INVALID_CURSOR, MAX_CURSOR, Page, parse_cursor
from ...core.pages import Cursor as PageCursor
from ...core.public import PublicComment
from .endpoints import Call

MAX_PAGE = 1_048_576  # bytes of a response
DEFAULT_LIMIT = 25  # rows of a page
MAX_LIMIT = 100
SIZES = (1, 2, 5, 10, 25, 50, 100)  # rows of a public page: each is cached apart
ENVELOPE = 4_096  # bytes of a response apart from its rows
MAX_SIGNED_CURSOR = 2_048  # characters

Cursor = Annotated[
    str,
    Field(
        max_length=MAX_SIGNED_CURSOR,
        description="`next` of the previous page.",
        json_schema_extra={"pattern": f"^({SIGNED.pattern})?$"},
    ),
]
PublicCursor = Annotated[
    str,
    Field(
        max_length=MAX_CURSOR,
        description="`next` of the previous page. It stays valid while one of the comments that it names is shown.",
        examples=["tUq3ZB0xw3yGmYbq7R0ZtYg.tmB2nUe1F9Rk0T4hXw7cQzA"],
        json_schema_extra={"pattern": f"^({CURSOR.pattern})?$"},
    ),
]


def rounded(limit: int) -> int:
    """The largest size of a public page that is not above ``limit``."""
    return max(size for size in SIZES if size <= limit)


def count_fitting(sizes: list[int], room: int = MAX_PAGE - ENVELOPE) -> int:
    """How many of the first rows, of these sizes in bytes, fit into a response; at least one."""
    used = 0
    for number, size in enumerate(sizes):
        used += size + 1
        if used > room and number:
            return number
    return len(sizes)


def cut(page: Page) -> tuple[list[PublicComment], str | None]:
    """The comments of a page that fit into one response, and the cursor of the next page."""
    max_rows = count_fitting([len(row.comment.model_dump_json().encode()) for row in page.rows])
    shortened = page.shortened(max_rows)
    return [row.comment for row in shortened.rows], cursor_text(shortened.next)


def cursor_text(cursor: PageCursor | None) -> str | None:
    """A cursor of a public page as readers see it."""
    return str(cursor) if cursor else None


def public_cursor(text: str, *, scored: bool = False) -> PageCursor | None:
    """The cursor of a public page, None for the first page.  ``scored``: of a list that is ordered by votes.

    Raises:
        Invalid: it is not a cursor of such a list.
    """
    try:
        return parse_cursor(text, scored=scored) if text else None
    except ValueError:
        raise Invalid(INVALID_CURSOR) from None


def signed_cursor(call: Call, value: object, *bound: str) -> str:
    """A cursor that contains ``value``, signed for this query."""
    return sign(call.runtime.keys.signing, *bound, value=value)


def cursor_ulid(call: Call, text: str, *bound: str) -> str:
    """The ULID in a cursor; empty for the first page.

    Raises:
        Invalid: it is not a cursor of this query.
    """
    return str(cursor_value(call, text, *bound, fits=_is_ulid)) if text else ""


def _is_ulid(value: object) -> bool:
    return isinstance(value, str) and ULID.fullmatch(value) is not None


def cursor_value(call: Call, text: str, *bound: str, fits: Callable[[Any], object]) -> Any:  # noqa: ANN401  any JSON value
    """The value in a cursor.  ``fits`` checks its form, as another release may have signed it.

    Raises:
        Invalid: it is not a cursor of this query.
    """
    try:
        value = verify(call.runtime.keys.signing, *bound, signed=text)
    except ValueError:
        value = None
    if not fits(value):
        raise Invalid(INVALID_CURSOR)
    return value
