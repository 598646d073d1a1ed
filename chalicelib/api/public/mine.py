"""One's own comments: what the service knows of an author key, and how to be forgotten."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ...core.comments import Comment
from ...core.drafts import CommentId
from ...core.errors import Invalid, Unauthenticated
from ...core.public import OwnComment
from ..http.endpoints import Call, Topic
from ..http.pagination import Cursor, fitting, signed, ulid, verified
from ..http.parsing import Query
from .comments import DEFAULT_PAGE, Limit
from .schemas import Next, Out

topic = Topic(__name__)

MAX_IDS = 50


class MineQuery(Query):
    """Some of them, by id, or all, page by page."""

    id: Annotated[list[CommentId], Field(max_length=MAX_IDS, description="Ids of comments, up to 50.")] = []  # noqa: RUF012  pydantic copies it
    limit: Limit = DEFAULT_PAGE
    cursor: Cursor = ""


class Mine(Out):
    """One's own comments, newest first, or in the order asked for."""

    comments: list[OwnComment]
    next: Next = None


class ErasedShape(Out):
    """How many things went; ``left``: send it again for the rest."""

    done: int
    left: bool


@topic.endpoint(
    "GET", "/v1/mine", query=MineQuery, answers={200: Mine}, refusals=(Invalid, Unauthenticated), author=True
)
def mine(call: Call) -> Mine:
    """List one's own comments in any status: those with the given ids, or all."""
    if not call.caller.author:
        raise Unauthenticated
    return _chosen(call) if call.query.id else _all(call)


def _chosen(call: Call) -> Mine:
    """Those asked for, as many as fit; the cursor says how many of the ids are done."""
    wanted = list(dict.fromkeys(call.query.id))
    bound = ("mine", call.caller.author, *wanted)
    done = verified(call, call.query.cursor, *bound, fits=range(MAX_IDS).__contains__) if call.query.cursor else 0
    comments = _own(call, call.runtime.erasing.some(wanted[done:], call.caller))
    most = fitting([len(comment.model_dump_json().encode()) for comment in comments])
    following = wanted.index(comments[most].id) if most < len(comments) else 0
    return Mine(comments=comments[:most], next=signed(call, following, *bound) if following else None)


def _all(call: Call) -> Mine:
    query: MineQuery = call.query
    author = call.caller.author
    before = ulid(call, query.cursor, "mine", author)
    page = call.runtime.erasing.page(call.caller, limit=query.limit, before=before)
    comments = _own(call, page.comments)
    most = fitting([len(comment.model_dump_json().encode()) for comment in comments])
    following = page.next if most == len(comments) else page.comments[most - 1].order
    return Mine(comments=comments[:most], next=signed(call, following, "mine", author) if following else None)


def _own(call: Call, comments: Sequence[Comment]) -> list[OwnComment]:
    return [OwnComment.to_edit(comment, call.runtime.editing.until(comment)) for comment in comments]


@topic.endpoint("DELETE", "/v1/mine", answers={200: ErasedShape}, refusals=(Unauthenticated,), author=True)
def erase(call: Call) -> ErasedShape:
    """Erase everything of an author key.  Replies of others keep their place."""
    erased = call.runtime.erasing.erase(call.caller)
    return ErasedShape(done=erased.done, left=erased.left)
