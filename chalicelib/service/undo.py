"""Undo of what moderators changed about posts and the policy, and of relocations."""

from dataclasses import replace

from ..core.accounts import Principal, Scope
from ..core.audit import Action, AuditRow
from ..core.decisions import UNDO_WINDOW, NotPossible
from ..core.errors import ChangedMeanwhile, UndoExpired
from ..store.audit import Audit
from .clock import Essentials
from .policy import PolicyService
from .posts import PostService
from .relocation import RelocationService
from .results import Outcome

UNDOABLE = {Action.POLICY, Action.CLOSE, Action.REOPEN, Action.RETITLE}
OPPOSITE = {Action.CLOSE: Action.REOPEN, Action.REOPEN: Action.CLOSE}  # the others are undone by their own action


class AdminUndoService:
    """Finds a change in the audit log and lets the service that made it undo it."""

    def __init__(
        self,
        essentials: Essentials,
        audit: Audit,
        posts: PostService,
        policy: PolicyService,
        relocation: RelocationService,
    ) -> None:
        self.essentials, self.audit = essentials, audit
        self.posts, self.policy, self.relocation = posts, policy, relocation

    def undo(self, row_id: str, by: Principal) -> tuple[Outcome, str, str]:
        """Undo the change that an audit row records, if no other change followed it.

        Returns the outcome, the id of the audit row that records the undo, and the id of the job that moves
        the remaining comments back, or ``""`` if none remain.

        Raises:
            NotFound: no such change.
            NotPossible: this kind of change can't be undone.
            UndoExpired: the change is too old.
            ChangedMeanwhile: another change followed.
            Forbidden: only owners may undo a change of the policy.
            PostIsMoving: another relocation of one of its posts is running.
        """
        row = self.audit.get("", row_id)
        if row.action is Action.MOVE:
            return self.relocation.undo(row, by.actor)
        try:
            return *self._undo(row, by), ""
        except ChangedMeanwhile:  # the write in between may have been the same undo: read again
            return *self._undo(self.audit.get("", row_id), by), ""

    def _undo(self, row: AuditRow, by: Principal) -> tuple[Outcome, str]:
        if row.action not in UNDOABLE:
            raise NotPossible
        if row.action is Action.POLICY:
            by.require(Scope.MANAGE)
        if row.undone:
            return Outcome.ALREADY_SO, row.undone
        if self.essentials.clock() > row.at + UNDO_WINDOW:
            raise UndoExpired
        undo_row = self._undo_row(row, by)
        service = self.policy if row.action is Action.POLICY else self.posts
        service.revert(row, undo_row)
        return Outcome.DONE, undo_row.id

    def _undo_row(self, row: AuditRow, by: Principal) -> AuditRow:
        now = self.essentials.clock()
        undo_row = AuditRow(
            id=self.essentials.new_ulid(now), action=OPPOSITE.get(row.action, row.action), actor=by.actor, at=now
        )
        return replace(
            undo_row, before=row.after, after=row.before, undoes=row.id, post=row.post, version=row.version + 1
        )
