"""Counting again what the posts count: a count that drifted is an alarm."""

from collections.abc import Iterator
from itertools import islice

from ..core.posts import Post
from .engine import keys
from .engine.schema import PUBLISHED
from .engine.table import Span, Table
from .posts import Posts

MAX_ENTRIES = 100_000  # of a post that is counted in passing: some 70 MB


def drifted(table: Table, posts: Posts) -> Iterator[tuple[Post, int]]:
    """Every post with the published comments that its index holds; tombstones do not count.

    The index lags: a post that changed while it was counted is counted again.
    """
    for post in posts.all():
        seen, counted = post, sum(_shown(table, post.key))
        while (now := posts.get(post.key)) != seen:
            seen, counted = now, sum(_shown(table, post.key))
        yield seen, counted


def counted_at_rest(posts: Posts, post: Post) -> int | None:
    """The same of one post; nothing if it moves, changed meanwhile, or has more than MAX_ENTRIES."""
    if post.moving:
        return None
    shown = list(islice(_shown(posts.table, post.key), MAX_ENTRIES + 1))
    if len(shown) > MAX_ENTRIES or (sum(shown) != post.count and posts.get(post.key) != post):
        return None
    return sum(shown)


def _shown(table: Table, key: str) -> Iterator[bool]:
    """Of each entry of a post whether it is a comment."""
    return (not entry.get("gone") for entry in table.walk(Span(keys.thread(key)), index=PUBLISHED))
