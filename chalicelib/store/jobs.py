"""Jobs in the table: listed in ``status`` until they are finished, kept for as long as a bulk can be undone."""

from ..core.deciding import UNDO_WINDOW, Decision
from ..core.jobs import Job, Wish, Work
from ..core.refusals import NotFound
from ..core.times import from_iso, iso, seconds
from . import keys
from .attributes import Item
from .parts import Delete, Put, Update, Where
from .schema import STATUS
from .table import Span, Table

MAX_OPEN = 100  # jobs in one list


class Jobs:
    """Writes them down, lists the unfinished, strikes them off."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def begin(self, job: Job) -> None:
        """Write down what is to be done; a second time changes nothing."""
        self.table.write(Put(item=_item(job)))

    def get(self, job_id: str) -> Job:
        """One job, finished or not.

        Raises:
            NotFound: there is none, or it is too long ago.
        """
        item = self.table.get(keys.job(job_id))
        if item is None:
            raise NotFound
        return _job(item)

    def unfinished(self) -> list[Job]:
        """Those that nobody finished, oldest first, up to MAX_OPEN."""
        found = self.table.query(Span(keys.JOBS), index=STATUS, limit=MAX_OPEN).items
        whole = self.table.get_many([(entry["pk"], entry["sk"]) for entry in found])
        ordered = (whole.get((entry["pk"], entry["sk"])) for entry in found)
        return [_job(item) for item in ordered if item and "qpk" in item]

    def finish(self, job_id: str) -> None:
        """Strike it off the list; what it was about stays, so that it can be taken back."""
        where = Where(present=("pk",))
        self.table.write(Update(key=keys.job(job_id), remove=("qpk", "qsk"), where=where))

    def forget(self, job_id: str) -> None:
        """Remove it altogether."""
        self.table.write(Delete(key=keys.job(job_id)))


def _item(job: Job) -> Item:
    pk, sk = keys.job(job.id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "v": 1,
        "qpk": keys.JOBS,
        "qsk": iso(job.at) + job.id,
        "work": str(job.work),
        "ids": list(job.comments),
        "wishes": [[wish.version, str(wish.decision), wish.note] for wish in job.wishes],
        "by": job.by,
        "at": iso(job.at),
        "ttl": seconds(job.at + UNDO_WINDOW) + 86_400,
        "op": job.id,
    }
    return item | ({"undoes": job.undoes} if job.undoes else {})


def _job(item: Item) -> Job:
    return Job(
        id=item["op"],
        work=Work(item["work"]),
        by=item["by"],
        at=from_iso(item["at"]),
        comments=tuple(item["ids"]),
        wishes=tuple(
            Wish(comment_id, version, Decision(decision), note)
            for comment_id, (version, decision, note) in zip(item["ids"], item["wishes"], strict=False)
        ),
        undoes=item.get("undoes", ""),
    )
