"""Votes are counted exactly in a map, and changes of one entry of a map leave the others as they are."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core.actors import COMMAND_LINE
from chalicelib.core.audit import Action, change_row
from chalicelib.core.comments import Status
from chalicelib.core.decisions import transition
from chalicelib.core.ids import ULID_ENTROPY, ulid
from chalicelib.core.threads import thread_effects
from chalicelib.store.changes import Change
from chalicelib.store.engine import keys
from chalicelib.store.engine.attributes import Item, item_from_wire
from chalicelib.store.engine.parts import Update
from tests.support.invariants import check_table, read_truth
from tests.support.world import World

VOTES = [1, 1, -1] * 6


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


def at_once(operations: Sequence[Callable[[], object]]) -> None:
    """Run operations at the same moment, each in a thread."""
    start = threading.Barrier(len(operations))

    def begin(operation: Callable[[], object]) -> None:
        start.wait()
        operation()

    with ThreadPoolExecutor(len(operations)) as pool:
        list(pool.map(begin, operations))


def voter(world: World, comment_id: str, number: int, vote: int) -> Callable[[], object]:
    """One of many authors, each in a network of their own."""

    def send() -> None:
        response = world.vote(comment_id, vote, author=f"reader {number}", address=f"203.0.113.{number}")
        assert response.status == 200, response.text

    return send


def counters_of(world: World, comment_id: str) -> Item:
    stored = world.runtime.table.get(keys.comment(comment_id))
    assert stored
    counters: Item = stored["counters"]
    return counters


def test_votes_at_the_same_moment_are_all_counted(anywhere: World) -> None:
    comment_id = anywhere.published()

    at_once([voter(anywhere, comment_id, number, vote) for number, vote in enumerate(VOTES)])
    assert counters_of(anywhere, comment_id) == {"up": 12, "down": 6}

    at_once([voter(anywhere, comment_id, number, -vote) for number, vote in enumerate(VOTES)])
    assert counters_of(anywhere, comment_id) == {"up": 6, "down": 12}

    at_once([voter(anywhere, comment_id, number, 0) for number in range(len(VOTES))])
    assert counters_of(anywhere, comment_id) == {"up": 0, "down": 0}
    check_table(read_truth(anywhere))


def test_a_counter_of_a_new_kind_counts_from_zero_and_is_exact(anywhere: World) -> None:
    table, comment_id = anywhere.runtime.table, anywhere.published()

    def react() -> None:
        table.write(Update(key=keys.comment(comment_id), count={"counters.heart": 1, "counters.thanks": 2}))

    at_once([react] * 16)

    assert counters_of(anywhere, comment_id) == {"heart": 16, "thanks": 32}


def test_a_vote_changes_nothing_in_the_list_of_the_whole_site(anywhere: World) -> None:
    def latest() -> list[Item]:
        found = anywhere.runtime.table.client.scan(TableName=anywhere.runtime.settings.table, IndexName="recent")
        return [item_from_wire(each) for each in found["Items"]]

    comment_id = anywhere.published()
    before = latest()

    anywhere.vote(comment_id, 1, author="ann")

    assert latest() == before
    assert anywhere.listed()["comments"][0]["up"] == 1


def test_an_update_sets_counts_and_removes_entries_with_other_attributes(anywhere: World) -> None:
    key = ("C#one", "C")
    table = anywhere.runtime.table
    table.put_many([{"pk": key[0], "sk": key[1], "old": 1, "n": 2, "public": {"a": "1", "b": "2", "c": "3"}}])

    table.write(
        Update(
            key=key,
            set={"new": "x", "public.a": "one"},
            count={"public.d": 4},
            add={"n": 1},
            remove=("old", "public.b", "public.missing"),
        )
    )
    table.write(Update(key=key, set={"more": True}))
    table.write(Update(key=key, remove=("public.c",)))

    assert table.get(key) == {
        "pk": key[0],
        "sk": key[1],
        "new": "x",
        "more": True,
        "n": 3,
        "public": {"a": "one", "d": 4},
    }


def test_an_edit_and_a_decision_keep_what_a_newer_version_stored(anywhere: World) -> None:
    comment_id = anywhere.published(author="ann")
    key = keys.comment(comment_id)
    anywhere.runtime.table.write(Update(key=key, set={"public.verified": True}))

    anywhere.edit(comment_id, "They ran.", author="ann")
    anywhere.decide("approve", comment_id)
    anywhere.decide("spam", comment_id)
    anywhere.decide("approve", comment_id)

    stored = anywhere.runtime.table.get(key)
    assert stored
    assert stored["public"]["verified"] is True
    assert stored["public"]["html"] == "<p>They ran.</p>\n"


def test_deleting_a_comment_empties_both_maps_whatever_is_in_them(anywhere: World) -> None:
    comment_id = anywhere.published()
    key = keys.comment(comment_id)
    anywhere.vote(comment_id, 1, author="ann")
    anywhere.runtime.table.write(Update(key=key, set={"public.badges": "of a newer version"}))

    anywhere.decide("delete", comment_id)

    stored = anywhere.runtime.table.get(key)
    assert stored
    assert stored["public"].keys() == {"created"}
    assert stored["counters"] == {}


def test_a_decision_on_what_was_read_before_keeps_html_that_was_rendered_since(anywhere: World) -> None:
    comment_id, comments = anywhere.submit("I was there.").json["id"], anywhere.runtime.comments
    read = comments.get(comment_id)
    approved = transition(read, Status.PUBLISHED, operation=ulid(anywhere.clock(), bytes(ULID_ENTROPY)))

    comments.rerender(read, "<p>Better.</p>\n", read.renderer + 1)
    row = change_row(read, approved, action=Action.APPROVE, actor=COMMAND_LINE, at=anywhere.clock())
    comments.change(Change(read, thread_effects(read, approved, ()), row))

    found = comments.get(comment_id)
    assert (found.html, found.renderer, found.is_public) == ("<p>Better.</p>\n", read.renderer + 1, True)
    assert anywhere.listed()["comments"][0]["html"] == found.html
