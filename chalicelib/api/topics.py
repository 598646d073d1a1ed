"""All topics of the API, in the order of its reference."""

from . import comments, console, moderation, moderators, site, thread

TOPICS = (comments.topic, thread.topic, moderation.topic, moderators.topic, console.topic, site.topic)
