"""Counting again what the posts count: a count that drifted is an alarm."""

from collections.abc import Iterator

from ..core.posts import Post
from . import keys
from .posts import Posts
from .schema import PUBLISHED
from .table import Span, Table


def drifted(table: Table, posts: Posts) -> Iterator[tuple[Post, int]]:
    """Every post with the published comments that its index holds; tombstones do not count.

    The index lags: a post that changed while it was counted is counted again.
    """
    for post in posts.all():
        seen, counted = post, _count(table, post.key)
        while (now := posts.get(post.key)) != seen:
            seen, counted = now, _count(table, post.key)
        yield seen, counted


def _count(table: Table, key: str) -> int:
    entries = table.walk(Span(keys.thread(key)), index=PUBLISHED)
    return sum(1 for entry in entries if not entry.get("gone"))
