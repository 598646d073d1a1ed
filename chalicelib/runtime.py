"""The object graph, built once per process and as far as it is needed: reading never loads what writing needs."""

import threading
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from .settings import Settings, from_environment
from .store.engine.clients import aws, new_client
from .stores import Stores

if TYPE_CHECKING:
    from .service.accounts import SigningIn
    from .service.clock import Tools
    from .service.comments.edit import Editing
    from .service.comments.erase import Erasing
    from .service.comments.submit import Submitting
    from .service.context import Gathering
    from .service.maintenance.runner import Tending
    from .service.moderation.decide import Moderating
    from .service.moderation.reply import Answering
    from .service.posts import Governing
    from .service.reactions import Reacting
    from .service.relocation import Moving


@dataclass(frozen=True)
class Runtime(Stores):
    """All that the doors use."""

    @cached_property
    def tools(self) -> "Tools":
        """What deeds need besides the table."""
        from .service.clock import Tools  # noqa: PLC0415

        return Tools(self.clock, self.entropy, self.keys)

    @cached_property
    def gathering(self) -> "Gathering":
        """What screening may know."""
        from .service.context import Gathering  # noqa: PLC0415

        return Gathering(self.posts, self.config, self.authors)

    @cached_property
    def answering(self) -> "Answering":
        """What moderators write themselves."""
        from .service.moderation.reply import Answering  # noqa: PLC0415

        return Answering(self.tools, self.comments, self.posts, self.config, self.moderating)

    @cached_property
    def submitting(self) -> "Submitting":
        """Takes drafts in."""
        from .service.comments.submit import Submitting  # noqa: PLC0415

        bits = self.settings.work
        return Submitting(self.tools, self.comments, self.config, self.gathering, self.limits, bits)

    @cached_property
    def editing(self) -> "Editing":
        """What authors do with their own comments."""
        from .service.comments.edit import Editing  # noqa: PLC0415

        return Editing(self.tools, self.comments, self.config, self.gathering, self.limits, self.settings.edit_window)

    @cached_property
    def moderating(self) -> "Moderating":
        """Decisions."""
        from .service.moderation.decide import Moderating  # noqa: PLC0415

        return Moderating(self.tools, self.comments, self.audit, self.jobs, self.config)

    @cached_property
    def erasing(self) -> "Erasing":
        """One's own data."""
        from .service.comments.erase import Erasing  # noqa: PLC0415

        return Erasing(self.tools, self.authors, self.reactions, self.jobs, self.editing)

    @cached_property
    def reacting(self) -> "Reacting":
        """Votes and flags."""
        from .service.reactions import Reacting  # noqa: PLC0415

        return Reacting(self.tools, self.reactions, self.config, self.limits)

    @cached_property
    def governing(self) -> "Governing":
        """Posts and the policy."""
        from .service.posts import Governing  # noqa: PLC0415

        return Governing(self.tools, self.posts, self.config, self.audit, self.moving)

    @cached_property
    def moving(self) -> "Moving":
        """Moving a post's comments to another post."""
        from .service.relocation import Moving  # noqa: PLC0415
        from .store.relocation import Moves  # noqa: PLC0415
        from .store.scan import Looking  # noqa: PLC0415

        moves = Moves(self.table, self.memo, self.jobs)
        return Moving(self.tools, moves, Looking(self.table), self.posts, self.audit, self.config)

    @cached_property
    def tending(self) -> "Tending":
        """What the hourly timer does.  It needs no secret, so its function can't read it."""
        from .notify.channels.sns import Topics  # noqa: PLC0415
        from .service.clock import Clockwork  # noqa: PLC0415
        from .service.maintenance.digest import Noticing  # noqa: PLC0415
        from .service.maintenance.recount import Recounting  # noqa: PLC0415
        from .service.maintenance.retention import Expiring  # noqa: PLC0415
        from .service.maintenance.runner import Tending  # noqa: PLC0415
        from .store.checkpoints import Marks  # noqa: PLC0415
        from .store.retention import Overdue  # noqa: PLC0415

        tools, marks, chosen = Clockwork(self.clock, self.entropy), Marks(self.table), self.settings
        return Tending(
            Noticing(tools, self.queue, marks, Topics(), chosen.site, chosen.url),
            Expiring(tools, self.comments, marks, Overdue(self.table), chosen.keep_rejected),
            Recounting(tools, self.posts, marks),
        )

    @cached_property
    def signing_in(self) -> "SigningIn":
        """Moderators' tokens."""
        from .service.accounts import SigningIn  # noqa: PLC0415

        return SigningIn(self.tools, self.access)


_lock = threading.Lock()
_runtimes: list[Runtime] = []


def current(*, patient: bool = False) -> Runtime:
    """The process's own, built from the environment when it is first asked for.  ``patient``: as ``aws``."""
    with _lock:
        if not _runtimes:
            _runtimes.append(built(from_environment(), patient=patient))
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


def is_used() -> bool:
    """Whether the process has one already."""
    with _lock:
        return bool(_runtimes)
