"""Jobs: operations that one request did not finish.  Any moderator may continue them."""

from pydantic import Field

from ...core.accounts import Scope
from ...core.errors import NotFound
from ...core.jobs import Job
from ...core.times import iso
from ..http.endpoints import Call, Router
from ..public.schemas import ResponseModel
from .common import AUTH_REFUSALS, ActorSchema, actor_schema, moderator_names
from .schemas import DecisionResult, decision_results

router = Router(__name__)


class JobSchema(ResponseModel):
    """An unfinished operation."""

    id: str
    kind: str = Field(description="Such as `decide`, `undo`, `erase` (of an author's data) or `move` (of a post).")
    actor: ActorSchema = Field(description="Who began it.")
    at: str
    parameters: dict[str, str | int] = Field(
        description="What the operation is about: the number of `comments`, or the posts of a move, `from` and `to`."
    )
    detail: str = Field(description="The operation in English.")


class JobList(ResponseModel):
    """Up to 100 unfinished jobs: those of moderators, then erasures by authors, each oldest first."""

    jobs: list[JobSchema]


class JobResult(ResponseModel):
    """What this request did.  ``left``: the job is not finished; send the request again."""

    done: int = Field(description="How many comments were changed or moved, or items erased, by this request.")
    left: bool
    results: list[DecisionResult] = Field(
        description="For decisions: the result of each. Earlier ones have the outcome `already_so`."
    )


@router.endpoint(
    "GET",
    "/v1/moderation/jobs",
    responses={200: JobList},
    refusals=AUTH_REFUSALS,
    scope=Scope.READ,
)
def jobs(call: Call) -> JobList:
    """List unfinished jobs."""
    names = moderator_names(call)
    return JobList(jobs=[_serialize(call, job, names) for job in call.runtime.job_service.unfinished()])


@router.endpoint(
    "POST",
    "/v1/moderation/jobs/{job_id}",
    responses={200: JobResult},
    refusals=(NotFound, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
)
def finish(call: Call) -> JobResult:
    """Continue a job, for as long as one request may take."""
    job_id = call.request.path["job_id"]
    step = call.runtime.job_service.finish(job_id, call.principal.actor)
    return JobResult(done=step.done, left=step.left, results=decision_results(call, job_id, step.results).results)


def _serialize(call: Call, job: Job, names: dict[str, str]) -> JobSchema:
    service = call.runtime.job_service
    return JobSchema(
        id=job.id,
        kind=job.kind,
        actor=actor_schema(job.actor, names),
        at=iso(job.at),
        parameters=dict(service.parameters(job)),
        detail=service.description(job),
    )
