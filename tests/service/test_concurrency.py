"""Two requests at once, one of them right before the other's write: cases that the state machines once found."""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from tests.support.faults import TRANSACTION, Fault, FaultKind, Faults, Moment
from tests.support.invariants import check_table, read_truth
from tests.support.lagging_indexes import Lag
from tests.support.world import POST, Response, World, key22, new_world, shared_client

BEFORE_THE_WRITE = Moment(0, frozenset({TRANSACTION}))


@pytest.fixture
def faults() -> Iterator[Faults]:
    with mock_aws(), Faults(shared_client()) as faults:
        yield faults


@pytest.fixture
def busy(faults: Faults) -> Iterator[World]:
    """A world whose calls go through ``faults``."""
    assert faults
    world = new_world(shared_client())
    with world.open():
        yield world


def erase(world: World, author: str) -> Response:
    return world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(author)}")


@pytest.mark.parametrize("decision", ["reject", "delete", "spam"])
@pytest.mark.parametrize(
    "react",
    [lambda world, key: world.flag(key, author="ann"), lambda world, key: world.vote(key, 1, author="ann")],
    ids=["flag", "vote"],
)
def test_no_reaction_is_left_on_a_comment_removed_at_the_same_moment(
    busy: World, faults: Faults, decision: str, react: Callable[[World, str], Response]
) -> None:
    comment_id = busy.published()
    seen = {comment_id: busy.comment(comment_id)["comment"]["version"]}

    with faults.plan(meanwhile=(BEFORE_THE_WRITE, lambda: react(busy, comment_id))):
        [result] = busy.decide(decision, comment_id, versions=seen)["results"]

    assert result["outcome"] == "done"
    check_table(read_truth(busy))


@pytest.mark.parametrize("action", ["reject", "vote"])
def test_an_erased_vote_is_not_counted_whatever_happens_at_the_same_moment(
    busy: World, faults: Faults, action: str
) -> None:
    comment_id = busy.published()
    busy.vote(comment_id, 1, author="ann")

    def meanwhile() -> None:
        if action == "vote":
            busy.vote(comment_id, -1, author="ann")
        else:
            busy.decide("reject", comment_id, versions={comment_id: 2})

    with faults.plan(meanwhile=(BEFORE_THE_WRITE, meanwhile)):
        erase(busy, "ann")
    assert erase(busy, "ann").json["left"] is False

    check_table(read_truth(busy))


def test_erasing_a_vote_on_a_hidden_comment_corrects_its_count(busy: World) -> None:
    comment_id = busy.published()
    busy.vote(comment_id, 1, author="ann")
    busy.decide("reject", comment_id)

    erase(busy, "ann")
    busy.decide("approve", comment_id)

    assert [each["up"] for each in busy.listed()["comments"]] == [0]


def change(world: World, **changes: object) -> Response:
    return world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=changes, token=world.token)


def test_a_post_change_without_a_version_applies_to_the_latest_state(busy: World, faults: Faults) -> None:
    change(busy, title="Before")

    with faults.plan(meanwhile=(BEFORE_THE_WRITE, lambda: change(busy, closed=True))):
        response = change(busy, title="Panic")

    assert (response.status, response.json["title"], response.json["closed"], response.json["version"]) == (
        200,
        "Panic",
        True,
        3,
    )


def test_a_post_change_with_a_lost_response_is_done_although_another_followed(busy: World, faults: Faults) -> None:
    change(busy, title="Before")
    again = Moment(1, frozenset({TRANSACTION}))
    lost = Fault(FaultKind.LOST_REPLY, BEFORE_THE_WRITE)

    with faults.plan(lost, meanwhile=(again, lambda: change(busy, title="Panic"))):
        response = change(busy, closed=True, version=1)

    assert (response.status, response.json["title"], response.json["closed"], response.json["version"]) == (
        200,
        "Panic",
        True,
        3,
    )


def test_erasing_reports_remaining_work_while_the_index_lags(busy: World, faults: Faults) -> None:
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


def test_an_expired_network_counter_is_not_recreated_when_a_vote_is_removed(busy: World) -> None:
    comment_id = busy.published()
    busy.vote(comment_id, 1, author="ann")
    table = busy.runtime.table
    [(name, _)] = read_truth(busy).reactions("N#", comment_id).items()
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": f"C#{comment_id}"}, "sk": {"S": f"N#{name}"}})

    busy.vote(comment_id, 0, author="ann")

    assert read_truth(busy).reactions("N#", comment_id) == {}


def test_undone_changes_of_posts_and_the_policy_name_their_undo(busy: World) -> None:
    busy.policy(every_comment=False)
    query = {"post": POST}
    busy.request("PATCH", "/v1/moderation/posts", query=query, json_body={"closed": True}, token=busy.token)
    done = [row["op"] for row in read_truth(busy).audit if row["act"] in {"policy", "close"}]

    undo_rows = [busy.undo(decision=row).json["results"][0]["decision"] for row in done]

    rows = {row["op"]: row for row in read_truth(busy).audit}
    assert [rows[row]["undone"] for row in done] == undo_rows


def test_an_edit_gains_nothing_from_an_approval_that_is_undone_at_the_same_moment(busy: World, faults: Faults) -> None:
    comment_id = busy.submit("As read.", author="ann", form=busy.form()).json["id"]
    busy.policy(every_comment=False, new_author=True)
    [approved] = busy.decide("approve", comment_id)["results"]

    with faults.plan(
        meanwhile=(BEFORE_THE_WRITE, lambda: busy.undo(comment=comment_id, decision=approved["decision"]))
    ):
        edited = busy.edit(comment_id, "Unread.", author="ann")

    assert (edited.status, busy.comment(comment_id)["comment"]["status"]) == (202, "pending")
    check_table(read_truth(busy))
