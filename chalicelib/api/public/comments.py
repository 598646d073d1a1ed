"""Comments, as readers see, write and withdraw them."""

from typing import Annotated

from pydantic import Field

from ...core.comments import Comment
from ...core.drafts import KEY_BOUNDS, Draft, PostKey, Strict, Text, Words
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
from ...core.posts import Post, post_key
from ...core.public import PublicComment
from ...core.text.sanitize import MAX_LINK, MAX_NAME, MAX_TEXT
from ...store.threads import Page, Row, Sort
from ..http.endpoints import Answer, Call, Topic
from ..http.pagination import Cursor, cursor, cut, place
from ..http.parsing import Number, Query
from .schemas import CommentInThread, CommentPage, Counts, Form, FormLimits, Preview, Replies, WorkAsked

topic = Topic(__name__)

DEFAULT_PAGE = 25  # comments
MAX_LIMIT = 100  # comments
MAX_TOP = 500  # comments of a post that can be ordered by their votes
MAX_COUNTS = 50  # posts

Limit = Annotated[Number, Field(ge=1, le=MAX_LIMIT, description="About how many comments: a page is whole threads.")]


class OfPost(Query):
    """About one post."""

    post: PostKey = Field(description="The key of the post.", examples=["/2024/07/panic.html"])


class ListQuery(OfPost):
    """A page of a post's comments."""

    sort: Sort = Sort.NEWEST
    limit: Limit = DEFAULT_PAGE
    cursor: Cursor = ""


class RepliesQuery(Query):
    """A page of replies."""

    limit: Limit = DEFAULT_PAGE
    cursor: Cursor = ""


class CountsQuery(Query):
    """Several posts at once."""

    post: Annotated[
        list[Annotated[str, Field(json_schema_extra=KEY_BOUNDS)]],
        Field(min_length=1, max_length=MAX_COUNTS, description="Keys of posts, up to 50."),
    ]


class PreviewDraft(Strict):
    """A text to look at."""

    text: Text


@topic.endpoint(
    "GET", "/v1/comments", query=ListQuery, answers={200: CommentPage}, refusals=(Invalid, SortUnavailable), memo=True
)
def comments(call: Call) -> CommentPage:
    """List a post's comments, by whole threads.

    A post without comments is an empty page, not an error.
    """
    query: ListQuery = call.query
    bound = ("comments", query.post, query.sort)
    post = call.runtime.posts.get(query.post, consistent=False)
    sorts = offered(post, query.sort)
    page = call.runtime.threads.page(query.post, query.sort, query.limit, place(call, query.cursor, *bound))
    rows, following = cut(page)
    return CommentPage(
        post=query.post,
        title=post.title or None,
        count=post.count,
        closed=post.closed,
        sorts=sorts,
        comments=rows,
        next=cursor(call, following, *bound),
    )


def offered(post: Post, wanted: Sort) -> list[Sort]:
    """The orders in which a post's comments can be read.

    Raises:
        SortUnavailable: not the one that is wanted.
    """
    sorts = [sort for sort in Sort if sort is not Sort.TOP or post.count <= MAX_TOP]
    if wanted not in sorts:
        raise SortUnavailable({"sort": f"is offered up to {MAX_TOP} comments under a post"})
    return sorts


@topic.endpoint("GET", "/v1/comments/{comment_id}", answers={200: CommentInThread}, refusals=(NotFound,), memo=True)
def comment_in_thread(call: Call) -> CommentInThread:
    """Get one comment with what it answers and the replies to it.

    A comment that waits, one that was rejected and one that never was give the same answer.
    """
    comment = public_comment(call)
    above = [Row(each.path, _shown(each)) for each in call.runtime.comments.ancestors(comment)]
    page = call.runtime.threads.below(comment.post, comment.path, DEFAULT_PAGE, None)
    rows, following = cut(Page([*reversed(above), Row(comment.path, _shown(comment)), *page.rows], page.next))
    return CommentInThread(
        post=comment.post, id=comment.id, comments=rows, next=cursor(call, following, "replies", comment.id)
    )


@topic.endpoint(
    "GET",
    "/v1/comments/{comment_id}/replies",
    query=RepliesQuery,
    answers={200: Replies},
    refusals=(NotFound, Invalid),
    memo=True,
)
def replies(call: Call) -> Replies:
    """List the replies below one comment, in order."""
    query: RepliesQuery = call.query
    comment = call.runtime.comments.get(call.comment_id)
    if not comment.is_visible:
        raise NotFound
    bound = ("replies", comment.id)
    after = place(call, query.cursor, *bound)
    rows, following = cut(call.runtime.threads.below(comment.post, comment.path, query.limit, after))
    return Replies(comments=rows, next=cursor(call, following, *bound))


