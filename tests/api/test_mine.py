"""An author's own comments: listed in any status, and erased completely."""

from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.core.audit import Action
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import sha256
from chalicelib.core.times import iso
from tests.support.response_checks import counted_calls
from tests.support.threads import grow_forest, store
from tests.support.world import World, key22, new_world, shared_client


def mine(world: World, *, author: str, **query: object) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        response = world.get("/v1/mine", query={**query, **cursor}, token=f"aw_author_{key22(author)}")
        assert response.status == 200, response.text
        found += response.json["comments"]
        if response.json["next"] is None:
            return found
        cursor = {"cursor": response.json["next"]}


def test_an_author_sees_all_their_comments_newest_first(world: World) -> None:
    ids = [world.submit(f"Number {number}.", author="ann").json["id"] for number in range(5)]
    world.submit("Not hers.", author="ben")
    world.decide("approve", ids[0])
    world.decide("spam", ids[1])
    voted = world.published("Ben's.", author="ben")
    world.vote(voted, 1, author="ann")

    found = mine(world, author="ann", limit="2")

    assert [each["id"] for each in found] == ids[::-1]
    assert [each["status"] for each in found] == ["pending", "pending", "pending", "pending", "published"]


def test_an_author_finds_a_comment_among_many_votes(world: World) -> None:
    own = world.submit(author="ann").json["id"]
    for number in range(20):
        world.vote(world.published(f"Number {number}.", author="ben"), 1, author="ann")

    assert [each["id"] for each in mine(world, author="ann", limit="1")] == [own]


def test_an_author_who_asks_by_id_gets_only_their_own(world: World) -> None:
    own, other = world.submit(author="ann").json["id"], world.submit(author="ben").json["id"]

    assert [each["id"] for each in mine(world, author="ann", id=[own, other, key22("no")])] == [own]


def test_an_author_gets_the_source_of_a_comment_during_and_after_the_edit_window(world: World) -> None:
    text = "I was *there*.\n\n<b>Really</b>."
    comment_id = world.submit(text, author="ann").json["id"]
    end = world.clock() + timedelta(minutes=15)

    seen = []
    for moment in (end - timedelta(seconds=1), end + timedelta(seconds=1)):
        world.clock.time = moment
        [own] = mine(world, author="ann")
        assert mine(world, author="ann", id=[comment_id]) == [own]
        seen.append((own["text"], own["edit_until"], world.edit(comment_id, text + "!", author="ann").status))

    assert seen == [(text, iso(end), 202), (text + "!", None, 403)]


@pytest.mark.parametrize("decision", ["approve", "reject", "spam"])
def test_decisions_neither_end_the_edit_window_nor_show_in_it(world: World, decision: str) -> None:
    comment_id = world.submit("Hers.", author="ann").json["id"]
    [before] = mine(world, author="ann")

    world.decide(decision, comment_id)

    [after] = mine(world, author="ann")
    assert (after["text"], after["edit_until"]) == ("Hers.", before["edit_until"])


def test_a_deleted_comment_has_no_author_and_cannot_be_edited(world: World) -> None:
    withdrawn, removed = (world.submit("Hers.", author="ann").json["id"] for _ in range(2))
    world.withdraw(withdrawn, author="ann")
    world.decide("delete", removed)

    assert mine(world, author="ann", id=[withdrawn, removed]) == []
    for comment_id in (withdrawn, removed):
        left = world.runtime.comments.get(comment_id)
        assert (left.text, world.runtime.editing.editable_until(left)) == ("", None)


def test_nobody_else_gets_the_source_of_a_comment(world: World) -> None:
    response = world.submit("I was **there**.", author="ann")
    edited = world.edit(response.json["id"], "I was *there*.", author="ann")
    world.decide("approve", response.json["id"])

    shown = [response.json, edited.json, *world.listed()["comments"]]
    shown += world.get("/v1/comments/{comment_id}", path={"comment_id": response.json["id"]}).json["comments"]

    assert [{"text", "edit_until"} & set(each) for each in shown] == [set()] * 4


def test_without_an_author_key_nothing_is_listed_or_erased(world: World) -> None:
    assert world.get("/v1/mine").status == 401
    assert world.request("DELETE", "/v1/mine").status == 401
    assert world.get("/v1/mine", query={"cursor": "from.elsewhere"}).status == 401


def test_everything_by_an_author_is_erased_and_replies_are_kept(world: World) -> None:
    root = world.published("Canary text.", author="ann", name="Canary", link="https://canary.example/")
    waiting = world.submit("Canary waiting.", author="ann", key="canary").json["id"]
    reply = world.published("Reply.", parent=root, author="ben")
    world.vote(reply, 1, author="ann")
    world.flag(reply, author="ann")
    world.decide("reject", waiting, note="No.")

    answers = [world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").json for _ in range(2)]

    assert answers == [{"done": 4, "left": True}, {"done": 0, "left": False}]
    page = world.listed()
    assert [(each["id"], each["gone"], each["up"]) for each in page["comments"]] == [(root, True, 0), (reply, False, 0)]
    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])
    assert "anary" not in items
    assert _hash("ann") not in items
    assert mine(world, author="ann") == []


