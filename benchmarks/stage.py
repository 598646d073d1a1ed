"""The setting of the benchmarks: the whole service on ministack, filled like a real site."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.core.comments import Comment, Reason, Status
from chalicelib.service.comments.submit import rendered
from chalicelib.store.engine.clients import new_client
from dev.engine_process import Engine
from tests.support.threads import comment, grow_forest, store
from tests.support.world import World, new_world

os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}

SENTENCE = "I was there, and nobody ran until the lights went out. "
HASH = "u3Xc0pT1Zk5qXv9mD2LwQ8sRb7yNf4aGe6hJiKoPtUE"  # as long as one is
WAITING = 1_000  # comments, in every setting
AS_LONG_AS_REAL = {
    "name": "Ann Example",
    "submission_hash": HASH,
    "renderer": 1,
    "avatar": "abcdefgh",
    "author": HASH,
    "network": HASH,
    "reasons": (Reason("every_comment"),),
}


@contextmanager
def stage() -> Iterator[World]:
    """A service with an empty table."""
    with Engine() as engine:
        world = new_world(new_client(engine.url), limit_post_published=10**6)
        with world.open():
            yield world


def text_of(length: int) -> str:
    """A text of that many characters."""
    return (SENTENCE * (length // len(SENTENCE) + 1))[:length].rstrip().ljust(length, ".")


def fill(world: World, post: str, size: int, length: int) -> list[Comment]:
    """Write ``size`` comments of that length on a post, in threads of all shapes, and others that are waiting."""
    chance = random.Random(size)  # noqa: S311  not a secret
    parents = [chance.randrange(at) if at and chance.random() < 0.6 else None for at in range(size)]  # noqa: PLR2004
    words: Any = {**AS_LONG_AS_REAL, "text": text_of(length), "html": rendered(text_of(length))}
    comments = grow_forest(parents, post=post, **words)
    waiting: Any = {"status": Status.PENDING, "published": ""}
    store(world, [*comments, *(comment(10**6 + number, post=post, **words, **waiting) for number in range(WAITING))])
    return comments
