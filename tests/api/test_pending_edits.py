"""Pending edits: an author's held edit of a published comment waits, and readers keep the words that were approved."""

from typing import Any

import pytest

from tests.support.invariants import check_table, read_truth
from tests.support.read_invariants import check_public, the_stats_match_the_table
from tests.support.relocation import NEW, move, request_move, undo_move
from tests.support.world import POST, Response, World, key22

APPROVED, BAIT, LATER = "I was there, canary1x.", "Buy canary2x.", "Buy canary3x."
MINE = f"aw_author_{key22('ann')}"


def approved(world: World, **fields: Any) -> str:
    """A comment of an author who is trusted as soon as one comment is approved."""
    world.policy(every_comment=False, new_author=True)
    return world.published(APPROVED, author="ann", form=world.form(), **fields)


def pending(world: World, text: str = BAIT) -> str:
    comment_id = approved(world)
    assert world.edit(comment_id, text, author="ann").status == 202
    return comment_id


def decided(world: World, decision: str, comment_id: str, version: int = 0) -> Any:
    versions = {comment_id: version} if version else None
    [result] = world.decide(decision, comment_id, versions=versions)["results"]
    return result


def mine(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get("/v1/mine", token=MINE).json["comments"]
    return found


def state(world: World, comment_id: str) -> tuple[str, str, str | None]:
    """The status of a comment, its words, and those of its edit."""
    comment = world.comment(comment_id)["comment"]
    edit = comment["pending_edit"]
    return comment["status"], comment["text"], edit and edit["text"]


def history(world: World, comment_id: str) -> list[tuple[str, dict[str, str], str | None, str | None]]:
    entries = world.comment(comment_id)["history"]
    return [(entry["action"], entry["parameters"], entry["before"], entry["after"]) for entry in entries[2:]]


def everything_public(world: World, comment_id: str) -> list[Response]:
    path = {"path": {"comment_id": comment_id}}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/v1/comments", {"query": {"post": POST}}),
        ("/v1/comments", {"query": {"post": POST, "sort": "top"}}),
        ("/v1/comments/{comment_id}", path),
        ("/v1/comments/{comment_id}/replies", path),
        ("/v1/counts", {"query": {"post": [POST]}}),
        ("/v1/latest", {}),
        ("/v1/feed.atom", {}),
        ("/v1/feed.atom", {"query": {"post": POST}}),
        ("/thread", {"query": {"post": POST}}),
    ]
    world.clock.forward(seconds=3)  # longer than a response is kept
    return [world.get(route, **more) for route, more in asked]


def test_an_approved_text_does_not_become_an_advertisement(world: World) -> None:
    """The approval of a comment makes its author no less new for the edit of that same comment."""
    comment_id = approved(world)
    before = everything_public(world, comment_id)

    response = world.edit(comment_id, BAIT, author="ann")

    assert (response.status, response.json["status"]) == (202, "published")
    assert everything_public(world, comment_id) == before
    [waiting] = world.queue()
    assert (waiting["id"], waiting["status"], waiting["text"]) == (comment_id, "published", APPROVED)
    assert (waiting["pending_edit"]["text"], waiting["pending_edit"]["reasons"][0]["rule"]) == (BAIT, "new_author")
    assert history(world, comment_id) == [("edit", {"edit": "pending"}, "published", "published")]


def test_trust_earned_by_other_comments_counts_once_and_is_not_lent_to_unread_words(world: World) -> None:
    """Each of two approved comments vouches for the other, but not both in turn for words that nobody read."""
    one, other = (world.published(text, author="ann", form=world.form()) for text in (APPROVED, "The other one."))
    world.policy(every_comment=False, new_author=True)

    assert world.edit(one, BAIT, author="ann").status == 200
    assert world.edit(other, LATER, author="ann").status == 202
    check_table(read_truth(world))


def test_a_comment_held_for_how_it_was_sent_is_not_published_by_an_edit(world: World) -> None:
    world.policy(every_comment=False)
    without_form = world.submit("First.", author="ann").json["id"]
    with_trap = world.submit("Second.", author="ann", form=world.form(), trap="on").json["id"]

    for each in (without_form, with_trap):
        assert [world.edit(each, text, author="ann").status for text in (BAIT, LATER)] == [202, 202]
        assert decided(world, "approve", each)["outcome"] == "done"
        assert world.edit(each, BAIT, author="ann").status == 202


