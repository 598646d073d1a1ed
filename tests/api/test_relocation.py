"""A page got another address: its comments are moved, and can be moved back."""

import pytest

from tests.support.invariants import check_table, read_truth
from tests.support.read_invariants import check_public
from tests.support.relocation import (
    NEW,
    SETTLED,
    begin_move,
    close_post,
    comment_ids,
    continue_job,
    finish_job,
    move,
    post_details,
    request_move,
    undo_move,
    unfinished_jobs,
)
from tests.support.response_checks import wrong_fields
from tests.support.world import POST, World, key22


def thread(world: World, key: str = POST) -> list[str]:
    """Three published comments: root, reply and reply to the reply."""
    found = [world.published("canary1x", post=key, author="ann")]
    for number in (2, 3):
        found.append(world.published(f"canary{number}x", post=key, author="ben", parent=found[-1]))
    return found


def of_every_status(world: World, key: str = POST) -> list[str]:
    found: list[str] = [world.submit(f"Number {n}.", post=key, author="ann").json["id"] for n in range(5)]
    for decision, each in zip(("approve", "reject", "spam", "delete"), found, strict=False):
        world.decide(decision, each)
    return found


def check(world: World) -> None:
    truth = read_truth(world)
    check_table(truth)
    world.clock.forward(seconds=3)
    check_public(world, truth)


def where(world: World) -> dict[str, str]:
    return {key: item["post"] for key, item in read_truth(world).comments.items()}


def test_a_dry_run_says_what_a_move_would_do_and_does_nothing(world: World) -> None:
    of_every_status(world)
    assert world.token
    before = read_truth(world).items

    report = request_move(world, dry_run=True).json

    assert read_truth(world).items == before
    assert (report["comments"], report["published"], report["at_least"], report["merges"]) == (5, 1, False, False)
    assert (report["from"]["post"], report["to"]["post"], report["from"]["count"]) == (POST, NEW, 1)
    assert (report["job"], report["row"], report["moved"], report["left"]) == (None, None, 0, False)


@pytest.mark.parametrize("status", ["pending", "published", "rejected"])
def test_a_dry_run_says_whether_two_threads_become_one(world: World, status: str) -> None:
    world.submit()
    other = world.submit(post=NEW).json["id"]
    if status != "pending":
        world.decide("approve" if status == "published" else "reject", other)

    assert request_move(world, dry_run=True).json["merges"]


def test_keys_are_folded_and_one_post_is_not_moved_to_itself(world: World) -> None:
    world.submit(post="/a")

    assert request_move(world, "/a/index.html?x=1", "/b/", dry_run=True).json["to"]["post"] == "/b"
    refused = request_move(world, "/a", "/a/index.html")
    assert (refused.status, wrong_fields(refused)) == (422, {"to"})
    assert wrong_fields(request_move(world, "", "/b")) == {"from"}


def test_an_unknown_post_is_not_found(world: World) -> None:
    response = request_move(world)

    assert (response.status, response.json["code"]) == (404, "not_found")
    assert unfinished_jobs(world) == []


def test_all_comments_move_with_their_post(world: World) -> None:
    family, others = thread(world), of_every_status(world)
    world.decide("reject", family[0])
    waiting = world.submit("Waits below.", parent=family[1]).json["id"]
    shown, count = comment_ids(world, POST), world.listed()["count"]

    report = begin_move(world)

    assert (report["moved"], report["comments"], report["published"], report["left"]) == (9, 9, 3, True)
    assert comment_ids(world, NEW) == shown
    assert world.listed(NEW)["count"] == count == 3
    assert world.listed(POST)["comments"] == []
    assert (post_details(world, POST)["closed"], post_details(world, NEW)["closed"]) == (True, True)
    assert set(where(world).values()) == {NEW}
    check(world)
    assert [(job["id"], job["kind"], job["actor"]["name"]) for job in unfinished_jobs(world)] == [
        (report["job"], "move", "Ada")
    ]

    assert continue_job(world, report["job"]) == {"results": [], "left": True, "done": 0}
    world.clock.forward(seconds=SETTLED)
    assert not continue_job(world, report["job"])["left"]

    assert unfinished_jobs(world) == []
    assert (post_details(world, POST)["closed"], post_details(world, POST)["moved_to"]) == (True, NEW)
    assert (post_details(world, NEW)["closed"], post_details(world, NEW)["moved_to"]) == (False, None)
    assert waiting in {each["id"] for each in world.queue(post=NEW)}
    assert {*family, *others, waiting} == set(where(world))
    assert world.submit(post=NEW).status == 202
    check(world)


