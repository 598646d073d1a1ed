"""Jobs in the table: listed in ``status`` until they are finished, kept for as long as a bulk can be undone.

A move does not expire before it is finished: its posts are closed until then.
"""

from ..core.decisions import UNDO_WINDOW, Decision
from ..core.errors import NotFound
from ..core.jobs import Job, Wish, Work
from ..core.relocation import Move, Pass, Standing
from ..core.times import from_iso, iso, seconds
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Delete, Put, Update, Where
from .engine.schema import STATUS
from .engine.table import Span, Table

MAX_OPEN = 100  # jobs in one list


class Jobs:
    """Writes them down, lists the unfinished, strikes them off."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def begin(self, job: Job) -> None:
        """Write down what is to be done; a second time changes nothing."""
        self.table.write(Put(item=job_item(job)))

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


def job_item(job: Job) -> Item:
    """A job that is to be done."""
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
        "op": job.id,
    }
    more = _move_item(job.move) if job.move else {"ttl": seconds(job.at + UNDO_WINDOW) + 86_400}
    return item | more | ({"undoes": job.undoes} if job.undoes else {})


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
        move=_move(item) if "from" in item else None,
        finished="qpk" not in item,
    )


def _move_item(move: Move) -> Item:
    was, becomes = ([[each.closed, each.moved_to] for each in both] for both in (move.before, move.after))
    item: Item = {"from": move.source, "to": move.target, "was": was, "becomes": becomes}
    return item | ({"title": move.title} if move.title else {})


def _move(item: Item) -> Move:
    before, after = (tuple(Standing(*each) for each in item[name]) for name in ("was", "becomes"))
    return Move(
        source=item["from"],
        target=item["to"],
        before=(before[0], before[1]),
        after=(after[0], after[1]),
        title=item.get("title", ""),
        look=_look(item["look"]) if "look" in item else None,
        turn=item.get("turn", 0),
    )


def look_item(look: Pass) -> Item:
    """How far a pass came."""
    return {"began": iso(look.began), "step": look.step, "above": look.above, "found": look.found}


def _look(item: Item) -> Pass:
    return Pass(from_iso(item["began"]), item["step"], item["above"], item["found"])
