"""Each maintenance task with faults at each of its calls, followed by the runs of the next day.

The final state must always be that of an undisturbed run, and nothing public may change.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import runtime as runtimes
from chalicelib.core.maintenance import Task
from chalicelib.events.hourly import result
from tests.service.test_faults import normalized
from tests.support.faults import ALWAYS, Fault, FaultKind, Faults, Killed, Moment, RecordedCall, without_retry_delays
from tests.support.invariants import Truth, check_table, read_truth
from tests.support.lagging_indexes import Lag, moto_table
from tests.support.maintenance import (
    TOPIC,
    comments_with_network_hash,
    run_maintenance,
    sent_digests,
    set_wrong_count,
    statuses,
    with_topic,
)
from tests.support.read_invariants import check_public, the_queue_lists_exactly_the_waiting_comments
from tests.support.world import POST, Entropy, World, new_world, shared_client, sibling

pytestmark = pytest.mark.slow

Prepare = Callable[[World], None]


def prepare_network_hashes(world: World) -> None:
    world.submit("canary1x", author="ann")
    world.published("canary2x", author="ben")
    world.clock.forward(days=31)


def prepare_rejected_comments(world: World) -> None:
    """A rejected comment with a vote, a flag and a title, one with a public reply, and spam; others stay."""
    loved = world.published("canary1x", author="ann", post_title="Title")
    world.vote(loved, 1, author="ben")
    world.flag(loved, author="cleo")
    root = world.published("canary2x", author="ben")
    world.published("canary3x", author="cleo", parent=root)
    world.submit("canary4x")
    world.decide("reject", loved)
    world.decide("reject", root)
    world.decide("spam", world.submit("canary5x", author="ann").json["id"])
    world.clock.forward(days=91)


def prepare_wrong_counts(world: World) -> None:
    for number, post in enumerate(("/right", "/wrong", "/wrong")):
        world.published(f"canary{number}x", author="ann", post=post)
    set_wrong_count(world, "/wrong", 17)


def prepare_waiting_comments(world: World) -> None:
    world.submit("canary1x", author="ann")
    world.published("canary2x", author="ben")


PREPARATIONS: dict[Task, Prepare] = {
    Task.DIGEST: prepare_waiting_comments,
    Task.NETWORK_HASHES: prepare_network_hashes,
    Task.RETENTION: prepare_rejected_comments,
    Task.RECOUNT: prepare_wrong_counts,
}


@dataclass
class Stage:
    """The state before a run; ``calls`` and ``outcome`` are those of an undisturbed run."""

    task: Task
    world: World
    saved: tuple[Any, ...]
    before: str
    calls: list[RecordedCall] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)

    def restart(self) -> World:
        """Return to this state, in a new process."""
        items, self.world.clock.time, entropy = copy.deepcopy(self.saved)
        moto_table(shared_client(), self.world.runtime.table.name).items = items
        assert isinstance(self.world.runtime.entropy, Entropy)
        self.world.runtime.entropy.numbers = entropy
        return new_process(self.world)


def new_process(world: World) -> World:
    fresh = sibling(world)
    runtimes.use_runtime(without_retry_delays(fresh.runtime))
    fresh.runtime.maintenance.recount_task.pause = lambda _seconds: None
    fresh.runtime.maintenance.digest_task.channel.client = SNS_CLIENTS[0]
    return fresh


SNS_CLIENTS: list[Any] = []  # the only SNS client: creating one takes longer than most tests


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        SNS_CLIENTS[:] = [with_topic(new_world(shared_client())).runtime.maintenance.digest_task.channel.client]
        yield faults
    runtimes.use_runtime(None)


@pytest.fixture(scope="module")
def stage(faults: Faults, request: pytest.FixtureRequest) -> Stage:
    task: Task = request.param
    world = new_world(shared_client())
    runtimes.use_runtime(world.runtime)
    assert world.token
    PREPARATIONS[task](world)
    world.runtime.check_secret()
    saved = copy.deepcopy(
        (moto_table(shared_client(), world.runtime.table.name).items, world.clock.time, world.runtime.entropy.numbers)  # type: ignore[attr-defined]
    )
    stage = Stage(task, world, saved, before=json.dumps(read_truth(world).items))
    again = stage.restart()
    run(faults, stage, again)
    stage.calls = faults.calls
    assert len(stage.calls) > 3
    a_day_later(faults, stage, again)
    stage.outcome = outcome(read_truth(again), stage.before)
    return stage


def run(faults: Faults, stage: Stage, world: World, *planned: Fault, **meanwhile: Any) -> bool:
    """Run the task once, as the handler does; returns whether the process survived."""
    [operation] = [operation for task, operation in world.runtime.maintenance.tasks(TOPIC) if task is stage.task]
    try:
        with faults.plan(*planned, **meanwhile):
            result(stage.task, operation)
    except Killed:
        return False
    return True


def a_day_later(faults: Faults, stage: Stage, world: World) -> None:
    """Run the task an hour later, and again a day later."""
    for hours in (1, 24):
        world.clock.forward(hours=hours)
        assert run(faults, stage, world)


def outcome(truth: Truth, before: str) -> list[str]:
    """The table's items without checkpoints and rate limits."""
    items = [item for item in truth.items if not item["sk"].startswith("CHECKPOINT#") and item["pk"][:2] != "R#"]
    return sorted(normalized(json.dumps(item, sort_keys=True), before) for item in items)


