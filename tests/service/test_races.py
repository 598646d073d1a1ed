"""Many at once: real threads, each with requests of its own, against an engine in another process."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from chalicelib.core.maintenance import Step
from chalicelib.store.engine.clients import new_client
from tests.invariants import check_table, read_truth
from tests.readings import a_post_shows_exactly_its_visible_comments, check_public
from tests.tending import miscount, tend, with_hash
from tests.wire_guard import guarded
from tests.world import POST, Reply, World, new_world, sibling

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = [pytest.mark.thorough, pytest.mark.engine]

T = TypeVar("T")
HOLD = 0.008  # seconds that a transaction keeps its items busy: an assumption
STORM = ("approve", "reject", "spam", "approve")
DELAYS = [(0.0, 0.0), (0.03, 0.0), (0.0, 0.03)]  # seconds, of the one and the other
WIDE = {"limit_post_published": 10**6}


@pytest.fixture
def crowded(engine_client: "DynamoDBClient") -> Iterator[World]:
    """A service whose transactions conflict as DynamoDB's do: no engine does that by itself."""
    client = new_client(engine_client.meta.endpoint_url)
    with_conflicts(client)
    with guarded(client):
        world = new_world(client, **WIDE)
        with world.open():
            yield world
    client.delete_table(TableName=world.runtime.settings.table)


def with_conflicts(client: "DynamoDBClient") -> None:
    """Cancel a transaction that meets an item of another one on its way, as AWS documents it."""
    plain: Callable[..., Any] = client.transact_write_items
    lock, busy = threading.Lock(), set[tuple[str, str]]()

    def transact(*, TransactItems: Any, **rest: Any) -> Any:  # noqa: N803  as the SDK names it
        keys = [key_of(part) for entry in TransactItems for part in entry.values()]
        with lock:
            codes = ["TransactionConflict" if key in busy else "None" for key in keys]
            if "TransactionConflict" in codes:
                raise client.exceptions.TransactionCanceledException(canceled(codes), "TransactWriteItems")
            busy.update(keys)
        try:
            time.sleep(HOLD)
            return plain(TransactItems=TransactItems, **rest)
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


def together(*deeds: Callable[[], T]) -> list[T]:
    """All at the same moment, each in a thread; what each returned."""
    start = threading.Barrier(len(deeds))

    def begin(deed: Callable[[], T]) -> T:
        start.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(begin, deeds))


def after(seconds: float, deed: Callable[[], T]) -> Callable[[], T]:
    """The same a little later, so that it loses as often as it wins."""

    def delayed() -> T:
        time.sleep(seconds)
        return deed()

    return delayed


def check(world: World) -> None:
    """Everything that must hold, once it is quiet."""
    truth = read_truth(world)
    check_table(truth)
    world.clock.forward(minutes=1)
    check_public(world, truth)


def decider(world: World, token: str, decision: str, comment_id: str, version: int) -> Callable[[], str]:
    """One decision by one moderator; what became of it."""
    wish = {"id": comment_id, "version": version, "decision": decision}

    def decide() -> str:
        reply = world.request("POST", "/v1/moderation/decisions", json_body={"decisions": [wish]}, token=token)
        assert reply.status == 200, reply.text
        return str(reply.json["results"][0]["outcome"])

    return decide


@pytest.mark.parametrize(
    "decisions", [["approve"] * 8, ["approve", "reject", "spam", "delete"] * 2], ids=["all alike", "all sorts"]
)
def test_of_eight_moderators_one_decides_and_the_others_are_told(engine_world: World, decisions: list[str]) -> None:
    world = engine_world
    tokens = [world.moderator(f"Moderator {number}") for number in range(8)]

    for _ in range(5):
        comment_id = world.submit().json["id"]
        deciders = zip(tokens, decisions, strict=True)
        outcomes = together(*(decider(world, token, what, comment_id, 1) for token, what in deciders))

        assert outcomes.count("done") == 1
        assert set(outcomes) <= {"done", "changed_meanwhile", "already_so"}
        assert len(read_truth(world).rows_of(comment_id)) == 1
    check(world)


