"""What the owner set for the site: the policy, version by version; and which secret the table belongs to."""

from datetime import datetime

from ..core.crypto.keys import Keys
from ..core.decisions import AuditRow
from ..core.errors import ChangedMeanwhile, KeysMismatch
from ..core.screening.engine import Policy, policy_of
from ..core.times import iso
from .audit import audit_put, undone_part
from .engine import keys
from .engine.parts import NEW, Put
from .engine.table import Span, Table


class Config:
    """Reads and changes it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._checked = False

    def policy(self) -> Policy:
        """The one that counts now."""
        span = Span(keys.CONFIG, first="POLICY#", last="POLICY#" + keys.LAST)
        found = self.table.query(span, limit=1, backwards=True).items
        return policy_of(found[0], found[0]["ver"]) if found else Policy()

    def set_policy(self, policy: Policy, row: AuditRow, undone: AuditRow | None = None) -> None:
        """Write the next version.  ``undone``: what it takes back.

        Raises:
            ChangedMeanwhile: that version exists.
        """
        pk, sk = keys.policy(policy.version)
        chosen = {"hold": str(policy.hold), "approvals": policy.approvals, "days": policy.days}
        item = {"pk": pk, "sk": sk, "v": 1, **chosen, "ver": policy.version, "op": row.id}
        put = Put(item=item, where=NEW, otherwise=lambda _found: ChangedMeanwhile())
        back = [undone_part(undone, row.id)] if undone else []
        self.table.write(put, audit_put(row), *back, operation=row.id)

    def check_keys(self, own: Keys, now: datetime) -> None:
        """Once in a process, before the first write: is this the secret that the table was written with?

        Raises:
            KeysMismatch: it is not.
        """
        if self._checked:
            return
        pk, sk = keys.FINGERPRINT
        found = self.table.get(keys.FINGERPRINT)
        if found is None:
            found = {"pk": pk, "sk": sk, "v": 1, "fingerprint": own.fingerprint, "at": iso(now), "op": own.fingerprint}
            put = Put(item=found, where=NEW, otherwise=lambda _found: KeysMismatch())
            self.table.write(put, operation=own.fingerprint)
        if found["fingerprint"] != own.fingerprint:
            raise KeysMismatch
        self._checked = True

    def fingerprint(self) -> str:
        """Of the secret that the table was written with; empty of a table that nothing was written to."""
        found = self.table.get(keys.FINGERPRINT)
        return str(found["fingerprint"]) if found else ""