def test_a_second_edit_does_not_restore_what_a_moderator_removed_either(world: World) -> None:
    world.policy(every_comment=False)
    comment_id = world.submit("A home address.", author="ann", form=world.form()).json["id"]
    body, path = {"text": "[removed]", "version": 1}, {"comment_id": comment_id}
    world.request("PATCH", "/v1/moderation/comments/{comment_id}", path=path, json_body=body, token=world.token)
    world.decide("restore", comment_id)

    statuses = [world.edit(comment_id, text, author="ann").status for text in ("Something.", "A home address.")]

    assert statuses == [202, 202]
    assert world.listed()["comments"][0]["html"] == "<p>[removed]</p>\n"


def test_approving_replaces_the_words_and_marks_them_as_edited(world: World) -> None:
    comment_id = pending(world)
    published = world.listed()["comments"][0]["published"]

    result = decided(world, "approve", comment_id)

    [comment] = world.listed()["comments"]
    assert (result["outcome"], comment["html"], comment["published"]) == ("done", "<p>Buy canary2x.</p>\n", published)
    assert comment["edited"]
    assert state(world, comment_id) == ("published", BAIT, None)
    assert world.queue() == []
    assert history(world, comment_id)[1:] == [
        ("approve", {"edit": "approved", "was": "pending"}, "published", "published")
    ]
    assert APPROVED not in str(everything_public(world, comment_id))


@pytest.mark.parametrize(("decision", "became"), [("reject", "rejected"), ("spam", "spam")])
def test_rejecting_an_edit_drops_it_and_the_comment_stays_until_it_is_rejected_itself(
    world: World, decision: str, became: str
) -> None:
    comment_id = pending(world)
    record = world.queue()[0]["record"]

    assert decided(world, decision, comment_id)["comment"]["status"] == "published"
    assert state(world, comment_id) == ("published", APPROVED, None)
    assert (world.queue(), world.queue("published")[0]["record"]) == ([], record)
    assert history(world, comment_id)[1:] == [(decision, {"edit": became, "was": "pending"}, "published", "published")]
    assert decided(world, decision, comment_id)["comment"]["status"] == became
    assert world.listed()["count"] == 0


def test_a_decision_on_the_approved_words_or_on_an_earlier_edit_is_changed_meanwhile(world: World) -> None:
    comment_id = approved(world)
    for text in (BAIT, LATER):
        seen = world.comment(comment_id)["comment"]["version"]
        world.edit(comment_id, text, author="ann")
        for decision in ("approve", "reject", "spam", "delete"):
            result = decided(world, decision, comment_id, seen)
            assert (result["outcome"], result["comment"]["pending_edit"]["text"]) == ("changed_meanwhile", text)
    assert state(world, comment_id) == ("published", APPROVED, LATER)


def test_of_two_moderators_one_decides_on_the_edit_and_the_other_is_told(world: World) -> None:
    comment_id = pending(world)

    assert decided(world, "reject", comment_id, 3)["outcome"] == "done"
    assert decided(world, "reject", comment_id, 3)["outcome"] == "changed_meanwhile"
    assert state(world, comment_id)[0] == "published"


def test_a_later_edit_replaces_the_pending_one(world: World) -> None:
    comment_id = pending(world)

    assert world.edit(comment_id, LATER, author="ann").status == 202

    assert [each["pending_edit"]["text"] for each in world.queue()] == [LATER]
    assert "canary2x" not in str(read_truth(world).items)


def test_an_edit_that_passes_replaces_the_pending_one_and_the_words(world: World) -> None:
    comment_id = pending(world)
    world.policy(new_author=False)

    assert world.edit(comment_id, LATER, author="ann").status == 200

    assert (state(world, comment_id), world.queue()) == (("published", LATER, None), [])
    check_table(read_truth(world))


def test_sending_the_pending_words_again_changes_nothing_and_the_approved_ones_take_the_edit_back(
    world: World,
) -> None:
    comment_id = pending(world)

    again, back = (world.edit(comment_id, text, author="ann") for text in (BAIT, APPROVED))

    assert (again.status, again.json["pending_edit"]["text"]) == (202, BAIT)
    assert (back.status, back.json["pending_edit"]) == (200, None)
    assert history(world, comment_id)[1:] == [("edit", {"edit": "withdrawn"}, "published", "published")]
    assert (world.queue(), world.listed()["comments"][0]["edited"]) == ([], None)


