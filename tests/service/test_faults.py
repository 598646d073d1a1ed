"""Every deed, with every fault at every one of its calls to the table, and then sent again by the client.

Whatever happens, the end is that of a deed that nothing disturbed: one comment, one count, one audit row.
"""

import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import runtime as runtimes
from chalicelib.core.accounts import Role
from tests.faults import DEADLY, FOR_EVER, Fault, Faults, Killed, Kind, Moment, Sent, without_pauses
from tests.invariants import Truth, check_table, read_truth
from tests.lagging import moto_table
from tests.moves import NEW as NEW_PLACE
from tests.moves import SETTLED, ask, move
from tests.readings import check_public, the_queue_is_exactly_what_waits
from tests.thorough import CHECK
from tests.world import POST, Entropy, Reply, World, new_world, shared_client, sibling

Request = Callable[[World], Reply]
Prepare = Callable[[World], Request]

NEW = re.compile(
    r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b|\b2030-[0-9T:.-]+Z|[\w-]{43,}"
)  # ULIDs, times, tokens and their hashes


# The deeds: each prepares a world and says what is then asked of it


def send_decisions(*wishes: tuple[str, int, str]) -> Request:
    body = {"decisions": [{"id": key, "version": version, "decision": decision} for key, version, decision in wishes]}
    return lambda world: world.request("POST", "/v1/moderation/decisions", json_body=body, token=world.token)


def submit_the_first_comment_of_a_post(_world: World) -> Request:
    return lambda world: world.submit("canary1x", author="ann", key="one")


def submit_another_comment(world: World) -> Request:
    world.submit("canary1x", author="ann")
    return lambda world: world.submit("canary2x", author="ben", key="one")


def submit_a_comment_that_is_published_at_once(world: World) -> Request:
    world.hold("never")
    form = world.form()
    return lambda world: world.submit("canary1x", author="ann", key="one", form=form)


def submit_a_reply_that_is_published_at_once(world: World) -> Request:
    parent = world.published("canary1x", author="ann")
    world.hold("never")
    form = world.form()
    return lambda world: world.submit("canary2x", author="ben", key="one", parent=parent, form=form)


def edit_a_comment_that_waits(world: World) -> Request:
    comment_id = world.submit("canary1x", author="ann").json["id"]
    return lambda world: world.edit(comment_id, "canary2x", author="ann")


def edit_a_published_comment_so_that_it_waits_again(world: World) -> Request:
    comment_id = world.published("canary1x", author="ann")
    return lambda world: world.edit(comment_id, "canary2x", author="ann")


def withdraw_a_comment(world: World) -> Request:
    comment_id = world.published("canary1x", author="ann")
    return lambda world: world.withdraw(comment_id, author="ann")


def approve(world: World) -> Request:
    return send_decisions((world.submit("canary1x", author="ann").json["id"], 1, "approve"))


def reject_what_is_published(world: World) -> Request:
    return send_decisions((world.published("canary1x", author="ann"), 2, "reject"))


def take_for_spam(world: World) -> Request:
    return send_decisions((world.submit("canary1x", author="ann").json["id"], 1, "spam"))


def delete(world: World) -> Request:
    return send_decisions((world.published("canary1x", author="ann"), 2, "delete"))


def restore(world: World) -> Request:
    comment_id = world.submit("canary1x", author="ann").json["id"]
    world.decide("reject", comment_id)
    return send_decisions((comment_id, 2, "restore"))


def approve_a_reply(world: World) -> Request:
    parent = world.published("canary1x", author="ann")
    return send_decisions((world.submit("canary2x", author="ben", parent=parent).json["id"], 1, "approve"))


def reject_what_has_replies(world: World) -> Request:
    parent = world.published("canary1x", author="ann")
    world.published("canary2x", author="ben", parent=parent)
    return send_decisions((parent, 2, "reject"))


def reject_the_last_reply_below_two_tombstones(world: World) -> Request:
    thread = [world.published("canary1x", author="ann")]
    thread += [world.published("canary2x", author="ben", parent=thread[0])]
    thread += [world.published("canary3x", author="cleo", parent=thread[1])]
    world.decide("reject", thread[0])
    world.decide("delete", thread[1])
    return send_decisions((thread[2], 2, "reject"))