def test_continuing_a_finished_move_does_nothing(world: World) -> None:
    thread(world)
    row = move(world)
    before = read_truth(world).items

    assert continue_job(world, row) == {"results": [], "left": False, "done": 0}
    again = begin_move(world)

    assert (again["job"], again["moved"], again["left"]) == (row, 0, False)
    assert read_truth(world).items == before


def test_a_merge_puts_both_threads_in_the_order_of_time(world: World) -> None:
    one, two, three = (world.published(f"Number {n}.", post=key) for n, key in enumerate((NEW, POST, NEW)))

    report = begin_move(world)
    finish_job(world, report["job"])

    assert report["merges"]
    assert comment_ids(world, NEW) == [one, two, three]
    check(world)


def test_a_comments_history_shows_that_it_moved(world: World) -> None:
    [root, *_] = thread(world)
    row = move(world)

    undo_move(world, row)

    history = world.comment(root)["history"]
    assert [(each["action"], each["before"], each["after"], each["actor"]["kind"]) for each in history] == [
        ("submit", None, "pending", "screening"),
        ("approve", "pending", "published", "moderator"),
        ("move", POST, NEW, "moderator"),
        ("move", NEW, POST, "moderator"),
    ]
    entries = world.get("/v1/moderation/audit", query={"limit": "2"}, token=world.token).json["entries"]
    assert [(each["action"], each["post"], each["comment"], each["before"], each["after"]) for each in entries] == [
        ("move", POST, None, NEW, POST),
        ("move", POST, None, POST, NEW),
    ]
    assert (entries[0]["undoes"], entries[1]["undone"]) == (entries[1]["id"], entries[0]["id"])


@pytest.mark.parametrize("closed", [(), (POST,), (NEW,), (POST, NEW)], ids=str)
def test_undo_moves_everything_back(world: World, closed: tuple[str, ...]) -> None:
    family = thread(world)
    stays = world.published("Was there.", post=NEW)
    for key in closed:
        close_post(world, key)
    row = move(world)
    assert post_details(world, NEW)["closed"] == (NEW in closed)

    report = undo_move(world, row)

    assert (report["results"][0]["outcome"], report["results"][0]["id"]) == ("done", row)
    assert comment_ids(world, POST) == family
    assert comment_ids(world, NEW) == [stays]
    for key in (POST, NEW):
        assert (post_details(world, key)["closed"], post_details(world, key)["moved_to"]) == (key in closed, None)
    assert unfinished_jobs(world) == []
    check(world)


def test_undo_moves_later_replies_back_too_and_leaves_threads_that_started_there(world: World) -> None:
    family = thread(world)
    row = move(world)
    reply = world.published("Later.", post=NEW, parent=family[2])
    waiting = world.submit("Later still.", post=NEW, parent=reply).json["id"]
    begun = world.published("Of its own.", post=NEW)
    headers = {"Idempotency-Key": key22("a moderator's")}
    body = {"post": NEW, "text": "Thank you.", "parent": family[0]}
    response = world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=world.token)
    assert response.status == 201, response.text

    undo_move(world, row)

    found = where(world)
    assert {found[each] for each in (*family, reply, waiting, response.json["id"])} == {POST}
    assert found[begun] == NEW
    check(world)


