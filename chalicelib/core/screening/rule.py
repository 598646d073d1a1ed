"""What a rule is: a pure function of the context, with a message for its finding, and with settings if it has any."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import IntEnum

from ..errors import Refusal
from ..messages import Message, Parameters
from .context import Context, Fact
from .policy import Policy, Settings


class Verdict(IntEnum):
    """What to do with a comment, from the mildest verdict to the strictest."""

    PUBLISH = 0
    HOLD = 1
    SPAM = 2
    REFUSE = 3


@dataclass(frozen=True)
class Finding:
    """What one rule found.  ``parameters`` fill in the rule's message; ``refusal`` is raised for a ``REFUSE``."""

    verdict: Verdict
    parameters: Parameters = field(default_factory=dict)
    refusal: Refusal | None = None


def hold(**parameters: int | str) -> Finding:
    """A finding that holds the draft for a moderator."""
    return Finding(Verdict.HOLD, parameters)


def refuse(refusal: Refusal) -> Finding:
    """A finding that refuses the draft."""
    return Finding(Verdict.REFUSE, refusal=refusal)


Check = Callable[[Context], Finding | None]


@dataclass(frozen=True)
class Rule:
    """A rule.  Its ``name`` and the parameters of its finding are stored as the reason of a verdict.

    ``message`` says to moderators what was found.  A rule without ``settings`` is always active.  ``needs`` are the
    facts that must be read for it.
    """

    name: str
    check: Check
    message: Message
    settings: type[Settings] | None = None
    needs: frozenset[Fact] = frozenset()

    def is_active(self, policy: Policy) -> bool:
        """Whether the policy applies the rule."""
        return self.settings is None or policy.settings(self.settings).active


def rule(
    message: str = "", *, one: str = "", settings: type[Settings] | None = None, needs: AbstractSet[Fact] = frozenset()
) -> Callable[[Check], Rule]:
    """Make a function a rule of its name; the arguments are the rule's attributes."""

    def decorate(check: Check) -> Rule:
        return Rule(check.__name__, check, Message(message, one), settings, frozenset(needs))

    return decorate
