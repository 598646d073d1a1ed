"""Moderators' replies, which have a badge, and their edits, which are marked."""

from typing import Any

import pytest

from tests.support.world import POST, Response, World, key22


def reply(world: World, text: str = "Thank you.", *, key: str = "reply", **fields: Any) -> Response:
    body = {"post": POST, "text": text, **fields}
    headers = {"Idempotency-Key": key22(key)}
    return world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)


def edit(world: World, comment_id: str, version: int, text: str, **fields: Any) -> Response:
    body = {"version": version, "text": text, **fields}
    route = "/v1/moderation/comments/{comment_id}"
    return world.request("PATCH", route, path={"comment_id": comment_id}, json_body=body, token=world.token)


def test_a_moderators_reply_is_public_at_once_with_a_badge(world: World) -> None:
    question = world.published("Why?")

    response = reply(world, parent=question)

    assert (response.status, response.json["status"]) == (201, "published")
    shown = world.listed()["comments"]
    assert [(each["name"], each["moderator"]) for each in shown] == [(None, False), ("Ada", True)]
    assert world.listed()["count"] == 2
    assert world.comment(response.json["id"])["history"][-1]["action"] == "reply"


def test_a_moderators_reply_sent_twice_is_stored_once(world: World) -> None:
    first, again, other = reply(world), reply(world), reply(world, "Other words.")

    assert first.json["id"] == again.json["id"]
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")
    assert other.json["parameters"]["comment"] == first.json["id"]
    assert world.listed()["count"] == 1


def test_the_parent_must_be_public_or_approved_with_the_reply(world: World) -> None:
    question = world.submit("Why?").json["id"]

    refused = reply(world, parent=question)
    assert (refused.json["code"], refused.json["parameters"]["parent"]) == ("parent_not_published", question)

    stale = reply(world, parent=question, approve_parent=7)
    assert stale.json["code"] == "changed_meanwhile"

    response = reply(world, parent=question, approve_parent=refused.json["parameters"]["version"])
    assert response.status == 201
    assert [each["id"] for each in world.listed()["comments"]] == [question, response.json["id"]]


def test_moderators_can_reply_on_closed_posts(world: World) -> None:
    world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body={"closed": True}, token=world.token)

    assert reply(world).status == 201


def test_a_reply_to_an_unknown_comment_or_another_post_is_refused(world: World) -> None:
    elsewhere = world.published(post="/elsewhere")

    for parent in (elsewhere, key22("nobody")):
        assert reply(world, parent=parent).json["errors"][0]["field"] == "parent"


@pytest.mark.parametrize("status", ["pending", "published"])
def test_an_edit_is_marked_and_keeps_the_previous_text(world: World, status: str) -> None:
    comment_id = world.submit("First words.", name="Ann", link="https://example.org/").json["id"]
    if status == "published":
        world.decide("approve", comment_id)
    version = world.comment(comment_id)["comment"]["version"]

    edited = edit(world, comment_id, version, "Second words.", name="Ann")

    assert edited.json["status"] == status
    assert edited.json["edited"]
    assert edited.json["earlier"]["text"] == "First words."
    assert edited.json["earlier"]["link"] == "https://example.org/"
    assert world.comment(comment_id)["history"][-1]["action"] == "edit"
    assert "First words" not in str(world.listed())


def test_after_thirty_days_the_previous_text_is_not_shown(world: World) -> None:
    comment_id = world.published("First words.")
    edit(world, comment_id, 2, "Second words.")

    world.clock.forward(days=30, seconds=1)

    assert world.comment(comment_id)["comment"]["earlier"] is None


def test_an_edit_of_an_old_version_or_of_a_deleted_comment_is_refused(world: World) -> None:
    comment_id = world.published()

    assert edit(world, comment_id, 1, "Words.").json["code"] == "changed_meanwhile"
    world.decide("delete", comment_id)
    assert edit(world, comment_id, 3, "Words.").status == 404


def test_an_edit_of_a_comment_with_replies_keeps_them(world: World) -> None:
    root = world.published("Root.")
    world.published("Reply.", parent=root)
    version = world.comment(root)["comment"]["version"]

    edit(world, root, version, "Root again.")

    assert [each["html"].strip() for each in world.listed()["comments"]] == ["<p>Root again.</p>", "<p>Reply.</p>"]
    world.decide("reject", root)
    assert [each["gone"] for each in world.listed()["comments"]] == [True, False]


