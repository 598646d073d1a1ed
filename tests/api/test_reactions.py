"""Votes and flags: one per author key, three per network, never on one's own comments."""

from typing import Any

import pytest

from chalicelib.cli.main import main
from chalicelib.core.errors import Unavailable
from tests.support.response_checks import check_response, wrong_fields
from tests.support.wire_guard import watched
from tests.support.world import World, key22, new_world, shared_client


def votes(world: World, comment_id: str) -> tuple[int, int]:
    [shown] = [each for each in world.listed()["comments"] if each["id"] == comment_id]
    return shown["up"], shown["down"]


def test_a_vote_counts_once_and_can_be_changed_and_removed(world: World) -> None:
    comment_id = world.published()

    assert world.vote(comment_id, 1, author="ann").json == {"up": 1, "down": 0, "vote": 1}
    assert world.vote(comment_id, 1, author="ann").json == {"up": 1, "down": 0, "vote": 1}
    assert world.vote(comment_id, -1, author="ann").json == {"up": 0, "down": 1, "vote": -1}
    assert votes(world, comment_id) == (0, 1)
    assert world.vote(comment_id, 0, author="ann").json == {"up": 0, "down": 0, "vote": 0}
    assert world.vote(comment_id, 0, author="ann").json == {"up": 0, "down": 0, "vote": 0}


@pytest.mark.parametrize("vote", [True, False, 0.5, "1", 2, None, [1], 10**30], ids=repr)
def test_a_vote_is_one_of_three_whole_numbers(world: World, vote: Any) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")

    response = check_response(world.vote(comment_id, vote, author="ann"))

    assert (response.status, wrong_fields(response)) == (422, {"vote"})
    assert votes(world, comment_id) == (1, 0)


def test_nobody_votes_on_or_flags_their_own_comment(world: World) -> None:
    comment_id = world.published(author="ann")

    assert world.vote(comment_id, 1, author="ann").json["code"] == "own_comment"
    assert world.flag(comment_id, author="ann").json["code"] == "own_comment"


def test_one_network_has_at_most_three_votes_on_a_comment(world: World) -> None:
    comment_id = world.published()

    responses = [world.vote(comment_id, 1, author=f"reader {number}") for number in range(4)]

    assert [response.status for response in responses] == [200, 200, 200, 429]
    assert world.vote(comment_id, 1, author="another", address="198.51.100.1").status == 200
    assert world.vote(comment_id, 0, author="reader 0").status == 200
    assert world.vote(comment_id, 1, author="reader 3").status == 200
    assert votes(world, comment_id) == (4, 0)


def test_a_pending_comment_accepts_no_votes_and_reveals_nothing(world: World) -> None:
    waiting = world.submit().json["id"]

    responses = [world.vote(each, 1, author="ann") for each in (waiting, key22("nobody"))]
    responses += [world.flag(each, author="ann") for each in (waiting, key22("nobody"))]

    assert {(response.status, response.text) for response in responses} == {(404, responses[0].text)}


def test_voting_needs_an_author_key(world: World) -> None:
    comment_id = world.published()

    response = world.request(
        "PUT", "/v1/comments/{comment_id}/vote", path={"comment_id": comment_id}, json_body={"vote": 1}
    )

    assert response.status == 401


def test_a_vote_does_not_cause_a_conflict_for_a_moderator(world: World) -> None:
    comment_id = world.published()
    version = world.comment(comment_id)["comment"]["version"]
    world.vote(comment_id, 1, author="ann")

    [result] = world.decide("reject", comment_id, versions={comment_id: version})["results"]

    assert result["outcome"] == "done"
    [undone] = world.undo(comment=comment_id, decision=result["decision"]).json["results"]
    assert undone["outcome"] == "done"
    assert votes(world, comment_id) == (1, 0)


def test_a_flagged_comment_is_listed_until_a_moderator_decides(world: World) -> None:
    comment_id = world.published()

    assert world.flag(comment_id, "abuse", author="ann").status == 202
    assert world.flag(comment_id, "abuse", author="ann").status == 202
    assert world.flag(comment_id, "spam", author="ben").status == 202

    [flagged] = world.queue("flagged")
    assert (flagged["id"], flagged["flags"], flagged["status"]) == (comment_id, 2, "published")
    assert world.listed()["count"] == 1

    [kept] = world.decide("approve", comment_id)["results"]
    assert kept["outcome"] == "done"
    assert world.queue("flagged") == []
    assert world.listed()["count"] == 1

    world.flag(comment_id, "other", author="carla")
    world.decide("reject", comment_id)
    assert world.queue("flagged") == []
    assert world.listed()["count"] == 0


