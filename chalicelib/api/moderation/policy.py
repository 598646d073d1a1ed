"""The screening policy of the site."""

from typing import Any

from pydantic import Field

from ...core.accounts import Scope
from ...core.drafts import Strict, Version
from ...core.errors import ChangedMeanwhile, Invalid
from ...core.screening.document import PolicyRules, rules_of, rules_schema
from ...core.screening.policy import Policy
from ..http.endpoints import Call, Router
from ..public.schemas import ResponseModel
from .common import AUTH_REFUSALS

router = Router(__name__)


class PolicySchema(ResponseModel):
    """The settings of the screening rules.  ``version`` increases with each change."""

    version: int
    rules: PolicyRules = Field(description="The settings of each rule. `active`: whether it is applied.")
    rules_schema: dict[str, Any] = Field(
        description="The JSON schema of `rules` without references: titles, descriptions and bounds for a form."
    )


class PolicyChange(Strict):
    """New values of settings.  ``version`` is the one that they change."""

    version: Version
    rules: PolicyRules = Field(description="Rules and settings that are left out keep their values.")


@router.endpoint(
    "GET", "/v1/moderation/policy", responses={200: PolicySchema}, refusals=AUTH_REFUSALS, scope=Scope.READ
)
def policy(call: Call) -> PolicySchema:
    """Get the screening policy: the settings of each rule, and their JSON schema."""
    return _serialize(call.runtime.policies.current())


@router.endpoint(
    "PUT",
    "/v1/moderation/policy",
    body=PolicyChange,
    responses={200: PolicySchema},
    refusals=(Invalid, ChangedMeanwhile, *AUTH_REFUSALS),
    scope=Scope.MANAGE,
)
def change_policy(call: Call) -> PolicySchema:
    """Change settings of the screening policy.  They apply to new submissions."""
    wanted: PolicyChange = call.body
    changes = wanted.rules.model_dump(exclude_unset=True)
    return _serialize(call.runtime.policy_admin.change(changes, wanted.version, call.principal))


def _serialize(chosen: Policy) -> PolicySchema:
    return PolicySchema(version=chosen.version, rules=rules_of(chosen), rules_schema=rules_schema())