def take_a_decision_back(world: World) -> Request:
    comment_id = world.published("canary1x", author="ann")
    [rejected] = world.decide("reject", comment_id)["results"]
    return lambda world: world.undo(comment=comment_id, decision=rejected["decision"])


def decide_on_three(world: World) -> Request:
    parent = world.submit("canary1x", author="ann").json["id"]
    other = world.published("canary2x", author="ann")
    reply = world.submit("canary3x", author="ben", parent=other).json["id"]
    return send_decisions((parent, 1, "approve"), (reply, 1, "approve"), (other, 2, "delete"))


def take_three_decisions_back(world: World) -> Request:
    thread = [world.published("canary1x", author="ann")]
    thread += [world.published("canary2x", author="ben", parent=thread[0])]
    thread += [world.submit("canary3x", author="ann").json["id"]]
    bulk = world.decide("reject", *thread)["bulk"]
    return lambda world: world.undo(bulk=bulk)


def change_post(*, closed: bool) -> Request:
    return lambda world: world.request(
        "PATCH", "/v1/moderation/posts", query={"post": POST}, json_body={"closed": closed}, token=world.token
    )


def close_a_post(world: World) -> Request:
    world.published("canary1x", author="ann")
    return change_post(closed=True)


def reopen_a_post(world: World) -> Request:
    change_post(closed=True)(world)
    return change_post(closed=False)


def change_the_policy(world: World) -> Request:
    world.hold("never")
    body = {"hold": "always", "version": 1}
    return lambda world: world.request("PUT", "/v1/moderation/policy", json_body=body, token=world.token)


def sign_in(world: World) -> Request:
    _, link = world.runtime.signing_in.invite("Bea", Role.MODERATOR)
    return lambda world: world.request("POST", "/v1/moderation/sessions", json_body={"link": link})


def sign_out(world: World) -> Request:
    session = sign_in(world)(world).json["token"]
    return lambda world: world.request("DELETE", "/v1/moderation/sessions", token=session)


def a_thread_and_more(world: World) -> None:
    thread = [world.published("canary1x", author="ann", post_title="Panic")]
    thread.append(world.published("canary2x", author="ben", parent=thread[0]))
    world.submit("canary3x", author="ann", parent=thread[1])
    world.decide("reject", thread[0])


def begin_a_move(world: World) -> Request:
    a_thread_and_more(world)
    world.published("canary4x", post=NEW_PLACE)
    return lambda world: ask(world, POST, NEW_PLACE)


def finish_a_move(world: World) -> Request:
    row = begin_a_move(world)(world).json["row"]
    world.clock.forward(seconds=SETTLED)
    route, path = "/v1/moderation/jobs/{job_id}", {"job_id": row}
    return lambda world: world.request("POST", route, path=path, token=world.token)


def take_a_move_back(world: World) -> Request:
    a_thread_and_more(world)
    row = move(world, POST, NEW_PLACE)
    world.submit("canary5x", post=NEW_PLACE)
    return lambda world: world.undo(decision=row)


def turn_a_move_round(world: World) -> Request:
    row = begin_a_move(world)(world).json["row"]
    return lambda world: world.undo(decision=row)


@dataclass(frozen=True)
class Deed:
    """What is asked, the status of its success, and that of a repeat after what was done in silence."""

    prepare: Prepare
    done: int = 200
    again: int = 0


DEEDS = {
    deed.prepare.__name__.replace("_", " "): deed
    for deed in (
        Deed(submit_the_first_comment_of_a_post, 202),
        Deed(submit_another_comment, 202),
        Deed(submit_a_comment_that_is_published_at_once, 201),
        Deed(submit_a_reply_that_is_published_at_once, 201),
        Deed(edit_a_comment_that_waits, 202),
        Deed(edit_a_published_comment_so_that_it_waits_again, 202),
        Deed(withdraw_a_comment, 204, again=404),  # nobody's any more
        Deed(approve),
        Deed(reject_what_is_published),
        Deed(take_for_spam),
        Deed(delete),
        Deed(restore),
        Deed(approve_a_reply),
        Deed(reject_what_has_replies),
        Deed(reject_the_last_reply_below_two_tombstones),
        Deed(take_a_decision_back),
        Deed(decide_on_three),
        Deed(take_three_decisions_back),
        Deed(close_a_post),
        Deed(reopen_a_post),
        Deed(change_the_policy),
        Deed(begin_a_move),
        Deed(finish_a_move),
        Deed(take_a_move_back),
        Deed(turn_a_move_round),
        Deed(sign_in, 201, again=401),  # a link works once, and nobody else may learn the session
        Deed(sign_out, 204, again=401),
    )
}