@pytest.mark.parametrize("how", ["withdraw", "erase", "delete"])
@pytest.mark.parametrize("after", ["", "approve", "reject", "undo"])
def test_nothing_is_left_of_an_edit_when_its_comment_goes(world: World, how: str, after: str) -> None:
    comment_id = pending(world)
    if after:
        row = decided(world, "reject" if after == "undo" else after, comment_id)["decision"]
        if after == "undo":
            world.undo(comment=comment_id, decision=row)

    if how == "withdraw":
        world.withdraw(comment_id, author="ann")
    elif how == "erase":
        world.request("DELETE", "/v1/mine", token=MINE)
    else:
        decided(world, "delete", comment_id)

    items = str(read_truth(world).items)
    assert ("canary1x" in items, "canary2x" in items, world.queue()) == (False, False, [])
    check_table(read_truth(world))


@pytest.mark.parametrize("decision", ["approve", "reject", "spam"])
def test_a_decision_on_an_edit_can_be_undone_and_the_undo_too(world: World, decision: str) -> None:
    comment_id = pending(world)
    first = decided(world, decision, comment_id)["decision"]
    made, seen = state(world, comment_id), [everything_public(world, comment_id)]

    [undone] = world.undo(comment=comment_id, decision=first).json["results"]
    assert state(world, comment_id) == ("published", APPROVED, BAIT)
    assert world.queue()[0]["pending_edit"]["reasons"][0]["rule"] == "new_author"
    [again] = world.undo(comment=comment_id, decision=undone["decision"]).json["results"]
    assert state(world, comment_id) == made
    world.undo(comment=comment_id, decision=again["decision"])
    seen.append(everything_public(world, comment_id))

    assert state(world, comment_id) == ("published", APPROVED, BAIT)
    assert "canary2x" not in str(seen[1])
    assert world.undo(comment=comment_id, decision=first).json["results"][0]["outcome"] == "already_so"
    check_table(read_truth(world))
    the_stats_match_the_table(world, read_truth(world))


def test_a_decision_on_an_edit_is_undone_for_30_days_and_only_if_nothing_followed(world: World) -> None:
    comment_id = pending(world)
    row = decided(world, "approve", comment_id)["decision"]
    world.edit(comment_id, LATER, author="ann")
    assert world.undo(comment=comment_id, decision=row).json["results"][0]["outcome"] == "changed_meanwhile"

    row = decided(world, "reject", comment_id)["decision"]
    world.clock.forward(days=31)

    [late] = world.undo(comment=comment_id, decision=row).json["results"]
    assert (late["outcome"], late["code"]) == ("refused", "undo_expired")


def test_approving_an_edit_settles_flags_and_rejecting_it_leaves_them_open(world: World) -> None:
    comment_id = approved(world)
    world.flag(comment_id, author="ben")
    world.edit(comment_id, BAIT, author="ann")

    decided(world, "reject", comment_id)
    assert [each["id"] for each in world.queue("flagged")] == [comment_id]
    world.edit(comment_id, LATER, author="ann")
    decided(world, "approve", comment_id)

    assert world.queue("flagged") == []
    check_table(read_truth(world))


def test_a_moderators_own_edit_leaves_the_authors_edit_waiting(world: World) -> None:
    comment_id, path = pending(world), {"comment_id": ""}
    path["comment_id"] = comment_id
    body = {"text": "Shortened.", "version": 3}

    edited = world.request(
        "PATCH", "/v1/moderation/comments/{comment_id}", path=path, json_body=body, token=world.token
    )

    assert (edited.json["text"], edited.json["pending_edit"]["text"]) == ("Shortened.", BAIT)
    assert decided(world, "approve", comment_id, 3)["outcome"] == "changed_meanwhile"
    decided(world, "approve", comment_id)
    assert state(world, comment_id) == ("published", BAIT, None)
    assert world.comment(comment_id)["comment"]["earlier"]["text"] == APPROVED


@pytest.mark.parametrize("approve", [True, False])
def test_a_moderators_reply_approves_a_pending_edit_only_if_told_which_version(world: World, approve: bool) -> None:
    comment_id = pending(world)
    body = {"post": POST, "parent": comment_id, "text": "Thanks.", "approve_parent": 3 if approve else None}

    def reply(**fields: Any) -> Response:
        headers = {"Idempotency-Key": key22(f"reply {fields}")}
        return world.request(
            "POST", "/v1/moderation/comments", json_body={**body, **fields}, headers=headers, token=world.token
        )

    assert reply(approve_parent=2).json["code"] == "changed_meanwhile"
    assert reply().status == 201
    assert state(world, comment_id) == (("published", BAIT, None) if approve else ("published", APPROVED, BAIT))
    check_table(read_truth(world))


