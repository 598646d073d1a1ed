"""All routers of the API, in the order of the API reference."""

from . import assets, console
from .html import thread
from .moderation import accounts, audit, decisions, jobs, policy, posts, queue, relocation, stats
from .moderation import comments as moderation_comments
from .public import comments, feeds, meta, mine, reactions

ROUTERS = (
    comments.router,
    reactions.router,
    feeds.router,
    mine.router,
    thread.router,
    queue.router,
    decisions.router,
    moderation_comments.router,
    audit.router,
    jobs.router,
    posts.router,
    policy.router,
    relocation.router,
    stats.router,
    accounts.router,
    console.router,
    assets.router,
    meta.router,
)
