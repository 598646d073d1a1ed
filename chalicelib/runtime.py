"""The object graph, built once per process and as far as it is needed: reading never loads what writing needs."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from .core.keys import Keys
from .settings import BadSettingError, Settings, checked_secret, from_environment
from .store.clients import aws, new_client
from .store.memo import Memo
from .store.posts import Posts
from .store.ranking import Ranking
from .store.table import Table
from .store.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from .notify.edge import Edge
    from .service.answering import Answering
    from .service.editing import Editing
    from .service.erasing import Erasing
    from .service.gathering import Gathering
    from .service.governing import Governing
    from .service.moderating import Moderating
    from .service.moving import Moving
    from .service.reacting import Reacting
    from .service.signing_in import SigningIn
    from .service.submitting import Submitting
    from .service.tools import Tools
    from .store.access import Access
    from .store.audit import Audit
    from .store.authors import Authors
    from .store.comments import Comments
    from .store.config import Config
    from .store.jobs import Jobs
    from .store.limits import Limits
    from .store.queue import Queue
    from .store.reactions import Reactions
    from .store.secret import SecretParameter
    from .store.stats import Stats


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """All that the doors use.

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
        from .notify.edge import Edge  # noqa: PLC0415

        return Edge(self.settings.distribution, self.clock, self.entropy)

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
        from .store.config import Config  # noqa: PLC0415

        return Config(self.table)

    @cached_property
    def access(self) -> "Access":
        """Moderators and tokens in the table."""
        from .store.access import Access  # noqa: PLC0415

        return Access(self.table)

    @cached_property
    def tools(self) -> "Tools":
        """What deeds need besides the table."""
        from .service.tools import Tools  # noqa: PLC0415

        return Tools(self.clock, self.entropy, self.keys)

    @cached_property
    def limits(self) -> "Limits":
        """Posting limits."""
        from .store.limits import Limits, PostingLimits  # noqa: PLC0415

        limits = {each.name: getattr(self.settings, f"limit_{each.name}") for each in fields(PostingLimits)}
        return Limits(self.table, PostingLimits(**limits))

    @cached_property
    def gathering(self) -> "Gathering":
        """What screening may know."""
        from .service.gathering import Gathering  # noqa: PLC0415

        return Gathering(self.posts, self.config, self.authors)

    @cached_property
    def answering(self) -> "Answering":
        """What moderators write themselves."""
        from .service.answering import Answering  # noqa: PLC0415

        return Answering(self.tools, self.comments, self.posts, self.config, self.moderating)

    @cached_property
    def submitting(self) -> "Submitting":
        """Takes drafts in."""
        from .service.submitting import Submitting  # noqa: PLC0415

        bits = self.settings.work
        return Submitting(self.tools, self.comments, self.config, self.gathering, self.limits, bits)

    @cached_property
    def editing(self) -> "Editing":
        """What authors do with their own comments."""
        from .service.editing import Editing  # noqa: PLC0415

        return Editing(self.tools, self.comments, self.config, self.gathering, self.limits, self.settings.edit_window)

    @cached_property
    def moderating(self) -> "Moderating":
        """Decisions."""
        from .service.moderating import Moderating  # noqa: PLC0415

        return Moderating(self.tools, self.comments, self.audit, self.jobs, self.config)

    @cached_property
    def authors(self) -> "Authors":
        """What belongs to an author key."""
        from .store.authors import Authors  # noqa: PLC0415

        return Authors(self.table)

    @cached_property
    def erasing(self) -> "Erasing":
        """One's own data."""
        from .service.erasing import Erasing  # noqa: PLC0415

        return Erasing(self.tools, self.authors, self.reactions, self.jobs, self.editing)

    @cached_property
    def reactions(self) -> "Reactions":
        """Votes and flags in the table."""
        from .store.reactions import Reactions  # noqa: PLC0415

        return Reactions(self.table, self.memo)

    @cached_property
    def reacting(self) -> "Reacting":
        """Votes and flags."""
        from .service.reacting import Reacting  # noqa: PLC0415

        return Reacting(self.tools, self.reactions, self.config, self.limits)

    @cached_property
    def governing(self) -> "Governing":
        """Posts and the policy."""
        from .service.governing import Governing  # noqa: PLC0415

        return Governing(self.tools, self.posts, self.config, self.audit, self.moving)

    @cached_property
    def moving(self) -> "Moving":
        """Moving a post's comments to another post."""
        from .service.moving import Moving  # noqa: PLC0415
        from .store.looking import Looking  # noqa: PLC0415
        from .store.moving import Moves  # noqa: PLC0415

        moves = Moves(self.table, self.memo, self.jobs)
        return Moving(self.tools, moves, Looking(self.table), self.posts, self.audit, self.config)

    @cached_property
    def signing_in(self) -> "SigningIn":
        """Moderators' tokens."""
        from .service.signing_in import SigningIn  # noqa: PLC0415

        return SigningIn(self.tools, self.access)


_lock = threading.Lock()
_runtimes: list[Runtime] = []


def current() -> Runtime:
    """The process's own, built from the environment at the first request."""
    with _lock:
        if not _runtimes:
            _runtimes.append(built(from_environment()))
        return _runtimes[0]


def built(settings: Settings, *, patient: bool = False) -> Runtime:
    """A new one.  ``patient``: as ``aws``."""
    runtime = Runtime(
        settings,
        lambda: new_client(settings.dynamodb_endpoint, patient=patient),
        aws=partial(aws, patient=patient),
    )
    _ = runtime.memo, runtime.ranking  # the threads of a local server must share one
    return runtime


def use(runtime: Runtime | None) -> None:
    """Let the doors use this one; or build their own again."""
    with _lock:
        _runtimes[:] = [runtime] if runtime else []


def used() -> Runtime | None:
    """The one that the doors use, if there is one already."""
    with _lock:
        return _runtimes[0] if _runtimes else None
