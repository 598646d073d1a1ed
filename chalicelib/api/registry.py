"""All routers of the API, in the order of its reference."""

from . import assets, console
from .html import thread
from .moderation import accounts, jobs, posts, queue, relocation, stats
from .public import comments, feeds, meta, mine, reactions

TOPICS = (
    comments.topic,
    reactions.topic,
    feeds.topic,
    mine.topic,
    thread.topic,
    queue.topic,
    jobs.topic,
    posts.topic,
    relocation.topic,
    stats.topic,
    accounts.topic,
    console.topic,
    assets.topic,
    meta.topic,
)
