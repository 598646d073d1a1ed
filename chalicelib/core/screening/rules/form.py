"""Rules about how the form was used.

An edit needs no form.  What was found when the comment was submitted still holds it, whatever it says now.
"""

from typing import ClassVar

from pydantic import ConfigDict, Field

from ...errors import WorkMissing
from ..context import Context, ProofOfWork
from ..policy import Settings, Whole
from ..rule import Finding, hold, refuse, rule


class HoneypotSettings(Settings):
    """Bots often fill in a field that readers don't see."""

    model_config = ConfigDict(title="Hold comments with a hidden field filled in")

    section: ClassVar[str] = "honeypot"
    active: bool = True


class FormSettings(Settings):
    """Bots often don't open the form."""

    model_config = ConfigDict(title="Hold comments sent without the form, or too fast")

    section: ClassVar[str] = "form"
    active: bool = True
    seconds: Whole = Field(default=3, ge=0, le=60, title="Seconds needed to write")


@rule()
def missing_proof_of_work(context: Context) -> Finding | None:
    """Refuse a draft without the required proof of work; the client gets a new form and tries again."""
    return refuse(WorkMissing()) if context.proof_of_work is ProofOfWork.MISSING else None


@rule("It was written without the proof of work that is asked for here.")
def no_proof_of_work(context: Context) -> Finding | None:
    """Hold drafts sent without JavaScript, which can't do the proof of work."""
    is_missing = context.proof_of_work is ProofOfWork.IMPOSSIBLE
    return hold() if is_missing or context.was_held_for("no_proof_of_work") else None


@rule("A field that readers don't see was filled in.", settings=HoneypotSettings)
def honeypot(context: Context) -> Finding | None:
    """Hold a draft that fills in the hidden field.  Browsers sometimes do so too, so it is no proof of spam."""
    return hold() if context.honeypot or context.was_held_for("honeypot") else None


@rule("Submitted without opening the form (often a bot).", settings=FormSettings)
def form_not_opened(context: Context) -> Finding | None:
    """Hold drafts that were sent without opening the form."""
    is_missing = context.form_opened is None and context.before is None
    return hold() if is_missing or context.was_held_for("form_not_opened") else None


@rule("Submitted faster than a person can write.", settings=FormSettings)
def too_fast(context: Context) -> Finding | None:
    """Hold drafts that were sent too soon after the form was opened."""
    if context.form_opened is None or context.before:
        return hold() if context.was_held_for("too_fast") else None
    seconds = (context.now - context.form_opened).total_seconds()
    return hold() if seconds < context.settings(FormSettings).seconds else None
