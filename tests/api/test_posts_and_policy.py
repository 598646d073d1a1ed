"""Posts and the policy: listed, changed, undone."""

from typing import Any

import pytest

from tests.support.world import POST, Response, World, key22


def change(world: World, post: str = POST, **wanted: Any) -> Response:
    return world.request("PATCH", "/v1/moderation/posts", query={"post": post}, json_body=wanted, token=world.token)


def last_decision(world: World) -> str:
    entry: str = world.get("/v1/moderation/audit", token=world.token).json["entries"][0]["id"]
    return entry


def walk_posts(world: World, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = world.get("/v1/moderation/posts", query={**query, **cursor}, token=world.token).json
        found += page["posts"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_posts_are_listed_by_key_with_their_counts_and_paginated(world: World) -> None:
    for number in range(7):
        world.submit(post=f"/{number}", post_title=f"Post {number}")
    world.published(post="/3")

    posts = walk_posts(world, limit="2")

    assert [post["post"] for post in posts] == [f"/{number}" for number in range(7)]
    assert [post["count"] for post in posts] == [0, 0, 0, 1, 0, 0, 0]
    assert (posts[0]["title"], posts[0]["proposed_title"]) == (None, "Post 0")
    assert walk_posts(world, post="/3") == [posts[3]]


def test_a_readers_title_is_public_only_when_a_moderator_sets_one(world: World) -> None:
    world.submit(post_title="Buy now")
    assert world.listed()["title"] is None

    change(world, title="  Panic,   on a Tuesday ")

    assert world.listed()["title"] == "Panic, on a Tuesday"
    change(world, title="")
    assert world.listed()["title"] is None


def test_a_post_change_has_exactly_one_field(world: World) -> None:
    assert change(world).status == 422
    assert change(world, closed=True, title="Both").status == 422


def test_closing_and_retitling_are_undone_and_the_undo_too(world: World) -> None:
    change(world, title="First")
    change(world, title="Second")
    retitled = last_decision(world)
    assert world.undo(decision=retitled).json["results"][0]["outcome"] == "done"
    assert world.listed()["title"] == "First"

    change(world, closed=True)
    closed = last_decision(world)
    world.undo(decision=closed)
    assert world.submit().status == 202
    world.undo(decision=last_decision(world))
    assert world.submit().status == 423
    assert world.undo(decision=closed).json["results"][0]["outcome"] == "already_so"


def test_a_change_followed_by_another_is_not_undone(world: World) -> None:
    change(world, title="First")
    first = last_decision(world)
    change(world, title="Second")

    assert world.undo(decision=first).json["code"] == "changed_meanwhile"


def test_an_undone_change_is_marked_in_the_audit_log(world: World) -> None:
    change(world, closed=True)
    closed = last_decision(world)
    taken_back = world.undo(decision=closed).json["results"][0]["decision"]

    entries = world.get("/v1/moderation/audit", token=world.token).json["entries"]

    assert [(each["action"], each["undone"], each["undoes"]) for each in entries[:2]] == [
        ("reopen", None, closed),
        ("close", taken_back, None),
    ]


def test_a_policy_change_is_undone(world: World) -> None:
    world.policy(every_comment=False, new_author={"active": True, "approvals": 3})
    world.policy(new_author={"active": False, "approvals": 5}, honeypot=False)

    changed = last_decision(world)
    outcomes = [world.undo(decision=changed).json["results"][0]["outcome"] for _ in range(2)]

    assert outcomes == ["done", "already_so"]
    now = world.get("/v1/moderation/policy", token=world.token).json
    assert (now["rules"]["new_author"], now["version"]) == ({"active": True, "approvals": 3}, 3)
    assert (now["rules"]["every_comment"], now["rules"]["honeypot"]) == ({"active": False}, {"active": True})


def test_an_author_is_new_until_enough_comments_are_approved(world: World) -> None:
    world.policy(every_comment=False, new_author={"active": True, "approvals": 2})

    for _ in range(2):
        waiting = world.submit(author="ann", form=world.form())
        assert waiting.status == 202
        world.decide("approve", waiting.json["id"])

    assert world.submit(author="ann", form=world.form()).status == 201
    assert world.submit(author="ben", form=world.form(), name="ann").status == 202
    assert world.submit(form=world.form()).status == 202
    assert "0 comments approved" in str(world.queue()[0]["reasons"])


def test_rejecting_a_comment_removes_its_approval(world: World) -> None:
    world.policy(every_comment=False, new_author=True)
    comment_id = world.published(author="ann")
    world.decide("spam", comment_id)

    assert world.submit(author="ann", form=world.form()).status == 202


def test_comments_on_old_posts_are_held_and_on_new_ones_are_not(world: World) -> None:
    world.policy(every_comment=False, old_post=True)
    old, young = "/2024/07/panic.html", "/about"
    world.published(post=old)
    world.published(post=young)

    assert world.submit(post=old, form=world.form(old)).status == 202
    assert world.submit(post=young, form=world.form(young)).status == 201
    world.clock.forward(days=15)
    assert world.submit(post=young, form=world.form(young)).status == 202


def test_with_the_age_policy_comments_under_unknown_posts_are_held(world: World) -> None:
    world.policy(every_comment=False, old_post=True)

    for key in ("/invented", "/2030/01/01/invented", "an invented key"):
        response = world.submit(post=key, form=world.form(key))
        assert (response.status, world.listed(key)["count"]) == (202, 0)
    assert "The first comment under a post" in str(world.queue()[0]["reasons"])


@pytest.mark.parametrize(
    ("key", "days", "status"),
    [("/2030/01/fresh.html", 40, 201), ("/2030/01/fresh.html", 50, 202), ("/2030/01/03/a.html", 20, 202)],
)
def test_a_path_without_a_day_counts_from_the_end_of_its_month(world: World, key: str, days: int, status: int) -> None:
    world.policy(every_comment=False, old_post=True)
    world.clock.forward(days=days)
    world.published(post=key)

    assert world.submit(post=key, form=world.form(key)).status == status


def test_the_form_endpoint_says_whether_a_comment_would_be_held(world: World) -> None:
    def waits(post: str = POST, author: str = "") -> bool:
        token = f"aw_author_{key22(author)}" if author else ""
        is_held: bool = world.get("/v1/form", query={"post": post}, token=token).json["holds"]
        return is_held

    world.published(author="ann")
    is_held = {}
    for rule in ("every_comment", "new_author", "old_post", "links"):
        world.policy(**{name: name == rule for name in ("every_comment", "new_author", "old_post", "links")})
        is_held[rule] = (waits(), waits(author="ann"), waits(post="/new"))

    assert is_held == {
        "every_comment": (True, True, True),
        "new_author": (True, False, True),
        "old_post": (True, True, True),
        "links": (False, False, False),
    }


def test_the_queue_is_filtered_by_post_author_and_word(world: World) -> None:
    one = world.submit("Cheap PILLS here", post="/a", author="ann").json["id"]
    two = world.submit("Honest words", post="/a", name="Pills & Co").json["id"]
    three = world.submit("Honest words", post="/b", author="ann").json["id"]

    def found(**query: str) -> list[str]:
        return [each["id"] for each in world.queue(**query)]

    author = world.queue()[0]["author"]
    assert found(post="/a/") == [one, two]
    assert found(author=author) == [one, three]
    assert found(q="pills") == [one, two]
    assert found(q="pills", author=author) == [one]
    assert found(q="nothing") == []


def test_a_search_says_how_far_it_scanned_and_continues(world: World) -> None:
    ids = [world.submit("needle" if number % 4 == 0 else "hay").json["id"] for number in range(12)]
    page = world.get("/v1/moderation/queue", query={"q": "needle", "limit": "2"}, token=world.token).json
    assert ([each["id"] for each in page["comments"]], page["scanned"]) == ([ids[0], ids[4]], 5)

    query = {"q": "needle", "limit": "2", "cursor": page["next"]}
    page = world.get("/v1/moderation/queue", query=query, token=world.token).json

    assert ([each["id"] for each in page["comments"]], page["next"]) == ([ids[8]], None)


def test_a_queue_entry_shows_the_authors_record(world: World) -> None:
    world.published(author="ann")
    rejected = world.submit(author="ann").json["id"]
    world.decide("reject", rejected)
    world.submit(author="ann")
    world.submit(author="ben")
    world.submit()

    records = [each["record"] for each in world.queue()]

    assert [(each["approved"], each["rejected"]) if each else None for each in records] == [(1, 1), (0, 0), None]


def test_posts_with_the_longest_keys_are_paginated(world: World) -> None:
    keys = ["/" + str(number) * 1_023 for number in range(6)]
    for key in keys:
        world.submit(post=key)

    query: dict[str, str] = {"limit": "1"}
    found = []
    for _ in keys:
        page = world.get("/v1/moderation/posts", query=query, token=world.token).json
        found += [each["post"] for each in page["posts"]]
        query["cursor"] = page["next"]

    assert found == keys
    assert query["cursor"] is None


def test_an_invalid_cursor_is_refused_together_with_a_post_too(world: World) -> None:
    response = world.get("/v1/moderation/posts", query={"post": POST, "cursor": "null"}, token=world.token)

    assert (response.status, response.json["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("version", "status"), [(0.0, 200), (0.5, 422), ("0", 422), (True, 422), (2**53, 422)], ids=str
)
def test_a_version_is_a_whole_number_in_any_json_notation(world: World, version: Any, status: int) -> None:
    body = {"rules": {"every_comment": {"active": False}}, "version": version}

    assert world.request("PUT", "/v1/moderation/policy", json_body=body, token=world.token).status == status


def test_the_list_of_posts_shows_how_many_comments_are_held_under_each(world: World) -> None:
    world.published("One.", post="/one")
    for number in range(2):
        world.submit(f"Two, {number}.", post="/two")

    found = world.get("/v1/moderation/posts", token=world.token).json["posts"]

    assert [(each["post"], each["count"], each["waiting"]) for each in found] == [("/one", 1, 0), ("/two", 0, 2)]
