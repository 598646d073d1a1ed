"""Every operation with every fault at each of its calls to the table, and then repeated by the client.

The final state must always be that of an undisturbed operation: one comment, one count, one audit row.
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
from tests.support.faults import (
    ALWAYS,
    KILLING,
    Fault,
    FaultKind,
    Faults,
    Killed,
    Moment,
    RecordedCall,
    without_retry_delays,
)
from tests.support.invariants import Truth, check_table, read_truth
from tests.support.lagging_indexes import moto_table
from tests.support.read_invariants import check_public, the_queue_lists_exactly_the_waiting_comments
from tests.support.relocation import NEW as NEW_POST
from tests.support.relocation import SETTLED, move, request_move
from tests.support.slow import CHECK
from tests.support.world import POST, Entropy, Response, World, key22, new_world, shared_client, sibling

Request = Callable[[World], Response]
Prepare = Callable[[World], Request]

NEW = re.compile(
    r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b|\b2030-[0-9T:.-]+Z|\b189[0-9]{10}\b|[\w-]{43,}"
)  # ULIDs, times of 2030 as text and in milliseconds, tokens and their hashes


# The operations: each prepares a world and returns the request to send


def send_decisions(*requests: tuple[str, int, str]) -> Request:
    body = {"decisions": [{"id": key, "version": version, "decision": decision} for key, version, decision in requests]}
    return lambda world: world.request("POST", "/v1/moderation/decisions", json_body=body, token=world.token)


def submit_the_first_comment_of_a_post(_world: World) -> Request:
    return lambda world: world.submit("canary1x", author="ann", key="one")


def submit_another_comment(world: World) -> Request:
    world.submit("canary1x", author="ann")
    return lambda world: world.submit("canary2x", author="ben", key="one")


def submit_a_comment_that_is_published_at_once(world: World) -> Request:
    world.policy(every_comment=False)
    form = world.form()
    return lambda world: world.submit("canary1x", author="ann", key="one", form=form)


def submit_a_reply_that_is_published_at_once(world: World) -> Request:
    parent = world.published("canary1x", author="ann")
    world.policy(every_comment=False)
    form = world.form()
    return lambda world: world.submit("canary2x", author="ben", key="one", parent=parent, form=form)


def edit_a_pending_comment(world: World) -> Request:
    comment_id = world.submit("canary1x", author="ann").json["id"]
    return lambda world: world.edit(comment_id, "canary2x", author="ann")


def edit_a_published_comment(world: World) -> Request:
    comment_id = world.published("canary1x", author="ann")
    return lambda world: world.edit(comment_id, "canary2x", author="ann")


def published_with_an_edit(world: World) -> str:
    comment_id = world.published("canary1x", author="ann")
    world.edit(comment_id, "canary2x", author="ann")
    return comment_id


def take_an_edit_back(world: World) -> Request:
    comment_id = published_with_an_edit(world)
    return lambda world: world.edit(comment_id, "canary1x", author="ann")


def approve_an_edit(world: World) -> Request:
    return send_decisions((published_with_an_edit(world), 3, "approve"))


def reject_an_edit(world: World) -> Request:
    return send_decisions((published_with_an_edit(world), 3, "reject"))


def undo_the_approval_of_an_edit(world: World) -> Request:
    comment_id = published_with_an_edit(world)
    [approved] = world.decide("approve", comment_id)["results"]
    return lambda world: world.undo(comment=comment_id, decision=approved["decision"])


def withdraw_a_comment_with_an_edit(world: World) -> Request:
    comment_id = published_with_an_edit(world)
    return lambda world: world.withdraw(comment_id, author="ann")


def edit_as_a_moderator(world: World) -> Request:
    route, path = "/v1/moderation/comments/{comment_id}", {"comment_id": world.published("canary1x", author="ann")}
    body = {"version": 2, "text": "canary2x"}
    return lambda world: world.request("PATCH", route, path=path, json_body=body, token=world.token)


def flag_a_comment(world: World) -> Request:
    comment_id = world.published("canary1x", author="ann")
    return lambda world: world.flag(comment_id, author="ben", note="canary2x")


def erase_an_author(world: World) -> Request:
    for number in range(2):
        world.decide("approve", world.submit(f"canary{number}x", author="ann").json["id"], note="about her")
    token = f"aw_author_{key22('ann')}"

    def request(world: World) -> Response:
        """Until nothing is left, as a client does."""
        for _ in range(4):
            response = world.request("DELETE", "/v1/mine", token=token)
            if response.status != 200 or not response.json["left"]:
                break
        return response

    return request


def withdraw_a_comment(world: World) -> Request:
    comment_id = world.submit("canary1x", author="ann").json["id"]
    world.decide("approve", comment_id, note="about her")
    return lambda world: world.withdraw(comment_id, author="ann")


def approve(world: World) -> Request:
    return send_decisions((world.submit("canary1x", author="ann").json["id"], 1, "approve"))


def reject_a_published_comment(world: World) -> Request:
    return send_decisions((world.published("canary1x", author="ann"), 2, "reject"))


def mark_as_spam(world: World) -> Request:
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


def reject_a_comment_with_replies(world: World) -> Request:
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


def undo_a_decision(world: World) -> Request:
    comment_id = world.published("canary1x", author="ann")
    [rejected] = world.decide("reject", comment_id)["results"]
    return lambda world: world.undo(comment=comment_id, decision=rejected["decision"])


def decide_on_three_comments(world: World) -> Request:
    parent = world.submit("canary1x", author="ann").json["id"]
    other = world.published("canary2x", author="ann")
    reply = world.submit("canary3x", author="ben", parent=other).json["id"]
    return send_decisions((parent, 1, "approve"), (reply, 1, "approve"), (other, 2, "delete"))


def undo_three_decisions(world: World) -> Request:
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
    world.policy(every_comment=False)
    body = {"rules": {"every_comment": {"active": True}}, "version": 1}
    return lambda world: world.request("PUT", "/v1/moderation/policy", json_body=body, token=world.token)


def sign_in(world: World) -> Request:
    _, link = world.runtime.accounts_service.invite("Bea", Role.MODERATOR)
    return lambda world: world.request("POST", "/v1/moderation/sessions", json_body={"link": link})


def sign_out(world: World) -> Request:
    session = sign_in(world)(world).json["token"]
    return lambda world: world.request("DELETE", "/v1/moderation/sessions", token=session)


def accept_an_invitation(world: World) -> Request:
    body = {"name": "Carla"}
    _, link = world.runtime.accounts_service.invite("Olga", Role.OWNER)
    owner = world.request("POST", "/v1/moderation/sessions", json_body={"link": link}).json["token"]
    made = world.request("POST", "/v1/moderation/moderators", json_body=body, token=owner).json["link"]
    link = made.rpartition("#")[2]
    return lambda world: world.request("POST", "/v1/moderation/sessions", json_body={"link": link})


def revoke_a_link(world: World) -> Request:
    session, route = sign_in(world)(world).json["token"], "/v1/moderation/links"
    world.request("POST", route, token=session)
    [link] = world.get(route, token=session).json["links"]
    return lambda world: world.request("DELETE", route, query={"id": link["id"]}, token=session)


def create_comments_to_move(world: World) -> None:
    thread = [world.published("canary1x", author="ann", post_title="Panic")]
    thread.append(world.published("canary2x", author="ben", parent=thread[0]))
    world.submit("canary3x", author="ann", parent=thread[1])
    world.decide("reject", thread[0])


def begin_a_move(world: World) -> Request:
    create_comments_to_move(world)
    world.published("canary4x", post=NEW_POST)
    return lambda world: request_move(world, POST, NEW_POST)


def finish_a_move(world: World) -> Request:
    row = begin_a_move(world)(world).json["row"]
    world.clock.forward(seconds=SETTLED)
    route, path = "/v1/moderation/jobs/{job_id}", {"job_id": row}
    return lambda world: world.request("POST", route, path=path, token=world.token)


def undo_a_move(world: World) -> Request:
    create_comments_to_move(world)
    row = move(world, POST, NEW_POST)
    world.submit("canary5x", post=NEW_POST)
    return lambda world: world.undo(decision=row)


def undo_a_running_move(world: World) -> Request:
    row = begin_a_move(world)(world).json["row"]
    return lambda world: world.undo(decision=row)


@dataclass(frozen=True)
class Operation:
    """An operation, its status on success, and the status of a repeat if the first request succeeded unnoticed."""

    prepare: Prepare
    done: int = 200
    again: int = 0


OPERATIONS = {
    operation.prepare.__name__.replace("_", " "): operation
    for operation in (
        Operation(submit_the_first_comment_of_a_post, 202),
        Operation(submit_another_comment, 202),
        Operation(submit_a_comment_that_is_published_at_once, 201),
        Operation(submit_a_reply_that_is_published_at_once, 201),
        Operation(edit_a_pending_comment, 202),
        Operation(edit_a_published_comment, 202),
        Operation(take_an_edit_back),
        Operation(approve_an_edit),
        Operation(reject_an_edit),
        Operation(undo_the_approval_of_an_edit),
        Operation(withdraw_a_comment_with_an_edit, 204, again=404),
        Operation(edit_as_a_moderator),
        Operation(flag_a_comment, 202),
        Operation(erase_an_author),
        Operation(withdraw_a_comment, 204, again=404),  # the comment has no author any more
        Operation(approve),
        Operation(reject_a_published_comment),
        Operation(mark_as_spam),
        Operation(delete),
        Operation(restore),
        Operation(approve_a_reply),
        Operation(reject_a_comment_with_replies),
        Operation(reject_the_last_reply_below_two_tombstones),
        Operation(undo_a_decision),
        Operation(decide_on_three_comments),
        Operation(undo_three_decisions),
        Operation(close_a_post),
        Operation(reopen_a_post),
        Operation(change_the_policy),
        Operation(begin_a_move),
        Operation(finish_a_move),
        Operation(undo_a_move),
        Operation(undo_a_running_move),
        Operation(sign_in, 201, again=401),  # a link works once, and the session must not be revealed again
        Operation(accept_an_invitation, 201, again=401),
        Operation(revoke_a_link, 204, again=404),
        Operation(sign_out, 204, again=401),
    )
}


# A state to which a world can return


@dataclass
class Stage:
    """The state before an operation; ``calls``, ``response`` and ``outcome`` are those of an undisturbed run."""

    operation: Operation
    world: World
    request: Request
    saved: tuple[Any, ...]
    before: str
    calls: list[RecordedCall] = field(default_factory=list)
    response: str = ""
    outcome: list[str] = field(default_factory=list)

    def restart(self) -> World:
        """Return to this state, in a new process that has served the post once and has no time limit."""
        items, self.world.clock.time, entropy = copy.deepcopy(self.saved)
        moto_table_of(self.world).items = items
        entropy_of(self.world).numbers = entropy
        world = new_process(self.world)
        for operations in (world.runtime.decisions, world.runtime.erasure, world.runtime.relocation):
            operations.stopwatch = lambda: 0.0
        world.listed()
        return world


def moto_table_of(world: World) -> Any:
    """The world's table in moto."""
    return moto_table(shared_client(), world.runtime.table.name)


