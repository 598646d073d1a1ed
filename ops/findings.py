"""What the doctor checks, and what it reports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from chalicelib.runtime import Runtime

from .stages import Stage


class Level(Enum):
    """How a finding is marked in the report."""

    OK = "ok"
    TODO = ".."  # nothing is wrong, but the owner still has a step to do
    FAILED = "!!"


@dataclass(frozen=True)
class Finding:
    """The result of one check.  ``remedy`` says what to do unless it is OK."""

    level: Level
    topic: str
    message: str
    remedy: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether there is nothing to do."""
        return self.level is Level.OK


@dataclass(frozen=True)
class Target:
    """What is checked: a stage as it is configured, the account it was deployed to, and the service's URL."""

    stage: Stage
    runtime: Runtime
    url: str

    def aws(self, service: str) -> Any:  # noqa: ANN401  each service has a type of its own
        """A client of an AWS service."""
        return self.runtime.aws(service)


Check = Callable[[Target], Iterator[Finding]]


def ok(topic: str, message: str) -> Finding:
    """A check that passed."""
    return Finding(Level.OK, topic, message)


def todo(topic: str, message: str, remedy: str) -> Finding:
    """A step that is left to the owner."""
    return Finding(Level.TODO, topic, message, remedy)


def failed(topic: str, message: str, remedy: str) -> Finding:
    """A check that failed."""
    return Finding(Level.FAILED, topic, message, remedy)


def deploy_again(stage: Stage) -> str:
    """The remedy for everything that a deployment sets."""
    return f"`make deploy STAGE={stage.name}` fixes this."
