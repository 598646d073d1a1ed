"""The routers for readers: all that the function behind CloudFront serves.  Nothing in them is for moderators."""

from . import assets
from .html import thread
from .public import comments, feeds, meta, mine, reactions

PUBLIC_ROUTERS = (
    comments.router,
    reactions.router,
    feeds.router,
    mine.router,
    thread.router,
    assets.router,
    meta.router,
)
