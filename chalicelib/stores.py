"""What lies in the table and in AWS, each made when it is first needed: reading never loads what writing needs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .core.crypto.keys import Keys
from .core.errors import TooManyRequests, Unavailable
from .settings import BadSettingError, Settings, checked_secret
from .store.engine.clients import aws
from .store.engine.table import Table
from .store.memo import Memo
from .store.posts import Posts
from .store.ranking import Ranking
from .store.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from .notify.cdn import Edge
    from .store.accounts import Access
    from .store.audit import Audit
    from .store.authors import Authors
    from .store.comments import Comments
    from .store.jobs import Jobs
    from .store.limits import Limits
    from .store.policy import Config
    from .store.queue import Queue
    from .store.reactions import Reactions
    from .store.secret import SecretParameter
    from .store.stats import Stats


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Stores:
    """The part of the runtime below the services.

    ``client`` makes the table's client when it is first needed, ``aws`` that of another service.
    """

    settings: Settings
    client: Callable[[], "DynamoDBClient"]
    clock: Callable[[], datetime] = now
    entropy: Callable[[int], bytes] = os.urandom
    aws: Callable[[str], Any] = aws

    @cached_property
    def keys(self) -> Keys:
        """Derived from the stage's secret, which is asked for only when the first of them is needed.

        Raises:
            BadSettingError: there is none, or it is too short.
            Unavailable: AWS keeps it, and does not say.
        """
        secret = self.settings.secret or (self.secret_parameter.read() if self.settings.secret_parameter else "")
        if not secret and self.settings.secret_parameter:
            raise BadSettingError(f"{self.settings.secret_parameter} holds no secret: `table create` makes one")
        return Keys(checked_secret(secret), self.settings.signing_generation)

    @cached_property
    def secret_parameter(self) -> "SecretParameter":
        """Where the secret is kept, if it is no setting itself."""
        from .store.secret import SecretParameter  # noqa: PLC0415

        return SecretParameter(self.aws("ssm"), self.settings.secret_parameter)

    @cached_property
    def table(self) -> Table:
        """The one table."""
        return Table(self.client(), self.settings.table)

    def get_ready(self) -> None:
        """Make at a start what the first request would wait for."""
        _ = self.posts, self.threads

    @cached_property
    def memo(self) -> Memo:
        """Finished public answers."""
        return Memo(self.clock, timedelta(seconds=self.settings.memo_seconds), self.settings.memo_bytes)

    @cached_property
    def edge(self) -> "Edge | None":
        """The caches in front of the service, if there are any."""
        if not self.settings.distribution:
            return None
        from .notify.cdn import Edge  # noqa: PLC0415

        return Edge(self.settings.distribution, self.clock, self.entropy, self._may_tell)

    def _may_tell(self) -> bool:
        try:
            self.limits.count_invalidation(self.clock())
        except (TooManyRequests, Unavailable):
            return False
        return True

    def flush(self) -> None:
        """Do what a request or a command leaves to its end, whatever became of it.  Never fails."""
        if self.edge:
            self.edge.flush()

    @cached_property
    def ranking(self) -> Ranking:
        """The order of threads by votes."""
        return Ranking(self.clock)

    @cached_property
    def comments(self) -> "Comments":
        """Comments in the table."""
        from .store.comments import Comments  # noqa: PLC0415

        return Comments(self.table, self.memo, hidden=self.edge.note if self.edge else None)

    @cached_property
    def posts(self) -> Posts:
        """Posts in the table."""
        return Posts(self.table, self.memo)

    @cached_property
    def threads(self) -> Threads:
        """Public pages."""
        return Threads(self.table, self.ranking)

    @cached_property
    def queue(self) -> "Queue":
        """Moderators' lists."""
        from .store.queue import Queue  # noqa: PLC0415

        return Queue(self.table)

    @cached_property
    def audit(self) -> "Audit":
        """What was done."""
        from .store.audit import Audit  # noqa: PLC0415

        return Audit(self.table)

    @cached_property
    def jobs(self) -> "Jobs":
        """Long work."""
        from .store.jobs import Jobs  # noqa: PLC0415

        return Jobs(self.table)

    @cached_property
    def stats(self) -> "Stats":
        """What moderators did, day by day."""
        from .store.stats import Stats  # noqa: PLC0415

        return Stats(self.table)

    @cached_property
    def config(self) -> "Config":
        """The policy."""
        from .store.policy import Config  # noqa: PLC0415

        return Config(self.table)

    @cached_property
    def access(self) -> "Access":
        """Moderators and tokens in the table."""
        from .store.accounts import Access  # noqa: PLC0415

        return Access(self.table)

    @cached_property
    def limits(self) -> "Limits":
        """Posting limits."""
        from .store.limits import Limits, PostingLimits  # noqa: PLC0415

        chosen = self.settings
        limits = PostingLimits(
            per_minute=chosen.limit_minute,
            per_day=chosen.limit_day,
            per_post_held=chosen.limit_post_held,
            per_post_published=chosen.limit_post_published,
            per_site=chosen.limit_site,
            edits=chosen.limit_edits,
            previews=chosen.limit_previews,
            reactions=chosen.limit_reactions,
        )
        return Limits(self.table, limits)

    @cached_property
    def authors(self) -> "Authors":
        """What belongs to an author key."""
        from .store.authors import Authors  # noqa: PLC0415

        return Authors(self.table)

    @cached_property
    def reactions(self) -> "Reactions":
        """Votes and flags in the table."""
        from .store.reactions import Reactions  # noqa: PLC0415

        return Reactions(self.table, self.memo)
