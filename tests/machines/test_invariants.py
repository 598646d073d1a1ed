"""State machines: random operations by many people, with faults and lagging indexes, keep all invariants.

The model predicts the outcome of each step; any of its calls may have faults, and a client whose request failed
sends it again.  After each step the table, the public pages and the queue are compared with the model.
"""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from moto import mock_aws

from tests.machines.interleavings import InterleavingRules
from tests.machines.moderator_rules import ModeratorRules
from tests.machines.reader_rules import ReaderRules
from tests.machines.relocation_rules import RelocationRules
from tests.machines.strategies import DEEP, PAUSES, size
from tests.support.world import shared_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Machine(ReaderRules, ModeratorRules, RelocationRules, InterleavingRules):
    """Readers, authors and two moderators of one site; time passes, and indexes lag."""

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause: dict[str, float]) -> None:
        self.site.world.clock.forward(**pause)

    @rule(writes=st.integers(1, 6), seed=st.integers(0, 2**16))
    def indexes_fall_behind(self, writes: int, seed: int) -> None:
        self.site.lag_behind(writes, seed)

    @rule()
    def indexes_catch_up(self) -> None:
        self.site.catch_up()
        self.check_comments(25, *self.site.model.comments)


def search(client: "DynamoDBClient", place: str, sites: int, operations: int) -> None:
    """Run the state machine.  A check's search is repeatable; a deep one is always different.

    Hypothesis explains a failure by tracing each line of each try, which takes hours here: that phase is off, and
    only a deep search shrinks failures.
    """
    machine = type("Machine", (Machine,), {"client": client, "place": place})
    deep = size() is DEEP
    phases = [Phase.reuse, Phase.generate, Phase.shrink] if deep else [Phase.generate]
    limits: dict[str, Any] = {"max_examples": sites, "stateful_step_count": operations, "derandomize": not deep}
    checks = list(HealthCheck)
    run_state_machine_as_test(machine, settings=settings(**limits, phases=phases, suppress_health_check=checks))


@pytest.mark.machine
def test_invariants_hold_on_moto() -> None:
    with mock_aws():
        search(shared_client(), "moto", *size().moto)


@pytest.mark.machine
@pytest.mark.engine
def test_invariants_hold_on_the_engine(engine_client: "DynamoDBClient") -> None:
    search(engine_client, "the engine", *size().engine)
