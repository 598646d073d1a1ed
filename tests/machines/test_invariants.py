"""Many people do many things in any order, calls to the table fail, and what must hold holds.

Each step is a deed whose end the model foretells; faults may befall any of its calls, and a client whose
request failed sends it again.  After each step the table, the public pages and the queue are compared with it.
"""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from moto import mock_aws

from tests.machines.drawn import DEEP, PAUSES, size
from tests.machines.meetings import Meetings
from tests.machines.moderators import Moderators
from tests.machines.movers import Movers
from tests.machines.readers import Readers
from tests.world import shared_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Machine(Readers, Moderators, Movers, Meetings):
    """Readers, authors and two moderators of one site; time passes, and indexes lag."""

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause: dict[str, float]) -> None:
        self.site.world.clock.forward(**pause)

    @rule(writes=st.integers(1, 6), seed=st.integers(0, 2**16))
    def indexes_fall_behind(self, writes: int, seed: int) -> None:
        self.site.fall_behind(writes, seed)

    @rule()
    def indexes_catch_up(self) -> None:
        self.site.catch_up()
        self.look(25, *self.site.model.comments)


def search(client: "DynamoDBClient", place: str, sites: int, deeds: int) -> None:
    """Play.  A check's search is always the same, so that what passed passes again; a deep one is always another.

    Hypothesis explains a failure by tracing each line of each try, which takes hours here: it does not, and only
    a deep search makes what fails small.
    """
    machine = type("Machine", (Machine,), {"client": client, "place": place})
    deep = size() is DEEP
    phases = [Phase.reuse, Phase.generate, Phase.shrink] if deep else [Phase.generate]
    limits: dict[str, Any] = {"max_examples": sites, "stateful_step_count": deeds, "derandomize": not deep}
    checks = list(HealthCheck)
    run_state_machine_as_test(machine, settings=settings(**limits, phases=phases, suppress_health_check=checks))


@pytest.mark.machine
def test_what_must_hold_holds_on_moto() -> None:
    with mock_aws():
        search(shared_client(), "moto", *size().moto)


@pytest.mark.machine
@pytest.mark.engine
def test_what_must_hold_holds_on_the_engine(engine_client: "DynamoDBClient") -> None:
    search(engine_client, "the engine", *size().engine)
