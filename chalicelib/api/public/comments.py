"""Comments: the routes with which readers list, submit, edit and withdraw them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ...core.comments import Comment
from ...core.drafts import KEY_BOUNDS, Draft, EditedText, PostKey, Strict, Text
from ...core.errors import (
    EditWindowClosed,
    Invalid,
    KeyMissing,
    KeyReused,
    NotFound,
    PostClosed,
    SortUnavailable,
    TooManyRequests,
    Unauthenticated,
    WorkMissing,
)
from ...core.pages import INVALID_CURSOR, Page, Position, Row
from ...core.posts import Post, post_key
from ...core.public import EditedComment, PublicComment
from ...core.text.sanitize import MAX_LINK, MAX_NAME, MAX_TEXT
from ...store.room import TOP_ROOM, Room, bytes_of
from ...store.threads import List, Sort
from ..http.endpoints import Call, Router, ViewResponse
from ..http.pagination import DEFAULT_LIMIT, MAX_LIMIT, SIZES, PublicCursor, cut, public_cursor, rounded
from ..http.parsing import Number, Query
from .schemas import CommentCounts, CommentInThread, CommentPage, Form, FormLimits, Preview, Replies, RequiredWork

router = Router(__name__)

MAX_TOP = 500  # comments of a post that can be ordered by their votes
MAX_COUNTS = 50  # posts

Limit = Annotated[
    Number,
    Field(
        ge=1,
        le=MAX_LIMIT,
        description="The approximate number of comments: threads are kept together. "
        f"It is rounded down to {', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]}.",
    ),
    AfterValidator(rounded),
]


class PostQuery(Query):
    """One post."""

    post: PostKey = Field(description="The key of the post.", examples=["/2024/07/panic.html"])


class SortedQuery(PostQuery):
    """A page of the comments of a post, in one of their orders."""

    sort: Sort = Sort.NEWEST
    cursor: PublicCursor = ""


class ListQuery(SortedQuery):
    """A page of comments of about this length."""

    limit: Limit = DEFAULT_LIMIT


class RepliesQuery(Query):
    """A page of replies."""

    limit: Limit = DEFAULT_LIMIT
    cursor: PublicCursor = ""


class CountsQuery(Query):
    """Up to 50 posts."""

    post: Annotated[
        list[Annotated[str, Field(json_schema_extra=KEY_BOUNDS)]],
        Field(min_length=1, max_length=MAX_COUNTS, description="Up to 50 post keys."),
    ]


class PreviewDraft(Strict):
    """A text to preview."""

    text: Text


@router.endpoint(
    "GET",
    "/v1/comments",
    query=ListQuery,
    responses={200: CommentPage},
    refusals=(Invalid, SortUnavailable),
    cached=True,
)
def comments(call: Call) -> CommentPage:
    """List the comments of a post.

    A post without comments has an empty page; that is not an error.
    """
    query: ListQuery = call.query
    post, page, sorts = read_page(call, query, query.limit)
    rows, following = cut(page)
    return CommentPage(
        post=query.post,
        title=post.title or None,
        count=post.count,
        closed=post.closed,
        sorts=sorts,
        comments=rows,
        next=following,
    )


def read_page(call: Call, query: SortedQuery, limit: int) -> tuple[Post, Page, list[Sort]]:
    """A page of a post's comments, with the post and the orders in which they can be read.

    Raises:
        Invalid: the cursor is not one of this list.
        SortUnavailable: the comments can't be read in the requested order.
    """
    cursor, room = public_cursor(query.cursor, scored=query.sort is Sort.TOP), Room()
    post, after = call.runtime.places.in_post(query.post, cursor, room)
    sorts = [sort for sort in Sort if sort is not Sort.TOP or _has_top(post)]
    if query.sort not in sorts:
        raise SortUnavailable(
            {"sort": f"is available for posts with up to {MAX_TOP} comments, or fewer long ones"}, limit=MAX_TOP
        )
    if query.sort is Sort.TOP and room.left < bytes_of(post):  # a cursor that names long comments which are gone
        raise Invalid(INVALID_CURSOR)
    return post, call.runtime.threads.page(List(query.post, limit, room), query.sort, after), sorts


def _has_top(post: Post) -> bool:
    """Whether a post can be ordered by votes: all of it is read for that."""
    return post.count <= MAX_TOP and bytes_of(post) <= TOP_ROOM


@router.endpoint(
    "GET", "/v1/comments/{comment_id}", responses={200: CommentInThread}, refusals=(NotFound,), cached=True
)
def comment_in_thread(call: Call) -> CommentInThread:
    """Get a comment with its ancestors and replies.

    Pending, rejected and nonexistent comments all give the same 404.
    """
    comment, room, threads = public_comment(call), Room(), call.runtime.threads
    room.spend_comment(comment)
    above = threads.above(comment.post, comment.path, room)
    wanted = List(comment.post, DEFAULT_LIMIT, room)
    page = threads.below(wanted, comment.path, Position(comment.path, inside=True))
    own = Row(comment.path, PublicComment.of(comment))
    rows, following = cut(Page([*above, own, *page.rows], page.end))
    return CommentInThread(post=comment.post, id=comment.id, comments=rows, next=following)


@router.endpoint(
    "GET",
    "/v1/comments/{comment_id}/replies",
    query=RepliesQuery,
    responses={200: Replies},
    refusals=(NotFound, Invalid),
    cached=True,
)
def replies(call: Call) -> Replies:
    """List the replies to a comment."""
    query: RepliesQuery = call.query
    room = Room()
    top, after = call.runtime.places.below(call.comment_id, public_cursor(query.cursor), room)
    rows, following = cut(call.runtime.threads.below(List(top.post, query.limit, room), top.path, after))
    return Replies(comments=rows, next=following)


@router.endpoint(
    "GET", "/v1/counts", query=CountsQuery, responses={200: CommentCounts}, refusals=(Invalid,), cached=True
)
def counts(call: Call) -> CommentCounts:
    """Count the published comments of up to 50 posts."""
    keys = {name: _post_key(name) for name in call.query.post}
    found = call.runtime.posts.counts(list(keys.values()))
    return CommentCounts(counts={name: found[key] for name, key in keys.items()})


def _post_key(name: str) -> str:
    try:
        return post_key(name)
    except ValueError as error:
        raise Invalid({"post": str(error)}) from None


@router.endpoint(
    "GET",
    "/v1/form",
    query=PostQuery,
    responses={200: Form},
    refusals=(Invalid, Unauthenticated),
    author=True,
    author_optional=True,
)
def form(call: Call) -> Form:
    """Get the form token and limits for a new comment; with an author key, those for its owner."""
    runtime, caller, bits = call.runtime, call.caller, call.runtime.settings.work
    post = runtime.posts.get(call.query.post, consistent=False)
    return Form(
        token=runtime.submission.form_token(call.query.post, caller.author),
        closed=post.closed,
        holds=runtime.submission.will_wait(post, caller),
        edit_seconds=int(runtime.settings.edit_window.total_seconds()),
        limits=FormLimits(text=MAX_TEXT, name=MAX_NAME, link=MAX_LINK),
        work=RequiredWork(bits=bits) if bits else None,
    )


@router.endpoint(
    "POST",
    "/v1/comments",
    body=Draft,
    responses={201: PublicComment, 202: PublicComment},
    refusals=(Invalid, Unauthenticated, KeyMissing, KeyReused, PostClosed, TooManyRequests, WorkMissing),
    author=True,
    author_optional=True,
    key=True,
)
def submit(call: Call) -> ViewResponse:
    """Submit a comment.  201: it is published.  202: it is held for a moderator.

    The same request with the same `Idempotency-Key` is stored only once. If `GET /v1/form` requires a proof of work,
    it must be made with its token and this `Idempotency-Key`, and for the same post and author key.
    """
    comment = call.runtime.submission.submit(call.body, call.caller, call.idempotency_key)
    headers = {"Location": f"comments/{comment.id}"} if comment.is_public else {}
    return ViewResponse(PublicComment.of(comment), 201 if comment.is_public else 202, headers=headers)


@router.endpoint(
    "PATCH",
    "/v1/comments/{comment_id}",
    body=EditedText,
    responses={200: EditedComment, 202: EditedComment},
    refusals=(Invalid, Unauthenticated, EditWindowClosed, NotFound, TooManyRequests),
    author=True,
)
def edit(call: Call) -> ViewResponse:
    """Edit your comment.  200: the new words are published.  202: they are held for a moderator.

    They are screened like a new comment. A published comment stays published as it is while they wait, as its
    `pending_edit`; a later edit takes their place.
    """
    comment = call.runtime.editing.edit(call.comment_id, call.body, call.caller)
    is_held = comment.pending_edit is not None or not comment.is_public
    return ViewResponse(EditedComment.after_edit(comment, call.runtime.editing.render), 202 if is_held else 200)


@router.endpoint(
    "DELETE", "/v1/comments/{comment_id}", responses={204: None}, refusals=(Unauthenticated, NotFound), author=True
)
def withdraw(call: Call) -> ViewResponse:
    """Withdraw your comment.  This cannot be undone."""
    call.runtime.withdrawal.withdraw(call.comment_id, call.caller)
    return ViewResponse(status=204)


@router.endpoint(
    "POST", "/v1/preview", body=PreviewDraft, responses={200: Preview}, refusals=(Invalid, TooManyRequests)
)
def preview(call: Call) -> Preview:
    """Render a text as a comment.  Nothing is stored."""
    return Preview(html=call.runtime.submission.preview(call.body.text, call.anonymous_caller))


def public_comment(call: Call) -> Comment:
    """The comment in the path.

    Raises:
        NotFound: it is not public or does not exist.
    """
    comment = call.runtime.comments.get(call.comment_id)
    if not comment.is_public:
        raise NotFound
    return comment