def entropy_of(world: World) -> Entropy:
    """The world's source of random bytes."""
    assert isinstance(world.runtime.entropy, Entropy)
    return world.runtime.entropy


def new_process(world: World) -> World:
    """Another process on the same table, which serves all later requests."""
    fresh = sibling(world)
    runtimes.use_runtime(without_retry_delays(fresh.runtime))
    return fresh


def outcome(truth: Truth, before: str) -> list[str]:
    """The table's items, without rate limits and jobs, which differ with the number of attempts."""
    items = [item for item in truth.items if item["pk"][:2] not in {"R#", "J#"}]
    return sorted(normalized(json.dumps(anonymous(item), sort_keys=True), before) for item in items)


def normalized(text: str, before: str) -> str:
    """A text in which new times, ULIDs and tokens are replaced, because those of a repeat differ."""
    return NEW.sub(lambda found: found[0] if found[0] in before else "new", text)


def anonymous(item: dict[str, Any]) -> dict[str, Any]:
    """An item without what is random or belongs to one attempt."""
    if item["sk"].startswith("T#"):
        return {"a token of": item["pk"], "kind": item["kind"]}
    return {name: value for name, value in item.items() if name not in {"bulk", "ttl"}}


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        yield faults
    runtimes.use_runtime(None)


@pytest.fixture(scope="module")
def stage(faults: Faults, request: pytest.FixtureRequest) -> Stage:
    operation = OPERATIONS[request.param]
    world = new_world(shared_client())
    runtimes.use_runtime(world.runtime)
    assert world.token
    send = operation.prepare(world)
    world.runtime.check_secret()
    saved = copy.deepcopy((moto_table_of(world).items, world.clock.time, entropy_of(world).numbers))
    stage = Stage(operation, world, send, saved, before=json.dumps(read_truth(world).items))
    response = attempt(faults, stage, stage.restart())
    assert response
    assert response.status == operation.done, response.text
    stage.calls, stage.response = faults.calls, normalized(response.text, stage.before)
    stage.outcome = outcome(read_truth(world), stage.before)
    return stage


