"""The comments API: what readers and authors can do, and the responses that they get."""

from dataclasses import replace

import pytest

from tests.support.world import POST, World, key22, rest_event, send, sibling


def test_a_comment_sent_twice_is_stored_once_with_the_same_response(world: World) -> None:
    first = world.submit("Once.", key="once")
    again = world.submit("Once.", key="once")

    assert (first.status, first.json) == (again.status, again.json)
    assert len(world.queue()) == 1


def test_another_text_under_the_same_key_is_refused_and_the_stored_comment_is_named(world: World) -> None:
    stored = world.submit("Once.", key="once").json["id"]

    response = world.submit("Twice.", key="once")

    assert (response.status, response.json["code"]) == (409, "idempotency_key_reused")
    assert response.json["parameters"]["comment"] == stored
    assert world.submit("Twice.", key="once", author="ann").status == 202


@pytest.mark.parametrize("decision", ["reject", "spam", "delete"])
def test_a_repeat_after_a_decision_looks_pending_and_restores_nothing(world: World, decision: str) -> None:
    comment_id = world.submit("Once.", key="once").json["id"]
    world.decide(decision, comment_id)

    again = world.submit("Once.", key="once")

    assert (again.status, again.json["id"]) == (202, comment_id)
    assert again.json["status"] in {"pending", "deleted"}
    assert world.listed()["comments"] == []
    assert world.queue() == []


def test_with_another_author_key_the_same_idempotency_key_is_another_comment(world: World) -> None:
    ids = {world.submit("Once.", key="once", author=author).json["id"] for author in ("", "ann", "ben")}

    assert len(ids) == 3


def test_a_submission_without_an_idempotency_key_is_refused(world: World) -> None:
    body = {"post": POST, "text": "Hello."}

    response = world.request("POST", "/v1/comments", json_body=body)

    assert (response.status, response.json["code"]) == (428, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "\u200b"}, "text"),
        ({"text": 1}, "text"),
        ({"name": "x" * 81}, "name"),
        ({"name": "\u3164"}, "name"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://ann:secret@example.org/"}, "link"),
        ({"post": ""}, "post"),
        ({"post": "a\x00b"}, "post"),
        ({"parent": "not an id"}, "parent"),
        ({"parent": key22("nobody")}, "parent"),
        ({"colour": "red"}, "colour"),
        ({"status": "published"}, "status"),
    ],
)
def test_a_bad_draft_names_the_field_that_is_wrong(world: World, fields: dict[str, object], wrong: str) -> None:
    body = {"post": POST, "text": "Hello.", **fields}

    response = world.request("POST", "/v1/comments", json_body=body, headers={"Idempotency-Key": key22("k")})

    assert response.status == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in response.json["errors"]] == [wrong]
    assert world.queue() == []


def test_all_invalid_fields_are_named_at_once(world: World) -> None:
    response = world.submit("", name="\u3164", link="ftp://example.org")

    assert {error["field"] for error in response.json["errors"]} == {"text", "name", "link"}


def test_with_the_policy_never_a_reader_who_took_their_time_is_published_at_once(world: World) -> None:
    world.policy(every_comment=False)
    form = world.form()

    response = world.submit("Hello.", form=form)

    assert (response.status, response.json["status"]) == (201, "published")
    assert world.listed()["count"] == 1
    assert response.headers["Location"] == f"comments/{response.json['id']}"


def test_with_the_policy_never_a_bot_is_still_held(world: World) -> None:
    world.policy(every_comment=False)

    assert world.submit("Hello.").status == 202
    assert world.submit("Hello.", form=world.form("/another")).status == 202
    assert world.submit("Hello.", form=world.form(), trap="on").status == 202


def test_the_author_sees_a_rejected_comment_as_pending(world: World) -> None:
    response = world.submit("Hello.", author="ann", key="once")
    world.decide("spam", response.json["id"])

    assert world.submit("Hello.", author="ann", key="once").json["status"] == "pending"


def test_an_edit_within_the_window_is_held_again_and_the_approved_words_stay_public(world: World) -> None:
    comment_id = world.published("First words.", author="ann")

    response = world.edit(comment_id, "Better words.", author="ann")

    assert (response.status, response.json["pending_edit"]["text"]) == (202, "Better words.")
    assert [comment["html"] for comment in world.listed()["comments"]] == ["<p>First words.</p>\n"]
    assert world.listed()["count"] == 1
    assert [each["pending_edit"]["text"] for each in world.queue()] == ["Better words."]
    assert [entry["action"] for entry in world.comment(comment_id)["history"]] == ["submit", "approve", "edit"]


