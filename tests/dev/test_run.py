"""What the local service does by itself."""

import pytest

from dev.run import HOUR, tend_hourly
from tests.tending import with_hash
from tests.world import World


class EnoughError(Exception):
    """The test has seen enough."""


def test_the_local_service_tends_its_table_every_hour(world: World) -> None:
    world.submit()
    seen: list[int] = []

    def pause(seconds: float) -> None:
        assert seconds == HOUR
        seen.append(len(with_hash(world)))
        world.clock.forward(days=20)
        if len(seen) == 4:
            raise EnoughError

    with pytest.raises(EnoughError):
        tend_hourly(pause)

    assert seen == [1, 1, 0, 0]