# A moment to which a world can return


@dataclass
class Stage:
    """The moment before a deed; ``calls``, ``said`` and ``outcome`` are those of one that nothing disturbs."""

    deed: Deed
    world: World
    request: Request
    saved: tuple[Any, ...]
    before: str
    calls: list[Sent] = field(default_factory=list)
    said: str = ""
    outcome: list[str] = field(default_factory=list)

    def restart(self) -> World:
        """Go back to this moment, in a new process that has shown the post to somebody, and all the time it wants."""
        items, self.world.clock.time, entropy = copy.deepcopy(self.saved)
        kept_by_moto(self.world).items = items
        entropy_of(self.world).numbers = entropy
        world = new_process(self.world)
        for deeds in (world.runtime.moderating, world.runtime.erasing, world.runtime.moving):
            deeds.stopwatch = lambda: 0.0
        world.listed()
        return world


def kept_by_moto(world: World) -> Any:
    """The table."""
    return moto_table(shared_client(), world.runtime.table.name)


def entropy_of(world: World) -> Entropy:
    """The source of its randomness."""
    assert isinstance(world.runtime.entropy, Entropy)
    return world.runtime.entropy


def new_process(world: World) -> World:
    """Another one on the same table, which answers from now on."""
    fresh = sibling(world)
    runtimes.use(without_pauses(fresh.runtime))
    return fresh


def outcome(truth: Truth, before: str) -> list[str]:
    """What is in the table.  Limits count tries, and a bulk's list is made at each try."""
    kept = [item for item in truth.items if item["pk"][:2] not in {"R#", "J#"}]
    return sorted(blurred(json.dumps(anonymous(item), sort_keys=True), before) for item in kept)


def blurred(text: str, before: str) -> str:
    """Of times, ULIDs and tokens only that they are new, for those of a repeat are others."""
    return NEW.sub(lambda found: found[0] if found[0] in before else "new", text)


def anonymous(item: dict[str, Any]) -> dict[str, Any]:
    """Without what is random, or made for one try."""
    if item["sk"].startswith("T#"):
        return {"a token of": item["pk"], "kind": item["kind"]}
    return {name: value for name, value in item.items() if name not in {"bulk", "ttl"}}


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        yield faults
    runtimes.use(None)


@pytest.fixture(scope="module")
def stage(faults: Faults, request: pytest.FixtureRequest) -> Stage:
    deed = DEEDS[request.param]
    world = new_world(shared_client(), deadline=60)
    runtimes.use(world.runtime)
    assert world.token
    asked = deed.prepare(world)
    world.runtime.config.check_keys(world.runtime.keys, world.clock())
    saved = copy.deepcopy((kept_by_moto(world).items, world.clock.time, entropy_of(world).numbers))
    stage = Stage(deed, world, asked, saved, before=json.dumps(read_truth(world).items))
    answer = attempt(faults, stage, stage.restart())
    assert answer
    assert answer.status == deed.done, answer.text
    stage.calls, stage.said = faults.calls, blurred(answer.text, stage.before)
    stage.outcome = outcome(read_truth(world), stage.before)
    return stage


# The tests


def attempt(faults: Faults, stage: Stage, world: World, *planned: Fault) -> Reply | None:
    """One request; nothing where the function was killed."""
    try:
        with faults.plan(*planned):
            return stage.request(world)
    except Killed:
        return None


def befall(faults: Faults, stage: Stage, *planned: Fault) -> Reply | None:
    """Let faults befall the deed, let the client send it again, and compare the end; the first answer."""
    world = stage.restart()
    first = attempt(faults, stage, world, *planned)
    assert faults.befell
    assert first is None or is_documented(stage.deed, first), first
    if first is None:
        world = new_process(world)

    again = attempt(faults, stage, world)

    assert again is not None
    assert again.status in {stage.deed.done, stage.deed.again}, again.text
    truth = read_truth(world)
    check_table(truth)
    assert outcome(truth, stage.before) == stage.outcome
    shown = [item["path"] for item in truth.visible(POST)]
    assert len(world.listed()["comments"]) == len(shown)
    return first


