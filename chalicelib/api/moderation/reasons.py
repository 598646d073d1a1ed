"""The reasons of screening, as moderators see them."""

from collections.abc import Sequence

from pydantic import Field

from ...core.comments import Reason
from ...core.screening.engine import message_of
from ..public.schemas import ResponseModel


class HoldReason(ResponseModel):
    """A reason why screening held the comment: the rule, and what it found.

    ``template`` is the English message before its ``{parameters}`` are filled in, by which it can be translated.
    """

    rule: str
    parameters: dict[str, int | str]
    template: str
    detail: str = Field(description="The message in English.")


def hold_reasons(reasons: Sequence[Reason]) -> list[HoldReason]:
    """The reasons why screening held a comment or an edit."""
    return [_hold_reason(reason) for reason in reasons]


def _hold_reason(reason: Reason) -> HoldReason:
    message = message_of(reason)
    return HoldReason(
        rule=reason.rule,
        parameters=dict(reason.parameters),
        template=message.template,
        detail=message.fill(reason.parameters),
    )
