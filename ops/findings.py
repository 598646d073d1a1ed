"""What the doctor finds, and whom it looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime import Runtime

from .stages import Stage


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``cure``: what to do where it is not ``well``.  ``later``: nothing is wrong, but its owner has still to do it.
    """

    well: bool
    topic: str
    words: str
    cure: str = ""
    later: bool = False


@dataclass(frozen=True)
class Patient:
    """A stage as it is meant to be, the account where it should be so, and where it answers."""

    stage: Stage
    runtime: Runtime
    url: str

    def aws(self, service: str) -> Any:  # noqa: ANN401  each service has a type of its own
        """A client."""
        return self.runtime.aws(service)


Check = Callable[[Patient], Iterator[Finding]]


def well(topic: str, words: str) -> Finding:
    """As it should be."""
    return Finding(well=True, topic=topic, words=words)


def todo(topic: str, words: str, cure: str) -> Finding:
    """Left for its owner to do."""
    return Finding(well=False, topic=topic, words=words, cure=cure, later=True)


def deploy_again(stage: Stage) -> str:
    """The cure of much."""
    return f"`make deploy STAGE={stage.name}` does that."


def ill(topic: str, words: str, cure: str) -> Finding:
    """Not as it should be."""
    return Finding(well=False, topic=topic, words=words, cure=cure)