def test_an_erased_vote_no_longer_counts_when_the_comment_is_restored(world: World) -> None:
    up, down = world.published("Up.", author="ben"), world.published("Down.", author="ben")
    world.vote(up, 1, author="ann")
    world.vote(down, -1, author="ann")
    world.decide("reject", up, down)
    gone = world.published("Gone.", author="ben")
    world.vote(gone, 1, author="ann")
    world.decide("delete", gone)

    answers = [world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").json for _ in range(2)]
    assert answers == [{"done": 2, "left": True}, {"done": 0, "left": False}]
    world.decide("approve", up, down)

    assert [(each["up"], each["down"]) for each in world.listed()["comments"]] == [(0, 0), (0, 0)]


def test_a_late_repeat_of_an_erased_comment_restores_nothing(world: World) -> None:
    comment_id = world.submit("Once.", author="ann", key="once").json["id"]
    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")

    again = world.submit("Once.", author="ann", key="once")

    assert (again.status, again.json["id"], again.json["html"]) == (202, comment_id, "")
    assert world.queue() == []


def test_erasing_with_random_keys_writes_nothing(world: World) -> None:
    world.submit(author="ann")

    with counted_calls() as calls:
        for number in range(5):
            erased = world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(f'nobody {number}')}")
            assert (erased.status, erased.json) == (200, {"done": 0, "left": False})

    assert calls.writes == []


def test_erasures_that_find_something_have_a_limit_for_each_network() -> None:
    with mock_aws():
        world = new_world(shared_client(), limit_edits=2)
        with world.open():
            statuses = []
            for number in range(3):
                world.submit(author=f"author {number}")
                token = f"aw_author_{key22(f'author {number}')}"
                statuses.append(world.request("DELETE", "/v1/mine", token=token).status)
            for_nobody = world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('nobody')}")

    assert statuses == [200, 200, 429]
    assert for_nobody.status == 200


def test_an_erased_authors_votes_are_gone_from_republished_comments(world: World) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")
    world.decide("reject", comment_id)

    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")
    world.decide("approve", comment_id)

    assert world.listed()["comments"][0]["up"] == 0


def test_an_erased_authors_vote_is_gone_after_an_undo(world: World) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")
    [rejected] = world.decide("reject", comment_id)["results"]

    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")
    world.undo(comment=comment_id, decision=rejected["decision"])

    assert world.listed()["comments"][0]["up"] == 0
    assert world.vote(comment_id, 1, author="ann").json == {"up": 1, "down": 0, "vote": 1}


def test_an_erased_vote_frees_a_vote_of_its_network(world: World) -> None:
    comment_id = world.published()
    for author in ("ann", "ben", "carla"):
        world.vote(comment_id, 1, author=author)

    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")

    assert world.vote(comment_id, 1, author="dora").status == 200


def test_a_vote_changed_during_erasure_is_subtracted_as_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    comment_id = world.published()
    world.vote(comment_id, 1, author="ann")
    take_back = world.runtime.reactions.withdraw_vote

    def turned_meanwhile(*about: Any) -> None:
        monkeypatch.setattr(world.runtime.reactions, "withdraw_vote", take_back)
        world.vote(comment_id, -1, author="ann")
        take_back(*about)

    monkeypatch.setattr(world.runtime.reactions, "withdraw_vote", turned_meanwhile)
    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")

    [shown] = world.listed()["comments"]
    assert (shown["up"], shown["down"]) == (0, 0)


def test_an_erased_author_who_reuses_a_key_with_another_text_is_refused(world: World) -> None:
    world.submit("One.", author="ann", key="k")
    world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}")

    response = world.submit("Quite another.", author="ann", key="k")

    assert (response.status, response.json["code"]) == (409, "idempotency_key_reused")


def test_no_stored_hash_reveals_a_deleted_text(world: World) -> None:
    world.submit("yes", author="ann")

    items = str(world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"])

    assert sha256("yes\x00\x00\x00") not in items


def test_an_item_that_cannot_be_erased_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [world.submit(f"Number {number}.", author="ann").json["id"] for number in range(3)]
    withdraw = world.runtime.withdrawal.withdraw

    def failing(comment_id: str, caller: Any, action: Action) -> None:
        if comment_id == ids[1]:
            raise Unavailable
        withdraw(comment_id, caller, action)

    monkeypatch.setattr(world.runtime.withdrawal, "withdraw", failing)
    first = world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").json
    monkeypatch.setattr(world.runtime.withdrawal, "withdraw", withdraw)
    rest = [world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").json for _ in range(2)]

    assert [first, *rest] == [{"done": 2, "left": True}, {"done": 1, "left": True}, {"done": 0, "left": False}]


def test_erasing_reads_one_batch_at_a_time(world: World) -> None:
    store(world, grow_forest([None] * 501, author=_hash("ann")))

    things, more = world.runtime.authors.owned_items(_hash("ann"))

    assert (len(things), more) == (500, True)


def _hash(author: str) -> str:
    return sha256(key22(author))
