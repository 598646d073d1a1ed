"""A relocation and another operation at once: one runs completely before any call of the other.

Afterwards the relocation is continued until it is finished: every comment is under the right post, every count is
exact, and the other operation's effect is there.
"""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from tests.support.faults import Faults, Moment
from tests.support.invariants import check_table, read_truth
from tests.support.relocation import NEW, finish_job, move, request_move, unfinished_jobs
from tests.support.world import POST, Response, World, key22, new_world, shared_client

pytestmark = pytest.mark.slow

MAX_CALLS = 40  # calls of one request
Operation = Callable[[World, list[str]], Response]


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        yield faults


def decide(decision: str, which: int, version: int = 2) -> Operation:
    def operation(world: World, thread: list[str]) -> Response:
        body = {"decisions": [{"id": thread[which], "version": version, "decision": decision}]}
        return world.request("POST", "/v1/moderation/decisions", json_body=body, token=world.token)

    return operation


def withdraw(which: int) -> Operation:
    return lambda world, thread: world.withdraw(thread[which], author="ann")


def edit(which: int) -> Operation:
    return lambda world, thread: world.edit(thread[which], "canary9x", author="ann")


def reply(world: World, thread: list[str]) -> Response:
    return world.submit("canary9x", parent=thread[2], author="ann", form=world.form())


def begin_a_thread(world: World, _thread: list[str]) -> Response:
    return world.submit("canary9x", author="ann")


def reply_as_moderator(parent: int, version: int | None = None) -> Operation:
    def operation(world: World, thread: list[str]) -> Response:
        body = {"post": POST, "text": "canary9x", "parent": thread[parent], "approve_parent": version}
        headers = {"Idempotency-Key": key22("a reply")}
        return world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)

    return operation


def erase(world: World, _thread: list[str]) -> Response:
    return world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")


def vote(world: World, thread: list[str]) -> Response:
    return world.vote(thread[2], 1, author="eve")


def close(world: World, _thread: list[str]) -> Response:
    body, query = {"closed": True}, {"post": POST}
    return world.request("PATCH", "/v1/moderation/posts", query=query, json_body=body, token=world.token)


OPERATIONS: dict[str, Operation] = {
    "approve a pending reply": decide("approve", 3, 1),
    "reject the last reply": decide("reject", 2),
    "reject a comment with a reply": decide("reject", 1),
    "delete a comment with a title": decide("delete", 0, 3),
    "withdraw the last reply": withdraw(2),
    "withdraw a comment with a reply": withdraw(1),
    "withdraw a tombstone": withdraw(0),
    "edit a public comment": edit(1),
    "edit a pending comment": edit(3),
    "reply": reply,
    "begin a thread": begin_a_thread,
    "reply as a moderator": reply_as_moderator(2),
    "approve and reply": reply_as_moderator(3, 1),
    "erase": erase,
    "vote": vote,
    "close": close,
}


PUBLISHED_AT_ONCE = {"edit a public comment", "edit a pending comment", "reply", "begin a thread"}


def new_thread(*, holds: bool = True) -> tuple[World, list[str]]:
    """A thread of a tombstone with a proposed title, two nested replies, and a pending reply."""
    world = new_world(shared_client())
    with world.open():
        thread = [world.published("canary1x", author="ann", post_title="canary5x")]
        thread += [world.published("canary2x", author="ann", parent=thread[0])]
        thread += [world.published("canary3x", author="ann", parent=thread[1])]
        thread += [world.submit("canary4x", author="ann", parent=thread[2]).json["id"]]
        world.decide("reject", thread[0])
        world.policy(every_comment=holds)
    return world, thread


def finish_and_check(world: World) -> None:
    """Finish the relocation and check all invariants."""
    for job in unfinished_jobs(world):
        finish_job(world, job["id"]) if job["kind"] == "move" else erase(world, [])
    truth = read_truth(world)
    check_table(truth)
    assert {item["post"] for item in truth.comments.values()} == {NEW}
    proposer = truth.posts[NEW].get("proposed_by")
    assert proposer is None or truth.comments[proposer].get("titled")
    assert "proposed" not in truth.posts[POST]


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_move_before_any_call_of_another_operation(faults: Faults, name: str) -> None:
    for call in range(MAX_CALLS):
        world, thread = new_thread(holds=name not in PUBLISHED_AT_ONCE)
        with world.open():
            intercepted: list[Response] = []

            def meanwhile(world: World = world, intercepted: list[Response] = intercepted) -> None:
                intercepted.append(request_move(world))

            with faults.plan(meanwhile=(Moment(call), meanwhile)):
                response = OPERATIONS[name](world, thread)
            assert response.status < 500, response.text
            if not intercepted:
                break
            assert intercepted[0].status == 200
            finish_and_check(world)
    assert call


@pytest.mark.parametrize("name", OPERATIONS)
def test_another_operation_before_any_call_of_a_move(faults: Faults, name: str) -> None:
    for call in (
        0,
        *range(44, MAX_CALLS * 2, 4),
    ):  # before the lists are read
        world, thread = new_thread()
        with world.open():
            intercepted: list[Response] = []

            def meanwhile(
                world: World = world, intercepted: list[Response] = intercepted, thread: list[str] = thread
            ) -> None:
                intercepted.append(OPERATIONS[name](world, thread))

            with faults.plan(meanwhile=(Moment(call), meanwhile)):
                response = request_move(world)
            assert response.status == 200, response.text
            if not intercepted:
                break
            assert intercepted[0].status < 500
            finish_and_check(world)


@pytest.mark.parametrize(
    "name", ["reject the last reply", "withdraw a comment with a reply", "edit a pending comment", "erase"]
)
def test_another_operation_before_any_call_of_a_reversal(faults: Faults, name: str) -> None:
    for call in (0, *range(24, MAX_CALLS * 2, 2)):
        world, thread = new_thread()
        with world.open():
            row = move(world)
            intercepted: list[Response] = []

            def meanwhile(
                world: World = world, intercepted: list[Response] = intercepted, thread: list[str] = thread
            ) -> None:
                intercepted.append(OPERATIONS[name](world, thread))

            with faults.plan(meanwhile=(Moment(call), meanwhile)):
                response = world.undo(decision=row)
            assert response.status == 200, response.text
            if not intercepted:
                break
            for job in unfinished_jobs(world):
                finish_job(world, job["id"]) if job["kind"] == "move" else erase(world, [])
            truth = read_truth(world)
            check_table(truth)
            assert {item["post"] for item in truth.comments.values()} == {POST}
