"""Many requests at once, from real threads, against a database in another process."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from chalicelib.core.maintenance import Task
from chalicelib.store.engine.clients import new_client
from tests.support.invariants import check_table, read_truth
from tests.support.maintenance import comments_with_network_hash, run_maintenance, set_wrong_count
from tests.support.read_invariants import a_post_shows_exactly_its_visible_comments, check_public
from tests.support.wire_guard import guarded
from tests.support.world import POST, Response, World, new_world, sibling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = [pytest.mark.slow, pytest.mark.engine]

T = TypeVar("T")
TRANSACTION_TIME = 0.008  # seconds for which a transaction keeps its items busy: an assumption
STORM = ("approve", "reject", "spam", "approve")
DELAYS = [(0.0, 0.0), (0.03, 0.0), (0.0, 0.03)]  # seconds, of the first and the second operation
HIGH_LIMIT = {"limit_post_published": 10**6}


@pytest.fixture
def crowded(engine_client: "DynamoDBClient") -> Iterator[World]:
    """A service whose transactions conflict as in DynamoDB, which no local database imitates."""
    client = new_client(engine_client.meta.endpoint_url)
    with_conflicts(client)
    with guarded(client):
        world = new_world(client, **HIGH_LIMIT)
        with world.open():
            yield world
    client.delete_table(TableName=world.runtime.settings.table)


def with_conflicts(client: "DynamoDBClient") -> None:
    """Cancel transactions on an item that another transaction is writing, as AWS documents it."""
    original: Callable[..., Any] = client.transact_write_items
    lock, busy = threading.Lock(), set[tuple[str, str]]()

    def transact(*, TransactItems: Any, **rest: Any) -> Any:  # noqa: N803  as the SDK names it
        keys = [key_of(part) for entry in TransactItems for part in entry.values()]
        with lock:
            codes = ["TransactionConflict" if key in busy else "None" for key in keys]
            if "TransactionConflict" in codes:
                raise client.exceptions.TransactionCanceledException(canceled(codes), "TransactWriteItems")
            busy.update(keys)
        try:
            time.sleep(TRANSACTION_TIME)
            return original(TransactItems=TransactItems, **rest)
        finally:
            with lock:
                busy.difference_update(keys)

    client.transact_write_items = transact  # type: ignore[method-assign]


def key_of(part: Any) -> tuple[str, str]:
    key = part.get("Key") or part["Item"]
    return key["pk"]["S"], key["sk"]["S"]


def canceled(codes: list[str]) -> Any:
    error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
    return {"Error": error, "CancellationReasons": [{"Code": code} for code in codes]}


def run_together(*operations: Callable[[], T]) -> list[T]:
    """Run operations at the same moment, each in a thread; returns their results."""
    start = threading.Barrier(len(operations))

    def begin(operation: Callable[[], T]) -> T:
        start.wait()
        return operation()

    with ThreadPoolExecutor(len(operations)) as pool:
        return list(pool.map(begin, operations))


def delayed(seconds: float, operation: Callable[[], T]) -> Callable[[], T]:
    """The operation with a delay, so that it loses a race as often as it wins."""

    def run() -> T:
        time.sleep(seconds)
        return operation()

    return run


def check(world: World) -> None:
    """Check all invariants, once no request is running."""
    truth = read_truth(world)
    check_table(truth)
    world.clock.forward(minutes=1)
    check_public(world, truth)


def decider(world: World, token: str, decision: str, comment_id: str, version: int) -> Callable[[], str]:
    """An operation that makes one decision and returns its outcome."""
    decision_request = {"id": comment_id, "version": version, "decision": decision}

    def decide() -> str:
        response = world.request(
            "POST", "/v1/moderation/decisions", json_body={"decisions": [decision_request]}, token=token
        )
        assert response.status == 200, response.text
        return str(response.json["results"][0]["outcome"])

    return decide


@pytest.mark.parametrize(
    "decisions", [["approve"] * 8, ["approve", "reject", "spam", "delete"] * 2], ids=["equal", "different"]
)
def test_of_eight_moderators_one_decides_and_the_others_get_a_conflict(
    engine_world: World, decisions: list[str]
) -> None:
    world = engine_world
    tokens = [world.moderator(f"Moderator {number}") for number in range(8)]

    for _ in range(5):
        comment_id = world.submit().json["id"]
        deciders = zip(tokens, decisions, strict=True)
        outcomes = run_together(*(decider(world, token, what, comment_id, 1) for token, what in deciders))

        assert outcomes.count("done") == 1
        assert set(outcomes) <= {"done", "changed_meanwhile", "already_so"}
        assert len(read_truth(world).rows_of(comment_id)) == 1
    check(world)


@pytest.mark.parametrize("holds", [True, False], ids=["held", "published"])
def test_eight_identical_submissions_are_stored_once_with_the_same_response(
    engine_world: World, *, holds: bool
) -> None:
    world = engine_world
    world.policy(every_comment=holds)
    form = world.form()

    for number in range(5):
        responses = run_together(*[lambda: world.submit(key=f"{holds} {number}", form=form)] * 8)  # noqa: B023  finished before the next turn

        assert {response.status for response in responses} == {202 if holds else 201}
        assert len({response.json["id"] for response in responses}) == 1
    assert len(read_truth(world).comments) == 5
    check(world)


def test_of_two_submissions_with_one_key_one_is_stored_and_the_other_refused(engine_world: World) -> None:
    for number in range(5):
        texts = ("One.", "Another.") * 4
        responses = run_together(*(submission(engine_world, text, f"key {number}") for text in texts))

        assert Counter(response.status for response in responses) == {202: 4, 409: 4}
    check(engine_world)


def submission(world: World, text: str, key: str, **more: Any) -> Callable[[], Response]:
    return lambda: world.submit(text, key=key, **more)


def test_two_hundred_submissions_to_one_post_at_once_are_counted_exactly(crowded: World) -> None:
    crowded.policy(every_comment=False)
    form, published = crowded.form(), set[str]()
    waiting = {
        f"number {number}": submission(crowded, "Me too.", f"number {number}", form=form) for number in range(200)
    }
    size = len(waiting)

    while waiting:
        wave = dict(list(waiting.items())[:size])
        replies = dict(zip(wave, run_together(*wave.values()), strict=True))
        assert {response.status for response in replies.values()} <= {201, 503}
        assert all("Retry-After" in response.headers for response in replies.values() if response.status == 503)
        stored = {name: response.json["id"] for name, response in replies.items() if response.status == 201}
        assert stored
        published |= set(stored.values())
        waiting = {name: operation for name, operation in waiting.items() if name not in stored}
        assert set(read_truth(crowded).comments) == published
        size = 25  # refused clients retry a moment later, and not all at once

    assert len(published) == 200
    truth = read_truth(crowded)
    check_table(truth)
    a_post_shows_exactly_its_visible_comments(crowded, truth, POST, 100)


@pytest.mark.parametrize("holds", [True, False], ids=["held", "published"])
def test_a_limit_of_five_accepts_five_of_fifty_whatever_their_keys(
    engine_client: "DynamoDBClient", *, holds: bool
) -> None:
    world = new_world(engine_client, limit_minute=5)

    with world.open():
        world.policy(every_comment=holds)
        form = world.form()
        responses = run_together(*(spoofed_submission(world, number, form) for number in range(50)))

        stored = 202 if holds else 201
        assert Counter(response.status for response in responses) == {stored: 5, 429: 45}
        assert all(int(response.headers["Retry-After"]) > 0 for response in responses if response.status == 429)
        accepted = {response.json["id"] for response in responses if response.status == stored}
        assert set(read_truth(world).comments) == accepted
        check(world)


def spoofed_submission(world: World, number: int, form: str) -> Callable[[], Response]:
    """A submission from the same network with its own author key, idempotency key and address in every header."""
    address = f"198.51.100.{number}"
    names = ("X-Real-IP", "True-Client-IP", "CF-Connecting-IP")
    headers = {
        "X-Forwarded-For": f"{address}, 203.0.113.{number}",
        "Forwarded": f"for={address}",
        **dict.fromkeys(names, address),
    }
    return submission(world, "Me!", f"number {number}", author=f"reader {number}", headers=headers, form=form)


@pytest.mark.parametrize("delay", DELAYS)
def test_a_reply_is_never_visible_below_an_invisible_parent(crowded: World, delay: tuple[float, float]) -> None:
    tokens = [crowded.moderator(f"Moderator {number}") for number in range(3)]

    for _ in range(5):
        parent = crowded.published()
        replies = [crowded.submit(text, parent=parent).json["id"] for text in ("First.", "Second.")]
        rejecting = decider(crowded, tokens[0], "reject", parent, 2)
        approving = [
            decider(crowded, token, "approve", reply, 1) for token, reply in zip(tokens[1:], replies, strict=True)
        ]
        rejected, *approved = run_together(
            delayed(delay[0], rejecting), *(delayed(delay[1], operation) for operation in approving)
        )

        assert rejected == "done"
        assert set(approved) <= {"done", "refused"}
    check(crowded)


def test_many_concurrent_decisions_leave_every_thread_consistent(crowded: World) -> None:
    tokens = [crowded.moderator(f"Moderator {number}") for number in range(4)]
    chat = [crowded.published()]
    for _ in range(3):
        chat.append(crowded.published("And.", parent=chat[-1]))

    for turn in range(12):
        versions = [crowded.comment(comment_id)["comment"]["version"] for comment_id in chat]
        operations = []
        for number, token in enumerate(tokens):
            which, what = (turn * 3 + number) % 4, STORM[(turn + number) % 4]
            operations.append(decider(crowded, token, what, chat[which], versions[which]))
        run_together(*operations)

        check_table(read_truth(crowded))
    check(crowded)


@pytest.mark.parametrize("holds", [True, False], ids=["held", "published"])
@pytest.mark.parametrize("delay", DELAYS)
def test_an_authors_edit_is_screened_again_before_it_is_public(
    crowded: World, delay: tuple[float, float], *, holds: bool
) -> None:
    token = crowded.token
    ids = [crowded.submit("As read.", author="ann", form=crowded.form()).json["id"] for _ in range(3)]
    crowded.policy(every_comment=holds)

    for comment_id in ids:
        approving = decider(crowded, token, "approve", comment_id, 1)
        outcome, edited = run_together(delayed(delay[0], approving), delayed(delay[1], editor(crowded, comment_id)))

        now = crowded.comment(comment_id)["comment"]
        assert outcome in {"done", "changed_meanwhile", "already_so"}
        edit, status = now["pending_edit"], now["status"]
        is_public = status == "published" and edit is None
        assert (edited, is_public) == (("202", False) if holds else ("200", True))
        assert (now["text"], edit and edit["text"]) in {("Edited.", None), ("As read.", "Edited.")}
    check(crowded)


def editor(world: World, comment_id: str) -> Callable[[], str]:
    return lambda: str(world.edit(comment_id, "Edited.", author="ann").status)


def test_two_timers_and_a_moderator_at_once_do_each_task_once(crowded: World) -> None:
    old = [crowded.submit(f"Number {number}.", author="ann").json["id"] for number in range(24)]
    for first in range(0, len(old), 2):
        crowded.decide("spam", *old[first : first + 2])
    set_wrong_count(crowded, POST, 3)
    seen = {key: item["ver"] for key, item in read_truth(crowded).comments.items()}
    crowded.clock.forward(days=91)
    assert crowded.token
    timers = [sibling(crowded) for _ in range(2)]

    def rescue() -> dict[str, str]:
        found = crowded.decide("approve", *old[::3], versions={key: seen[key] for key in old[::3]})["results"]
        return {result["id"]: result["outcome"] for result in found}

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(run_maintenance, timer) for timer in timers]
        rescued = pool.submit(rescue).result()
        erased = sum(run.result()[Task.RETENTION]["erased"] for run in runs)

    truth = read_truth(crowded)
    published = {key for key, outcome in rescued.items() if outcome == "done"}
    gone = {key for key, item in truth.comments.items() if item["status"] == "deleted"}
    assert published == {key for key, item in truth.comments.items() if item["status"] == "published"}
    assert published | gone == set(old)
    assert erased == len(gone)
    crowded.clock.forward(days=1)
    run_maintenance(sibling(crowded))
    check_table(read_truth(crowded))
    assert not comments_with_network_hash(crowded)