def test_undo_is_undone_by_moving_again(world: World) -> None:
    family = thread(world)
    row = move(world)
    back = undo_move(world, row)["results"][0]["decision"]

    assert world.undo(decision=back).json["code"] == "not_possible"
    assert world.undo(decision=row).json["results"][0]["outcome"] == "already_so"
    move(world)

    assert comment_ids(world, NEW) == family


def test_an_undo_is_finished_as_a_job_and_continues_if_sent_again(world: World) -> None:
    thread(world)
    row = move(world)

    report = world.undo(decision=row).json
    again = world.undo(decision=row).json

    assert report["job"] == again["job"] == report["results"][0]["decision"]
    assert [job["id"] for job in unfinished_jobs(world)] == [report["job"]]
    world.clock.forward(seconds=SETTLED)
    assert world.undo(decision=row).json["job"] is None
    assert unfinished_jobs(world) == []
    check(world)


def test_a_move_can_be_undone_before_it_is_finished(world: World) -> None:
    family = thread(world)
    close_post(world, NEW)
    begun = begin_move(world)

    report = undo_move(world, begun["row"])

    assert report["results"][0]["outcome"] == "done"
    assert comment_ids(world, POST) == family
    assert (post_details(world, POST)["closed"], post_details(world, NEW)["closed"]) == (False, True)
    assert continue_job(world, begun["job"])["left"] is False
    assert unfinished_jobs(world) == []
    check(world)


def test_undo_is_possible_for_thirty_days(world: World) -> None:
    thread(world)
    row = move(world)
    world.clock.forward(days=30, seconds=1)

    assert world.undo(decision=row).json["code"] == "undo_expired"


def test_moves_are_undone_in_reverse_order(world: World) -> None:
    family = thread(world)
    first = move(world)
    second = move(world, NEW, "/third")

    assert world.undo(decision=first).json["code"] == "changed_meanwhile"
    undo_move(world, second)
    assert comment_ids(world, NEW) == family
    undo_move(world, first)

    assert comment_ids(world, POST) == family
    assert not any("via" in item for item in read_truth(world).comments.values())
    check(world)


def test_merging_two_posts_can_be_undone(world: World) -> None:
    mine, theirs = thread(world, "/a"), thread(world, "/b")
    first, second = move(world, "/a", NEW), move(world, "/b", NEW)

    assert world.undo(decision=first).json["code"] == "changed_meanwhile"
    undo_move(world, second)
    undo_move(world, first)

    assert (comment_ids(world, "/a"), comment_ids(world, "/b"), comment_ids(world, NEW)) == (mine, theirs, [])
    check(world)


def test_a_post_that_is_moved_back_no_longer_says_that_it_moved(world: World) -> None:
    thread(world)
    move(world)

    move(world, NEW, POST)

    assert (post_details(world, POST)["moved_to"], post_details(world, NEW)["moved_to"]) == (None, POST)


# During a move


@pytest.mark.parametrize("key", [POST, NEW])
def test_posts_stay_closed_while_their_comments_move(world: World, key: str) -> None:
    thread(world)
    world.submit(post=NEW)
    job = begin_move(world)["job"]

    assert world.submit(post=key).json["code"] == "post_closed"
    refused = close_post(world, key, closed=False)
    assert (refused.status, refused.json["code"]) == (409, "post_is_moving")
    assert close_post(world, key).status == 200
    finish_job(world, job)

    assert close_post(world, key, closed=False).status == 200


@pytest.mark.parametrize(("source", "target"), [(POST, "/c"), ("/c", POST), (NEW, POST), (NEW, "/c"), ("/c", NEW)])
def test_no_other_move_starts_meanwhile(world: World, source: str, target: str) -> None:
    thread(world)
    world.submit(post="/c")
    begin_move(world)

    refused = request_move(world, source, target)

    assert (refused.status, refused.json["code"]) == (409, "post_is_moving")


def test_the_same_move_continues_if_sent_again(world: World) -> None:
    thread(world)
    first = begin_move(world)

    again = begin_move(world)
    world.clock.forward(seconds=SETTLED)
    last = begin_move(world)

    assert first["job"] == again["job"] == last["job"]
    assert [each["left"] for each in (first, again, last)] == [True, True, False]
    assert unfinished_jobs(world) == []


