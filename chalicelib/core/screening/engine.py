"""Screening: pure rules over a context that was read before; the strictest finding is the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..comments import Reason, Status
from ..messages import Message
from .context import Context, Fact
from .policy import Policy
from .rule import Finding, Rule, Verdict, hold
from .rules import RULES, SECTIONS

OTHER_REASONS = {  # that are not found by a rule
    "rule_failed": Message("A rule failed ({name}), so a moderator has to look."),
    "unknown_rule": Message("The policy has a rule that this version of Afterword does not know ({name})."),
    "parent_hidden": Message("The comment it replies to is no longer public."),
}
MESSAGES = {rule.name: rule.message for rule in RULES} | OTHER_REASONS


@dataclass(frozen=True)
class ScreeningResult:
    """The verdict with all its reasons, one for each finding."""

    verdict: Verdict
    reasons: tuple[Reason, ...]

    @property
    def status(self) -> Status:
        """The status of a comment with this verdict."""
        return {Verdict.PUBLISH: Status.PUBLISHED, Verdict.HOLD: Status.PENDING}.get(self.verdict, Status.SPAM)


HOLD_BELOW_HIDDEN = ScreeningResult(Verdict.HOLD, (Reason("parent_hidden"),))


def screen(context: Context, rules: Sequence[Rule] = RULES) -> ScreeningResult:
    """Apply every active rule and return the strictest verdict.

    Raises:
        Refusal: a rule refuses the draft; the first such rule decides which refusal.
    """
    findings = [found for rule in rules if (found := _apply(rule, context))]
    findings += [("unknown_rule", hold(name=section)) for section in _unknown_sections(context.policy)]
    refusal = next((finding.refusal for _, finding in findings if finding.refusal), None)
    if refusal:
        raise refusal
    verdict = max((finding.verdict for _, finding in findings), default=Verdict.PUBLISH)
    return ScreeningResult(verdict, tuple(Reason(name, finding.parameters) for name, finding in findings))


def _unknown_sections(policy: Policy) -> list[str]:
    """The active sections of a newer version, which is in use beside this one or was before it."""
    return [name for name, settings in policy.rules.items() if name not in SECTIONS and settings.get("active")]


def _apply(rule: Rule, context: Context) -> tuple[str, Finding] | None:
    try:
        finding = rule.check(context) if rule.is_active(context.policy) else None
    except Exception:  # noqa: BLE001  a broken rule must neither publish nor lose a comment
        return "rule_failed", hold(name=rule.name)
    return (rule.name, finding) if finding else None


def needed_facts(policy: Policy, rules: Sequence[Rule] = RULES) -> frozenset[Fact]:
    """The facts that the active rules need."""
    return frozenset(fact for rule in rules if rule.needs and rule.is_active(policy) for fact in rule.needs)


def message_of(reason: Reason) -> Message:
    """The message of a reason; the rule's name if no rule of this version has it."""
    return MESSAGES.get(reason.rule) or Message(reason.rule)