def test_an_author_sees_the_approved_and_the_pending_words(world: World) -> None:
    comment_id = pending(world, "*Buy* canary2x.")

    [own] = mine(world)

    edit = own["pending_edit"]
    assert (own["status"], own["text"], edit["text"]) == ("published", APPROVED, "*Buy* canary2x.")
    assert (edit["html"], edit["name"], edit["link"]) == ("<p><em>Buy</em> canary2x.</p>\n", None, None)
    decided(world, "spam", comment_id)
    assert mine(world)[0]["pending_edit"] is None
    assert "spam" not in str(mine(world))


def test_the_queue_the_counts_and_the_oldest_wait_count_pending_edits(world: World) -> None:
    world.submit("Waits longer.", author="ben")
    comment_id = pending(world)
    world.submit("Waits less long.", author="ben")
    edited_at = world.comment(comment_id)["comment"]["pending_edit"]["at"]

    pages = [world.get("/v1/moderation/queue", query={"limit": "1"}, token=world.token).json]
    while pages[-1]["next"]:
        query = {"limit": "1", "cursor": pages[-1]["next"]}
        pages.append(world.get("/v1/moderation/queue", query=query, token=world.token).json)
    listed = [each["text"] for page in pages for each in page["comments"]]
    stats = world.get("/v1/moderation/stats", query={"lists": "true"}, token=world.token).json
    posts = world.get("/v1/moderation/posts", query={"post": POST}, token=world.token).json["posts"]

    assert listed == ["Waits longer.", APPROVED, "Waits less long."]
    assert (stats["waiting"], stats["lists"]["pending"]["count"], stats["lists"]["published"]["count"]) == (3, 3, 1)
    assert posts[0]["waiting"] == 3
    assert [each["text"] for each in world.queue(q="canary2x")] == [APPROVED]
    world.decide("delete", world.queue()[0]["id"])
    assert world.get("/v1/moderation/stats", token=world.token).json["oldest_waiting"] == edited_at


def test_the_audit_log_says_what_became_of_an_edit(world: World) -> None:
    comment_id = pending(world)
    decided(world, "reject", comment_id)
    world.edit(comment_id, LATER, author="ann")
    decided(world, "approve", comment_id)

    entries = world.get("/v1/moderation/audit", query={"limit": "4"}, token=world.token).json["entries"]

    assert [entry["detail"] for entry in entries] == [
        "Approved an edit of the comment.",
        "Edited the comment; the new words wait for a moderator.",
        "Rejected an edit of the comment.",
        "Edited the comment; the new words wait for a moderator.",
    ]
    assert "canary" not in str([{**entry, "about": None} for entry in entries])


def test_a_bulk_decides_on_edits_and_comments_and_is_undone_as_one(world: World) -> None:
    edited, waiting = pending(world), world.submit("Waits.", author="ben").json["id"]

    bulk = world.decide("approve", edited, waiting)["bulk"]
    assert (state(world, edited), state(world, waiting)[0]) == (("published", BAIT, None), "published")
    results = world.undo(bulk=bulk).json["results"]

    assert [result["outcome"] for result in results] == ["done", "done"]
    assert (state(world, edited), state(world, waiting)[0]) == (("published", APPROVED, BAIT), "pending")


def test_a_pending_edit_moves_with_its_comment_and_back(world: World) -> None:
    comment_id = pending(world)

    assert request_move(world, POST, NEW, dry_run=True).json["comments"] == 1
    row = move(world, POST, NEW)
    assert [(each["post"], each["pending_edit"]["text"]) for each in world.queue()] == [(NEW, BAIT)]
    check_table(read_truth(world))
    posts = world.get("/v1/moderation/posts", query={"post": NEW}, token=world.token).json["posts"]
    assert posts[0]["waiting"] == 1

    undo_move(world, row)
    decided(world, "approve", comment_id)
    assert [comment["html"] for comment in world.listed()["comments"]] == [f"<p>{BAIT}</p>\n"]
    check_table(read_truth(world))


def test_the_longest_words_can_wait_beside_the_longest_approved_ones(world: World) -> None:
    texts = [letter * 10_000 for letter in ("\N{PILE OF POO}", "\N{GRINNING FACE}")]
    comment_id = world.published(texts[0], author="ann", name="x" * 80)

    assert world.edit(comment_id, texts[1], author="ann", name="y" * 80).status == 202
    assert decided(world, "approve", comment_id)["outcome"] == "done"

    assert state(world, comment_id) == ("published", texts[1], None)


def test_public_pages_and_table_keep_their_invariants(world: World) -> None:
    pending(world)

    check_table(read_truth(world))
    check_public(world, read_truth(world))
