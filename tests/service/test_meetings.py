"""Two people at once, the one right before the other's write: what the state machines found once."""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from tests.faults import TRANSACTION, Fault, Faults, Kind, Moment
from tests.invariants import check_table, read_truth
from tests.lagging import Lag
from tests.world import POST, Reply, World, key22, new_world, shared_client

RIGHT_BEFORE_THE_WRITE = Moment(0, frozenset({TRANSACTION}))
RIGHT_BEFORE_THE_TRANSACTION = Moment(0, frozenset({TRANSACTION}))


@pytest.fixture
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        yield faults


@pytest.fixture
def busy(faults: Faults) -> Iterator[World]:
    """A world whose calls ``faults`` carries."""
    assert faults
    world = new_world(shared_client())
    with world.open():
        yield world


def erase(world: World, author: str) -> Reply:
    return world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(author)}")


@pytest.mark.parametrize("decision", ["reject", "delete", "spam"])
@pytest.mark.parametrize(
    "react",
    [lambda world, key: world.flag(key, author="ann"), lambda world, key: world.vote(key, 1, author="ann")],
    ids=["flag", "vote"],
)
def test_nothing_of_a_reaction_is_left_on_what_a_moderator_takes_away_at_that_moment(
    busy: World, faults: Faults, decision: str, react: Callable[[World, str], Reply]
) -> None:
    comment_id = busy.published()
    seen = {comment_id: busy.comment(comment_id)["comment"]["version"]}

    with faults.plan(meanwhile=(RIGHT_BEFORE_THE_WRITE, lambda: react(busy, comment_id))):
        [result] = busy.decide(decision, comment_id, versions=seen)["results"]

    assert result["outcome"] == "done"
    check_table(read_truth(busy))


@pytest.mark.parametrize("act", ["reject", "vote"])
def test_a_vote_that_is_erased_is_counted_no_more_whatever_happens_at_that_moment(
    busy: World, faults: Faults, act: str
) -> None:
    comment_id = busy.published()
    busy.vote(comment_id, 1, author="ann")

    def meanwhile() -> None:
        if act == "vote":
            busy.vote(comment_id, -1, author="ann")
        else:
            busy.decide("reject", comment_id, versions={comment_id: 2})

    with faults.plan(meanwhile=(RIGHT_BEFORE_THE_TRANSACTION, meanwhile)):
        erase(busy, "ann")
    assert erase(busy, "ann").json["left"] is False

    check_table(read_truth(busy))


def test_a_vote_on_a_hidden_comment_is_erased_from_its_count_too(busy: World) -> None:
    comment_id = busy.published()
    busy.vote(comment_id, 1, author="ann")
    busy.decide("reject", comment_id)

    erase(busy, "ann")
    busy.decide("approve", comment_id)

    assert [each["up"] for each in busy.listed()["comments"]] == [0]


def change(world: World, **what: object) -> Reply:
    return world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=what, token=world.token)


def test_a_change_of_a_post_without_a_version_fits_what_another_moderator_just_did(busy: World, faults: Faults) -> None:
    change(busy, title="Before")

    with faults.plan(meanwhile=(RIGHT_BEFORE_THE_WRITE, lambda: change(busy, closed=True))):
        reply = change(busy, title="Panic")

    assert (reply.status, reply.json["title"], reply.json["closed"], reply.json["version"]) == (200, "Panic", True, 3)


def test_a_change_of_a_post_whose_reply_was_lost_is_done_although_another_followed(busy: World, faults: Faults) -> None:
    change(busy, title="Before")
    again = Moment(1, frozenset({TRANSACTION}))
    lost = Fault(Kind.LOST_REPLY, RIGHT_BEFORE_THE_WRITE)

    with faults.plan(lost, meanwhile=(again, lambda: change(busy, title="Panic"))):
        reply = change(busy, closed=True, version=1)

    assert (reply.status, reply.json["title"], reply.json["closed"], reply.json["version"]) == (200, "Panic", True, 3)


def test_erasing_says_that_something_is_left_while_the_index_does_not_show_what_was_approved(
    busy: World, faults: Faults
) -> None:
    faults.lag = behind = Lag(shared_client(), busy.runtime.settings.table, writes=10**6, seed=0)
    comment_id = busy.published(author="ann")
    last = behind.states.pop()
    while len(behind.states) > 1:
        behind.states.pop()

    early = erase(busy, "ann").json
    behind.states.clear()
    behind.states.append(last)
    faults.lag = None
    late = [erase(busy, "ann").json for _ in range(2)]

    assert early["left"]
    assert late[-1] == {"done": 0, "left": False}
    assert read_truth(busy).comments[comment_id]["status"] == "deleted"
    check_table(read_truth(busy))


def test_a_networks_counter_that_expired_does_not_come_back_when_a_vote_is_taken_back(busy: World) -> None:
    comment_id = busy.published()
    busy.vote(comment_id, 1, author="ann")
    table = busy.runtime.table
    [(name, _)] = read_truth(busy).reactions("N#", comment_id).items()
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": f"C#{comment_id}"}, "sk": {"S": f"N#{name}"}})

    busy.vote(comment_id, 0, author="ann")

    assert read_truth(busy).reactions("N#", comment_id) == {}


def test_what_was_taken_back_of_posts_and_the_policy_says_by_what(busy: World) -> None:
    busy.hold("never")
    query = {"post": POST}
    busy.request("PATCH", "/v1/moderation/posts", query=query, json_body={"closed": True}, token=busy.token)
    done = [row["op"] for row in read_truth(busy).audit if row["act"] in {"policy", "close"}]

    taken_back = [busy.undo(decision=row).json["results"][0]["decision"] for row in done]

    rows = {row["op"]: row for row in read_truth(busy).audit}
    assert [rows[row]["undone"] for row in done] == taken_back