def is_documented(deed: Deed, reply: Reply) -> bool:
    """A success, or the request to come again."""
    if reply.status == 503:
        return int(reply.headers["Retry-After"]) >= 1 and reply.json["code"] == "unavailable"
    return reply.status == deed.done


TRIED = DEEDS if CHECK in os.environ else ["approve a reply"]  # which meets every sort of condition there is
every_deed = pytest.mark.parametrize("stage", TRIED, indirect=True)


@every_deed
def test_an_undisturbed_deed_keeps_all_that_must_hold(faults: Faults, stage: Stage) -> None:
    world = stage.restart()
    attempt(faults, stage, world)

    truth = read_truth(world)
    check_table(truth)
    check_public(world, truth)
    the_queue_is_exactly_what_waits(world, truth)


PASSING = {
    "a lost request": (Fault(Kind.LOST_REQUEST),),
    "a closed connection": (Fault(Kind.CLOSED),),
    "a lost reply": (Fault(Kind.LOST_REPLY),),
    "throttling, twice": (Fault(Kind.THROTTLED, times=2),),
    "limiting, once": (Fault(Kind.LIMITED),),
    "two failures": (Fault(Kind.FAILED, times=2),),
    "three conflicts": (Fault(Kind.CONFLICT, times=3),),
    "a crowded table": (Fault(Kind.CROWDED),),
    "nothing read, twice": (Fault(Kind.NONE_READ, times=2),),
    "half read": (Fault(Kind.HALF_READ),),
    "a reply lost and a conflict": (Fault(Kind.LOST_REPLY), Fault(Kind.CONFLICT, Moment(1))),
}
LASTING = {
    "lost requests": (Fault(Kind.LOST_REQUEST, times=FOR_EVER),),
    "lost replies": (Fault(Kind.LOST_REPLY, times=FOR_EVER),),
    "throttling": (Fault(Kind.THROTTLED, times=FOR_EVER),),
    "limiting": (Fault(Kind.LIMITED, times=FOR_EVER),),
    "failures": (Fault(Kind.FAILED, times=FOR_EVER),),
    "conflicts": (Fault(Kind.CONFLICT, times=FOR_EVER),),
    "a table that stays crowded": (Fault(Kind.CROWDED, times=FOR_EVER),),
    "nothing read": (Fault(Kind.NONE_READ, times=FOR_EVER),),
    "a reply lost and then failures": (Fault(Kind.LOST_REPLY), Fault(Kind.FAILED, Moment(1), FOR_EVER)),
    "killed before a call": (Fault(Kind.KILLED_BEFORE),),
    "killed after a write": (Fault(Kind.KILLED_AFTER),),
}


def at_each_call(stage: Stage, name: str) -> Iterator[tuple[Fault, ...]]:
    """The faults of this name, from each call on that the first of them can befall."""
    operations = [sent.operation for sent in stage.calls]
    for number in range(len(operations)):
        moved = tuple(replace(each, moment=Moment(each.moment.call + number)) for each in (PASSING | LASTING)[name])
        if moved[0].befalls(operations[: number + 1]):
            yield moved


@pytest.mark.parametrize("name", PASSING)
@every_deed
def test_a_passing_fault_at_any_call_is_not_noticed(faults: Faults, stage: Stage, name: str) -> None:
    for moved in at_each_call(stage, name):
        first = befall(faults, stage, *moved)

        assert first is not None
        assert first.status == stage.deed.done, (moved, first.text)
        assert blurred(first.text, stage.before) == stage.said, moved


@pytest.mark.parametrize("name", LASTING)
@every_deed
def test_after_a_lasting_fault_at_any_call_a_repeat_ends_the_deed(faults: Faults, stage: Stage, name: str) -> None:
    for moved in at_each_call(stage, name):
        first = befall(faults, stage, *moved)

        assert (first is None) is (moved[0].kind in DEADLY)
