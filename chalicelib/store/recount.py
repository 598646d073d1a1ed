"""Adds up the published comments of posts again, to find totals that have drifted."""

from collections.abc import Iterable, Iterator
from itertools import islice

from ..core.posts import Post
from ..core.totals import NOTHING, Totals, stored_totals, totals_of_entry
from .engine import keys
from .engine.schema import PUBLISHED
from .engine.table import Span, Table
from .items import public_from_entry
from .posts import Posts

MAX_ENTRIES = 100_000  # of a post that the hourly timer counts: about 70 MB


def recounted_posts(table: Table, posts: Posts) -> Iterator[tuple[Post, Totals]]:
    """Every post with the totals of the published comments in the index, without tombstones.

    The index lags: a post that changed while it was counted is counted again.
    """
    for post in posts.all():
        seen, counted = post, _sum(_shown(table, post.key))
        while (now := posts.get(post.key)) != seen:
            seen, counted = now, _sum(_shown(table, post.key))
        yield seen, counted


def exact_totals(posts: Posts, post: Post) -> Totals | None:
    """The totals of the published comments of one post.

    None if the post is being moved, has changed meanwhile, or has more than MAX_ENTRIES entries.
    """
    if post.moving:
        return None
    shown = list(islice(_shown(posts.table, post.key), MAX_ENTRIES + 1))
    if len(shown) > MAX_ENTRIES or (_sum(shown) != stored_totals(post) and posts.get(post.key) != post):
        return None
    return _sum(shown)


def _shown(table: Table, key: str) -> Iterator[Totals]:
    """For each entry of a post, what it adds to the totals: nothing if it is a tombstone."""
    for entry in table.iterate(Span(keys.thread(key)), index=PUBLISHED):
        comment = public_from_entry(entry)
        yield NOTHING if comment.gone else totals_of_entry(entry["psk"], comment)


def _sum(shown: Iterable[Totals]) -> Totals:
    return sum(shown, NOTHING)
