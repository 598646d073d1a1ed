"""Votes and flags."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from ...core.drafts import Strict, whole
from ...core.errors import Invalid, NotFound, TooManyRequests, Unauthenticated
from ...core.reactions import Direction, FlagReason, OwnCommentForbidden
from ...core.text.sanitize import MAX_NOTE, clean_note
from ..http.endpoints import Call, Router, ViewResponse
from .schemas import ResponseModel

router = Router(__name__)


def _vote_number(value: object) -> object:
    """Refuse ``false``: Python treats it as 0, which would retract the vote."""
    number = whole(value)
    if type(number) is not int:
        raise ValueError("must be -1, 0 or 1")
    return number


class NewVote(Strict):
    """A vote: 1 for up, -1 for down, 0 to retract it."""

    vote: Annotated[Direction, Field(strict=False, examples=[1]), BeforeValidator(_vote_number)]


class Votes(ResponseModel):
    """The votes on a comment, with the caller's own."""

    up: int
    down: int
    vote: int


class NewFlag(Strict):
    """A report to the moderators."""

    reason: Annotated[FlagReason, Field(strict=False, examples=["spam"])]
    note: Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(clean_note)] = ""


class FlagAccepted(ResponseModel):
    """The flag was received."""

    flagged: bool = True


@router.endpoint(
    "PUT",
    "/v1/comments/{comment_id}/vote",
    body=NewVote,
    responses={200: Votes},
    refusals=(Invalid, Unauthenticated, OwnCommentForbidden, NotFound, TooManyRequests),
    author=True,
)
def vote(call: Call) -> Votes:
    """Vote on a comment, or change or retract your vote.  Each author key has one vote."""
    comment = call.runtime.reactions_service.vote(call.comment_id, call.body.vote, call.caller)
    return Votes(up=comment.up, down=comment.down, vote=call.body.vote)


@router.endpoint(
    "POST",
    "/v1/comments/{comment_id}/flags",
    body=NewFlag,
    responses={202: FlagAccepted},
    refusals=(Invalid, Unauthenticated, OwnCommentForbidden, NotFound, TooManyRequests),
    author=True,
)
def flag(call: Call) -> ViewResponse:
    """Flag a comment for the moderators.  Flagging it again has no effect."""
    call.runtime.reactions_service.flag(call.comment_id, call.body.reason, call.body.note, call.caller)
    return ViewResponse(FlagAccepted(), 202)