def test_keeping_a_flagged_comment_does_not_republish_it(world: World) -> None:
    comment_id = world.published()
    before = world.listed()["comments"][0]["published"]
    world.flag(comment_id, author="ann")

    world.decide("approve", comment_id)

    assert world.listed()["comments"][0]["published"] == before


def test_a_vote_removed_after_its_networks_counter_expired_leaves_nothing(world: World) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")
    client, table = world.runtime.table.client, world.runtime.settings.table
    [key] = [{name: item[name] for name in ("pk", "sk")} for item in counters(world)]
    client.delete_item(TableName=table, Key=key)

    assert world.vote(comment_id, 0, author="ann").json == {"up": 0, "down": 0, "vote": 0}
    assert counters(world) == []
    assert [world.vote(comment_id, 1, author=f"reader {number}").status for number in range(4)] == [200, 200, 200, 429]


def test_a_counter_lasts_thirty_days_and_has_a_ttl(world: World) -> None:
    comment_id = world.published()
    for number in range(3):
        world.vote(comment_id, 1, author=f"reader {number}")
    world.clock.forward(days=29)

    refused = world.vote(comment_id, 1, author="another")
    world.clock.forward(days=1)

    assert (refused.status, refused.json["parameters"]["retry_after"]) == (429, 86_400)
    assert world.vote(comment_id, 1, author="another").status == 200
    assert world.vote(comment_id, 0, author="reader 0").status == 200
    assert votes(world, comment_id) == (3, 0)


def test_a_vote_removed_from_another_network_frees_no_vote_there(world: World) -> None:
    comment_id = world.published()
    elsewhere = "198.51.100.1"
    world.vote(comment_id, 1, author="ann")
    for number in range(3):
        world.vote(comment_id, 1, author=f"reader {number}", address=elsewhere)

    world.vote(comment_id, 0, author="ann", address=elsewhere)

    assert world.vote(comment_id, 1, author="another", address=elsewhere).status == 429


def test_networks_are_stored_only_in_expiring_counters(world: World) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")
    world.flag(comment_id, author="ann")

    items = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]

    [network] = {item["sk"]["S"].rpartition("#")[2] for item in items if item["sk"]["S"].startswith("N#")}
    knowing = [item for item in items if network in str(item) and item["sk"]["S"] != "C"]
    assert len(knowing) == 2
    assert all("ttl" in item for item in knowing)


def test_a_vote_reads_the_comment_once(world: World) -> None:
    comment_id = world.published()
    calls: list[str] = []

    with watched(world.runtime.table.client, lambda operation, _: calls.append(operation)):
        world.vote(comment_id, 1, author="ann")

    assert [call for call in calls if "Get" in call] == ["BatchGetItem"]


def test_a_moderator_reads_why_a_comment_was_flagged(world: World) -> None:
    comment_id = world.published()
    world.flag(comment_id, "abuse", author="ann", note="It names my sister.")
    world.flag(comment_id, "spam", author="ben")

    [listed] = world.queue("flagged")
    shown = world.comment(comment_id)["comment"]

    assert [(each["reason"], each["note"]) for each in listed["open_flags"]] == [
        ("spam", None),
        ("abuse", "It names my sister."),
    ]
    assert shown["open_flags"] == listed["open_flags"]
    world.decide("approve", comment_id)
    assert world.comment(comment_id)["comment"]["open_flags"] == []


def test_the_newest_twenty_flags_are_shown(world: World) -> None:
    comment_id = world.published()
    for number in range(25):
        world.flag(comment_id, author=f"reader {number}", note=f"{number}", address=f"198.51.100.{number}")

    [flagged] = world.queue("flagged")

    assert flagged["flags"] == 25
    assert [each["note"] for each in flagged["open_flags"]] == [str(number) for number in range(24, 4, -1)]


