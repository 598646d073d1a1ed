"""The site's policy, version by version."""

from ..core.audit import AuditRow
from ..core.errors import ChangedMeanwhile
from ..core.screening.policy import Policy
from .audit import audit_put, undone_part
from .engine import keys
from .engine.parts import NEW, Put
from .engine.table import Span, Table


class PolicyStore:
    """Reads and changes the policy."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def current(self) -> Policy:
        """The current policy."""
        found = self.table.query(Span(*keys.policies()), limit=1, backwards=True).items
        return Policy(found[0]["ver"], found[0]["rules"]) if found else Policy()

    def set_policy(self, policy: Policy, row: AuditRow, undone: AuditRow | None = None) -> None:
        """Write the next version of the policy.  ``undone`` is the audit row that this change undoes.

        Raises:
            ChangedMeanwhile: that version already exists.
        """
        pk, sk = keys.policy(policy.version)
        item = {"pk": pk, "sk": sk, "rules": policy.rules, "ver": policy.version, "op": row.id}
        put = Put(item=item, where=NEW, otherwise=lambda _found: ChangedMeanwhile())
        undo = [undone_part(undone, row.id)] if undone else []
        self.table.write(put, audit_put(row), *undo, operation=row.id)
