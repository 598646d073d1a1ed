"""The stores, each created when first needed, so that reading never loads what only writing needs."""

import os
import time
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
from .store.places import Places
from .store.posts import Posts
from .store.ranking import Ranking
from .store.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from .notify.cdn import Cdn
    from .store.accounts import Accounts
    from .store.audit import Audit
    from .store.authors import Authors
    from .store.comments import Comments
    from .store.fingerprint import Fingerprint
    from .store.invalidations import Invalidations
    from .store.jobs import Jobs
    from .store.limits import Limits
    from .store.networks import Networks
    from .store.policy import PolicyStore
    from .store.queue import Queue
    from .store.reactions import Reactions
    from .store.secret import SecretParameter
    from .store.stats import Stats


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Stores:
    """The stores of one process, on which the services are built.

    ``client`` creates the table's client, ``aws`` the client of another AWS service.  ``stopwatch`` counts seconds,
    for the deadlines of requests and of tasks.
    """

    settings: Settings
    client: Callable[[], "DynamoDBClient"]
    clock: Callable[[], datetime] = now
    entropy: Callable[[int], bytes] = os.urandom
    aws: Callable[..., Any] = aws
    stopwatch: Callable[[], float] = time.monotonic

    @cached_property
    def keys(self) -> Keys:
        """The keys derived from the stage's secret.

        Raises:
            BadSettingError: there is no secret, or it is too short.
            Unavailable: the secret can't be read from AWS.
        """
        secret = self.settings.secret or (self.secret_parameter.read() if self.settings.secret_parameter else "")
        if not secret and self.settings.secret_parameter:
            raise BadSettingError(f"{self.settings.secret_parameter} contains no secret: `table create` creates one")
        return Keys(checked_secret(secret), self.settings.signing_generation)

    @cached_property
    def secret_parameter(self) -> "SecretParameter":
        """The parameter that contains the secret, if it is not a setting."""
        from .store.secret import SecretParameter  # noqa: PLC0415

        return SecretParameter(self.aws("ssm"), self.settings.secret_parameter)

    @cached_property
    def table(self) -> Table:
        """The service's DynamoDB table; before its first write, the secret is checked."""
        return Table(self.client(), self.settings.table, before_first_write=self.check_secret)

    @cached_property
    def fingerprint(self) -> "Fingerprint":
        """The fingerprint of the secret that the table belongs to."""
        from .store.fingerprint import Fingerprint  # noqa: PLC0415

        return Fingerprint(self.table.unguarded())

    def check_secret(self) -> None:
        """Check that the table belongs to the stage's secret; an empty table belongs to it from now on.

        Raises:
            KeysMismatch: the table belongs to another secret.
        """
        self.fingerprint.check(self.keys, self.clock())

    def get_ready(self) -> None:
        """Create at a cold start what the first request needs."""
        _ = self.places, self.threads

    @cached_property
    def memo(self) -> Memo:
        """The cache of public responses."""
        return Memo(self.clock, timedelta(seconds=self.settings.memo_seconds), self.settings.memo_bytes)

    @cached_property
    def cdn(self) -> "Cdn | None":
        """The CDN in front of the service, if there is one."""
        if not self.settings.distribution:
            return None
        from .notify.cdn import Cdn  # noqa: PLC0415

        return Cdn(self.settings.distribution, self.clock, self.entropy, self._may_invalidate)

    @cached_property
    def invalidations(self) -> "Invalidations":
        """Counts the invalidations of the CDN, without a secret, which the timer does not have."""
        from .store.invalidations import Invalidations  # noqa: PLC0415

        return Invalidations(self.table.unguarded(), self.settings.limit_invalidations, self.clock)

    def _may_invalidate(self) -> bool:
        try:
            self.invalidations.count()
        except (TooManyRequests, Unavailable):
            return False
        return True

    @property
    def is_cdn_brief(self) -> bool:
        """Whether the CDN should keep pages for a shorter time, because it can't be invalidated any more today."""
        return bool(self.settings.distribution) and self.invalidations.are_used_up()

    def flush(self) -> None:
        """Do the work that a request or a command defers to its end, even if it failed.  Never raises."""
        if self.cdn:
            self.cdn.flush()

    @cached_property
    def ranking(self) -> Ranking:
        """The order of threads by votes."""
        return Ranking(self.clock, self.memo)

    @cached_property
    def comments(self) -> "Comments":
        """The store of comments."""
        return self.comments_in(self.table)

    def comments_in(self, table: Table) -> "Comments":
        """The store of comments, on a given table."""
        from .store.comments import Comments  # noqa: PLC0415

        return Comments(table, self.memo, hidden=self.cdn.request_invalidation if self.cdn else None)

    @cached_property
    def posts(self) -> Posts:
        """The store of posts."""
        return Posts(self.table, self.memo)

    @cached_property
    def places(self) -> Places:
        """Where pages of public comments start."""
        return Places(self.table)

    @cached_property
    def threads(self) -> Threads:
        """Pages of public comments."""
        return Threads(self.table, self.ranking)

    @cached_property
    def queue(self) -> "Queue":
        """Moderators' lists of comments."""
        from .store.queue import Queue  # noqa: PLC0415

        return Queue(self.table)

    @cached_property
    def audit(self) -> "Audit":
        """The audit log."""
        from .store.audit import Audit  # noqa: PLC0415

        return Audit(self.table)

    @cached_property
    def jobs(self) -> "Jobs":
        """The store of jobs."""
        from .store.jobs import Jobs  # noqa: PLC0415

        return Jobs(self.table)

    @cached_property
    def stats(self) -> "Stats":
        """Daily statistics of moderators' decisions."""
        from .store.stats import Stats  # noqa: PLC0415

        return Stats(self.table)

    @cached_property
    def policies(self) -> "PolicyStore":
        """The store of the site's policy."""
        from .store.policy import PolicyStore  # noqa: PLC0415

        return PolicyStore(self.table)

    @cached_property
    def accounts(self) -> "Accounts":
        """The store of moderators and their tokens."""
        from .store.accounts import Accounts  # noqa: PLC0415

        return Accounts(self.table)

    @cached_property
    def limits(self) -> "Limits":
        """The rate limits."""
        from .store.limits import Limits, PostingLimits  # noqa: PLC0415

        settings = self.settings
        limits = PostingLimits(
            per_minute=settings.limit_minute,
            per_day=settings.limit_day,
            per_post_held=settings.limit_post_held,
            per_post_published=settings.limit_post_published,
            per_site=settings.limit_site,
            edits=settings.limit_edits,
            previews=settings.limit_previews,
            reactions=settings.limit_reactions,
            forms=settings.limit_forms,
        )
        return Limits(self.table, limits)

    @cached_property
    def authors(self) -> "Authors":
        """The store of what belongs to an author key."""
        from .store.authors import Authors  # noqa: PLC0415

        return Authors(self.table)

    @cached_property
    def networks(self) -> "Networks":
        """The store of the records of networks."""
        from .store.networks import Networks  # noqa: PLC0415

        return Networks(self.table)

    @cached_property
    def reactions(self) -> "Reactions":
        """The store of votes and flags."""
        from .store.reactions import Reactions  # noqa: PLC0415

        return Reactions(self.table, self.memo)
