"""The life of a comment: submitted, held, approved, read, rejected, undone, and recorded in the audit log."""

from tests.support.world import POST, World


def test_a_comment_is_held_approved_rejected_and_restored(world: World) -> None:
    response = world.submit("I was **there**.", name="Ann")
    assert response.status == 202
    comment_id = response.json["id"]
    assert world.listed()["comments"] == []
    assert world.listed()["count"] == 0

    [waiting] = world.queue()
    assert waiting["id"] == comment_id
    assert "Every comment waits" in waiting["reasons"][0]["detail"]

    world.decide("approve", comment_id)
    page = world.listed()
    assert [comment["id"] for comment in page["comments"]] == [comment_id]
    assert page["comments"][0]["html"].strip() == "<p>I was <strong>there</strong>.</p>"
    assert page["count"] == 1
    assert world.queue() == []

    [rejected] = world.decide("reject", comment_id, note="Not on this post.")["results"]
    assert world.listed() == {**page, "count": 0, "comments": []}

    [undone] = world.undo(comment=comment_id, decision=rejected["decision"]).json["results"]
    assert undone["outcome"] == "done"
    assert world.listed()["count"] == 1

    acts = [entry["action"] for entry in world.comment(comment_id)["history"]]
    assert acts == ["submit", "approve", "reject", "undo"]
    entries = world.get("/v1/moderation/audit", token=world.token).json["entries"]
    assert [entry["action"] for entry in entries] == ["undo", "reject", "approve", "invite"]


def test_the_list_of_an_unknown_post_is_an_empty_page(world: World) -> None:
    assert world.listed() == {
        "post": POST,
        "title": None,
        "count": 0,
        "closed": False,
        "sorts": ["newest", "oldest", "top"],
        "comments": [],
        "next": None,
    }