# The tests


def attempt(faults: Faults, stage: Stage, world: World, *planned: Fault) -> Response | None:
    """Send the request once; None if the function was killed."""
    try:
        with faults.plan(*planned):
            return stage.request(world)
    except Killed:
        return None


def run_with_faults(faults: Faults, stage: Stage, *planned: Fault) -> Response | None:
    """Inject faults into the operation, repeat it, and compare the final state; returns the first response."""
    world = stage.restart()
    first = attempt(faults, stage, world, *planned)
    assert faults.any_injected
    assert first is None or is_documented(stage.operation, first), first
    if first is None:
        world = new_process(world)

    again = attempt(faults, stage, world)

    assert again is not None
    assert again.status in {stage.operation.done, stage.operation.again}, again.text
    truth = read_truth(world)
    check_table(truth)
    assert outcome(truth, stage.before) == stage.outcome
    shown = [item["path"] for item in truth.visible(POST)]
    assert len(world.listed()["comments"]) == len(shown)
    return first


def is_documented(operation: Operation, response: Response) -> bool:
    """Whether a response is a success, or asks the client to retry."""
    if response.status == 503:
        return int(response.headers["Retry-After"]) >= 1 and response.json["code"] == "unavailable"
    return response.status == operation.done


TESTED = OPERATIONS if CHECK in os.environ else ["approve a reply"]  # which has every kind of condition
every_operation = pytest.mark.parametrize("stage", TESTED, indirect=True)


