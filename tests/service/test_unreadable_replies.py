"""A reply of DynamoDB that says nothing is an error of 503, never "there is no such comment", and repeating is safe."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support.faults import ALWAYS, Fault, FaultKind, Faults, Moment, without_retry_delays
from tests.support.world import POST, Response, World, key22

KINDS = (FaultKind.DAMAGED_REPLY, FaultKind.EMPTY_REPLY)
AUTHOR = f"aw_author_{key22('ann')}"


@dataclass(frozen=True)
class Site:
    """A site with one published comment of Ann's."""

    world: World
    comment: str


def of_comment(method: str, route: str) -> Callable[[Site], Response]:
    return lambda site: site.world.request(
        method, f"/v1/comments/{{comment_id}}{route}", path={"comment_id": site.comment}
    )


OPERATIONS: dict[str, tuple[Callable[[Site], Response], int]] = {
    "submit": (lambda site: site.world.submit("New.", key="once", author="ann"), 202),
    "list": (lambda site: site.world.get("/v1/comments", query={"post": POST}), 200),
    "permalink": (of_comment("GET", ""), 200),
    "replies": (of_comment("GET", "/replies"), 200),
    "counts": (lambda site: site.world.get("/v1/counts", query={"post": [POST, "/b"]}), 200),
    "form": (lambda site: site.world.get("/v1/form", query={"post": POST}), 200),
    "own comments": (
        lambda site: site.world.get("/v1/mine", query={"id": [site.comment]}, token=AUTHOR),
        200,
    ),
    "edit": (lambda site: site.world.edit(site.comment, "Better.", author="ann"), 202),
    "withdraw": (lambda site: site.world.withdraw(site.comment, author="ann"), 204),
    "vote": (lambda site: site.world.vote(site.comment, 1, author="ben"), 200),
    "flag": (lambda site: site.world.flag(site.comment, author="ben"), 202),
    "queue": (lambda site: site.world.get("/v1/moderation/queue", token=site.world.token), 200),
}


@pytest.fixture
def site(world: World) -> Site:
    without_retry_delays(world.runtime)
    return Site(world, world.published(author="ann"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_without_a_readable_reply_is_unavailable_and_can_be_repeated(
    site: Site, name: str, kind: FaultKind
) -> None:
    operation, status = OPERATIONS[name]
    assert site.world.token
    with Faults(site.world.runtime.table.client) as faults:
        number = 0
        while True:
            with faults.plan(Fault(kind, Moment(number), ALWAYS)) as found:
                response = operation(site)
            if not found.any_injected:
                break
            assert (response.status, response.json["code"]) == (503, "unavailable"), (number, response.text)
            number += 1

    assert number > 0
    assert response.status in {status, 404 if name == "withdraw" else status}
    assert site.world.get("/v1/comments", query={"post": POST}).status == 200


def test_a_comment_that_cannot_be_read_is_not_gone(site: Site) -> None:
    with Faults(site.world.runtime.table.client) as faults, faults.plan(Fault(FaultKind.EMPTY_REPLY, times=ALWAYS)):
        refused = [site.world.withdraw(site.comment, author="ann"), site.world.edit(site.comment, "B.", author="ann")]

    assert [response.status for response in refused] == [503, 503]
    assert site.world.withdraw(site.comment, author="ann").status == 204


def test_every_read_of_one_item_and_every_write_asks_for_its_proof(site: Site) -> None:
    seen: list[tuple[str, object]] = []

    def look(params: dict[str, object], model: object, **_: object) -> None:
        seen.append((getattr(model, "name", ""), params.get("ReturnConsumedCapacity")))

    events = site.world.runtime.table.client.meta.events
    events.register("provide-client-params.dynamodb.*", look, unique_id="proofs")
    try:
        site.world.submit("New.")
        site.world.withdraw(site.comment, author="ann")
    finally:
        events.unregister("provide-client-params.dynamodb.*", unique_id="proofs")

    unproven = {"Query", "BatchGetItem", "BatchWriteItem"}  # their replies have a part that is never left out
    assert {asked for name, asked in seen if name not in unproven} == {"TOTAL"}