FAULTS = {
    "three failures": Fault(FaultKind.FAILED, times=3),
    "failures forever": Fault(FaultKind.FAILED, times=ALWAYS),
    "a lost reply": Fault(FaultKind.LOST_REPLY),
    "lost replies": Fault(FaultKind.LOST_REPLY, times=ALWAYS),
    "throttling": Fault(FaultKind.THROTTLED, times=ALWAYS),
    "three conflicts": Fault(FaultKind.CONFLICT, times=3),
    "conflicts forever": Fault(FaultKind.CONFLICT, times=ALWAYS),
    "half read": Fault(FaultKind.HALF_READ),
    "nothing read": Fault(FaultKind.NONE_READ, times=ALWAYS),
    "killed before a call": Fault(FaultKind.KILLED_BEFORE),
    "killed after a write": Fault(FaultKind.KILLED_AFTER),
}
every_task = pytest.mark.parametrize("stage", PREPARATIONS, indirect=True)


def at_each_call(stage: Stage, name: str) -> Iterator[Fault]:
    """The fault, shifted to each call to which it applies."""
    operations = [sent.operation for sent in stage.calls]
    for number in range(len(operations)):
        fault = replace(FAULTS[name], moment=Moment(number))
        if fault.applies_to(operations[: number + 1]):
            yield fault


@pytest.mark.parametrize("name", FAULTS)
@every_task
def test_after_a_fault_at_any_call_the_next_runs_finish_the_work(faults: Faults, stage: Stage, name: str) -> None:
    for fault in at_each_call(stage, name):
        world = stage.restart()
        sent_before = len(sent_digests())
        if not run(faults, stage, world, fault):
            world = new_process(world)
        assert faults.any_injected
        assert len(sent_digests()) - sent_before <= 1, fault

        a_day_later(faults, stage, world)

        truth = read_truth(world)
        check_table(truth)
        assert outcome(truth, stage.before) == stage.outcome, fault
        assert stage.task is not Task.DIGEST or 1 <= len(sent_digests()) - sent_before <= 3, fault


@every_task
def test_a_run_without_faults_keeps_the_invariants(faults: Faults, stage: Stage) -> None:
    world = stage.restart()
    run(faults, stage, world)

    truth = read_truth(world)
    check_table(truth)
    check_public(world, truth)
    the_queue_lists_exactly_the_waiting_comments(world, truth)


@every_task
def test_two_simultaneous_runs_do_the_work_of_one(faults: Faults, stage: Stage) -> None:
    for number in range(len(stage.calls)):
        world = stage.restart()
        other, sent_before = sibling(world), len(sent_digests())
        other.runtime.maintenance.recount_task.pause = lambda _seconds: None
        other.runtime.maintenance.digest_task.channel.client = SNS_CLIENTS[0]

        def another(other: World = other) -> None:
            for task, operation in other.runtime.maintenance.tasks(TOPIC):
                if task is stage.task:
                    operation()

        run(faults, stage, world, meanwhile=(Moment(number), another))

        assert len(sent_digests()) - sent_before == (stage.task is Task.DIGEST), number
        a_day_later(faults, stage, world)
        truth = read_truth(world)
        check_table(truth)
        assert outcome(truth, stage.before) == stage.outcome, number


@pytest.mark.parametrize("decision", ["approve", "restore"])
@pytest.mark.parametrize("stage", [Task.RETENTION], indirect=True)
def test_a_comment_that_a_moderator_restores_meanwhile_is_not_deleted(
    faults: Faults, stage: Stage, decision: str
) -> None:
    old = [key for key, status in statuses(read_truth(stage.restart())).items() if status in {"rejected", "spam"}]
    after = {"approve": "published", "restore": "pending"}[decision]
    spared = 0
    for number in range(len(stage.calls)):
        world = stage.restart()
        results: list[Any] = []

        def rescue(world: World = world, results: list[Any] = results) -> None:
            results.extend(world.decide(decision, *old)["results"])

        run(faults, stage, world, meanwhile=(Moment(number), rescue))

        truth = read_truth(world)
        check_table(truth)
        rescued = {each["id"] for each in results if each["outcome"] == "done"}
        assert {key: statuses(truth)[key] for key in old} == {
            key: after if key in rescued else "deleted" for key in old
        }, number
        assert all("text" in truth.comments[key] for key in rescued)
        spared += len(rescued)
    assert spared


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("stage", [Task.NETWORK_HASHES, Task.RETENTION, Task.RECOUNT], indirect=True)
def test_lagging_indexes_only_delay_the_work(faults: Faults, stage: Stage, seed: int) -> None:
    world = stage.restart()
    [public] = [key for key in ("/right", POST) if read_truth(world).visible(key)]
    faults.lag = Lag(shared_client(), world.runtime.table.name, writes=8, seed=seed)
    try:
        saved = world.published("canary9x", author="dora", post=public)
        run(faults, stage, world)
        assert statuses(read_truth(world))[saved] == "published"
        for _ in range(8):
            faults.lag.wrote()
        a_day_later(faults, stage, world)
    finally:
        faults.lag = None

    truth = read_truth(world)
    check_table(truth)
    expected = [json.loads(text) for text in stage.outcome]
    assert {key: status for key, status in statuses(truth).items() if key != saved} == {
        item["pk"][2:]: item["status"] for item in expected if item["sk"] == "C"
    }
    assert comments_with_network_hash(world) <= (
        {saved} if stage.task is Task.NETWORK_HASHES else comments_with_network_hash(world)
    )


def test_a_comment_that_changes_status_meanwhile_loses_its_hash_in_the_same_run(
    faults: Faults,
) -> None:
    world = new_world(shared_client())
    with world.open():
        ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
        world.clock.forward(days=31)
        for number in range(5):
            turn = ("approve", "reject", "spam", "approve", "reject")[number]
            with faults.plan(meanwhile=(Moment(number), partial(world.decide, turn, *ids))):
                run_maintenance(world, Task.NETWORK_HASHES)
            world.clock.forward(days=1)

        assert not comments_with_network_hash(world)
        check_table(read_truth(world))