@every_operation
def test_an_operation_without_faults_keeps_the_invariants(faults: Faults, stage: Stage) -> None:
    world = stage.restart()
    attempt(faults, stage, world)

    truth = read_truth(world)
    check_table(truth)
    check_public(world, truth)
    the_queue_lists_exactly_the_waiting_comments(world, truth)


PASSING = {
    "a lost request": (Fault(FaultKind.LOST_REQUEST),),
    "a closed connection": (Fault(FaultKind.CLOSED),),
    "a lost reply": (Fault(FaultKind.LOST_REPLY),),
    "a damaged reply": (Fault(FaultKind.DAMAGED_REPLY),),
    "throttling, twice": (Fault(FaultKind.THROTTLED, times=2),),
    "limiting, once": (Fault(FaultKind.LIMITED),),
    "two failures": (Fault(FaultKind.FAILED, times=2),),
    "three conflicts": (Fault(FaultKind.CONFLICT, times=3),),
    "a crowded table": (Fault(FaultKind.CROWDED),),
    "nothing read, twice": (Fault(FaultKind.NONE_READ, times=2),),
    "half read": (Fault(FaultKind.HALF_READ),),
    "a reply lost and a conflict": (Fault(FaultKind.LOST_REPLY), Fault(FaultKind.CONFLICT, Moment(1))),
}
LASTING = {
    "lost requests": (Fault(FaultKind.LOST_REQUEST, times=ALWAYS),),
    "lost replies": (Fault(FaultKind.LOST_REPLY, times=ALWAYS),),
    "throttling": (Fault(FaultKind.THROTTLED, times=ALWAYS),),
    "limiting": (Fault(FaultKind.LIMITED, times=ALWAYS),),
    "failures": (Fault(FaultKind.FAILED, times=ALWAYS),),
    "conflicts": (Fault(FaultKind.CONFLICT, times=ALWAYS),),
    "a table that stays crowded": (Fault(FaultKind.CROWDED, times=ALWAYS),),
    "nothing read": (Fault(FaultKind.NONE_READ, times=ALWAYS),),
    "a reply lost and then failures": (Fault(FaultKind.LOST_REPLY), Fault(FaultKind.FAILED, Moment(1), ALWAYS)),
    "killed before a call": (Fault(FaultKind.KILLED_BEFORE),),
    "killed after a write": (Fault(FaultKind.KILLED_AFTER),),
}


def at_each_call(stage: Stage, name: str) -> Iterator[tuple[Fault, ...]]:
    """The faults of this name, shifted to each call to which the first of them applies."""
    operations = [sent.operation for sent in stage.calls]
    for number in range(len(operations)):
        faults_here = tuple(
            replace(each, moment=Moment(each.moment.call + number)) for each in (PASSING | LASTING)[name]
        )
        if faults_here[0].applies_to(operations[: number + 1]):
            yield faults_here


@pytest.mark.parametrize("name", PASSING)
@every_operation
def test_a_transient_fault_at_any_call_has_no_effect(faults: Faults, stage: Stage, name: str) -> None:
    for faults_here in at_each_call(stage, name):
        first = run_with_faults(faults, stage, *faults_here)

        assert first is not None
        assert first.status == stage.operation.done, (faults_here, first.text)
        assert normalized(first.text, stage.before) == stage.response, faults_here


@pytest.mark.parametrize("name", LASTING)
@every_operation
def test_after_a_permanent_fault_at_any_call_a_repeat_completes_the_operation(
    faults: Faults, stage: Stage, name: str
) -> None:
    for faults_here in at_each_call(stage, name):
        first = run_with_faults(faults, stage, *faults_here)

        assert (first is None) is (faults_here[0].kind in KILLING)
