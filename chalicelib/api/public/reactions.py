"""Votes and flags."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from ...core.drafts import Strict, whole
from ...core.errors import Invalid, NotFound, TooManyRequests, Unauthenticated
from ...core.reactions import MAX_NOTE, Direction, FlagReason, OwnComment
from ...core.text.sanitize import clean_note
from ..http.endpoints import Answer, Call, Topic
from .schemas import Out

topic = Topic(__name__)


def _whole(value: object) -> object:
    """Python takes ``false`` for 0, and a form that sends it would take votes back."""
    number = whole(value)
    if type(number) is not int:
        raise ValueError("must be -1, 0 or 1")
    return number


class NewVote(Strict):
    """1 for up, -1 for down; 0 takes the vote back."""

    vote: Annotated[Direction, Field(strict=False, examples=[1]), BeforeValidator(_whole)]


class Votes(Out):
    """A comment's votes, with one's own."""

    up: int
    down: int
    vote: int


class NewFlag(Strict):
    """Why a moderator should look."""

    reason: Annotated[FlagReason, Field(strict=False, examples=["spam"])]
    note: Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(clean_note)] = ""


class Flagged(Out):
    """A moderator will look."""

    flagged: bool = True


@topic.endpoint(
    "PUT",
    "/v1/comments/{comment_id}/vote",
    body=NewVote,
    answers={200: Votes},
    refusals=(Invalid, Unauthenticated, OwnComment, NotFound, TooManyRequests),
    author=True,
)
def vote(call: Call) -> Votes:
    """Vote on a comment, change the vote or take it back.  One vote per author key."""
    comment = call.runtime.reacting.vote(call.comment_id, call.body.vote, call.caller)
    return Votes(up=comment.up, down=comment.down, vote=call.body.vote)


@topic.endpoint(
    "POST",
    "/v1/comments/{comment_id}/flags",
    body=NewFlag,
    answers={202: Flagged},
    refusals=(Invalid, Unauthenticated, OwnComment, NotFound, TooManyRequests),
    author=True,
)
def flag(call: Call) -> Answer:
    """Ask a moderator to look at a comment.  A second time changes nothing."""
    call.runtime.reacting.flag(call.comment_id, call.body.reason, call.body.note, call.caller)
    return Answer(Flagged(), 202)
