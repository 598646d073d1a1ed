"""What moderators decide about posts, and the owner about the site."""

from ..core.access import Signed
from ..core.deciding import Act, AuditRow
from ..core.posts import Post
from ..core.refusals import ChangedMeanwhile
from ..core.screening import Policy
from ..store.config import Config
from ..store.posts import Posts
from .tools import Tools


class Governing:
    """Posts and the policy."""

    def __init__(self, tools: Tools, posts: Posts, config: Config) -> None:
        self.tools, self.posts, self.config = tools, posts, config

    def set_closed(self, key: str, version: int | None, by: Signed, *, closed: bool) -> Post:
        """Close a post, or reopen it; a post that is so already stays as it is.

        Raises:
            ChangedMeanwhile: it is no longer in the version that the moderator saw.
        """
        now = self.tools.clock()
        self.config.check_keys(self.tools.keys, now)
        post = self.posts.get(key)
        if post.closed is closed:
            return post
        if version not in {None, post.version}:
            raise ChangedMeanwhile
        row = AuditRow(
            id=self.tools.new_ulid(now),
            act=Act.CLOSE if closed else Act.REOPEN,
            by=by.moderator.id,
            at=now,
            post=key,
            version=post.version + 1,
        )
        return self.posts.set_closed(post, closed=closed, row=row)

    def set_policy(self, policy: Policy, by: Signed) -> Policy:
        """Let ``policy`` follow the one with the version before; the same change twice is one change.

        Raises:
            ChangedMeanwhile: another one follows already.
        """
        now = self.tools.clock()
        self.config.check_keys(self.tools.keys, now)
        current = self.config.policy()
        if current == policy:
            return current
        if current.version != policy.version - 1:
            raise ChangedMeanwhile
        row = AuditRow(
            id=self.tools.new_ulid(now),
            act=Act.POLICY,
            by=by.moderator.id,
            at=now,
            before=current.hold,
            after=policy.hold,
            version=policy.version,
        )
        self.config.set_policy(policy, row)
        return policy
