"""Decisions on comments, and undo."""

from ...core.accounts import Scope
from ...core.decisions import DecisionRequest, NotPossible
from ...core.errors import (
    ChangedMeanwhile,
    Invalid,
    NotFound,
    PostIsMoving,
    UndoExpired,
)
from ..http.endpoints import Call, Router
from .common import AUTH_REFUSALS
from .schemas import (
    DecisionResult,
    DecisionResults,
    Decisions,
    Undo,
    decision_results,
)

router = Router(__name__)


@router.endpoint(
    "POST",
    "/v1/moderation/decisions",
    body=Decisions,
    responses={200: DecisionResults},
    refusals=(Invalid, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
)
def decisions(call: Call) -> DecisionResults:
    """Decide on up to 100 comments.  Each decision succeeds or fails on its own.

    While a comment has a `pending_edit`, `approve`, `reject` and `spam` decide on that edit: approving publishes its
    words, the others drop it, and the comment stays published. To reject the comment itself, decide once more.
    """
    wanted = [DecisionRequest(each.id, each.version, each.decision, each.note) for each in call.body.decisions]
    bulk, results = call.runtime.decisions.decide(wanted, call.principal)
    return decision_results(call, bulk, results)


@router.endpoint(
    "POST",
    "/v1/moderation/undo",
    body=Undo,
    responses={200: DecisionResults},
    refusals=(Invalid, NotFound, NotPossible, UndoExpired, ChangedMeanwhile, PostIsMoving, *AUTH_REFUSALS),
    scope=Scope.MODERATE,
)
def undo(call: Call) -> DecisionResults:
    """Undo a decision, a change to a post or the policy, a move, or all decisions of one request.

    An action can be undone for 30 days, and only if nothing happened to its subject since.
    """
    by, wanted = call.principal, call.body
    if wanted.bulk is None and wanted.comment is None:
        outcome, row, job = call.runtime.admin_undo.undo(wanted.decision, by)
        result = DecisionResult(id=wanted.decision, outcome=outcome, decision=row)
        return DecisionResults(bulk=None, results=[result], job=job or None)
    if wanted.bulk is None:
        return decision_results(call, "", [call.runtime.decisions.undo_one(wanted.comment, wanted.decision, by)])
    return decision_results(call, *call.runtime.decisions.undo_bulk(wanted.bulk, by))