def test_submissions_in_flight_when_the_posts_closed_move_too(world: World) -> None:
    family = thread(world)
    early = read_truth(world).comments[family[0]]
    late = world.submit("On its way.", parent=family[0], author="ann").json["id"]
    kept = world.runtime.table.get((f"C#{late}", "C"))
    assert kept
    world.runtime.table.client.delete_item(
        TableName=world.runtime.table.name, Key={"pk": {"S": f"C#{late}"}, "sk": {"S": "C"}}
    )
    job = begin_move(world)["job"]
    world.clock.forward(seconds=10)
    world.runtime.table.put_many([kept])
    world.clock.forward(seconds=SETTLED)

    first, second = continue_job(world, job), continue_job(world, job)

    assert (first["done"], first["left"], second["left"]) == (1, True, False)
    assert early["post"] == POST
    assert where(world)[late] == NEW
    undo_move(world, job)
    assert where(world)[late] == POST
    check(world)


def test_a_decision_on_a_version_seen_before_the_move_is_valid(world: World) -> None:
    waiting = world.submit().json["id"]
    begin_move(world)

    [result] = world.decide("approve", waiting, versions={waiting: 1})["results"]

    assert result["outcome"] == "done"
    assert world.listed(NEW)["count"] == 1
    check(world)


def test_a_decision_can_be_undone_after_the_move(world: World) -> None:
    comment_id = world.published()
    [rejected] = world.decide("reject", comment_id)["results"]
    move(world)

    report = world.undo(comment=comment_id, decision=rejected["decision"]).json

    assert report["results"][0]["outcome"] == "done"
    assert comment_ids(world, NEW) == [comment_id]
    [row] = [each["id"] for each in world.comment(comment_id)["history"] if each["action"] == "move"]
    assert world.undo(comment=comment_id, decision=row).json["results"][0]["code"] == "not_possible"


def test_a_late_repeat_of_a_submission_finds_the_moved_comment(world: World) -> None:
    first = world.submit("Once.", key="one").json["id"]
    move(world)

    again = world.submit("Once.", key="one")

    assert (again.status, again.json["id"], again.json["post"]) == (202, first, NEW)
    assert len(where(world)) == 1


# Titles


def test_a_title_moves_to_an_untitled_post_and_back(world: World) -> None:
    body, token = {"title": "The panic"}, world.token
    thread(world)
    world.request("PATCH", "/v1/moderation/posts", query={"post": POST}, json_body=body, token=token)

    row = move(world)
    assert (post_details(world, POST)["title"], post_details(world, NEW)["title"]) == ("The panic", "The panic")
    undo_move(world, row)

    assert (post_details(world, POST)["title"], post_details(world, NEW)["title"]) == ("The panic", None)


def test_a_post_keeps_its_own_title(world: World) -> None:
    thread(world)
    for key, title in ((POST, "Old"), (NEW, "New")):
        body = {"title": title}
        world.request("PATCH", "/v1/moderation/posts", query={"post": key}, json_body=body, token=world.token)

    row = move(world)
    assert post_details(world, NEW)["title"] == "New"
    undo_move(world, row)

    assert post_details(world, NEW)["title"] == "New"


@pytest.mark.parametrize("ends", ["withdraw", "delete"])
@pytest.mark.parametrize("other", ["", "Theirs"])
def test_a_proposed_title_moves_with_its_comment_and_is_deleted_with_it(world: World, ends: str, other: str) -> None:
    comment_id = world.submit(author="ann", post_title="canary9x").json["id"]
    world.submit(post=NEW, post_title=other)
    move(world)
    assert post_details(world, NEW)["proposed_title"] == (other or "canary9x")

    if ends == "withdraw":
        world.withdraw(comment_id, author="ann")
    else:
        world.decide("delete", comment_id)

    assert "canary9x" not in str(read_truth(world).items)
    assert post_details(world, NEW)["proposed_title"] == (other or None)
