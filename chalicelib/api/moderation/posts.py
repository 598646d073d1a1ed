"""Posts, the policy and the figures: what moderators and the owner look after beside comments."""

from contextlib import suppress
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from ...core.accounts import Scope
from ...core.drafts import PostKey, Strict, Version, whole
from ...core.errors import ChangedMeanwhile, Forbidden, Invalid, PostIsMoving, Unauthenticated
from ...core.posts import Post, post_key, post_link
from ...core.screening.engine import Hold, Policy
from ...core.text.sanitize import MAX_TITLE, clean_title
from ..http.endpoints import Call, Topic
from ..http.pagination import Cursor, signed, verified
from ..http.parsing import Number, Query
from ..public.schemas import NULL, STRING, Next, Out
from .queue import ANYBODY, DEFAULT_QUEUE, MAX_QUEUE

topic = Topic(__name__)

MAX_APPROVALS = 100
MAX_DAYS = 3_650


class PostsQuery(Query):
    """A page of posts, or one."""

    post: PostKey | None = None
    limit: Annotated[Number, Field(ge=1, le=MAX_QUEUE)] = DEFAULT_QUEUE
    cursor: Cursor = ""


class PostQuery(Query):
    """Which post."""

    post: PostKey


class PostChange(Strict):
    """One thing to change; ``version`` guards against changing what somebody else just changed."""

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
                description="What readers see as the post's title; empty for none.",
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


class ModeratedPost(Out):
    """A post as moderators see it."""

    post: str
    link: str | None
    title: str | None
    proposed_title: str | None = Field(description="What a reader's page called it: unverified.")
    count: int = Field(description="Its published comments.")
    waiting: int | None = Field(default=None, description="In the list: those that wait, of the first 1,000 or so.")
    closed: bool
    version: int
    moved_to: str | None = Field(default=None, description="The key of the post where its comments were moved.")


class ModeratedPosts(Out):
    """Posts in the order of their keys."""

    posts: list[ModeratedPost]
    next: Next = None


class PolicyShape(Out):
    """What waits for a moderator, whatever the other rules say; ``version`` rises with each change."""

    hold: Hold
    approvals: int = Field(description="For `new_authors`: so many approved comments end being new.")
    days: int = Field(description="For `posts_older_than`.")
    version: int


class PolicyChange(Strict):
    """The next policy; ``version`` is the one that it replaces."""

    hold: Annotated[Hold, Field(strict=False)]
    approvals: Annotated[int, Field(ge=1, le=MAX_APPROVALS), BeforeValidator(whole)] = 1
    days: Annotated[int, Field(ge=1, le=MAX_DAYS), BeforeValidator(whole)] = 14
    version: Version


@topic.endpoint(
    "GET",
    "/v1/moderation/posts",
    query=PostsQuery,
    answers={200: ModeratedPosts},
    refusals=(Invalid, *ANYBODY),
    scope=Scope.READ,
)
def posts(call: Call) -> ModeratedPosts:
    """List the posts that ever had a submission, with their counts; or look at one."""
    query: PostsQuery = call.query
    after = verified(call, query.cursor, "posts", fits=_is_key) if query.cursor else ""
    single = [call.runtime.posts.get(query.post)] if query.post else []
    found, following = (single, "") if query.post else call.runtime.posts.page(limit=query.limit, after=after)
    waiting = call.runtime.queue.count().posts
    return ModeratedPosts(
        posts=[post_shape(call, post).model_copy(update={"waiting": waiting.get(post.key, 0)}) for post in found],
        next=signed(call, following, "posts") if following else None,
    )


@topic.endpoint(
    "PATCH",
    "/v1/moderation/posts",
    query=PostQuery,
    body=PostChange,
    answers={200: ModeratedPost},
    refusals=(Invalid, ChangedMeanwhile, PostIsMoving, *ANYBODY),
    scope=Scope.MODERATE,
)
def change_post(call: Call) -> ModeratedPost:
    """Close a post to new comments, reopen it, or set the title that readers see."""
    governing, key, wanted = call.runtime.governing, call.query.post, call.body
    if wanted.closed is not None:
        return post_shape(call, governing.set_closed(key, wanted.version, call.signed, closed=wanted.closed))
    return post_shape(call, governing.set_title(key, wanted.version, call.signed, _title(wanted.title)))


@topic.endpoint("GET", "/v1/moderation/policy", answers={200: PolicyShape}, refusals=ANYBODY, scope=Scope.READ)
def policy(call: Call) -> PolicyShape:
    """Get the screening policy."""
    return _policy(call.runtime.config.policy())


@topic.endpoint(
    "PUT",
    "/v1/moderation/policy",
    body=PolicyChange,
    answers={200: PolicyShape},
    refusals=(Invalid, ChangedMeanwhile, Unauthenticated, Forbidden),
    scope=Scope.MANAGE,
)
def change_policy(call: Call) -> PolicyShape:
    """Change the screening policy.  It counts from the next submission on."""
    wanted = call.body
    chosen = Policy(wanted.hold, wanted.version + 1, approvals=wanted.approvals, days=wanted.days)
    return _policy(call.runtime.governing.set_policy(chosen, call.signed))


def _policy(chosen: Policy) -> PolicyShape:
    return PolicyShape(hold=chosen.hold, approvals=chosen.approvals, days=chosen.days, version=chosen.version)


def _title(title: str) -> str:
    try:
        return clean_title(title)
    except ValueError as wrong:
        raise Invalid({"title": str(wrong)}) from None


def post_shape(call: Call, post: Post) -> ModeratedPost:
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
