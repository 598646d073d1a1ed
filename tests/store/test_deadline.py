"""A request has a deadline: what can't be done before it is refused with 503, and no call begins after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.core.maintenance import Task
from chalicelib.runtime import Runtime
from chalicelib.settings import Settings
from chalicelib.store.engine import deadline
from chalicelib.store.engine.deadline import time_limit
from tests.support.maintenance import run_maintenance
from tests.support.threads import grow_forest, store
from tests.support.wire_guard import watched
from tests.support.world import POST, Stopwatch, World


@pytest.fixture
def stopwatch(world: World) -> Stopwatch:
    """The stopwatch of the world's requests."""
    stopwatch: Any = world.runtime.stopwatch
    assert isinstance(stopwatch, Stopwatch)
    return stopwatch


@contextmanager
def slow(world: World, stopwatch: Stopwatch, seconds: float) -> Iterator[list[str]]:
    """Let each call take so long; lists the calls."""
    calls: list[str] = []

    def watch(operation: str, _body: object) -> None:
        calls.append(operation)
        stopwatch.forward(seconds)

    with watched(world.runtime.table.client, watch):
        yield calls


def test_a_request_that_runs_out_of_time_is_refused_and_the_next_one_is_not(world: World, stopwatch: Stopwatch) -> None:
    store(world, grow_forest([None] * 3))

    with slow(world, stopwatch, seconds=8.1) as calls:
        response = world.get("/v1/comments", query={"post": POST})

    assert (response.status, response.json["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
    assert calls == ["GetItem"]  # which began in time, and was stopped before it was sent
    assert len(world.listed()["comments"]) == 3


def test_a_request_may_take_as_long_as_the_settings_say(world: World, stopwatch: Stopwatch) -> None:
    settings = replace(world.runtime.settings, deadline=20)
    store(world, grow_forest([None] * 3))

    with replace(world, runtime=replace(world.runtime, settings=settings)).open() as patient:
        with slow(world, stopwatch, seconds=9.9) as calls:
            assert patient.get("/v1/comments", query={"post": POST}).status == 200
        assert calls == ["GetItem", "Query"]


def test_what_a_late_request_did_not_write_is_stored_once_when_it_is_sent_again(
    world: World, stopwatch: Stopwatch
) -> None:
    with slow(world, stopwatch, seconds=3):
        assert world.submit(key="one").status == 503

    assert world.submit(key="one").status == 202
    assert len(world.queue()) == 1


def test_nobody_waits_past_the_deadline_for_another_attempt(world: World) -> None:
    pauses: list[float] = []
    table = world.runtime.table
    table._pause = pauses.append  # noqa: SLF001  the runtime builds its table itself

    with time_limit(Stopwatch(), seconds=-1.0), pytest.raises(Unavailable):
        table._wait(5, "Query")  # noqa: SLF001

    assert pauses == []


def test_a_limit_ends_with_its_block(stopwatch: Stopwatch) -> None:
    with time_limit(stopwatch, seconds=1):
        assert not deadline.is_over()
        assert deadline.is_over(after=1.1)
        stopwatch.forward(1.1)
        assert deadline.is_over()

    assert not deadline.is_over()


def test_a_task_of_the_timer_has_half_a_minute_to_finish_what_it_has_begun(world: World, stopwatch: Stopwatch) -> None:
    store(world, [replace(each, network="n" * 22) for each in grow_forest([None] * 40)])
    world.clock.forward(days=31)

    with slow(world, stopwatch, seconds=2.0) as calls:
        counts = run_maintenance(world, Task.NETWORK_HASHES)[Task.NETWORK_HASHES]

    assert 0 < counts["cleared"] < 40
    assert 45 < 2 * len(calls) <= 45 + 30 + 2, calls


def test_a_real_process_measures_8_seconds(world: World) -> None:
    runtime = Runtime(Settings(table="afterword"), world.runtime.client)

    began = runtime.stopwatch()

    assert runtime.stopwatch() >= began
    assert runtime.settings.deadline == 8
