"""Jobs: long work that a request began and did not end, for anybody who moderates to finish."""

from typing import Annotated

from pydantic import Field

from ...core.accounts import Scope
from ...core.errors import Forbidden, NotFound, Unauthenticated
from ...core.ids import HASH, ULID
from ...core.jobs import Job, Work
from ...core.times import iso
from ...service.moderation.decide import Outcome
from ..http.endpoints import Call, Topic
from ..public.schemas import Out
from .schemas import Decided, decided_all

topic = Topic(__name__)


class JobShape(Out):
    """What was begun: decisions, taking them back, a move, or erasing an author who asked for it."""

    id: str
    work: Work
    by: str | None = Field(description="The id of the moderator who began it; absent if it was the author.")
    who: str = Field(description="Their name, or `author`.")
    at: str
    comments: Annotated[
        int, Field(description="How many comments it is about; 0 if it is about all of an author or of a post.")
    ]


class JobList(Out):
    """Those that nobody finished, oldest first, up to 100."""

    jobs: list[JobShape]


class JobDone(Out):
    """What one more try did.  ``left``: send it again for the rest."""

    results: list[Decided] = Field(description="Of decisions, what became of each; what was done before is so already.")
    erased: int = Field(description="Of an author, how many things went.")
    left: bool
    done: int = Field(default=0, description="Of a move, how many comments were moved.")


@topic.endpoint(
    "GET",
    "/v1/moderation/jobs",
    answers={200: JobList},
    refusals=(Unauthenticated, Forbidden),
    scope=Scope.READ,
)
def jobs(call: Call) -> JobList:
    """List long work that was begun and not ended."""
    names = {moderator.id: moderator.name for moderator in call.runtime.access.moderators()}
    return JobList(jobs=[_shape(job, names) for job in call.runtime.jobs.unfinished()])


@topic.endpoint(
    "POST",
    "/v1/moderation/jobs/{job_id}",
    answers={200: JobDone},
    refusals=(NotFound, Unauthenticated, Forbidden),
    scope=Scope.MODERATE,
)
def finish(call: Call) -> JobDone:
    """Go on with long work, for as long as one request may last."""
    job_id = call.incoming.path["job_id"]
    if HASH.fullmatch(job_id):
        erased = call.runtime.erasing.finish(job_id)
        return JobDone(results=[], erased=erased.done, left=erased.left)
    if not ULID.fullmatch(job_id):
        raise NotFound
    if call.runtime.jobs.get(job_id).work is Work.MOVE:
        carried = call.runtime.moving.finish(job_id, call.signed.moderator.id)
        return JobDone(results=[], erased=0, left=carried.left, done=carried.done)
    told = decided_all(call, job_id, call.runtime.moderating.finish(job_id, call.signed.moderator.id))
    left = any(result.outcome is Outcome.NOT_TRIED for result in told.results)
    return JobDone(results=told.results, erased=0, left=left)


def _shape(job: Job, names: dict[str, str]) -> JobShape:
    return JobShape(
        id=job.id,
        work=job.work,
        by=job.by if job.by in names else None,
        who=names.get(job.by, job.by),
        at=iso(job.at),
        comments=len(job.comments),
    )
