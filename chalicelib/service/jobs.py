"""Jobs: long operations that one request may not finish, and that any process can continue.

Each kind of job begins with the request that asks for it, and is registered here with all that others need to
continue and to show it.  No other module tells one kind from another.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..core.actors import Actor
from ..core.errors import NotFound
from ..core.jobs import Job
from ..store.jobs import Jobs
from .results import Result

Parameters = Mapping[str, str | int]


@dataclass(frozen=True)
class StepResult:
    """What one step of a job did.

    ``done`` counts the comments or other items that it changed.  ``left``: another step has to follow.
    ``results`` has one entry for each comment, if the kind of job reports them.
    """

    done: int
    left: bool
    results: Sequence[Result] = ()


NOTHING_DONE = StepResult(0, left=False)


@dataclass(frozen=True)
class JobKind:
    """A kind of job.

    ``step`` continues a job for as long as one request may take, for this actor; it may be repeated at any time, and
    finishes the job if nothing is left.  ``parameters`` describe a job as data, and ``description`` does in English,
    with parameters in braces.
    """

    name: str
    description: str
    step: Callable[[Job, Actor], StepResult]
    parameters: Callable[[Job], Parameters] = lambda _job: {}


class JobService:
    """The registry of all kinds of jobs: describes jobs and continues them."""

    def __init__(self, jobs: Jobs, kinds: Iterable[JobKind]) -> None:
        self.jobs = jobs
        self.kinds = {kind.name: kind for kind in kinds}

    def register(self, kind: JobKind) -> None:
        """Add a kind of job."""
        self.kinds[kind.name] = kind

    def parameters(self, job: Job) -> Parameters:
        """A description of the job as data."""
        return self._kind(job).parameters(job)

    def description(self, job: Job) -> str:
        """A description of the job in English."""
        kind = self._kind(job)
        return kind.description.format_map(kind.parameters(job))

    def unfinished(self) -> list[Job]:
        """The unfinished jobs of all registered kinds: of moderators, then of authors, each oldest first."""
        return [job for job in self.jobs.unfinished() if job.kind in self.kinds]

    def finish(self, job_id: str, actor: Actor | None = None) -> StepResult:
        """Continue a job; without ``actor``, for the one who began it.

        Raises:
            NotFound: no such job.
        """
        job = self.jobs.get(job_id)
        return self._kind(job).step(job, actor or job.actor)

    def _kind(self, job: Job) -> JobKind:
        if job.kind not in self.kinds:
            raise NotFound
        return self.kinds[job.kind]
