"""The queue: comments by status, with search."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ...core.accounts import Scope
from ...core.comments import Comment, Status
from ...core.decisions import AuthorRecord
from ...core.drafts import PostKey
from ...core.errors import (
    Invalid,
)
from ...store import queue as store
from ..http.endpoints import Call, Router
from ..http.pagination import DEFAULT_LIMIT, MAX_LIMIT, Cursor, count_fitting, cursor_ulid
from ..http.parsing import Number, Query
from .comments import comment_with_flags
from .common import AUTH_REFUSALS, next_cursor
from .schemas import (
    ModeratedComment,
    QueuePage,
    comment_summary,
)

router = Router(__name__)

QueueStatus = Literal["pending", "flagged", "published", "rejected", "spam"]


class QueueQuery(Query):
    """Comments of one status, filtered by post, author, network or text."""

    status: QueueStatus = "pending"
    post: PostKey | None = None
    author: Annotated[str, Field(max_length=43, description="The `author` of a comment in the queue: a hash.")] = ""
    network: Annotated[str, Field(max_length=43, description="The `network` of a comment in the queue: a hash.")] = ""
    q: Annotated[str, Field(max_length=100, description="Text to find in the comment or the name of its author.")] = ""
    limit: Annotated[Number, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Cursor = ""

    def matches(self, comment: Comment) -> bool:
        """Whether a comment passes the filters."""
        word, edit = self.q.casefold(), comment.pending_edit
        texts = [comment.text, comment.name, *([edit.text, edit.name] if edit else [])]
        has_word = not word or any(word in text.casefold() for text in texts)
        is_by = self.author in {"", comment.author} and self.network in {"", comment.network}
        return has_word and is_by and self.post in {None, comment.post}


@router.endpoint(
    "GET",
    "/v1/moderation/queue",
    query=QueueQuery,
    responses={200: QueuePage},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def queue(call: Call) -> QueuePage:
    """List comments that wait for a moderator, with the reasons, or comments of another status."""
    query: QueueQuery = call.query
    bound = ("queue", query.status, query.post or "", query.author, query.network, query.q)
    page = _queue_page(call, query, cursor_ulid(call, query.cursor, *bound))
    records = call.runtime.authors.records({each.author for each in page.comments if each.author})
    parents = call.runtime.comments.get_many([each.parent for each in page.comments if each.parent])
    comments = [_serialize(call, comment, records, parents) for comment in page.comments]
    most = count_fitting([len(comment.model_dump_json().encode()) for comment in comments])
    following = page.next if most == len(comments) else page.places[most - 1]
    return QueuePage(comments=comments[:most], scanned=page.scanned, next=next_cursor(call, following, *bound))


def _serialize(
    call: Call, comment: Comment, records: Mapping[str, AuthorRecord], parents: Mapping[str, Comment]
) -> ModeratedComment:
    record = records.get(comment.author, AuthorRecord()) if comment.author else None
    serialized, parent = comment_with_flags(call, comment, record), parents.get(comment.parent)
    return serialized.model_copy(update={"in_reply_to": comment_summary(parent)}) if parent else serialized


def _queue_page(call: Call, query: QueueQuery, after: str) -> store.QueuePage:
    status = Status.PUBLISHED if query.status == "flagged" else Status(query.status)
    return call.runtime.queue.page(
        status, limit=query.limit, after=after, flagged=query.status == "flagged", wanted=query.matches
    )
