"""Rules about the post, and about the comment that a reply answers."""

from datetime import timedelta
from typing import ClassVar

from pydantic import ConfigDict, Field

from ...errors import Invalid, PostClosed
from ...posts import published_on
from ..context import Context
from ..policy import Settings, Whole
from ..rule import Finding, hold, refuse, rule


class OldPostSettings(Settings):
    """And the first comment under any post."""

    model_config = ConfigDict(title="Hold comments on old posts")

    section: ClassVar[str] = "old_post"
    days: Whole = Field(default=14, ge=1, le=3_650, title="Age of an old post in days")


@rule()
def closed_post(context: Context) -> Finding | None:
    """Refuse new comments on a closed post; existing ones may still be edited."""
    return refuse(PostClosed()) if context.post.closed and context.before is None else None


@rule()
def hidden_parent(context: Context) -> Finding | None:
    """Refuse replies to unpublished, foreign and unknown comments, all in the same way."""
    parent = context.parent
    if context.has_parent and not (parent and parent.is_public and parent.post == context.post.key):
        return refuse(Invalid({"parent": "There is no such comment under this post."}))
    return None


@rule("The post is older than {days} days.", one="The post is more than a day old.", settings=OldPostSettings)
def old_post(context: Context) -> Finding | None:
    """Hold comments on posts of more than some days; a post without a date is as old as its first submission."""
    days = context.settings(OldPostSettings).days
    age = context.now - (published_on(context.post) or context.now)
    return hold(days=days) if age > timedelta(days=days) else None


@rule("The first comment under a post: anybody can invent the name of one.", settings=OldPostSettings)
def first_comment(context: Context) -> Finding | None:
    """Hold the first comment under a post, whose age nobody knows."""
    return hold() if not context.post.count else None
