"""The moderation API: the queue, decisions, undo, the audit log, the policy."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.accounts import Role
from chalicelib.core.actors import Actor, ActorKind
from chalicelib.core.audit import Action, AuditRow
from chalicelib.core.ids import ulid
from chalicelib.store.audit import audit_put
from tests.support.world import POST, Response, World, key22


def outcomes(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [result["outcome"] for result in answer["results"]]


def walk_queue(world: World, **query: str) -> list[str]:
    """The ids in the queue, from all pages, in order."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        response = world.get("/v1/moderation/queue", query={**query, **cursor}, token=world.token)
        ids += [each["id"] for each in response.json["comments"]]
        if response.json["next"] is None:
            return ids
        cursor = {"cursor": response.json["next"]}


def test_the_queue_is_oldest_first_across_posts_and_paginated(world: World) -> None:
    ids = [world.submit(f"Number {number}.", post=f"/{number % 3}").json["id"] for number in range(12)]

    assert walk_queue(world, limit="5") == ids
    assert walk_queue(world) == ids


def test_other_statuses_are_newest_first(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(7)]
    world.decide("spam", *ids)

    assert walk_queue(world, status="spam", limit="3") == ids[::-1]


def test_a_queue_entry_has_what_a_moderator_needs_and_no_address(world: World) -> None:
    world.submit("*Hello*", name="Ann", link="https://example.org/", author="ann")

    [entry] = world.queue()

    assert (entry["text"], entry["name"], entry["link"]) == ("*Hello*", "Ann", "https://example.org/")
    assert (entry["version"], entry["status"]) == (1, "pending")
    assert entry["post_link"] == f"https://blog.example{POST}"
    assert [reason["rule"] for reason in entry["reasons"]] == ["every_comment", "form_not_opened"]
    assert "203.0.113.7" not in str(entry)


def test_a_queue_cursor_of_another_status_is_refused(world: World) -> None:
    for _ in range(3):
        world.submit()
    page = world.get("/v1/moderation/queue", query={"limit": "2"}, token=world.token).json

    response = world.get("/v1/moderation/queue", query={"status": "spam", "cursor": page["next"]}, token=world.token)

    assert (response.status, response.json["errors"][0]["field"]) == (422, "cursor")


def test_many_decisions_are_made_in_order_with_a_result_for_each(world: World) -> None:
    one, two = (world.submit().json["id"] for _ in range(2))
    nobody = key22("nobody")

    answer = world.decide("approve", one, nobody, two, versions={one: 1, nobody: 1, two: 9})

    assert outcomes(answer) == ["done", "refused", "changed_meanwhile"]
    assert answer["results"][1]["code"] == "not_found"
    assert answer["results"][2]["comment"]["version"] == 1
    assert answer["bulk"]


def test_a_repeated_decision_is_already_so_and_recorded_once(world: World) -> None:
    comment_id = world.submit().json["id"]

    answers = [world.decide("approve", comment_id, versions={comment_id: 1}) for _ in range(2)]

    assert [outcomes(answer) for answer in answers] == [["done"], ["already_so"]]
    assert [entry["action"] for entry in world.comment(comment_id)["history"]] == ["submit", "approve"]
    assert world.listed()["count"] == 1


def test_the_second_of_two_moderators_sees_what_the_first_did(world: World) -> None:
    comment_id = world.submit().json["id"]

    world.decide("approve", comment_id, versions={comment_id: 1})
    [late] = world.decide("reject", comment_id, versions={comment_id: 1})["results"]

    assert (late["outcome"], late["comment"]["status"]) == ("changed_meanwhile", "published")
    assert world.listed()["count"] == 1


@pytest.mark.parametrize(
    ("first", "then", "outcome"),
    [
        ("approve", "restore", "refused"),
        ("reject", "restore", "done"),
        ("spam", "restore", "done"),
        ("delete", "approve", "refused"),
        ("delete", "delete", "already_so"),
        ("spam", "approve", "done"),
        ("approve", "spam", "done"),
    ],
)
def test_allowed_transitions_between_statuses(world: World, first: str, then: str, outcome: str) -> None:
    comment_id = world.submit().json["id"]
    world.decide(first, comment_id)

    assert outcomes(world.decide(then, comment_id)) == [outcome]


