"""Gathering: what screening may know of a post, its policy and an author, read before anything is decided."""

from datetime import datetime

from ..core.decisions import Record
from ..core.posts import Post
from ..core.screening.engine import Facts, Hold
from ..store.authors import Authors
from ..store.policy import Config
from ..store.posts import Posts


class Gathering:
    """Reads no more than the policy needs."""

    def __init__(self, posts: Posts, config: Config, authors: Authors) -> None:
        self.posts, self.config, self.authors = posts, config, authors

    def facts(self, key: str, author: str, now: datetime) -> Facts:
        """About a post as it is now, and an author (an author key's hash, or nothing)."""
        return self.about(self.posts.get(key), author, now)

    def about(self, post: Post, author: str, now: datetime) -> Facts:
        """The same, of a post that was read."""
        policy = self.config.policy()
        wants_record = author and policy.hold is Hold.NEW_AUTHORS
        record = self.authors.record(author) if wants_record else Record()
        return Facts(now=now, policy=policy, post=post, record=record)
