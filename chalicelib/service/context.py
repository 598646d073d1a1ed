"""Reads what screening needs to know, before anything is decided."""

from datetime import datetime

from ..core.comments import Caller
from ..core.posts import Post
from ..core.screening.context import NO_AUTHOR_RECORD, NO_NETWORK_RECORD, Context, Fact
from ..core.screening.engine import needed_facts
from ..store.accounts import Accounts
from ..store.authors import Authors
from ..store.networks import Networks
from ..store.policy import PolicyStore
from ..store.posts import Posts


class ContextReader:
    """Reads a post, the policy, and the records that the policy's active rules need; nothing else."""

    def __init__(
        self, posts: Posts, policies: PolicyStore, authors: Authors, networks: Networks, accounts: Accounts
    ) -> None:
        self.posts, self.policies, self.authors, self.networks = posts, policies, authors, networks
        self.accounts = accounts

    def read(self, post_key: str, caller: Caller, now: datetime) -> Context:
        """Read the context of a post and a caller."""
        return self.read_for(self.posts.get(post_key), caller, now)

    def read_for(self, post: Post, caller: Caller, now: datetime) -> Context:
        """Read the context of a caller under a post that was already read."""
        policy = self.policies.current()
        needed = needed_facts(policy)
        knows_author = caller.author and Fact.AUTHOR_RECORD in needed
        return Context(
            now=now,
            policy=policy,
            post=post,
            author_record=self.authors.record(caller.author) if knows_author else NO_AUTHOR_RECORD,
            network_record=(
                self.networks.record(caller.network, now) if Fact.NETWORK_RECORD in needed else NO_NETWORK_RECORD
            ),
            moderator_names=self.accounts.names(now) if Fact.MODERATOR_NAMES in needed else (),
        )
