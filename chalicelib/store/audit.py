"""The audit log: what was done, when and by whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..core.actors import Actor, ActorKind
from ..core.audit import Action, AuditRow
from ..core.errors import NotFound
from ..core.ids import first_ulid, ulid_milliseconds
from ..core.times import EPOCH, from_iso, iso, months
from .engine import keys
from .engine.attributes import Item
from .engine.parts import Part, Put, Update, Where
from .engine.schema import STATUS
from .engine.table import Span, Table
from .items import without_empty

MAX_HISTORY = 200  # rows about one comment
MAX_SCANNED = 500  # rows in one call
LATEST = datetime.max.replace(tzinfo=UTC)
TEXTS = {  # fields of a row that are stored unless they are empty → attributes
    "post": "post",
    "before": "frm",
    "after": "to",
    "version": "ver",
    "note": "note",
    "bulk": "bulk",
    "undoes": "undoes",
    "undone": "undone",
}


@dataclass(frozen=True)
class AuditPage:
    """Audit rows, newest first, and the last row's id if there may be more ("" otherwise)."""

    rows: list[AuditRow]
    next: str


class Audit:
    """Reads audit rows; they are written in the same write as the change that they record."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, comment_id: str, row_id: str) -> AuditRow:
        """The audit row with this id.

        Raises:
            NotFound: there is no such row.
        """
        item = self.table.get(keys.audit(comment_id, row_id))
        if item is None:
            raise NotFound
        return audit_from_item(item)

    def of_comment(self, comment_id: str) -> list[AuditRow]:
        """The latest rows about a comment, up to MAX_HISTORY, oldest first."""
        found = self.table.query(Span(*keys.audit_rows(comment_id)), limit=MAX_HISTORY, backwards=True)
        return [audit_from_item(item) for item in reversed(found.items)]

    def page(self, *, now: datetime, limit: int, before: str, since: datetime = EPOCH, actor: str = "") -> AuditPage:
        """The newest rows of the whole site, older than ``before`` and not older than ``since``.

        With ``actor``, only the rows of one moderator or of one kind of actor, out of at most MAX_SCANNED.
        """
        rows: list[AuditRow] = []
        scanned, last = 0, before
        month = min(now, EPOCH + timedelta(milliseconds=ulid_milliseconds(before))) if before else now
        first = max(self._first_month(), _month_of(since))
        while scanned < MAX_SCANNED and month >= first:
            batch = limit + 1
            found = self._of_month(month, batch, last)
            for row in found:
                if row.at < since:
                    return AuditPage(rows, "")
                if len(rows) == limit:
                    return AuditPage(rows, last)
                scanned, last = scanned + 1, row.id
                if actor in {"", row.actor.id, row.actor.kind}:
                    rows.append(row)
            if len(found) < batch:
                month = month.replace(day=1) - timedelta(days=1)
        return AuditPage(rows, last if month >= first else "")

    def _first_month(self) -> datetime:
        """The month of the table's first write; no row is older."""
        item = self.table.get(keys.FINGERPRINT, consistent=False)
        return _month_of(from_iso(item["at"])) if item else LATEST

    def _of_month(self, month: datetime, limit: int, before: str) -> list[AuditRow]:
        span = Span(keys.audit_month(month), below=before)
        found = self.table.query(span, index=STATUS, limit=limit, backwards=True).items
        whole = self.table.get_many([(entry["pk"], entry["sk"]) for entry in found])
        return [
            audit_from_item(whole[entry["pk"], entry["sk"]]) for entry in found if (entry["pk"], entry["sk"]) in whole
        ]

    def of_bulk(self, bulk: str, comment_ids: Sequence[str]) -> list[AuditRow]:
        """The rows about these comments that belong to one bulk, in the order of the comments."""
        only = Where(equal={"bulk": bulk})
        spans = (Span(*keys.audit_rows(each)) for each in comment_ids)
        return [audit_from_item(item) for span in spans for item in self.table.query(span, only=only).items]


def _month_of(time: datetime) -> datetime:
    return time.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def entries_since(table: Table, since: datetime, now: datetime) -> Iterator[Item]:
    """The index entries of the rows written since a time, oldest first.

    The index lags: to miss none, read again from where the last reading began.
    """
    for month in months(since, now):
        yield from table.iterate(Span(keys.audit_month(month), first=first_ulid(since)), index=STATUS)


def audit_put(row: AuditRow) -> Part:
    """The write part that adds an audit row."""
    return Put(item=audit_item(row))


def undone_part(row: AuditRow, operation: str) -> Part:
    """The write part that marks a row as undone.  A row can be undone once; the undo can be undone itself."""
    return Update(key=keys.audit(row.comment, row.id), set={"undone": operation}, where=Where(absent=("undone",)))


def audit_item(row: AuditRow) -> Item:
    """The item of an audit row, listed by month; the row of one comment in a move is listed by comment only."""
    pk, sk = keys.audit(row.comment, row.id)
    required = {"pk": pk, "sk": sk, "act": str(row.action), "actor": str(row.actor.kind)}
    required |= {"at": iso(row.at), "op": row.id}
    lists = {"qpk": keys.audit_month(row.at), "qsk": row.id}
    if row.action is Action.MOVE and row.comment:
        lists = {}
    rest = {attribute: getattr(row, name) for name, attribute in TEXTS.items()}
    return required | lists | without_empty(by=row.actor.id, params=dict(row.parameters), **rest)


def audit_from_item(item: Item) -> AuditRow:
    """The audit row stored in an item."""
    rest = {name: item[attribute] for name, attribute in TEXTS.items() if attribute in item}
    return AuditRow(
        id=item["op"],
        action=Action(item["act"]),
        actor=Actor(ActorKind(item["actor"]), item.get("by", "")),
        at=from_iso(item["at"]),
        comment=keys.comment_id_of(item["pk"]),
        parameters=item.get("params", {}),
        **rest,
    )
