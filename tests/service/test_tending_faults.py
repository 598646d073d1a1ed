"""Each step of the timer, with faults at each of its calls, and then the runs of the next day.

Whatever happens, the end is that of a timer that nothing disturbed, and nothing public was touched.
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
from chalicelib.core.maintenance import Step
from chalicelib.events.hourly import done
from tests.faults import FOR_EVER, Fault, Faults, Killed, Kind, Moment, Sent, without_pauses
from tests.invariants import Truth, check_table, read_truth
from tests.lagging import Lag, moto_table
from tests.readings import check_public, the_queue_is_exactly_what_waits
from tests.service.test_faults import blurred
from tests.tending import TOPIC, miscount, notices, statuses, tend, with_hash, with_topic
from tests.world import POST, Entropy, World, new_world, shared_client, sibling

pytestmark = pytest.mark.thorough

Prepare = Callable[[World], None]


def networks(world: World) -> None:
    world.submit("canary1x", author="ann")
    world.published("canary2x", author="ben")
    world.clock.forward(days=31)


def rejected(world: World) -> None:
    """One with all that readers leave under it, one with a public reply, one that is spam; beside what stays."""
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


def counts(world: World) -> None:
    for number, post in enumerate(("/right", "/wrong", "/wrong")):
        world.published(f"canary{number}x", author="ann", post=post)
    miscount(world, "/wrong", 17)


def waiting(world: World) -> None:
    world.submit("canary1x", author="ann")
    world.published("canary2x", author="ben")


SCENES: dict[Step, Prepare] = {
    Step.NOTICE: waiting,
    Step.NETWORKS: networks,
    Step.ERASE: rejected,
    Step.COUNTS: counts,
}


@dataclass
class Stage:
    """The moment before a run; ``calls`` and ``outcome`` are those of one that nothing disturbs."""

    step: Step
    world: World
    saved: tuple[Any, ...]
    before: str
    calls: list[Sent] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)

    def restart(self) -> World:
        """Go back to this moment, in a new process."""
        items, self.world.clock.time, entropy = copy.deepcopy(self.saved)
        moto_table(shared_client(), self.world.runtime.table.name).items = items
        assert isinstance(self.world.runtime.entropy, Entropy)
        self.world.runtime.entropy.numbers = entropy
        return new_process(self.world)


def new_process(world: World) -> World:
    fresh = sibling(world)
    runtimes.use(without_pauses(fresh.runtime))
    fresh.runtime.tending.recounting.pause = lambda _seconds: None
    fresh.runtime.tending.noticing.topics.client = TOPICS[0]
    return fresh


TOPICS: list[Any] = []  # the one client for notices: making it takes longer than most tests


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        TOPICS[:] = [with_topic(new_world(shared_client())).runtime.tending.noticing.topics.client]
        yield faults
    runtimes.use(None)


@pytest.fixture(scope="module")
def stage(faults: Faults, request: pytest.FixtureRequest) -> Stage:
    step: Step = request.param
    world = new_world(shared_client())
    runtimes.use(world.runtime)
    assert world.token
    SCENES[step](world)
    world.runtime.config.check_keys(world.runtime.keys, world.clock())
    saved = copy.deepcopy(
        (moto_table(shared_client(), world.runtime.table.name).items, world.clock.time, world.runtime.entropy.numbers)  # type: ignore[attr-defined]
    )
    stage = Stage(step, world, saved, before=json.dumps(read_truth(world).items))
    again = stage.restart()
    run(faults, stage, again)
    stage.calls = faults.calls
    assert len(stage.calls) > 3
    a_day_later(faults, stage, again)
    stage.outcome = outcome(read_truth(again), stage.before)
    return stage


def run(faults: Faults, stage: Stage, world: World, *planned: Fault, **meanwhile: Any) -> bool:
    """One run of the step, as the door does it; whether it was not killed."""
    [deed] = [deed for step, deed in world.runtime.tending.steps(TOPIC) if step is stage.step]
    try:
        with faults.plan(*planned, **meanwhile):
            done(stage.step, deed)
    except Killed:
        return False
    return True


def a_day_later(faults: Faults, stage: Stage, world: World) -> None:
    """The run of the next hour, and one of the next day."""
    for hours in (1, 24):
        world.clock.forward(hours=hours)
        assert run(faults, stage, world)


def outcome(truth: Truth, before: str) -> list[str]:
    """What is in the table, but for how far the timer came."""
    kept = [item for item in truth.items if not item["sk"].startswith("MARK#") and item["pk"][:2] != "R#"]
    return sorted(blurred(json.dumps(item, sort_keys=True), before) for item in kept)


FAULTS = {
    "three failures": Fault(Kind.FAILED, times=3),
    "failures for ever": Fault(Kind.FAILED, times=FOR_EVER),
    "a lost reply": Fault(Kind.LOST_REPLY),
    "lost replies": Fault(Kind.LOST_REPLY, times=FOR_EVER),
    "throttling": Fault(Kind.THROTTLED, times=FOR_EVER),
    "three conflicts": Fault(Kind.CONFLICT, times=3),
    "conflicts for ever": Fault(Kind.CONFLICT, times=FOR_EVER),
    "half read": Fault(Kind.HALF_READ),
    "nothing read": Fault(Kind.NONE_READ, times=FOR_EVER),
    "killed before a call": Fault(Kind.KILLED_BEFORE),
    "killed after a write": Fault(Kind.KILLED_AFTER),
}
every_step = pytest.mark.parametrize("stage", SCENES, indirect=True)


def at_each_call(stage: Stage, name: str) -> Iterator[Fault]:
    """The fault, from each call on that it can befall."""
    operations = [sent.operation for sent in stage.calls]
    for number in range(len(operations)):
        fault = replace(FAULTS[name], moment=Moment(number))
        if fault.befalls(operations[: number + 1]):
            yield fault


@pytest.mark.parametrize("name", FAULTS)
@every_step
def test_after_a_fault_at_any_call_the_next_runs_end_what_was_begun(faults: Faults, stage: Stage, name: str) -> None:
    for fault in at_each_call(stage, name):
        world = stage.restart()
        told = len(notices())
        if not run(faults, stage, world, fault):
            world = new_process(world)
        assert faults.befell
        assert len(notices()) - told <= 1, fault

        a_day_later(faults, stage, world)

        truth = read_truth(world)
        check_table(truth)
        assert outcome(truth, stage.before) == stage.outcome, fault
        assert stage.step is not Step.NOTICE or 1 <= len(notices()) - told <= 3, fault


@every_step
def test_an_undisturbed_run_keeps_all_that_must_hold(faults: Faults, stage: Stage) -> None:
    world = stage.restart()
    run(faults, stage, world)

    truth = read_truth(world)
    check_table(truth)
    check_public(world, truth)
    the_queue_is_exactly_what_waits(world, truth)


@every_step
def test_two_runs_at_once_do_what_one_does(faults: Faults, stage: Stage) -> None:
    for number in range(len(stage.calls)):
        world = stage.restart()
        other, told = sibling(world), len(notices())
        other.runtime.tending.recounting.pause = lambda _seconds: None
        other.runtime.tending.noticing.topics.client = TOPICS[0]

        def another(other: World = other) -> None:
            for step, deed in other.runtime.tending.steps(TOPIC):
                if step is stage.step:
                    deed()

        run(faults, stage, world, meanwhile=(Moment(number), another))

        assert len(notices()) - told == (stage.step is Step.NOTICE), number
        a_day_later(faults, stage, world)
        truth = read_truth(world)
        check_table(truth)
        assert outcome(truth, stage.before) == stage.outcome, number


@pytest.mark.parametrize("decision", ["approve", "restore"])
@pytest.mark.parametrize("stage", [Step.ERASE], indirect=True)
def test_what_a_moderator_takes_back_meanwhile_is_deleted_by_nobody(
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
@pytest.mark.parametrize("stage", [Step.NETWORKS, Step.ERASE, Step.COUNTS], indirect=True)
def test_indexes_that_lag_only_make_it_later(faults: Faults, stage: Stage, seed: int) -> None:
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
    settled = [json.loads(text) for text in stage.outcome]
    assert {key: status for key, status in statuses(truth).items() if key != saved} == {
        item["pk"][2:]: item["status"] for item in settled if item["sk"] == "C"
    }
    assert with_hash(world) <= ({saved} if stage.step is Step.NETWORKS else with_hash(world))


def test_a_comment_that_goes_from_list_to_list_meanwhile_loses_its_hash_in_that_very_run(
    faults: Faults,
) -> None:
    world = new_world(shared_client())
    with world.open():
        ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
        world.clock.forward(days=31)
        for number in range(5):
            turn = ("approve", "reject", "spam", "approve", "reject")[number]
            with faults.plan(meanwhile=(Moment(number), partial(world.decide, turn, *ids))):
                tend(world, Step.NETWORKS)
            world.clock.forward(days=1)

        assert not with_hash(world)
        check_table(read_truth(world))
