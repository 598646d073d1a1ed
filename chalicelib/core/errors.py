"""The refusals: why the service does not do what was requested.  They know nothing of HTTP.

Refusal
├── Invalid                   a field of the request is invalid
│   └── SortUnavailable       the post has too many comments for that order
├── Unauthenticated           no valid token
├── Forbidden                 the token does not allow it
│   ├── EditWindowClosed
│   └── ForeignForm           a page of another site sent the form
├── NotFound                  does not exist, or not for this caller: the two look the same
├── Conflict                  something has changed since the caller read it
│   ├── KeyReused             the idempotency key belongs to another submission
│   ├── ParentNotPublished    a reply can't be published before its parent
│   ├── ChangedMeanwhile      somebody else changed it first
│   ├── PostIsMoving          its comments are being moved to another post
│   └── UndoExpired
├── PostClosed                the post takes no new comments
├── KeyMissing                no ``Idempotency-Key``
├── WorkMissing               a required proof of work is missing
├── TooManyRequests
├── Unavailable               the table did not respond in time
└── KeysMismatch              the table belongs to another secret: trying again does not help
"""

from collections.abc import Mapping

from .messages import fill


class Refusal(Exception):  # noqa: N818  a refusal is a response, not an error
    """The base class.

    ``code`` is stable and documented.  ``message`` is for people; ``parameters`` are the numbers and names of this
    case, which the template of a class may mention.
    """

    code = "refused"
    message = "The request was refused."

    def __init__(self, message: str = "", /, **parameters: int | str) -> None:
        self.parameters = parameters
        self.message = message or fill(self.message, parameters)
        super().__init__(self.message)


class Invalid(Refusal):
    """Some fields are invalid.  ``errors`` maps the name of each to what is wrong with it."""

    code = "invalid"
    message = "Some fields are invalid."

    def __init__(self, errors: Mapping[str, str], **parameters: int | str) -> None:
        super().__init__(**parameters)
        self.errors = dict(errors)


class SortUnavailable(Invalid):
    """The post has too many comments for this sort order."""

    code = "sort_unavailable"


class Unauthenticated(Refusal):
    """The caller is not authenticated.  All reasons for it look the same."""

    code = "unauthenticated"
    message = "A valid token is required."


class Forbidden(Refusal):
    """The caller is authenticated but not allowed to do this."""

    code = "forbidden"
    message = "Your token does not allow this."


class EditWindowClosed(Forbidden):
    """The time in which the author can edit the comment is over."""

    code = "edit_window_closed"
    message = "The time to edit this comment is over."


class ForeignForm(Forbidden):
    """The form was sent by a page of another site."""

    code = "foreign_form"
    message = "This was sent by another site. Is it what you want to say here? Then submit it."


class NotFound(Refusal):
    """It does not exist, or the caller may not see it: unpublished, or somebody else's."""

    code = "not_found"
    message = "Not found."


class Conflict(Refusal):
    """The request does not fit the current state."""

    code = "conflict"
    message = "This conflicts with the current state."


class KeyReused(Conflict):
    """The idempotency key was used for another submission.  ``comment`` is the id of the stored comment."""

    code = "idempotency_key_reused"
    message = "This Idempotency-Key was already used for another comment."

    def __init__(self, comment: str) -> None:
        super().__init__(comment=comment)


class ParentNotPublished(Conflict):
    """The parent is not published.  ``parent`` and ``version`` name the comment that must be approved first."""

    code = "parent_not_published"
    message = "The parent comment is not published."

    def __init__(self, parent: str, version: int) -> None:
        super().__init__(parent=parent, version=version)


class ChangedMeanwhile(Conflict):
    """It was changed since the caller read it."""

    code = "changed_meanwhile"
    message = "Someone else changed this in the meantime."


class PostIsMoving(Conflict):
    """The comments of the post are being moved; that must be finished first."""

    code = "post_is_moving"
    message = "The comments of this post are being moved. Finish the move first."


class UndoExpired(Conflict):
    """Decisions can be undone only for 30 days."""

    code = "undo_expired"
    message = "This can no longer be undone."


class PostClosed(Refusal):
    """The post is closed for new comments."""

    code = "post_closed"
    message = "Comments are closed here."


class KeyMissing(Refusal):
    """A submission needs an ``Idempotency-Key``, without which it could not be repeated safely."""

    code = "idempotency_key_missing"
    message = "The Idempotency-Key header is missing. Send 22 random base64url characters, new for each comment."


class WorkMissing(Refusal):
    """The proof of work that the form requires is missing or invalid."""

    code = "work_missing"
    message = (
        "A proof of work is required: call GET /v1/form again with the same author key, and do the work it asks for."
    )


class TooManyRequests(Refusal):
    """The caller exceeded a limit.  ``retry_after`` is in whole seconds, never 0."""

    code = "too_many_requests"
    message = "Too many requests. Try again later."

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=max(1, retry_after))


class Unavailable(Refusal):
    """The service is overloaded; the same request can be sent again.  ``retry_after`` is in whole seconds.

    ``why`` is for the log, never for the response: the operation that failed, AWS's code, and how often it was tried.
    """

    code = "unavailable"
    message = "The service is busy. Nothing is lost; try again in a moment."

    def __init__(self, *, retry_after: int = 1, why: Mapping[str, str | int] | None = None) -> None:
        super().__init__(retry_after=retry_after)
        self.why = dict(why or {})


class KeysMismatch(Refusal):
    """The secret is not the one of this table.  Writing with it would separate authors from their comments."""

    code = "keys_mismatch"
    message = "The secret of the service does not match its table."
