"""Recounts the published comments of posts, to find counts that have drifted."""

from collections.abc import Iterator
from itertools import islice

from ..core.posts import Post
from .engine import keys
from .engine.schema import PUBLISHED
from .engine.table import Span, Table
from .posts import Posts

MAX_ENTRIES = 100_000  # of a post that the hourly timer counts: about 70 MB


def recounted_posts(table: Table, posts: Posts) -> Iterator[tuple[Post, int]]:
    """Every post with the number of published comments in the index, without tombstones.

    The index lags: a post that changed while it was counted is counted again.
    """
    for post in posts.all():
        seen, counted = post, sum(_shown(table, post.key))
        while (now := posts.get(post.key)) != seen:
            seen, counted = now, sum(_shown(table, post.key))
        yield seen, counted


def exact_count(posts: Posts, post: Post) -> int | None:
    """The number of published comments of one post.

    None if the post is being moved, has changed meanwhile, or has more than MAX_ENTRIES entries.
    """
    if post.moving:
        return None
    shown = list(islice(_shown(posts.table, post.key), MAX_ENTRIES + 1))
    if len(shown) > MAX_ENTRIES or (sum(shown) != post.count and posts.get(post.key) != post):
        return None
    return sum(shown)


def _shown(table: Table, key: str) -> Iterator[bool]:
    """For each entry of a post, whether it is a comment and not a tombstone."""
    return (not entry["public"].get("gone") for entry in table.iterate(Span(keys.thread(key)), index=PUBLISHED))
