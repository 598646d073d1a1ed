"""The policy as a document: how it is changed, compared and described.  Reading the policy needs none of this."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from .policy import Policy, RuleSettings
from .rules import SECTIONS

if TYPE_CHECKING:

    class PolicyRules(BaseModel):
        """The model below, whose fields a type checker can't know."""

else:
    PolicyRules = create_model(
        "PolicyRules",
        __config__=ConfigDict(extra="forbid", frozen=True, defer_build=True),
        __doc__="The settings of the screening rules.",
        **{section: (kind, Field(default_factory=kind)) for section, kind in SECTIONS.items()},
    )


def document(policy: Policy) -> dict[str, RuleSettings]:
    """Section → setting → value, with the defaults of what was never set."""
    return {
        section: {name: getattr(policy.settings(kind), name) for name in kind.model_fields}
        for section, kind in SECTIONS.items()
    }


def rules_of(policy: Policy) -> PolicyRules:
    """The settings of a policy as one model, not validated: bounds may have been wider when they were set."""
    return PolicyRules.model_construct(None, **{name: policy.settings(kind) for name, kind in SECTIONS.items()})


def changed(policy: Policy, changes: Mapping[str, RuleSettings]) -> Policy:
    """The next version of a policy, with some settings changed; the others, also unknown ones, keep their values."""
    now = {**policy.rules, **document(policy)}
    rules = {name: {**policy.rules.get(name, {}), **now[name], **changes.get(name, {})} for name in now}
    return Policy(policy.version + 1, rules)


def differences(policy: Policy, other: Policy) -> dict[str, RuleSettings]:
    """The settings of ``policy`` that are different in ``other``."""
    theirs = document(other)
    found = {
        section: {name: value for name, value in settings.items() if theirs[section][name] != value}
        for section, settings in document(policy).items()
    }
    return {section: settings for section, settings in found.items() if settings}


@cache
def rules_schema() -> dict[str, Any]:
    """The JSON schema of the settings by section, in the order of the rules, without references."""
    return {"type": "object", "properties": {section: kind.model_json_schema() for section, kind in SECTIONS.items()}}