@pytest.mark.parametrize("hold", ["always", "never"])
def test_of_eight_equal_submissions_one_is_stored_and_all_are_told_so(engine_world: World, hold: str) -> None:
    world = engine_world
    if hold == "never":
        world.hold(hold)
    form = world.form()

    for number in range(5):
        replies = together(*[lambda: world.submit(key=f"{hold} {number}", form=form)] * 8)  # noqa: B023  ends in its turn

        assert {reply.status for reply in replies} == {202 if hold == "always" else 201}
        assert len({reply.json["id"] for reply in replies}) == 1
    assert len(read_truth(world).comments) == 5
    check(world)


def test_of_two_submissions_with_one_key_one_is_stored_and_the_other_told(engine_world: World) -> None:
    for number in range(5):
        texts = ("One.", "Another.") * 4
        replies = together(*(submission(engine_world, text, f"key {number}") for text in texts))

        assert Counter(reply.status for reply in replies) == {202: 4, 409: 4}
    check(engine_world)


def submission(world: World, text: str, key: str, **more: Any) -> Callable[[], Reply]:
    return lambda: world.submit(text, key=key, **more)


def test_two_hundred_submissions_to_one_post_at_once_are_counted_exactly(crowded: World) -> None:
    crowded.hold("never")
    form, published = crowded.form(), set[str]()
    waiting = {
        f"number {number}": submission(crowded, "Me too.", f"number {number}", form=form) for number in range(200)
    }
    size = len(waiting)

    while waiting:
        wave = dict(list(waiting.items())[:size])
        replies = dict(zip(wave, together(*wave.values()), strict=True))
        assert {reply.status for reply in replies.values()} <= {201, 503}
        assert all("Retry-After" in reply.headers for reply in replies.values() if reply.status == 503)
        stored = {name: reply.json["id"] for name, reply in replies.items() if reply.status == 201}
        assert stored
        published |= set(stored.values())
        waiting = {name: deed for name, deed in waiting.items() if name not in stored}
        assert set(read_truth(crowded).comments) == published
        size = 25  # who was refused comes again in a moment, and not all at once

    assert len(published) == 200
    truth = read_truth(crowded)
    check_table(truth)
    a_post_shows_exactly_its_visible_comments(crowded, truth, POST, 100)


@pytest.mark.parametrize("hold", ["always", "never"])
def test_a_limit_of_five_lets_five_of_fifty_in_whoever_they_say_they_are(
    engine_client: "DynamoDBClient", hold: str
) -> None:
    world = new_world(engine_client, limit_minute=5)

    with world.open():
        world.hold(hold)
        form = world.form()
        replies = together(*(pretender(world, number, form) for number in range(50)))

        stored = 202 if hold == "always" else 201
        assert Counter(reply.status for reply in replies) == {stored: 5, 429: 45}
        assert all(int(reply.headers["Retry-After"]) > 0 for reply in replies if reply.status == 429)
        accepted = {reply.json["id"] for reply in replies if reply.status == stored}
        assert set(read_truth(world).comments) == accepted
        check(world)


def pretender(world: World, number: int, form: str) -> Callable[[], Reply]:
    """One network with another author key, another idempotency key and another address in every header."""
    address = f"198.51.100.{number}"
    names = ("X-Real-IP", "True-Client-IP", "CF-Connecting-IP")
    headers = {
        "X-Forwarded-For": f"{address}, 203.0.113.{number}",
        "Forwarded": f"for={address}",
        **dict.fromkeys(names, address),
    }
    return submission(world, "Me!", f"number {number}", author=f"reader {number}", headers=headers, form=form)


