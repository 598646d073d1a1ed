"""The audit: what was done, by whom."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..core.decisions import AuditRow
from ..core.errors import NotFound
from ..core.ids import ulid_milliseconds
from ..core.jobs import Job
from ..core.times import EPOCH, from_iso
from .engine import keys
from .engine.parts import Part, Put, Update, Where
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import audit_item, audit_of

MAX_HISTORY = 200  # rows about one comment
MAX_LOOK = 500  # rows in one call
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class AuditPage:
    """Rows, newest first, and the last row's id if there may be more."""

    rows: list[AuditRow]
    next: str


class Audit:
    """Reads audit rows; they are written with what they are about."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, comment_id: str, row_id: str) -> AuditRow:
        """One row.

        Raises:
            NotFound: there is none.
        """
        item = self.table.get(keys.audit(comment_id, row_id))
        if item is None:
            raise NotFound
        return audit_of(item)

    def of_comment(self, comment_id: str) -> list[AuditRow]:
        """The latest rows about a comment, up to MAX_HISTORY, oldest first."""
        span = Span(keys.comment(comment_id)[0], first="L#", last="L#" + keys.LAST)
        found = self.table.query(span, limit=MAX_HISTORY, backwards=True)
        return [audit_of(item) for item in reversed(found.items)]

    def page(self, *, now: datetime, limit: int, before: str, since: datetime = EPOCH, by: str = "") -> AuditPage:
        """The newest rows over all, or those before a ULID, down to a time; of one moderator, looking at MAX_LOOK."""
        rows: list[AuditRow] = []
        looked, last = 0, before
        month = min(now, EPOCH + timedelta(milliseconds=ulid_milliseconds(before))) if before else now
        first = max(self._first_month(), _month_of(since))
        while looked < MAX_LOOK and month >= first:
            portion = limit + 1
            found = self._of_month(month, portion, last)
            for row in found:
                if row.at < since:
                    return AuditPage(rows, "")
                if len(rows) == limit:
                    return AuditPage(rows, last)
                looked, last = looked + 1, row.id
                if by in {"", row.by}:
                    rows.append(row)
            if len(found) < portion:
                month = month.replace(day=1) - timedelta(days=1)
        return AuditPage(rows, last if month >= first else "")

    def _first_month(self) -> datetime:
        """Nothing is older than the table's first write."""
        item = self.table.get(keys.FINGERPRINT, consistent=False)
        return _month_of(from_iso(item["at"])) if item else LATEST

    def _of_month(self, month: datetime, limit: int, before: str) -> list[AuditRow]:
        span = Span(keys.audit_month(month), below=before)
        found = self.table.query(span, index=STATUS, limit=limit, backwards=True).items
        whole = self.table.get_many([(entry["pk"], entry["sk"]) for entry in found])
        return [audit_of(whole[entry["pk"], entry["sk"]]) for entry in found if (entry["pk"], entry["sk"]) in whole]

    def of_job(self, job: Job) -> list[AuditRow]:
        """What it changed, in its order."""
        rows = (row for comment_id in job.comments for row in self.of_comment(comment_id))
        return [row for row in rows if row.bulk == job.id]


def _month_of(time: datetime) -> datetime:
    return time.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def audit_put(row: AuditRow) -> Part:
    """An audit row as part of a write."""
    return Put(item=audit_item(row))


def undone_part(row: AuditRow, operation: str) -> Part:
    """A row can be taken back once; what took it back can be taken back itself."""
    return Update(key=keys.audit(row.comment, row.id), set={"undone": operation}, where=Where(absent=("undone",)))
