"""The audit log as data: one entry for every change, which says who, what and about what, and holds nobody's text."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.api.moderation.audit import DETAILS, SUBMIT
from chalicelib.core.accounts import Role
from chalicelib.core.audit import Action, flag_row
from chalicelib.core.ids import ulid
from chalicelib.core.reactions import Flag, FlagReason
from chalicelib.store.audit import MAX_HISTORY, audit_put
from tests.support.faults import STORE_OPERATIONS, Faults, Moment
from tests.support.invariants import check_table, read_truth
from tests.support.relocation import NEW, close_post, move
from tests.support.world import POST, World, key22


def entries(world: World) -> list[dict[str, Any]]:
    """All entries of the audit log, oldest first."""
    found: list[dict[str, Any]] = world.get("/v1/moderation/audit", query={"limit": "100"}, token=world.token).json[
        "entries"
    ]
    return found[::-1]


def erase(world: World, author: str) -> None:
    for _ in range(2):
        world.request("DELETE", "/v1/mine", token=f"aw_author_{key22(author)}")


def published(world: World) -> str:
    return world.published(author="ann")


def edit_as_its_moderator(world: World, comment_id: str) -> None:
    body = {"version": world.comment(comment_id)["comment"]["version"], "text": "Other words."}
    route, path = "/v1/moderation/comments/{comment_id}", {"comment_id": comment_id}
    assert world.request("PATCH", route, path=path, json_body=body, token=world.token).status == 200


CHANGES: dict[str, tuple[Callable[[World, str], object], dict[str, Any]]] = {
    "a rejection": (
        lambda world, each: world.decide("reject", each, note="No."),
        {"action": "reject", "actor": "moderator", "version": 3, "before": "published", "after": "rejected"},
    ),
    "an author's edit": (
        lambda world, each: world.edit(each, "Other words.", author="ann"),
        {
            "action": "edit",
            "actor": "author",
            "version": 3,
            "before": "published",
            "after": "published",
            "parameters": {"edit": "pending"},
            "detail": "Edited the comment; the new words wait for a moderator.",
        },
    ),
    "a moderator's edit": (
        edit_as_its_moderator,
        {"action": "edit", "actor": "moderator", "version": 3, "before": "published", "after": "published"},
    ),
    "a withdrawal": (
        lambda world, each: world.withdraw(each, author="ann"),
        {"action": "withdraw", "actor": "author", "version": 3, "before": "published", "after": "deleted"},
    ),
    "an erasure": (
        lambda world, _: erase(world, "ann"),
        {"action": "erase", "actor": "author", "version": 3, "before": "published", "after": "deleted"},
    ),
    "a flag": (
        lambda world, each: world.flag(each, "abuse", author="ben", note="canary1x"),
        {"action": "flag", "actor": "reader", "version": 2, "parameters": {"reason": "abuse"}},
    ),
    "closing the post": (
        lambda world, _: close_post(world, POST),
        {"action": "close", "actor": "moderator", "version": 1, "comment": None, "before": "open", "after": "closed"},
    ),
    "a move": (
        lambda world, _: move(world, POST, NEW),
        {"action": "move", "actor": "moderator", "version": 1, "comment": None, "before": POST, "after": NEW},
    ),
    "a change of the policy": (
        lambda world, _: world.policy(every_comment=False),
        {"action": "policy", "actor": "moderator", "version": 1, "comment": None, "post": None},
    ),
    "an invitation": (
        lambda world, _: world.runtime.accounts_service.invite("Bea", Role.MODERATOR),
        {
            "action": "invite",
            "actor": "command_line",
            "comment": None,
            "post": None,
            "parameters": {"name": "Bea", "role": "moderator"},
            "detail": "Invited Bea as moderator.",
        },
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_has_one_entry_that_says_who_did_what(world: World, change: str) -> None:
    comment_id = published(world)
    before = entries(world)
    operation, wanted = CHANGES[change]

    operation(world, comment_id)

    [entry] = entries(world)[len(before) :]
    found = {**entry, "actor": entry["actor"]["kind"]}
    defaults = {"comment": comment_id, "post": POST, "parameters": {}}
    assert {name: found[name] for name in {**defaults, **wanted}} == {**defaults, **wanted}
    assert (entry["actor"]["id"] is not None) == (found["actor"] == "moderator")
    assert entry["detail"].endswith(".")
    assert not {"{", "}"} & set(entry["detail"])
    check_table(read_truth(world))


def test_an_edit_of_a_held_comment_has_an_entry_though_it_stays_held(world: World) -> None:
    comment_id = world.submit(author="ann").json["id"]

    for _ in range(2):
        world.edit(comment_id, "Other words.", author="ann")

    [entry] = [each for each in entries(world) if each["comment"]]
    assert (entry["action"], entry["before"], entry["after"], entry["version"]) == ("edit", "pending", "pending", 2)
    assert [each["action"] for each in world.comment(comment_id)["history"]] == ["submit", "edit"]


def test_a_flag_that_meets_an_edit_names_the_version_and_the_post_that_was_flagged(world: World) -> None:
    comment_id = published(world)
    assert world.token  # made before calls are counted

    with Faults(world.runtime.table.client) as faults:
        edit = (Moment(0, STORE_OPERATIONS), lambda: edit_as_its_moderator(world, comment_id))
        with faults.plan(meanwhile=edit):
            response = world.flag(comment_id, author="ben")

    assert response.status == 202
    changes = [(each["action"], each["version"]) for each in entries(world) if each["comment"]]
    assert sorted(changes) == [("approve", 2), ("edit", 3), ("flag", 3)]
    assert world.comment(comment_id)["comment"]["flags"] == 1


def test_the_first_verdict_stays_first_when_a_comment_is_flagged_before_any_decision(world: World) -> None:
    world.policy(every_comment=False)
    comment_id = world.submit(form=world.form()).json["id"]
    world.flag(comment_id, author="ben")

    history = world.comment(comment_id)["history"]

    assert [(each["action"], each["after"]) for each in history] == [("submit", "published"), ("flag", None)]


def test_nothing_in_the_log_leads_to_an_author_or_a_reader_or_holds_their_text(world: World) -> None:
    comment_id = world.published("canary1x", name="canary2x", author="ann")
    world.flag(comment_id, author="ben", note="canary3x")
    world.edit(comment_id, "canary4x", author="ann")
    erase(world, "ann")
    erase(world, "ben")

    rows = json.dumps(read_truth(world).audit)

    assert "canary" not in rows
    people = {each for item in read_truth(world).items for name, each in item.items() if name in {"apk", "npk"}}
    assert not [each for each in people if each in rows]
    assert sorted(each["action"] for each in entries(world) if each["comment"]) == ["approve", "edit", "erase", "flag"]


def test_a_bulk_is_undone_whatever_number_of_flags_followed(world: World) -> None:
    ids = [world.submit(f"Number {number}.").json["id"] for number in range(2)]
    bulk = world.decide("approve", *ids)["bulk"]
    comment = world.runtime.comments.get(ids[0])
    for number in range(MAX_HISTORY + 1):
        at = world.clock() + timedelta(seconds=number)
        row = flag_row(comment, Flag(FlagReason.SPAM, "", at), ulid(at, number.to_bytes(10)))
        world.runtime.table.write(audit_put(row))

    undone = world.undo(bulk=bulk).json

    assert [result["outcome"] for result in undone["results"]] == ["done", "done"]


def test_the_log_can_be_narrowed_to_a_kind_of_actor(world: World) -> None:
    comment_id = published(world)
    world.flag(comment_id, author="ben")
    world.edit(comment_id, "Other words.", author="ann")

    for kind, actions in (("reader", ["flag"]), ("author", ["edit"]), ("command_line", ["invite"]), ("timer", [])):
        page = world.get("/v1/moderation/audit", query={"actor": kind}, token=world.token).json
        assert [each["action"] for each in page["entries"]] == actions


def test_every_action_is_put_into_words() -> None:
    assert set(DETAILS) == {SUBMIT, *Action}
