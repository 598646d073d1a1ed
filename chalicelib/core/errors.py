"""What the service says no to: states of the world, which know nothing of HTTP.

Refusal
├── Invalid                   a field of what was sent is wrong
│   └── SortUnavailable       the post has too many comments for that order
├── Unauthenticated           no token, or none that counts
├── Forbidden                 known, but not allowed to
│   └── EditWindowClosed
├── NotFound                  not there, or not for this caller: the two look the same
├── Conflict                  true when asked, no longer true now
│   ├── KeyReused             the idempotency key belongs to another text
│   ├── ParentNotPublished    a reply can't be seen before what it answers
│   ├── ChangedMeanwhile      somebody else was faster
│   ├── PostIsMoving          its comments are on their way to another post
│   └── UndoExpired
├── PostClosed                the post takes no more comments
├── KeyMissing                no ``Idempotency-Key``
├── WorkMissing               no proof of work, where it is asked for
├── TooManyRequests
└── Unavailable               the table did not answer in time
    └── KeysMismatch          the secret is not the one this table was written with
"""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not an error
    """The root.  ``code`` is stable and documented; the message is for people."""

    code = "refused"
    message = "The request was refused."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


class Invalid(Refusal):
    """``errors`` maps each wrong field to what is wrong with it."""

    code = "invalid"
    message = "Some fields are not as they must be."

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = dict(errors)


class SortUnavailable(Invalid):
    """The order asked for is not offered for this post."""

    code = "sort_unavailable"


class Unauthenticated(Refusal):
    """Every failure to prove who one is looks the same."""

    code = "unauthenticated"
    message = "This needs a valid token."


class Forbidden(Refusal):
    """The caller is known and may not."""

    code = "forbidden"
    message = "Your token does not allow this."


class EditWindowClosed(Forbidden):
    """An author may edit for some minutes only."""

    code = "edit_window_closed"
    message = "The time to edit this comment is over."


class NotFound(Refusal):
    """One answer for what is absent, waiting, rejected or somebody else's."""

    code = "not_found"
    message = "There is nothing here."


class Conflict(Refusal):
    """What was asked no longer fits what is there."""

    code = "conflict"
    message = "This no longer fits what is there."


class KeyReused(Conflict):
    """The same idempotency key came with another submission.  ``comment`` is the id of what is stored."""

    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another comment."

    def __init__(self, comment: str) -> None:
        super().__init__()
        self.comment = comment


class ParentNotPublished(Conflict):
    """``parent`` and ``version`` name the comment that must be approved first."""

    code = "parent_not_published"
    message = "The comment that this one answers is not published."

    def __init__(self, parent: str, version: int) -> None:
        super().__init__()
        self.parent, self.version = parent, version


class ChangedMeanwhile(Conflict):
    """Somebody changed it since the caller looked."""

    code = "changed_meanwhile"
    message = "This was changed meanwhile."


class PostIsMoving(Conflict):
    """A move goes on with this post: it must end first."""

    code = "post_is_moving"
    message = "The comments of this post are being moved. Finish that first."


class UndoExpired(Conflict):
    """Decisions can be taken back for 30 days."""

    code = "undo_expired"
    message = "This can no longer be undone."


class PostClosed(Refusal):
    """A moderator closed the post."""

    code = "post_closed"
    message = "Comments are closed here."


class KeyMissing(Refusal):
    """A submission without a key could not be repeated safely."""

    code = "idempotency_key_missing"
    message = "Send an Idempotency-Key: 22 base64url characters, new for each comment."


class WorkMissing(Refusal):
    """A submission without the proof of work that the form asks for, or with that of another."""

    code = "work_missing"
    message = (
        "This needs the work that GET /v1/form asks for: ask it again with the same author key, and work for that."
    )


class TooManyRequests(Refusal):
    """The caller is over a limit.  ``retry_after`` is in whole seconds, never 0."""

    code = "too_many_requests"
    message = "Too many at once. Try again a little later."

    def __init__(self, *, retry_after: int) -> None:
        super().__init__()
        self.retry_after = max(1, retry_after)


class Unavailable(Refusal):
    """Nothing was lost; the same request may be sent again.  ``retry_after`` is in whole seconds."""

    code = "unavailable"
    message = "The service is busy. Nothing is lost; try again in a moment."

    def __init__(self, *, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class KeysMismatch(Unavailable):
    """Writing under another secret would cut every author from their comments."""

    code = "keys_mismatch"
    message = "The service's secret does not belong to its table."