def test_a_refused_reply_approves_nothing(world: World) -> None:
    question = world.submit("Why?").json["id"]

    refused = reply(world, "- - - - a\n" * 1_000, parent=question, approve_parent=1)

    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "text")
    assert world.listed()["count"] == 0
    assert world.comment(question)["comment"]["status"] == "pending"


def test_a_reply_sent_twice_approves_once(world: World) -> None:
    question = world.submit("Why?").json["id"]

    first, again = (reply(world, parent=question, approve_parent=1) for _ in range(2))

    assert (first.status, again.status, first.json["id"]) == (201, 201, again.json["id"])
    assert [row["action"] for row in world.comment(question)["history"]] == ["submit", "approve"]
    assert world.listed()["count"] == 2


def test_an_approval_made_with_a_reply_is_undone_alone(world: World) -> None:
    question = world.submit("Why?").json["id"]
    answer = reply(world, parent=question, approve_parent=1).json["id"]
    approved = world.comment(question)["history"][-1]["id"]

    [undone] = world.undo(comment=question, decision=approved).json["results"]

    assert undone["outcome"] == "done"
    assert [(each["id"], each["gone"]) for each in world.listed()["comments"]] == [(question, True), (answer, False)]


def test_at_the_deepest_level_a_reply_is_a_sibling_of_the_comment_it_approves(world: World) -> None:
    above = world.published("Level 1.")
    for level in range(2, 6):
        above = world.published(f"Level {level}.", parent=above)
    deepest = world.submit("Level 6.", parent=above).json["id"]

    answer = reply(world, parent=deepest, approve_parent=1).json["id"]

    assert [each["id"] for each in world.listed()["comments"]][-2:] == [deepest, answer]
    assert world.listed()["count"] == 7
    for last in (answer, deepest):
        world.decide("reject", last)
    world.decide("reject", above)
    assert world.listed()["count"] == 4
    assert not any(each["gone"] for each in world.listed()["comments"])


def test_approving_needs_a_parent(world: World) -> None:
    assert reply(world, approve_parent=1).status == 422


def test_a_moderators_reply_has_no_verdict_in_its_history(world: World) -> None:
    answer = reply(world).json["id"]

    assert [(row["action"], row["actor"]["name"]) for row in world.comment(answer)["history"]] == [("reply", "Ada")]


def test_an_edit_keeps_fields_that_it_does_not_name(world: World) -> None:
    comment_id = world.published("Bad words.", name="Ann", link="https://example.org/")

    kept = edit(world, comment_id, 2, "Good words.").json
    cleared = edit(world, comment_id, 3, "Good words.", name=None, link=None).json
    badged = edit(world, reply(world).json["id"], 1, "Thanks.", name=None).json

    assert (kept["name"], kept["link"]) == ("Ann", "https://example.org/")
    assert (cleared["name"], cleared["link"]) == (None, None)
    assert badged["name"] == "Ada"


def test_two_edits_keep_what_the_reader_wrote(world: World) -> None:
    comment_id = world.published("First words.")

    edit(world, comment_id, 2, "Second words.")
    edit(world, comment_id, 3, "Third words.")

    assert world.comment(comment_id)["comment"]["earlier"]["text"] == "First words."


def test_a_repeated_edit_counts_once_and_an_empty_one_not_at_all(world: World) -> None:
    comment_id = world.published("First words.")

    replies = [edit(world, comment_id, 2, "Second words.") for _ in range(2)]
    same = edit(world, comment_id, 3, "Second words.")

    assert [(each.status, each.json["version"]) for each in (*replies, same)] == [(200, 3)] * 3
    assert [row["action"] for row in world.comment(comment_id)["history"]] == ["submit", "approve", "edit"]


def test_an_author_cannot_restore_text_that_a_moderator_removed(world: World) -> None:
    world.policy(every_comment=False)
    comment_id = world.submit("A home address.", author="ann", form=world.form()).json["id"]
    edit(world, comment_id, 1, "[removed]")

    again = world.edit(comment_id, "A home address.", author="ann")

    assert again.status == 202
    assert "home address" not in str(world.listed())
    assert "A moderator had edited it." in str(world.queue()[0]["pending_edit"]["reasons"])


def test_the_previous_text_is_deleted_with_the_comment_and_expires(world: World) -> None:
    items = [world.published("First words.", author="ann") for _ in range(2)]
    for each in items:
        edit(world, each, 2, "Second words.")

    world.withdraw(items[0], author="ann")

    stored = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]
    [left] = [item for item in stored if "First words" in str(item)]
    assert left["pk"]["S"] == f"C#{items[1]}"
    days = (int(left["ttl"]["N"]) - world.clock().timestamp()) / 86_400
    assert 29.9 < days <= 30
