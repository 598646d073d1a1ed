"""What the state machines tried, added up over all of pytest's processes and told at the end of the tests."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

SENT = "machines"  # where a process tells what it tried


class Tried:
    """``steps`` and ``faults`` by kind; ``places``: on what they were tried."""

    def __init__(self, told: Mapping[str, Mapping[str, int]] | None = None) -> None:
        told = told or {}
        self.steps = Counter(told.get("steps", {}))
        self.faults = Counter(told.get("faults", {}))
        self.places = Counter(told.get("places", {}))

    def update(self, other: "Tried") -> None:
        """Add what another tried."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(theirs)

    def plain(self) -> dict[str, dict[str, int]]:
        """In what can be sent from process to process."""
        return {name: dict(counter) for name, counter in vars(self).items()}

    def lines(self) -> list[str]:
        """The totals, then each kind."""
        totals = f"{self.steps.total()} steps, {self.faults.total()} faults of {len(self.faults)} kinds"
        sites = ", ".join(f"{number} sites on {place}" for place, number in sorted(self.places.items()))
        return [
            f"state machines: {totals}, on {' and '.join(sorted(self.places))}",
            f"  {sites}",
            *(f"  {name}: {listed(counter)}" for name, counter in (("steps", self.steps), ("faults", self.faults))),
        ]


def listed(counter: Counter[str]) -> str:
    """Each kind, the most frequent first."""
    return ", ".join(f"{number} {name}" for name, number in counter.most_common())


TRIED = Tried()  # in this process


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes tells the first what it tried."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[SENT] = TRIED.plain()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The first process hears from another one that ends; one that crashed says nothing."""
    TRIED.update(Tried(getattr(node, "workeroutput", {}).get(SENT)))


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """At the end of the tests."""
    if TRIED.steps:
        terminalreporter.ensure_newline()
        for line in TRIED.lines():
            terminalreporter.write_line(line)
