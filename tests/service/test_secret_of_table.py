"""A table belongs to one secret: with another one, no operation writes anything, whichever route asks for it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import runtime as runtimes
from chalicelib.api.html.form import INCOMPLETE
from chalicelib.core.errors import KeysMismatch
from chalicelib.core.maintenance import Task
from chalicelib.runtime import Runtime
from chalicelib.store.engine.parts import Put
from chalicelib.store.engine.table import Table
from tests.support.backups import table_items
from tests.support.faults import Faults
from tests.support.maintenance import run_maintenance
from tests.support.scenarios.routes import SCENARIOS
from tests.support.world import Response, World, new_world, shared_client

OTHER_SECRET = "another secret of thirty-two characters"
PUT = Put(item={"pk": "X", "sk": "X"})
CHANGING = [route for route in SCENARIOS if not route.startswith("GET ")]


def with_secret(runtime: Runtime, secret: str) -> Runtime:
    """A new process with this secret."""
    return replace(runtime, settings=replace(runtime.settings, secret=secret))


def snapshot(world: World) -> str:
    return "\n".join(table_items(world))


@dataclass
class Impostor(World):
    """Sends each request for one route to a service with another secret first, and then to the service itself."""

    route: str = ""
    refused: list[str] = field(default_factory=list)
    """What the other service answered to each request that wrote something."""

    def request(self, method: str, route: str, **more: Any) -> Response:
        if f"{method} {route}" != self.route:
            return super().request(method, route, **more)
        before = snapshot(self)
        runtimes.use_runtime(with_secret(self.runtime, OTHER_SECRET))
        response = super().request(method, route, **more)
        assert snapshot(self) == before
        runtimes.use_runtime(self.runtime)
        own = super().request(method, route, **more)
        if snapshot(self) != before:
            self.refused.append(response.text)
        return own


@pytest.mark.parametrize("route", CHANGING)
def test_no_route_writes_to_a_table_of_another_secret(route: str) -> None:
    with mock_aws():
        world = new_world(shared_client())
        world.runtime.check_secret()
        impostor = Impostor(world.runtime, world.clock, route=route)
        with impostor.open():
            SCENARIOS[route](impostor)

    assert impostor.refused
    expected = INCOMPLETE if route == "POST /thread" else KeysMismatch.message  # a form of another secret is invalid
    assert [response for response in impostor.refused if expected not in response] == []


def test_a_request_that_only_records_a_tokens_use_is_refused_too(world: World) -> None:
    assert world.token
    world.submit()
    world.clock.forward(hours=2)
    before = snapshot(world)

    with replace(world, runtime=with_secret(world.runtime, OTHER_SECRET)).open() as other:
        response = other.get("/v1/moderation/queue", query={"status": "pending"}, token=other.token)

    assert (response.status, response.json["code"]) == (503, "keys_mismatch")
    assert snapshot(world) == before


WRITES: dict[str, Callable[[Table], None]] = {
    "one item": lambda table: table.write(PUT),
    "two items at once": lambda table: table.write(PUT, Put(item={"pk": "X", "sk": "Y"})),
    "a batch": lambda table: table.put_many([PUT.item]),
    "a batch of deletions": lambda table: table.delete_many([("CFG", "KEYS")]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_kind_of_write_checks_the_secret_first(world: World, write: Callable[[Table], None]) -> None:
    world.runtime.check_secret()
    before = snapshot(world)
    other = with_secret(world.runtime, OTHER_SECRET)

    for _ in range(2):
        with pytest.raises(KeysMismatch):
            write(other.table)

    assert snapshot(world) == before


def test_the_first_write_to_an_empty_table_binds_it_to_the_secret(world: World) -> None:
    assert world.runtime.fingerprint.read() == ""

    world.runtime.table.write(PUT)

    assert world.runtime.fingerprint.read() == world.runtime.keys.fingerprint


def test_the_secret_is_checked_once_in_a_process(world: World) -> None:
    world.runtime.table.write(PUT)
    with Faults(shared_client()) as faults, faults.plan():
        world.runtime.table.write(PUT)
        world.runtime.table.put_many([PUT.item])

    assert [call.operation for call in faults.calls] == ["PutItem", "BatchWriteItem"]


def test_the_timer_writes_without_knowing_the_secret(world: World) -> None:
    world.submit()
    world.clock.forward(days=31)
    timer = replace(world, runtime=with_secret(world.runtime, ""))

    results = run_maintenance(timer, Task.NETWORK_HASHES)

    assert results[Task.NETWORK_HASHES]["cleared"] == 1
    assert "keys" not in vars(timer.runtime)
