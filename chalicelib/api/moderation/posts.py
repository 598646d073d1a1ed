"""Posts: list them, close them and set their titles."""

from contextlib import suppress
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from ...core.accounts import Scope
from ...core.drafts import PostKey, Strict, Version
from ...core.errors import ChangedMeanwhile, Invalid, PostIsMoving
from ...core.posts import Post, post_key, post_link
from ...core.text.sanitize import MAX_TITLE, clean_title
from ..http.endpoints import Call, Router
from ..http.pagination import DEFAULT_LIMIT, MAX_LIMIT, Cursor, cursor_value, signed_cursor
from ..http.parsing import Number, Query
from ..public.comments import PostQuery
from ..public.schemas import NULL, STRING, NextCursor, ResponseModel
from .common import AUTH_REFUSALS

router = Router(__name__)


class PostsQuery(Query):
    """A page of posts, or one post."""

    post: PostKey | None = None
    limit: Annotated[Number, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Cursor = ""


class PostChange(Strict):
    """A change to one field.  ``version`` prevents overwriting a change of somebody else."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["closed"], "properties": {"closed": {"type": "boolean"}, "title": NULL}},
                {"required": ["title"], "properties": {"title": STRING, "closed": NULL}},
            ]
        }
    )

    closed: bool | None = None
    title: (
        Annotated[
            str,
            Field(
                description="The title that readers see; empty for none.",
                json_schema_extra={"maxLength": MAX_TITLE},
            ),
        ]
        | None
    ) = None
    version: Version | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "PostChange":
        if (self.closed is None) == (self.title is None):
            raise ValueError("name either closed or title")
        return self


class ModeratedPost(ResponseModel):
    """A post as moderators see it."""

    post: str
    link: str | None
    title: str | None
    proposed_title: str | None = Field(description="The title that the page of a reader sent. It is not verified.")
    count: int = Field(description="Published comments.")
    waiting: int | None = Field(
        default=None, description="Pending comments, among about the first 1,000 of the queue. Only in the list."
    )
    closed: bool
    version: int
    moved_to: str | None = Field(default=None, description="The key of the post to which the comments were moved.")


class ModeratedPosts(ResponseModel):
    """A page of posts in the order of their keys."""

    posts: list[ModeratedPost]
    next: NextCursor = None


@router.endpoint(
    "GET",
    "/v1/moderation/posts",
    query=PostsQuery,
    responses={200: ModeratedPosts},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.READ,
)
def posts(call: Call) -> ModeratedPosts:
    """List all posts that ever had a submission, or get one post."""
    query: PostsQuery = call.query
    after = cursor_value(call, query.cursor, "posts", fits=_is_key) if query.cursor else ""
    single = [call.runtime.posts.get(query.post)] if query.post else []
    found, following = (single, "") if query.post else call.runtime.posts.page(limit=query.limit, after=after)
    waiting = call.runtime.queue.count().posts
    return ModeratedPosts(
        posts=[moderated_post(call, post).model_copy(update={"waiting": waiting.get(post.key, 0)}) for post in found],
        next=signed_cursor(call, following, "posts") if following else None,
    )


@router.endpoint(
    "PATCH",
    "/v1/moderation/posts",
    query=PostQuery,
    body=PostChange,
    responses={200: ModeratedPost},
    refusals=(Invalid, ChangedMeanwhile, PostIsMoving, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
)
def change_post(call: Call) -> ModeratedPost:
    """Close a post to new comments, reopen it, or set the title that readers see."""
    post_admin, key, wanted = call.runtime.post_admin, call.query.post, call.body
    if wanted.closed is not None:
        return moderated_post(call, post_admin.set_closed(key, wanted.version, call.principal, closed=wanted.closed))
    return moderated_post(call, post_admin.set_title(key, wanted.version, call.principal, _title(wanted.title)))


def _title(title: str) -> str:
    try:
        return clean_title(title)
    except ValueError as error:
        raise Invalid({"title": str(error)}) from None


def moderated_post(call: Call, post: Post) -> ModeratedPost:
    """A post as moderators see it."""
    return ModeratedPost(
        post=post.key,
        link=post_link(call.runtime.settings.site, post.key) or None,
        title=post.title or None,
        proposed_title=post.proposed_title or None,
        count=post.count,
        closed=post.closed,
        version=post.version,
        moved_to=post.moved_to or None,
    )


def _is_key(value: object) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and post_key(value) == value
    return False
