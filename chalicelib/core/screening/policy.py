"""The screening policy: the settings of each rule, as a versioned document.

Each rule owns a model of its settings.  Values are validated when the policy is changed; reading it only builds
plain objects, because it happens at every submission.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ..drafts import whole

Whole = Annotated[int, BeforeValidator(whole)]  # an integer in any JSON notation
RuleSettings = Mapping[str, Any]  # setting → value


class Settings(BaseModel):
    """The settings of one or more rules.  ``section`` is their name in the policy; an inactive rule finds nothing.

    A subclass gives every setting a default, bounds and a title; its docstring explains the rule to the owner.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    section: ClassVar[str] = ""
    active: bool = False


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class Policy:
    """The policy that the owner chose.

    ``rules`` maps section → setting → value; what is missing has its default.  ``version`` counts the changes.
    """

    version: int = 0
    rules: Mapping[str, RuleSettings] = field(default_factory=dict)

    def settings(self, kind: type[S]) -> S:
        """The settings in a section."""
        if kind not in self._built:
            self._built[kind] = kind.model_construct(None, **self.rules.get(kind.section, {}))
        found: S = self._built[kind]
        return found

    @cached_property
    def _built(self) -> dict[type[Settings], Any]:
        return {}
