"""Moving a post's comments to another post."""

from pydantic import ConfigDict, Field

from ...core.accounts import Scope
from ...core.drafts import PostKey, Strict
from ...core.errors import Invalid, NotFound, PostIsMoving
from ..http.endpoints import Call, Topic
from ..public.schemas import Out
from .posts import ModeratedPost, post_shape
from .queue import ANYBODY

topic = Topic(__name__)


class PostMove(Strict):
    """From which post to which; ``dry_run``: only say what that would do."""

    source: PostKey = Field(alias="from")
    target: PostKey = Field(alias="to")
    dry_run: bool = False


class MoveDone(Out):
    """What a move does.  ``left``: go on with the job, until nothing is left.  ``row`` is the id to undo it by."""

    model_config = ConfigDict(serialize_by_alias=True)

    source: ModeratedPost = Field(alias="from")
    target: ModeratedPost = Field(alias="to")
    comments: int = Field(description="Comments of `from`, in whatever status, that were found.")
    published: int = Field(description="How many of them are public: exact.")
    at_least: bool = Field(description="There may be more: the search ended before the lists did.")
    merges: bool = Field(description="`to` has comments already.")
    job: str | None
    row: str | None
    moved: int = Field(description="By this request.")
    left: bool


@topic.endpoint(
    "POST",
    "/v1/moderation/posts/move",
    body=PostMove,
    answers={200: MoveDone},
    refusals=(Invalid, NotFound, PostIsMoving, *ANYBODY),
    scope=Scope.MODERATE,
)
def move_post(call: Call) -> MoveDone:
    """Move all comments of a post to another one, or say what that would do.  Both are closed meanwhile."""
    wanted: PostMove = call.body
    if wanted.source == wanted.target:
        raise Invalid({"to": "must be another post"})
    by = call.signed.moderator.id
    moved = call.runtime.moving.move(wanted.source, wanted.target, by, dry_run=wanted.dry_run)
    return MoveDone.model_validate(
        {
            "from": post_shape(call, moved.source),
            "to": post_shape(call, moved.target),
            "comments": moved.counted.comments,
            "published": moved.published,
            "at_least": moved.counted.more,
            "merges": moved.merges,
            "job": moved.job or None,
            "row": moved.job or None,
            "moved": moved.carried.done,
            "left": moved.carried.left,
        }
    )