@topic.endpoint("GET", "/v1/counts", query=CountsQuery, answers={200: Counts}, refusals=(Invalid,), memo=True)
def counts(call: Call) -> Counts:
    """Count the published comments of up to 50 posts."""
    names = {name: _counted_key(name) for name in call.query.post}
    found = call.runtime.posts.counts(list(names.values()))
    return Counts(counts={name: found[key] for name, key in names.items()})


def _counted_key(name: str) -> str:
    try:
        return post_key(name)
    except ValueError as wrong:
        raise Invalid({"post": str(wrong)}) from None


@topic.endpoint(
    "GET", "/v1/form", query=OfPost, answers={200: Form}, refusals=(Invalid, Unauthenticated), author=True, anybody=True
)
def form(call: Call) -> Form:
    """Get what a reader needs to begin writing; with an author key, what holds for its owner."""
    runtime, author, bits = call.runtime, call.caller.author, call.runtime.settings.work
    post = runtime.posts.get(call.query.post, consistent=False)
    return Form(
        token=runtime.submitting.form_token(call.query.post, author),
        closed=post.closed,
        holds=runtime.submitting.will_wait(post, author),
        edit_seconds=int(runtime.settings.edit_window.total_seconds()),
        limits=FormLimits(text=MAX_TEXT, name=MAX_NAME, link=MAX_LINK),
        work=WorkAsked(bits=bits) if bits else None,
    )


@topic.endpoint(
    "POST",
    "/v1/comments",
    body=Draft,
    answers={201: PublicComment, 202: PublicComment},
    refusals=(Invalid, Unauthenticated, KeyMissing, KeyReused, PostClosed, TooManyRequests, WorkMissing),
    author=True,
    anybody=True,
    key=True,
)
def submit(call: Call) -> Answer:
    """Submit a comment.  201: it is public.  202: it waits for a moderator.

    Sent again with the same `Idempotency-Key`, author key and words, it stays one comment.  Where `GET /v1/form` asks
    for work, it is done for its token and this `Idempotency-Key`; that of another author key or post counts as none.
    """
    comment = call.runtime.submitting.submit(call.body, call.caller, call.idempotency_key)
    return _stored(comment, created=201)


@topic.endpoint(
    "PATCH",
    "/v1/comments/{comment_id}",
    body=Words,
    answers={200: PublicComment, 202: PublicComment},
    refusals=(Invalid, Unauthenticated, EditWindowClosed, NotFound, TooManyRequests),
    author=True,
)
def edit(call: Call) -> Answer:
    """Edit one's own comment.  200: it is public.  202: it waits for a moderator.

    The new words are screened like new ones.
    """
    comment = call.runtime.editing.edit(call.comment_id, call.body, call.caller)
    return _stored(comment, created=200)


@topic.endpoint(
    "DELETE", "/v1/comments/{comment_id}", answers={204: None}, refusals=(Unauthenticated, NotFound), author=True
)
def withdraw(call: Call) -> Answer:
    """Withdraw one's own comment, for ever."""
    call.runtime.editing.withdraw(call.comment_id, call.caller)
    return Answer(status=204)


@topic.endpoint("POST", "/v1/preview", body=PreviewDraft, answers={200: Preview}, refusals=(Invalid, TooManyRequests))
def preview(call: Call) -> Preview:
    """Render a text as it would be shown.  Nothing is stored."""
    return Preview(html=call.runtime.submitting.preview(call.body.text, call.stranger))


def _stored(comment: Comment, *, created: int) -> Answer:
    headers = {"Location": f"comments/{comment.id}"} if created == 201 and comment.is_public else {}  # noqa: PLR2004
    return Answer(PublicComment.of(comment), created if comment.is_public else 202, headers=headers)


def public_comment(call: Call) -> Comment:
    """The comment of the path.

    Raises:
        NotFound: it is not public, or never was.
    """
    comment = call.runtime.comments.get(call.comment_id)
    if not comment.is_public:
        raise NotFound
    return comment


def _shown(comment: Comment) -> PublicComment:
    """Itself, or only its place."""
    return PublicComment.of(comment) if comment.is_public else PublicComment.place_of(comment)
