"""The comments of the caller's author key, and their erasure."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ...core.comments import Comment
from ...core.drafts import CommentId
from ...core.errors import Invalid, TooManyRequests, Unauthenticated
from ...core.public import OwnComment
from ...core.text.markdown import to_html
from ..http.endpoints import Call, Router
from ..http.pagination import DEFAULT_LIMIT, Cursor, count_fitting, cursor_ulid, cursor_value, signed_cursor
from ..http.parsing import Query
from .comments import Limit
from .schemas import NextCursor, ResponseModel

router = Router(__name__)

MAX_IDS = 50


class MineQuery(Query):
    """Comments by id, or a page of all comments."""

    id: Annotated[list[CommentId], Field(max_length=MAX_IDS, description="Up to 50 comment ids.")] = []  # noqa: RUF012  pydantic copies it
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = ""


class OwnComments(ResponseModel):
    """Your comments, newest first, or in the order of the given ids."""

    comments: list[OwnComment]
    next: NextCursor = None


class ErasureResult(ResponseModel):
    """The result of an erasure.  ``left``: not everything was erased yet; send the request again."""

    done: int = Field(description="Items erased by this request.")
    left: bool


@router.endpoint(
    "GET", "/v1/mine", query=MineQuery, responses={200: OwnComments}, refusals=(Invalid, Unauthenticated), author=True
)
def mine(call: Call) -> OwnComments:
    """List your comments of any status: those with the given ids, or all."""
    if not call.caller.author:
        raise Unauthenticated
    return _by_id(call) if call.query.id else _page(call)


def _by_id(call: Call) -> OwnComments:
    """Comments by id, as many as fit.  The cursor contains the number of ids already returned."""
    wanted = list(dict.fromkeys(call.query.id))
    bound = ("mine", call.caller.author, *wanted)
    done = cursor_value(call, call.query.cursor, *bound, fits=range(MAX_IDS).__contains__) if call.query.cursor else 0
    comments = _own(call, call.runtime.erasure.own_comments(wanted[done:], call.caller))
    most = count_fitting([len(comment.model_dump_json().encode()) for comment in comments])
    following = wanted.index(comments[most].id) if most < len(comments) else 0
    return OwnComments(comments=comments[:most], next=signed_cursor(call, following, *bound) if following else None)


def _page(call: Call) -> OwnComments:
    query: MineQuery = call.query
    author = call.caller.author
    before = cursor_ulid(call, query.cursor, "mine", author)
    page = call.runtime.erasure.page(call.caller, limit=query.limit, before=before)
    comments = _own(call, page.comments)
    most = count_fitting([len(comment.model_dump_json().encode()) for comment in comments])
    following = page.next if most == len(comments) else page.comments[most - 1].order
    return OwnComments(
        comments=comments[:most], next=signed_cursor(call, following, "mine", author) if following else None
    )


def _own(call: Call, comments: Sequence[Comment]) -> list[OwnComment]:
    until = call.runtime.editing.editable_until
    return [OwnComment.to_edit(comment, until(comment), to_html) for comment in comments]


@router.endpoint(
    "DELETE",
    "/v1/mine",
    responses={200: ErasureResult},
    refusals=(Unauthenticated, TooManyRequests),
    author=True,
)
def erase(call: Call) -> ErasureResult:
    """Erase all data of your author key.  Replies by others are kept."""
    erased = call.runtime.erasure.erase(call.caller)
    return ErasureResult(done=erased.done, left=erased.left)
