"""Relocation: moving the comments of a post to another post."""

from pydantic import ConfigDict, Field

from ...core.accounts import Scope
from ...core.drafts import PostKey, Strict
from ...core.errors import Invalid, NotFound, PostIsMoving
from ..http.endpoints import Call, Router
from ..public.schemas import ResponseModel
from .common import AUTH_REFUSALS
from .posts import ModeratedPost, moderated_post

router = Router(__name__)


class NewRelocation(Strict):
    """The posts to move comments between.  ``dry_run`` only reports what would happen."""

    source: PostKey = Field(alias="from")
    target: PostKey = Field(alias="to")
    dry_run: bool = False


class RelocationResult(ResponseModel):
    """The result of a move.  ``left``: continue with the job.  ``row`` is the id with which it can be undone."""

    model_config = ConfigDict(serialize_by_alias=True)

    source: ModeratedPost = Field(alias="from")
    target: ModeratedPost = Field(alias="to")
    comments: int = Field(description="Comments found at `from`, of any status.")
    published: int = Field(description="How many of them are public. This number is exact.")
    at_least: bool = Field(description="There may be more comments: the scan stopped early.")
    merges: bool = Field(description="`to` already has comments.")
    job: str | None
    row: str | None
    moved: int = Field(description="Comments moved by this request.")
    left: bool


@router.endpoint(
    "POST",
    "/v1/moderation/posts/move",
    body=NewRelocation,
    responses={200: RelocationResult},
    refusals=(Invalid, NotFound, PostIsMoving, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
)
def move_post(call: Call) -> RelocationResult:
    """Move all comments of a post to another post, or preview that.  Both posts are closed meanwhile."""
    wanted: NewRelocation = call.body
    if wanted.source == wanted.target:
        raise Invalid({"to": "must be another post"})
    by = call.principal.actor
    moved = call.runtime.relocation.move(wanted.source, wanted.target, by, dry_run=wanted.dry_run)
    return RelocationResult.model_validate(
        {
            "from": moderated_post(call, moved.source),
            "to": moderated_post(call, moved.target),
            "comments": moved.count.comments,
            "published": moved.published,
            "at_least": moved.count.more,
            "merges": moved.merges,
            "job": moved.job or None,
            "row": moved.job or None,
            "moved": moved.progress.done,
            "left": moved.progress.left,
        }
    )