def test_a_bulk_is_undone_as_one_and_the_undo_too(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
    bulk = world.decide("approve", *ids)["bulk"]
    assert world.listed()["count"] == 4

    undone = world.undo(bulk=bulk).json
    assert outcomes(undone) == ["done"] * 4
    assert world.listed()["count"] == 0
    assert walk_queue(world) == ids

    assert outcomes(world.undo(bulk=bulk).json) == ["already_so"] * 4
    assert outcomes(world.undo(bulk=undone["bulk"]).json) == ["done"] * 4
    assert world.listed()["count"] == 4


def test_undo_leaves_later_decisions_alone(world: World) -> None:
    one, two = (world.submit().json["id"] for _ in range(2))
    bulk = world.decide("reject", one, two)["bulk"]
    world.decide("approve", one)

    results = {result["id"]: result["outcome"] for result in world.undo(bulk=bulk).json["results"]}

    assert results == {one: "changed_meanwhile", two: "done"}
    assert world.listed()["count"] == 1


def test_undo_of_a_deletion_is_refused(world: World) -> None:
    comment_id = world.submit().json["id"]
    [deleted] = world.decide("delete", comment_id)["results"]

    [result] = world.undo(comment=comment_id, decision=deleted["decision"]).json["results"]

    assert (result["outcome"], result["code"]) == ("refused", "not_possible")


def test_a_decision_cannot_be_undone_after_thirty_days(world: World) -> None:
    comment_id = world.submit().json["id"]
    [rejected] = world.decide("reject", comment_id)["results"]
    world.clock.forward(days=30, seconds=1)

    [result] = world.undo(comment=comment_id, decision=rejected["decision"]).json["results"]

    assert (result["outcome"], result["code"]) == ("refused", "undo_expired")


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"comment": key22("c")},
        {"comment": key22("c"), "decision": "0" * 26, "bulk": "0" * 26},
    ],
    ids=["nothing", "a comment alone", "both"],
)
def test_undo_needs_a_decision_or_a_bulk(world: World, what: dict[str, str]) -> None:
    assert world.undo(**what).status == 422


def test_undo_of_an_unknown_decision_is_not_found(world: World) -> None:
    assert world.undo(bulk="0" * 26).status == 404
    assert world.undo(decision="0" * 26).status == 404
    assert world.undo(comment=key22("c"), decision="0" * 26).status == 404


def test_notes_are_in_the_history_with_the_moderators_name(world: World) -> None:
    comment_id = world.submit().json["id"]
    world.decide("reject", comment_id, note="Off the subject.")

    submitted, rejected = world.comment(comment_id)["history"]

    assert (submitted["actor"]["kind"], submitted["after"]) == ("screening", "pending")
    assert (rejected["actor"]["name"], rejected["note"], rejected["before"], rejected["after"]) == (
        "Ada",
        "Off the subject.",
        "pending",
        "rejected",
    )