@pytest.mark.parametrize("delay", DELAYS)
def test_a_reply_is_never_seen_below_what_is_not(crowded: World, delay: tuple[float, float]) -> None:
    tokens = [crowded.moderator(f"Moderator {number}") for number in range(3)]

    for _ in range(5):
        parent = crowded.published()
        replies = [crowded.submit(text, parent=parent).json["id"] for text in ("First.", "Second.")]
        rejecting = decider(crowded, tokens[0], "reject", parent, 2)
        approving = [
            decider(crowded, token, "approve", reply, 1) for token, reply in zip(tokens[1:], replies, strict=True)
        ]
        rejected, *approved = together(after(delay[0], rejecting), *(after(delay[1], deed) for deed in approving))

        assert rejected == "done"
        assert set(approved) <= {"done", "refused"}
    check(crowded)


def test_a_storm_of_decisions_leaves_every_thread_whole(crowded: World) -> None:
    tokens = [crowded.moderator(f"Moderator {number}") for number in range(4)]
    chat = [crowded.published()]
    for _ in range(3):
        chat.append(crowded.published("And.", parent=chat[-1]))

    for turn in range(12):
        versions = [crowded.comment(comment_id)["comment"]["version"] for comment_id in chat]
        deeds = []
        for number, token in enumerate(tokens):
            which, what = (turn * 3 + number) % 4, STORM[(turn + number) % 4]
            deeds.append(decider(crowded, token, what, chat[which], versions[which]))
        together(*deeds)

        check_table(read_truth(crowded))
    check(crowded)


@pytest.mark.parametrize("hold", ["always", "never"])
@pytest.mark.parametrize("delay", DELAYS)
def test_what_an_author_edits_is_read_again_before_it_is_public(
    crowded: World, delay: tuple[float, float], hold: str
) -> None:
    token = crowded.token
    ids = [crowded.submit("As read.", author="ann").json["id"] for _ in range(3)]
    if hold == "never":
        crowded.hold(hold)

    for comment_id in ids:
        approving = decider(crowded, token, "approve", comment_id, 1)
        outcome, edited = together(after(delay[0], approving), after(delay[1], editing(crowded, comment_id)))

        now = crowded.comment(comment_id)["comment"]
        assert outcome in {"done", "changed_meanwhile", "already_so"}
        assert (edited, now["text"]) == ("202" if hold == "always" else "200", "Edited.")
        assert now["status"] == ("pending" if hold == "always" else "published")
    check(crowded)


def editing(world: World, comment_id: str) -> Callable[[], str]:
    return lambda: str(world.edit(comment_id, "Edited.", author="ann").status)


def test_two_timers_and_a_moderator_at_once_do_everything_once(crowded: World) -> None:
    old = [crowded.submit(f"Number {number}.", author="ann").json["id"] for number in range(24)]
    for first in range(0, len(old), 2):
        crowded.decide("spam", *old[first : first + 2])
    miscount(crowded, POST, 3)
    seen = {key: item["ver"] for key, item in read_truth(crowded).comments.items()}
    crowded.clock.forward(days=91)
    assert crowded.token
    timers = [sibling(crowded) for _ in range(2)]

    def rescue() -> dict[str, str]:
        found = crowded.decide("approve", *old[::3], versions={key: seen[key] for key in old[::3]})["results"]
        return {result["id"]: result["outcome"] for result in found}

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(tend, timer) for timer in timers]
        rescued = pool.submit(rescue).result()
        erased = sum(run.result()[Step.ERASE]["erased"] for run in runs)

    truth = read_truth(crowded)
    published = {key for key, outcome in rescued.items() if outcome == "done"}
    gone = {key for key, item in truth.comments.items() if item["status"] == "deleted"}
    assert published == {key for key, item in truth.comments.items() if item["status"] == "published"}
    assert published | gone == set(old)
    assert erased == len(gone)
    crowded.clock.forward(days=1)
    tend(sibling(crowded))
    check_table(read_truth(crowded))
    assert not with_hash(crowded)
