"""Jobs: listed in the ``status`` index until they are finished, and kept for as long as they can be undone.

What a job stores for its own use is its payload; no kind of job is known here.  Only its notes are, because they end
with the comments that they are about.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..core.actors import Actor, ActorKind
from ..core.errors import NotFound
from ..core.jobs import JOB_LIFE, NOTES, Job
from ..core.times import from_iso, iso, seconds
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Delete, Put, Update, Where
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import without_empty

MAX_OPEN = 100  # jobs in one list
MAX_ID = 64  # characters; no job has a longer id


class Jobs:
    """Stores jobs, lists unfinished ones and removes finished ones from the list."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def begin(self, job: Job) -> None:
        """Store a new job, for JOB_LIFE; storing it again has no effect."""
        self.table.write(Put(item=job_item(job) | expires(job.at)))

    def get(self, job_id: str) -> Job:
        """A job, finished or not.

        Raises:
            NotFound: there is no such job, or it has expired.
        """
        item = self.table.get(keys.job(job_id)) if len(job_id) <= MAX_ID else None
        if item is None:
            raise NotFound
        return _job(item)

    def exists(self, job_id: str) -> bool:
        """Whether there is such a job, finished or not."""
        return self.table.get(keys.job(job_id)) is not None

    def unfinished(self) -> list[Job]:
        """The unfinished jobs, up to MAX_OPEN: those of moderators, then those of authors, each oldest first.

        Authors' jobs are listed apart, so that however many there are, they never hide a moderator's.
        """
        jobs = self._listed(keys.JOBS, MAX_OPEN)
        room = MAX_OPEN - len(jobs)
        return [*jobs, *self._listed(keys.AUTHORS_JOBS, room)] if room else jobs

    def _listed(self, partition: str, limit: int) -> list[Job]:
        found = self.table.query(Span(partition), index=STATUS, limit=limit).items
        whole = self.table.get_many([(entry["pk"], entry["sk"]) for entry in found])
        ordered = (whole.get((entry["pk"], entry["sk"])) for entry in found)
        return [_job(item) for item in ordered if item and "qpk" in item]

    def finish(self, job_id: str) -> None:
        """Remove a job from the list of unfinished jobs; its item stays without notes, so that it can be undone."""
        where = Where(present=("pk",))
        remove = ("qpk", "qsk", f"payload.{NOTES}")
        self.table.write(Update(key=keys.job(job_id), remove=remove, where=where))

    def noting(self, comment_ids: Collection[str]) -> list[str]:
        """The ids of unfinished jobs with notes about these comments."""
        jobs = self._listed(keys.JOBS, MAX_OPEN)
        return [job.id for job in jobs if not set(comment_ids).isdisjoint(job.payload.get(NOTES, {}))]

    def forget_notes(self, job_id: str, comment_ids: Collection[str]) -> None:
        """Remove what moderators noted about these comments from a job.

        Raises:
            ChangedMeanwhile: another process changed the job.
        """
        job = self.get(job_id)
        notes = job.payload.get(NOTES, {})
        kept = {comment_id: note for comment_id, note in notes.items() if comment_id not in comment_ids}
        if len(kept) < len(notes):
            self.save(job, {**job.payload, NOTES: kept})

    def save(self, job: Job, payload: Mapping[str, Any]) -> None:
        """Replace the payload of a job.

        Raises:
            ChangedMeanwhile: another process replaced it, or the job is gone.
        """
        unchanged = Where(equal={"revision": job.revision}) if job.revision else Where(absent=("revision",))
        where = replace(unchanged, present=("pk",))
        self.table.write(Update(key=keys.job(job.id), set={"payload": payload}, add={"revision": 1}, where=where))

    def remove(self, job_id: str) -> None:
        """Delete a job's item."""
        self.table.write(Delete(key=keys.job(job_id)))


def job_item(job: Job) -> Item:
    """The item of an unfinished job, which does not expire."""
    pk, sk = keys.job(job.id)
    return {
        "pk": pk,
        "sk": sk,
        "qpk": keys.AUTHORS_JOBS if job.actor.kind is ActorKind.AUTHOR else keys.JOBS,
        "qsk": iso(job.at) + job.id,
        "kind": job.kind,
        "payload": job.payload,
        "at": iso(job.at),
        "op": job.id,
        "actor": str(job.actor.kind),
        **without_empty(by=job.actor.id),
    }


def expires(at: datetime) -> Item:
    """The attribute that makes a job expire, JOB_LIFE after it began or was finished."""
    return {"ttl": seconds(at + JOB_LIFE)}


def _job(item: Item) -> Job:
    return Job(
        id=item["op"],
        kind=item["kind"],
        actor=Actor(ActorKind(item["actor"]), item.get("by", "")),
        at=from_iso(item["at"]),
        payload=item["payload"],
        revision=item.get("revision", 0),
        finished="qpk" not in item,
    )
