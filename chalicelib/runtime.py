"""The object graph of a process.  Each part is loaded and built on first use: reads never load what writes need."""

import threading
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from .settings import Settings, from_environment
from .store.engine.clients import aws, new_client
from .stores import Stores

if TYPE_CHECKING:
    from .service.accounts import AccountService
    from .service.clock import Essentials
    from .service.comments.edit import EditService
    from .service.comments.erase import EraseService
    from .service.comments.submit import SubmitService
    from .service.comments.withdraw import WithdrawService
    from .service.context import ContextReader
    from .service.jobs import JobService
    from .service.maintenance.runner import MaintenanceRunner
    from .service.moderation.decide import DecisionService
    from .service.moderation.edit import ModeratorEditService
    from .service.moderation.reply import ReplyService
    from .service.policy import PolicyService
    from .service.posts import PostService
    from .service.reactions import ReactionService
    from .service.relocation import RelocationService
    from .service.undo import AdminUndoService


@dataclass(frozen=True)
class Runtime(Stores):
    """Every service and store, built on first use."""

    @cached_property
    def essentials(self) -> "Essentials":
        """The clocks, random bytes and the keys."""
        from .service.clock import Essentials  # noqa: PLC0415

        return Essentials(self.clock, self.entropy, self.stopwatch, self.keys)

    @cached_property
    def context_reader(self) -> "ContextReader":
        """Reads what screening needs to know."""
        from .service.context import ContextReader  # noqa: PLC0415

        return ContextReader(self.posts, self.policies, self.authors, self.networks, self.accounts)

    @cached_property
    def replies(self) -> "ReplyService":
        """Replies of moderators."""
        from .service.moderation.reply import ReplyService  # noqa: PLC0415

        return ReplyService(self.essentials, self.comments, self.posts, self.decisions)

    @cached_property
    def moderator_edits(self) -> "ModeratorEditService":
        """Edits that moderators make to comments."""
        from .service.moderation.edit import ModeratorEditService  # noqa: PLC0415

        return ModeratorEditService(self.essentials, self.comments)

    @cached_property
    def submission(self) -> "SubmitService":
        """Submission of drafts."""
        from .service.comments.submit import SubmitService  # noqa: PLC0415

        bits = self.settings.work
        return SubmitService(self.essentials, self.comments, self.context_reader, self.limits, bits)

    @cached_property
    def editing(self) -> "EditService":
        """Edits that authors make to their own comments."""
        from .service.comments.edit import EditService  # noqa: PLC0415

        window = self.settings.edit_window
        return EditService(self.essentials, self.comments, self.context_reader, self.limits, window)

    @cached_property
    def withdrawal(self) -> "WithdrawService":
        """Deletion of comments by their authors."""
        from .service.comments.withdraw import WithdrawService  # noqa: PLC0415

        return WithdrawService(self.essentials, self.comments, self.jobs)

    @cached_property
    def decisions(self) -> "DecisionService":
        """Decisions of moderators, and their undo."""
        from .service.moderation.decide import DecisionService  # noqa: PLC0415

        return DecisionService(self.essentials, self.comments, self.audit, self.jobs)

    @cached_property
    def erasure(self) -> "EraseService":
        """Everything that belongs to an author key: list it, erase it."""
        from .service.comments.erase import EraseService  # noqa: PLC0415

        return EraseService(self.essentials, self.authors, self.reactions, self.jobs, self.withdrawal, self.limits)

    @cached_property
    def reactions_service(self) -> "ReactionService":
        """Votes and flags."""
        from .service.reactions import ReactionService  # noqa: PLC0415

        return ReactionService(self.essentials, self.reactions, self.limits)

    @cached_property
    def post_admin(self) -> "PostService":
        """Changes of posts."""
        from .service.posts import PostService  # noqa: PLC0415

        return PostService(self.essentials, self.posts)

    @cached_property
    def policy_admin(self) -> "PolicyService":
        """Changes of the policy."""
        from .service.policy import PolicyService  # noqa: PLC0415

        return PolicyService(self.essentials, self.policies)

    @cached_property
    def admin_undo(self) -> "AdminUndoService":
        """Undo of changes of posts and the policy, and of relocations."""
        from .service.undo import AdminUndoService  # noqa: PLC0415

        return AdminUndoService(self.essentials, self.audit, self.post_admin, self.policy_admin, self.relocation)

    @cached_property
    def relocation(self) -> "RelocationService":
        """Moves all comments of a post to another post."""
        from .service.relocation import RelocationService  # noqa: PLC0415
        from .store.relocation import Relocations  # noqa: PLC0415
        from .store.scan import PostScan  # noqa: PLC0415

        relocations, scan = Relocations(self.table, self.memo, self.jobs), PostScan(self.table)
        return RelocationService(self.essentials, relocations, scan, self.posts, self.audit)

    @cached_property
    def job_service(self) -> "JobService":
        """Long operations of all kinds, which any process can continue."""
        from .service.jobs import JobService  # noqa: PLC0415

        services = (self.decisions, self.erasure, self.relocation)
        kinds = (kind for service in services for kind in service.job_kinds)
        return JobService(self.jobs, kinds)

    @cached_property
    def maintenance(self) -> "MaintenanceRunner":
        """The tasks of the hourly timer.

        They need no secret, so the timer's function can't read it; they write to the table unguarded.
        """
        from .notify.channels.sns import SnsChannel  # noqa: PLC0415
        from .service.clock import ClockAndIds  # noqa: PLC0415
        from .service.maintenance.digest import DigestTask  # noqa: PLC0415
        from .service.maintenance.recount import RecountTask  # noqa: PLC0415
        from .service.maintenance.retention import RetentionTask  # noqa: PLC0415
        from .service.maintenance.runner import MaintenanceRunner  # noqa: PLC0415
        from .store.checkpoints import Checkpoints  # noqa: PLC0415
        from .store.posts import Posts  # noqa: PLC0415
        from .store.retention import Retention  # noqa: PLC0415

        settings, table = self.settings, self.table.unguarded()
        clock_and_ids = ClockAndIds(self.clock, self.entropy, self.stopwatch)
        checkpoints, comments, posts = Checkpoints(table), self.comments_in(table), Posts(table, self.memo)
        return MaintenanceRunner(
            DigestTask(clock_and_ids, self.queue, checkpoints, SnsChannel(), settings.site, settings.url),
            RetentionTask(clock_and_ids, comments, checkpoints, Retention(table), settings.keep_rejected),
            RecountTask(clock_and_ids, posts, checkpoints),
            self.stopwatch,
        )

    @cached_property
    def accounts_service(self) -> "AccountService":
        """Moderators, their sessions and API tokens."""
        from .service.accounts import AccountService  # noqa: PLC0415

        return AccountService(self.essentials, self.accounts)


_lock = threading.Lock()
_runtimes: list[Runtime] = []


def current(*, background: bool = False) -> Runtime:
    """Return the process's runtime; the first call builds it from the environment.

    ``background``: nobody waits for an answer, so clients retry slowly and for long.
    """
    with _lock:
        if not _runtimes:
            _runtimes.append(new_runtime(from_environment(), background=background))
        return _runtimes[0]


def new_runtime(settings: Settings, *, background: bool = False) -> Runtime:
    """Build a runtime from settings.  ``background``: as in ``current``."""
    runtime = Runtime(
        settings,
        lambda: new_client(settings.dynamodb_endpoint, background=background),
        aws=partial(aws, background=background),
    )
    _ = runtime.memo, runtime.ranking  # built now, because the threads of a local server must share them
    return runtime


def use_runtime(runtime: Runtime | None) -> None:
    """Make ``current`` return this runtime; with None it builds a new one."""
    with _lock:
        _runtimes[:] = [runtime] if runtime else []


def has_runtime() -> bool:
    """Tell whether ``current`` has a runtime to return without building one."""
    with _lock:
        return bool(_runtimes)