def test_a_reviewed_comment_can_be_flagged_again(world: World) -> None:
    comment_id = world.published()
    world.flag(comment_id, author="ann", note="Look.")
    world.decide("approve", comment_id)

    assert world.flag(comment_id, author="ann", note="Look again.").status == 202

    [flagged] = world.queue("flagged")
    assert (flagged["flags"], [each["note"] for each in flagged["open_flags"]]) == (1, ["Look again."])


@pytest.mark.parametrize("decision", ["approve", "reject", "delete"])
def test_a_flag_during_a_decision_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, decision: str
) -> None:
    comment_id = world.published()
    world.flag(comment_id, author="ann")
    change = world.runtime.comments.change

    def flagged_meanwhile(wanted: Any) -> None:
        monkeypatch.setattr(world.runtime.comments, "change", change)
        assert world.flag(comment_id, "illegal", author="ben").status == 202
        change(wanted)

    versions = {comment_id: world.comment(comment_id)["comment"]["version"]}
    monkeypatch.setattr(world.runtime.comments, "change", flagged_meanwhile)
    [result] = world.decide(decision, comment_id, versions=versions)["results"]

    assert result["outcome"] == "done"
    assert world.comment(comment_id)["comment"]["flags"] == 0
    assert not [item for item in items_of(world, comment_id) if item["sk"]["S"] == "Q"]


@pytest.mark.usefixtures("world")
def test_a_repeated_flag_does_not_count_against_the_limit() -> None:
    with new_world(shared_client(), limit_reactions=2).open() as world:
        first, second = world.published(), world.published()

        statuses = [world.flag(first, author="ann").status for _ in range(4)]

        assert [*statuses, world.flag(second, author="ann").status] == [202] * 5


def test_a_flag_on_a_comment_just_hidden_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    comment_id = world.published()
    flag = world.runtime.reactions.flag

    def hidden_meanwhile(*about: Any, **more: Any) -> None:
        monkeypatch.setattr(world.runtime.reactions, "flag", flag)
        world.decide("reject", comment_id)
        flag(*about, **more)

    monkeypatch.setattr(world.runtime.reactions, "flag", hidden_meanwhile)

    assert world.flag(comment_id, author="ann").status == 404
    assert world.queue("flagged") == []


@pytest.mark.parametrize("way", ["decided", "withdrawn", "erased"])
def test_no_reactions_are_left_under_a_deleted_comment(world: World, way: str) -> None:
    comment_id = world.published(author="ann")
    for number in range(30):
        world.vote(comment_id, 1, author=f"reader {number}", address=f"198.51.100.{number}")
    world.flag(comment_id, author="ben", note="Canary.")

    delete_in(world, way, comment_id)

    assert {item["sk"]["S"].partition("#")[0] for item in items_of(world, comment_id)} == {"C", "L"}


@pytest.mark.parametrize("way", ["decided", "withdrawn", "erased"])
def test_a_title_proposed_with_a_deleted_comment_is_deleted_with_it(world: World, way: str) -> None:
    first = world.submit(author="ann", post_title="Ann, 5 High St").json["id"]
    kept = world.submit(author="ben", post="/b", post_title="Ben's").json["id"]

    delete_in(world, way, first)

    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    assert "High St" not in items
    assert "Ben's" in items
    assert kept in items


def test_a_delete_succeeds_when_the_cleanup_fails_and_the_command_line_cleans_up(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")

    def failing(_keys: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(world.runtime.table, "delete_many", failing)
        [result] = world.decide("delete", comment_id)["results"]

    assert result["outcome"] == "done"
    assert main(["table", "check"]) == 1
    assert main(["table", "check", "--fix"]) == 0
    assert main(["table", "check"]) == 0
    assert "deleted comments with votes or flags: 1\n" in capsys.readouterr().out


def delete_in(world: World, way: str, comment_id: str) -> None:
    if way == "decided":
        world.decide("delete", comment_id)
    elif way == "withdrawn":
        world.withdraw(comment_id, author="ann")
    else:
        world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")


def items_of(world: World, comment_id: str) -> list[Any]:
    """All items in the partition of a comment."""
    items = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]
    return [item for item in items if item["pk"]["S"] == f"C#{comment_id}"]


def counters(world: World) -> list[dict[str, Any]]:
    """The votes counted for networks."""
    items = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]
    return [dict(item) for item in items if item["sk"]["S"].startswith("N#v#")]
