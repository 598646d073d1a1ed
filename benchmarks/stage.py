"""Where the benchmarks play: the whole service on ministack, filled as a real site would be."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.core.comments import Comment, Reason, Status
from chalicelib.service.comments.submit import rendered
from chalicelib.store.engine.clients import new_client
from dev.engine_process import Engine
from tests.store.trees import comment, grown, store
from tests.world import World, new_world

os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}

SENTENCE = "I was there, and nobody ran until the lights went out. "
HASH = "u3Xc0pT1Zk5qXv9mD2LwQ8sRb7yNf4aGe6hJiKoPtUE"  # as long as one is
WAITING = 1_000  # comments, whatever is asked
AS_LONG_AS_REAL = {
    "name": "Ann Example",
    "first_hash": HASH,
    "renderer": 1,
    "avatar": "abcdefgh",
    "author": HASH,
    "network": HASH,
    "reasons": (Reason("hold_by_policy", "Every comment waits for a moderator here."),),
}


@contextmanager
def stage() -> Iterator[World]:
    """A service with an empty table, and nobody in it."""
    with Engine() as engine:
        world = new_world(new_client(engine.url), limit_post_published=10**6)
        with world.open():
            yield world


def text_of(length: int) -> str:
    """Prose of so many characters."""
    return (SENTENCE * (length // len(SENTENCE) + 1))[:length].rstrip().ljust(length, ".")


def fill(world: World, post: str, size: int, length: int) -> list[Comment]:
    """A post with so many comments of that length, in threads of every shape; and with others that wait."""
    chance = random.Random(size)  # noqa: S311  not a secret
    parents = [chance.randrange(at) if at and chance.random() < 0.6 else None for at in range(size)]  # noqa: PLR2004
    words: Any = {**AS_LONG_AS_REAL, "text": text_of(length), "html": rendered(text_of(length))}
    comments = grown(parents, post=post, **words)
    waiting: Any = {"status": Status.PENDING, "published": ""}
    store(world, [*comments, *(comment(10**6 + number, post=post, **words, **waiting) for number in range(WAITING))])
    return comments