def test_after_the_window_an_edit_is_refused(world: World) -> None:
    comment_id = world.submit(author="ann").json["id"]
    world.clock.forward(minutes=15, seconds=1)

    response = world.edit(comment_id, "Too late.", author="ann")

    assert (response.status, response.json["code"]) == (403, "edit_window_closed")


def test_an_edit_does_not_restore_a_rejected_comment(world: World) -> None:
    world.policy(every_comment=False)
    comment_id = world.submit("Hello.", author="ann", form=world.form()).json["id"]
    world.decide("reject", comment_id)

    response = world.edit(comment_id, "Hello again.", author="ann")

    assert response.status == 202
    assert world.listed()["comments"] == []
    assert [each["text"] for each in world.queue("rejected")] == ["Hello again."]


def test_an_edit_with_the_same_text_changes_nothing(world: World) -> None:
    comment_id = world.published("Same words.", author="ann")

    response = world.edit(comment_id, "Same words.", author="ann")

    assert (response.status, response.json["edited"]) == (200, None)
    assert world.listed()["count"] == 1


def test_a_moderator_who_saw_the_old_text_gets_a_conflict(world: World) -> None:
    comment_id = world.submit("First words.", author="ann").json["id"]
    world.edit(comment_id, "Other words.", author="ann")

    [result] = world.decide("approve", comment_id, versions={comment_id: 1})["results"]

    assert result["outcome"] == "changed_meanwhile"
    assert result["comment"]["text"] == "Other words."
    assert world.listed()["comments"] == []


def test_an_author_withdraws_at_any_time_and_nothing_is_left(world: World) -> None:
    comment_id = world.published("My canary words.", author="ann", name="Canary")
    world.clock.forward(days=400)

    assert world.withdraw(comment_id, author="ann").status == 204

    assert world.listed()["comments"] == []
    assert world.listed()["count"] == 0
    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    assert "anary" not in items


@pytest.mark.parametrize("author", ["ben", "ann"])
def test_another_authors_comment_looks_like_an_unknown_one(world: World, author: str) -> None:
    waiting = world.submit("Hello.", author="carla").json["id"]
    rejected = world.submit("Hello.", author="carla").json["id"]
    world.decide("reject", rejected)

    responses = [world.edit(each, "Mine now.", author=author) for each in (waiting, rejected, key22("nobody"))]
    responses += [world.withdraw(each, author=author) for each in (waiting, rejected, key22("nobody"))]

    assert {(response.status, response.text, str(response.headers)) for response in responses} == {
        (404, responses[0].text, str(responses[0].headers))
    }


def test_a_pending_a_rejected_and_an_unknown_comment_give_identical_responses(world: World) -> None:
    waiting, rejected, spam, gone = (world.submit("Hello.", author="ann").json["id"] for _ in range(4))
    world.decide("reject", rejected)
    world.decide("spam", spam)
    world.withdraw(gone, author="ann")

    for route in ("/v1/comments/{comment_id}", "/v1/comments/{comment_id}/replies"):
        answers = {
            str(world.get(route, path={"comment_id": each})) for each in (waiting, rejected, spam, gone, key22("no"))
        }
        assert len(answers) == 1
        assert "404" in answers.pop()


def test_a_permalink_shows_ancestors_and_replies(world: World) -> None:
    root = world.published("Root.")
    middle = world.published("Middle.", parent=root)
    leaf = world.published("Leaf.", parent=middle)
    world.published("Beside.", parent=root)

    page = world.get("/v1/comments/{comment_id}", path={"comment_id": middle}).json

    assert [each["id"] for each in page["comments"]] == [root, middle, leaf]


def test_a_rejected_comment_with_replies_leaves_only_a_tombstone(world: World) -> None:
    root = world.published("Canary root.", name="Canary")
    reply = world.published("Reply.", parent=root)

    world.decide("reject", root)

    page = world.listed()
    assert page["count"] == 1
    place = page["comments"][0]
    assert (place["id"], place["gone"]) == (root, True)
    assert (place["name"], place["html"], place["created"]) == (None, "", None)
    assert "anary" not in str(page)

    world.decide("reject", reply)
    assert world.listed()["comments"] == []


