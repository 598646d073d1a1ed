"""Pending edits: what an author's edit of a published comment, and a decision about it, do to the comment.

While an edit waits, the comment stays published with the words that were approved.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .comments import Comment, PendingEdit, Reason
from .decisions import Decision
from .text.markdown import RENDERER, to_html


class EditState(StrEnum):
    """What became of an edit.  Audit rows name it in their parameters: ``edit`` is the state after the change."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"


STATE_BY: dict[Decision, EditState] = {
    Decision.APPROVE: EditState.APPROVED,
    Decision.REJECT: EditState.REJECTED,
    Decision.SPAM: EditState.SPAM,
}
DECISION_OF = {state: decision for decision, state in STATE_BY.items()}


@dataclass(frozen=True)
class DecidedEdit:
    """A comment's words, and its pending edit, before a moderator decided on that edit.

    It is kept apart from the comment for as long as the decision can be undone.
    """

    text: str
    name: str
    link: str
    edited: datetime | None
    edited_by: str
    vetted: bool
    reasons: tuple[Reason, ...]
    edit: PendingEdit


def decides_on_edit(comment: Comment, decision: Decision) -> bool:
    """Whether a decision is about the comment's pending edit, and not about the comment itself."""
    return comment.pending_edit is not None and decision in STATE_BY


def with_pending_edit(comment: Comment, edit: PendingEdit) -> Comment:
    """The comment with an edit that waits; it takes the place of an earlier one."""
    return _changed(replace(comment, pending_edit=edit, ever_had_pending_edit=True), edit.id)


def without_pending_edit(comment: Comment, operation: str) -> Comment:
    """The comment with the words that it has."""
    return _changed(replace(comment, pending_edit=None), operation)


def after_edit_decision(comment: Comment, decision: Decision, *, operation: str, now: datetime) -> Comment:
    """The comment after a decision about its pending edit.

    Approving gives it the new words, and settles its flags, which were about the old ones.  Rejecting drops the
    edit, and decides nothing about the comment itself.
    """
    edit = comment.pending_edit
    if edit is None or decision is not Decision.APPROVE:
        return without_pending_edit(comment, operation)
    approved = replace(
        _with_words(comment, edit.text, edit.name, edit.link),
        edited=now,
        edited_by="",
        reasons=edit.reasons,
        vetted=True,
        ever_decided=True,
        flags=0,
        flag_round=comment.flag_round + bool(comment.flags),
    )
    return without_pending_edit(approved, operation)


def decided_edit(before: Comment) -> DecidedEdit | None:
    """What an undo of a decision about the comment's pending edit needs; None without such an edit."""
    if before.pending_edit is None:
        return None
    return DecidedEdit(
        text=before.text,
        name=before.name,
        link=before.link,
        edited=before.edited,
        edited_by=before.edited_by,
        vetted=before.vetted,
        reasons=before.reasons,
        edit=before.pending_edit,
    )


def with_edit_reopened(comment: Comment, decided: DecidedEdit, operation: str) -> Comment:
    """The comment after the undo of a decision about its edit: with its earlier words, and the edit waits again."""
    earlier = replace(
        _with_words(comment, decided.text, decided.name, decided.link),
        edited=decided.edited,
        edited_by=decided.edited_by,
        vetted=decided.vetted,
        reasons=decided.reasons,
        pending_edit=decided.edit,
    )
    return _changed(earlier, operation)


def edit_parameters(state: EditState, *, was: EditState | None = None) -> dict[str, str]:
    """The parameters of an audit row about an edit.  A decision and its undo also say what it was before."""
    return {"edit": str(state)} | ({"was": str(was)} if was else {})


def _with_words(comment: Comment, text: str, name: str, link: str) -> Comment:
    return replace(comment, text=text, html=to_html(text), renderer=RENDERER, name=name, link=link)


def _changed(comment: Comment, operation: str) -> Comment:
    return replace(comment, version=comment.version + 1, operation=operation)