def test_the_audit_log_is_paginated_across_months(world: World) -> None:
    ids = []
    for _ in range(5):
        ids.append(world.submit().json["id"])
        world.decide("reject", ids[-1])
        world.clock.forward(days=25)
    token = world.moderator("Ben")

    entries: list[dict[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = world.get("/v1/moderation/audit", query={"limit": "2", **cursor}, token=token).json
        entries += page["entries"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert [entry["comment"] for entry in entries if entry["action"] == "reject"] == ids[::-1]
    assert [entry["action"] for entry in entries if entry["action"] != "reject"] == ["invite", "invite"]


def test_the_policy_changes_by_version_and_the_same_change_twice_is_one(world: World) -> None:
    def change(version: int, *, every_comment: bool) -> Response:
        body = {"rules": {"every_comment": {"active": every_comment}}, "version": version}
        return world.request("PUT", "/v1/moderation/policy", json_body=body, token=world.token)

    assert change(0, every_comment=False).json["version"] == 1
    assert change(0, every_comment=False).json["version"] == 1
    assert change(0, every_comment=True).json["code"] == "changed_meanwhile"
    acts = [entry["action"] for entry in world.get("/v1/moderation/audit", token=world.token).json["entries"]]
    assert acts.count("policy") == 1


def test_a_post_that_someone_just_changed_is_not_changed_again(world: World) -> None:
    def change(*, closed: bool, version: int) -> Response:
        body = {"closed": closed, "version": version}
        return world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=body, token=world.token)

    assert change(closed=True, version=0).json["version"] == 1
    assert change(closed=True, version=0).json["version"] == 1
    assert change(closed=False, version=0).json["code"] == "changed_meanwhile"


def test_an_authors_record_follows_what_moderators_decide(world: World) -> None:
    ids = [world.submit(f"Number {number}.", author="ann").json["id"] for number in range(3)]
    world.decide("approve", *ids)
    world.decide("reject", ids[0])
    world.withdraw(ids[1], author="ann")

    items = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]
    [record] = [item for item in items if item["pk"]["S"].startswith("A#")]

    assert (record["approved"]["N"], record["rejected"]["N"]) == ("1", "1")


def test_a_moderator_without_the_owners_rights_cannot_change_the_policy(world: World) -> None:
    token = world.moderator("Ben", Role.MODERATOR)

    body = {"rules": {"every_comment": {"active": False}}, "version": 0}
    response = world.request("PUT", "/v1/moderation/policy", json_body=body, token=token)

    assert (response.status, response.json["code"]) == (403, "forbidden")


def test_decisions_beyond_the_request_time_are_not_tried_and_can_be_sent_again(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(4)]
    seconds = iter([0.0, 1.0, 5.0, 6.5, 7.0])
    world.runtime.decisions.stopwatch = lambda: next(seconds, 0.0)

    assert outcomes(world.decide("approve", *ids)) == ["done", "done", "not_tried", "not_tried"]
    assert outcomes(world.decide("approve", *ids)) == ["already_so", "already_so", "done", "done"]


def test_decisions_on_many_of_the_longest_comments_fit_into_a_response(world: World) -> None:
    ids = [world.submit("\U0001f600" * 6_100).json["id"] for _ in range(30)]

    wishes = [{"id": each, "version": 1, "decision": "approve"} for each in ids]
    response = world.request("POST", "/v1/moderation/decisions", json_body={"decisions": wishes}, token=world.token)

    assert len(response.text.encode()) <= 1_048_576
    assert outcomes(response.json) == ["done"] * 30
    assert response.json["results"][0]["comment"]["text"]
    assert response.json["results"][-1]["comment"] is None
    assert response.json["results"][-1]["decision"]


def test_a_long_history_shows_its_latest_rows(world: World) -> None:
    comment_id = world.submit().json["id"]
    ada: dict[str, Any] = {"action": Action.APPROVE, "actor": Actor(ActorKind.MODERATOR, "ada"), "comment": comment_id}
    for number in range(202):
        at = world.clock() + timedelta(seconds=number)
        row = AuditRow(id=ulid(at, bytes(10)), at=at, version=number, **ada)
        world.runtime.table.write(audit_put(row))

    history = world.comment(comment_id)["history"]

    assert [entry["version"] for entry in history] == list(range(2, 202))


@pytest.mark.parametrize("until", ["", "0", "2030-13-01", "2030-1-1", "2030-01-01T00:00:00Z", "today"])
def test_the_audit_log_accepts_iso_dates(world: World, until: str) -> None:
    response = world.request("GET", "/v1/moderation/audit", query={"until": until}, token=world.token)

    assert (response.status, [each["field"] for each in response.json["errors"]]) == (422, ["until"])


def test_the_audit_log_of_a_day_has_only_that_day(world: World) -> None:
    acts = []
    for decision in ("approve", "reject", "spam"):
        comment_id = world.submit(f"To {decision}.").json["id"]
        world.decide(decision, comment_id)
        acts.append(f"{world.clock():%Y-%m-%d}")
        world.clock.forward(days=40)

    for day, decision in zip(acts, ("approve", "reject", "spam"), strict=True):
        query = {"since": day, "until": day}
        page = world.request("GET", "/v1/moderation/audit", query=query, token=world.token).json

        assert [entry["action"] for entry in page["entries"] if entry["comment"]] == [decision]
        assert page["next"] is None


def test_the_audit_log_shows_each_comments_current_author_and_first_words(world: World) -> None:
    long, gone = (world.submit(text, name="Ann").json["id"] for text in (f"One\n\n{'word ' * 99}", "Away."))
    world.decide("approve", long)
    world.decide("delete", gone)

    page = world.request("GET", "/v1/moderation/audit", token=world.token).json

    about = {entry["action"]: entry["about"] for entry in page["entries"]}
    words = about["approve"]["excerpt"]
    assert (about["approve"]["name"], words[:14], words[-1], len(words)) == ("Ann", "One word word ", "…", 120)
    assert about["delete"] == {"name": None, "excerpt": "", "status": "deleted"}
    assert about["invite"] is None


def test_the_queue_shows_the_parent_of_a_comment(world: World) -> None:
    parent = world.published("Who ran?", name="Bob")
    world.submit("Nobody.", parent=parent)
    world.submit("A word.")

    [answer, word] = world.queue()

    assert answer["in_reply_to"] == {"name": "Bob", "excerpt": "Who ran?", "status": "published"}
    assert word["in_reply_to"] is None


def test_a_search_of_the_audit_log_continues_where_it_stopped(world: World) -> None:
    ids = [world.submit(f"Comment {number}.").json["id"] for number in range(5)]
    for each in ids:
        world.clock.forward(seconds=30 * 86_400)
        world.decide("reject", each)
    entries = world.request("GET", "/v1/moderation/audit", token=world.token).json["entries"]
    [by] = {each["actor"]["id"] for each in entries} - {None}

    seen, query = list[str](), {"actor": by, "limit": "2"}
    while True:
        page = world.request("GET", "/v1/moderation/audit", query=query, token=world.token).json
        seen += [each["comment"] for each in page["entries"] if each["comment"]]
        if not page["next"]:
            break
        query["cursor"] = page["next"]

    assert seen == ids[::-1]
    other = world.request("GET", "/v1/moderation/audit", query={"actor": "nobody"}, token=world.token).json
    assert other == {"entries": [], "next": None}
