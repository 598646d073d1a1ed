"""Statistics of the state machines, summed over all pytest processes and printed at the end."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

WORKER_KEY = "machines"  # where a process tells what it tried


class Statistics:
    """``steps`` and ``faults`` by kind; ``places``: the backends."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]] | None = None) -> None:
        counts = counts or {}
        self.steps = Counter(counts.get("steps", {}))
        self.faults = Counter(counts.get("faults", {}))
        self.places = Counter(counts.get("places", {}))

    def update(self, other: "Statistics") -> None:
        """Add the statistics of another process."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(theirs)

    def plain(self) -> dict[str, dict[str, int]]:
        """As plain dictionaries, to send between processes."""
        return {name: dict(counter) for name, counter in vars(self).items()}

    def lines(self) -> list[str]:
        """A summary: the totals, then each kind."""
        totals = f"{self.steps.total()} steps, {self.faults.total()} faults of {len(self.faults)} kinds"
        sites = ", ".join(f"{number} sites on {place}" for place, number in sorted(self.places.items()))
        return [
            f"state machines: {totals}, on {' and '.join(sorted(self.places))}",
            f"  {sites}",
            *(
                f"  {name}: {most_common(counter)}"
                for name, counter in (("steps", self.steps), ("faults", self.faults))
            ),
        ]


def most_common(counter: Counter[str]) -> str:
    """The counts, most frequent first."""
    return ", ".join(f"{number} {name}" for name, number in counter.most_common())


STATISTICS = Statistics()  # in this process


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send this worker's statistics to the main process."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[WORKER_KEY] = STATISTICS.plain()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add a finished worker's statistics; one that crashed sends none."""
    STATISTICS.update(Statistics(getattr(node, "workeroutput", {}).get(WORKER_KEY)))


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """Print the summary."""
    if STATISTICS.steps:
        terminalreporter.ensure_newline()
        for line in STATISTICS.lines():
            terminalreporter.write_line(line)
