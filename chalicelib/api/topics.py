"""All topics of the API, in the order of its reference."""

from . import (
    assets,
    comments,
    console,
    feeds,
    figures,
    governance,
    jobs,
    mine,
    moderation,
    moderators,
    moving,
    reactions,
    site,
    thread,
)

TOPICS = (
    comments.topic,
    reactions.topic,
    feeds.topic,
    mine.topic,
    thread.topic,
    moderation.topic,
    jobs.topic,
    governance.topic,
    moving.topic,
    figures.topic,
    moderators.topic,
    console.topic,
    assets.topic,
    site.topic,
)
