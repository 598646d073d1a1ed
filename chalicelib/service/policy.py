"""Changes of the screening policy; each can be undone."""

import json
from collections.abc import Mapping
from dataclasses import replace

from ..core.accounts import Principal
from ..core.audit import Action, AuditRow
from ..core.errors import ChangedMeanwhile
from ..core.screening.document import changed, differences
from ..core.screening.policy import Policy, RuleSettings
from ..store.policy import PolicyStore
from .clock import Essentials


class PolicyService:
    """Changes the policy and records each change in the audit log."""

    def __init__(self, essentials: Essentials, policies: PolicyStore) -> None:
        self.essentials, self.policies = essentials, policies

    def change(self, changes: Mapping[str, RuleSettings], version: int, by: Principal) -> Policy:
        """Change settings of the policy that has this version; the others keep their values.

        Nothing is written if the settings have these values already, as after a repetition.

        Raises:
            ChangedMeanwhile: the policy has another version.
        """
        try:
            return self._change(changes, version, by)
        except ChangedMeanwhile:  # the write in between may have been the same change: read again
            return self._change(changes, version, by)

    def revert(self, row: AuditRow, undo_row: AuditRow) -> None:
        """Undo the change that ``row`` records; ``undo_row`` records the undo.

        Raises:
            ChangedMeanwhile: the policy was changed again since.
        """
        current = self.policies.current()
        if current.version != row.version:
            raise ChangedMeanwhile
        self.policies.set_policy(changed(current, json.loads(row.before)), undo_row, undone=row)

    def _change(self, changes: Mapping[str, RuleSettings], version: int, by: Principal) -> Policy:
        current = self.policies.current()
        policy = changed(current, changes)
        if not differences(current, policy):
            return current
        if current.version != version:
            raise ChangedMeanwhile
        self.policies.set_policy(policy, self._new_row(current, policy, by))
        return policy

    def _new_row(self, before: Policy, after: Policy, by: Principal) -> AuditRow:
        """The audit row, with the settings that changed as JSON: what is needed to undo the change."""
        now = self.essentials.clock()
        row = AuditRow(id=self.essentials.new_ulid(now), action=Action.POLICY, actor=by.actor, at=now)
        old, new = differences(before, after), differences(after, before)
        return replace(row, before=json.dumps(old), after=json.dumps(new), version=after.version)
