"""The result of one operation out of several in a request or a job."""

from dataclasses import dataclass
from enum import StrEnum

from ..core.comments import Comment
from ..core.errors import Refusal


class Outcome(StrEnum):
    """The outcome of one decision or of its undo."""

    DONE = "done"
    ALREADY_SO = "already_so"
    CHANGED_MEANWHILE = "changed_meanwhile"
    REFUSED = "refused"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True)
class Result:
    """The result for one comment.

    ``comment`` is the comment as it is now, ``row`` the id of the audit row if one was written, and
    ``refusal`` the reason why the operation was refused, if it was.
    """

    id: str
    outcome: Outcome
    comment: Comment | None = None
    row: str = ""
    refusal: Refusal | None = None
