"""Rules about the author, and about who changed the comment before."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from ..context import Context, Fact
from ..policy import Settings, Whole
from ..rule import Finding, hold, rule


class EveryCommentSettings(Settings):
    """Nothing is published unread."""

    model_config = ConfigDict(title="Hold every comment")

    section: ClassVar[str] = "every_comment"
    active: bool = True


class NewAuthorSettings(Settings):
    """Authors are recognized by a key in their browser, not by their name."""

    model_config = ConfigDict(title="Hold comments of new authors")

    section: ClassVar[str] = "new_author"
    approvals: Whole = Field(default=1, ge=1, le=100, title="Approved comments needed")


@rule("Every comment waits for a moderator here.", settings=EveryCommentSettings)
def every_comment(_context: Context) -> Finding | None:
    """Hold every comment."""
    return hold()


@rule(
    "A new author: {approved} comments approved so far.",
    one="A new author: 1 comment approved so far.",
    settings=NewAuthorSettings,
    needs={Fact.AUTHOR_RECORD},
)
def new_author(context: Context) -> Finding | None:
    """Hold comments of authors with few approved comments."""
    approved = context.author_record.approved
    return hold(approved=approved) if approved < context.settings(NewAuthorSettings).approvals else None


@rule("A moderator had edited it.")
def edited_by_moderator(context: Context) -> Finding | None:
    """Hold an author's edits of a comment that a moderator had edited, so that nothing removed comes back unseen.

    All of them: the first replaces the moderator's words, and so the moderator's name on the comment.
    """
    is_edited = context.before is not None and bool(context.before.edited_by)
    return hold() if is_edited or context.was_held_for("edited_by_moderator") else None
