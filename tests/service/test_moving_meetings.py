"""A move and anything else at once: the one from beginning to end before any call of the other.

Afterwards the move goes on until nothing is left: all is where it belongs, each count is exact, and what was
decided, written or erased is so.
"""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from tests.faults import Faults, Moment
from tests.invariants import check_table, read_truth
from tests.moves import NEW, ask, finish, move, unfinished
from tests.world import POST, Reply, World, key22, new_world, shared_client

pytestmark = pytest.mark.thorough

MOST = 40  # calls of one request
Deed = Callable[[World, list[str]], Reply]


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        yield faults


def decide(decision: str, which: int, version: int = 2) -> Deed:
    def deed(world: World, thread: list[str]) -> Reply:
        body = {"decisions": [{"id": thread[which], "version": version, "decision": decision}]}
        return world.request("POST", "/v1/moderation/decisions", json_body=body, token=world.token)

    return deed


def withdraw(which: int) -> Deed:
    return lambda world, thread: world.withdraw(thread[which], author="ann")


def edit(which: int) -> Deed:
    return lambda world, thread: world.edit(thread[which], "canary9x", author="ann")


def reply(world: World, thread: list[str]) -> Reply:
    return world.submit("canary9x", parent=thread[2], author="ann", form=world.form())


def begin_a_thread(world: World, _thread: list[str]) -> Reply:
    return world.submit("canary9x", author="ann")


def answer(parent: int, version: int | None = None) -> Deed:
    def deed(world: World, thread: list[str]) -> Reply:
        body = {"post": POST, "text": "canary9x", "parent": thread[parent], "approve_parent": version}
        headers = {"Idempotency-Key": key22("an answer")}
        return world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)

    return deed


def erase(world: World, _thread: list[str]) -> Reply:
    return world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")


def vote(world: World, thread: list[str]) -> Reply:
    return world.vote(thread[2], 1, author="eve")


def close(world: World, _thread: list[str]) -> Reply:
    body, query = {"closed": True}, {"post": POST}
    return world.request("PATCH", "/v1/moderation/posts", query=query, json_body=body, token=world.token)


DEEDS: dict[str, Deed] = {
    "approve what waits": decide("approve", 3, 1),
    "reject the last reply": decide("reject", 2),
    "reject what has a reply": decide("reject", 1),
    "delete a titled one": decide("delete", 0, 3),
    "withdraw the last reply": withdraw(2),
    "withdraw what has a reply": withdraw(1),
    "withdraw a tombstone": withdraw(0),
    "edit what is public": edit(1),
    "edit what waits": edit(3),
    "reply": reply,
    "begin a thread": begin_a_thread,
    "answer as a moderator": answer(2),
    "approve and answer": answer(3, 1),
    "erase": erase,
    "vote": vote,
    "close": close,
}


PUBLISHED_AT_ONCE = {"edit what is public", "edit what waits", "reply", "begin a thread"}


def told(*, hold: str = "always") -> tuple[World, list[str]]:
    """A tombstone with a title, two replies below each other, and one that waits."""
    world = new_world(shared_client())
    with world.open():
        thread = [world.published("canary1x", author="ann", post_title="canary5x")]
        thread += [world.published("canary2x", author="ann", parent=thread[0])]
        thread += [world.published("canary3x", author="ann", parent=thread[1])]
        thread += [world.submit("canary4x", author="ann", parent=thread[2]).json["id"]]
        world.decide("reject", thread[0])
        world.hold(hold)
    return world, thread


def settled(world: World) -> None:
    """End the move, and look at everything."""
    for job in unfinished(world):
        finish(world, job["id"]) if job["work"] == "move" else erase(world, [])
    truth = read_truth(world)
    check_table(truth)
    assert {item["post"] for item in truth.comments.values()} == {NEW}
    proposer = truth.posts[NEW].get("proposed_by")
    assert proposer is None or truth.comments[proposer].get("titled")
    assert "proposed" not in truth.posts[POST]


@pytest.mark.parametrize("name", DEEDS)
def test_a_move_before_any_call_of_another_deed(faults: Faults, name: str) -> None:
    hold = "never" if name in PUBLISHED_AT_ONCE else "always"
    for call in range(MOST):
        world, thread = told(hold=hold)
        with world.open():
            met: list[Reply] = []

            def meanwhile(world: World = world, met: list[Reply] = met) -> None:
                met.append(ask(world))

            with faults.plan(meanwhile=(Moment(call), meanwhile)):
                said = DEEDS[name](world, thread)
            assert said.status < 500, said.text
            if not met:
                break
            assert met[0].status == 200
            settled(world)
    assert call


@pytest.mark.parametrize("name", DEEDS)
def test_another_deed_before_any_call_of_a_move(faults: Faults, name: str) -> None:
    for call in (
        0,
        *range(44, MOST * 2, 4),
    ):  # before it lists are read
        world, thread = told()
        with world.open():
            met: list[Reply] = []

            def meanwhile(world: World = world, met: list[Reply] = met, thread: list[str] = thread) -> None:
                met.append(DEEDS[name](world, thread))

            with faults.plan(meanwhile=(Moment(call), meanwhile)):
                said = ask(world)
            assert said.status == 200, said.text
            if not met:
                break
            assert met[0].status < 500
            settled(world)


@pytest.mark.parametrize("name", ["reject the last reply", "withdraw what has a reply", "edit what waits", "erase"])
def test_another_deed_before_any_call_of_the_way_back(faults: Faults, name: str) -> None:
    for call in (0, *range(24, MOST * 2, 2)):
        world, thread = told()
        with world.open():
            row = move(world)
            met: list[Reply] = []

            def meanwhile(world: World = world, met: list[Reply] = met, thread: list[str] = thread) -> None:
                met.append(DEEDS[name](world, thread))

            with faults.plan(meanwhile=(Moment(call), meanwhile)):
                said = world.undo(decision=row)
            assert said.status == 200, said.text
            if not met:
                break
            for job in unfinished(world):
                finish(world, job["id"]) if job["work"] == "move" else erase(world, [])
            truth = read_truth(world)
            check_table(truth)
            assert {item["post"] for item in truth.comments.values()} == {POST}