def test_a_reply_is_not_published_before_its_parent(world: World) -> None:
    root = world.published("Root.")
    reply = world.submit("Reply.", parent=root).json["id"]
    world.decide("reject", root)

    [result] = world.decide("approve", reply)["results"]

    assert (result["outcome"], result["code"]) == ("refused", "parent_not_published")
    both = world.decide(
        "approve", root, reply, versions={root: result["parameters"]["version"], reply: result["comment"]["version"]}
    )
    assert [each["outcome"] for each in both["results"]] == ["done", "done"]
    assert world.listed()["count"] == 2


def test_a_closed_post_accepts_no_comments_until_it_is_reopened(world: World) -> None:
    def close(*, closed: bool) -> None:
        change = {"closed": closed}
        world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=change, token=world.token)

    close(closed=True)

    refused = world.submit()
    assert (refused.status, refused.json["code"]) == (423, "post_closed")
    assert world.listed()["closed"] is True

    close(closed=False)
    assert world.submit().status == 202


def test_counts_are_returned_under_the_requested_names(world: World) -> None:
    world.published(post="/a/")

    counts = world.get("/v1/counts", query={"post": ["/a", "/a/index.html", "/b"]}).json

    assert counts == {"counts": {"/a": 1, "/a/index.html": 1, "/b": 0}}


def test_more_than_fifty_counts_are_refused(world: World) -> None:
    response = world.get("/v1/counts", query={"post": [f"/{number}" for number in range(51)]})

    assert (response.status, response.json["errors"][0]["field"]) == (422, "post")


def test_a_preview_renders_and_stores_nothing(world: World) -> None:
    response = world.request("POST", "/v1/preview", json_body={"text": "**Look** <script>alert(1)</script>"})

    assert "<strong>Look</strong>" in response.json["html"]
    assert "<script" not in response.json["html"]
    assert world.queue() == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "1_0"}, "limit"),
        ({"limit": "\u0663"}, "limit"),
        ({"sort": "hottest"}, "sort"),
        ({"cursor": "x"}, "cursor"),
        ({"status": "pending"}, "status"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"post": ["/a", "/b"]}, "post"),
    ],
)
def test_an_invalid_parameter_is_named(world: World, query: dict[str, str | list[str]], field: str) -> None:
    response = world.get("/v1/comments", query={"post": POST, **query})

    assert response.status == 422
    assert [error["field"] for error in response.json["errors"]] == [field]


def test_public_responses_have_an_etag_and_are_not_sent_twice(world: World) -> None:
    world.published()
    first = world.get("/v1/comments", query={"post": POST})

    again = world.get(
        "/v1/comments", query={"post": POST}, headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'}
    )

    assert (again.status, again.text) == (304, "")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"].startswith("public, max-age=")
    assert "stale-while-revalidate=60" in again.headers["Cache-Control"]


def test_public_responses_do_not_depend_on_the_caller(world: World) -> None:
    world.published()

    plain = world.get("/v1/comments", query={"post": POST})
    signed = world.get("/v1/comments", query={"post": POST}, token=world.token)

    assert plain == signed


def test_another_instance_serves_a_rejected_text_for_two_seconds_at_most(world: World) -> None:
    comment_id = world.published()
    other = sibling(world)
    with other.open():
        assert other.listed()["count"] == 1
    with world.open():
        world.decide("reject", comment_id)
        assert world.listed()["comments"] == []

    world.clock.forward(seconds=2)

    with other.open():
        assert other.listed()["comments"] == []


def test_a_head_request_gets_the_same_headers_without_a_body(world: World) -> None:
    full = world.get("/v1/comments", query={"post": POST})
    head = world.request("HEAD", "/v1/comments", query={"post": POST})

    assert replace(full, text="") == head


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_responses_are_the_same_below_any_prefix(world: World, prefix: str) -> None:
    world.published()

    response = send(rest_event("GET", "/v1/comments", query={"post": POST}, prefix=prefix))

    assert response.json == world.listed()


def test_a_secret_that_does_not_match_the_table_writes_nothing(world: World) -> None:
    world.submit()
    settings = replace(world.runtime.settings, secret="another secret of thirty-two characters")
    other_secret = replace(world, runtime=replace(world.runtime, settings=settings))

    with other_secret.open():
        response = other_secret.submit()

    assert (response.status, response.json["code"]) == (503, "keys_mismatch")
    with world.open():
        assert len(world.queue()) == 1
