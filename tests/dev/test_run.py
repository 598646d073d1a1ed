"""What the local service does on its own."""

import pytest

from dev.run import HOUR, run_maintenance_hourly
from tests.support.maintenance import comments_with_network_hash
from tests.support.world import World


class EnoughError(Exception):
    """The test has seen enough."""


def test_the_local_service_runs_maintenance_every_hour(world: World) -> None:
    world.submit()
    seen: list[int] = []

    def pause(seconds: float) -> None:
        assert seconds == HOUR
        seen.append(len(comments_with_network_hash(world)))
        world.clock.forward(days=20)
        if len(seen) == 4:
            raise EnoughError

    with pytest.raises(EnoughError):
        run_maintenance_hourly(pause)

    assert seen == [1, 1, 0, 0]
