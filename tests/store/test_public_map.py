"""The public indexes contain what readers see, and nothing private; what is added to it needs no new index."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.comments import Comment, PendingEdit, Reason, Status
from chalicelib.core.ids import ulid
from chalicelib.core.public import SAME, SHOWN, LatestComment, PublicComment
from chalicelib.store.engine.attributes import Item, item_from_wire, item_to_wire
from chalicelib.store.engine.schema import PUBLISHED, Index
from chalicelib.store.items import (
    comment_from_item,
    comment_item,
    latest_from_entry,
    public_from_entry,
    tombstone_item,
)
from tests.support.threads import comment, put, store, tombstoned
from tests.support.world import START, World, key22

ORDER = ulid(START, bytes(10))
ATTRIBUTES = {  # that each public index may contain
    "published": {"pk", "sk", "ppk", "psk", "public", "counters"},
    "recent": {"pk", "sk", "rpk", "rsk", "public", "post"},
}
PRIVATE = {
    "status",
    "path",
    "submission_hash",
    "version",
    "text",
    "renderer",
    "author",
    "network",
    "wide_network",
    "operation",
} | {
    *("vetted", "ever_decided", "has_proposed_title", "flags", "flag_round", "children", "tombstone"),
    *("edited_by", "relocations", "reasons", "pending_edit", "ever_had_pending_edit"),
}
FULL = comment(
    1,
    comment(0),
    version=7,
    name="Ann",
    link="https://ann.example/",
    text="I was *there*.",
    renderer=1,
    avatar="abcdefgh",
    author="author's hash",
    network="network's hash",
    edited=START,
    up=3,
    down=2,
    badge=True,
    vetted=True,
    children=1,
    reasons=(Reason("new_author", {"approved": 0}),),
)


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


def entries(world: World, index: str) -> list[Item]:
    """All entries of an index."""
    found = world.runtime.table.client.scan(TableName=world.runtime.settings.table, IndexName=index)["Items"]
    return [item_from_wire(each) for each in found]


@pytest.mark.parametrize("index", ATTRIBUTES)
def test_a_public_index_contains_public_attributes_only(anywhere: World, index: str) -> None:
    store(anywhere, [FULL, tombstoned(replace(FULL, id=key22("gone"), path=f"{FULL.path}#{ORDER}"))])
    put(
        anywhere,
        [comment_item(replace(FULL, id=key22(status), status=status)) for status in Status if status != "published"],
    )

    found = entries(anywhere, index)

    assert {each["pk"] for each in found if not each["public"].get("gone")} == {f"C#{FULL.id}"}
    assert set().union(*found) <= ATTRIBUTES[index]
    assert set().union(*(each["public"] for each in found)) <= SHOWN
    assert len(found) == (2 if index == "published" else 1)


def test_the_map_of_public_fields_has_exactly_the_fields_of_a_public_comment() -> None:
    counted, in_keys = {"up", "down"}, {"id", "post", "status"}

    assert comment_item(FULL)["public"].keys() == PublicComment.model_fields.keys() - counted - in_keys - {"gone"}
    assert comment_item(FULL)["counters"].keys() == counted
    assert PublicComment.model_fields.keys() - counted - in_keys == SHOWN


def test_every_field_of_a_comment_is_either_public_or_private() -> None:
    """A new field has to be added to one of the two lists."""
    names = {field.name for field in fields(Comment)}
    public = {"id", "post", "created", "published", "edited", "badge", "up", "down", *SAME}

    assert names == PRIVATE | public
    assert not PRIVATE & public


def filled_with_canaries(status: Status) -> tuple[Comment, set[str]]:
    """A comment with a canary in every private field that holds text, and the canaries."""
    canaries: dict[str, Any] = {
        name: f"canary-{name}" for name in PRIVATE - {"status", "path"} if isinstance(getattr(FULL, name), str)
    }
    others: dict[str, Any] = {
        "reasons": (Reason("canary-rule", {"canary-name": "canary-value"}),),
        "relocations": ("canary-relocation",),
        "pending_edit": PendingEdit(ORDER, "canary-edit", "canary-edited-name", "canary-link", (Reason("canary-why"),)),
    }
    words = {*canaries.values(), "canary-rule", "canary-name", "canary-value", "canary-relocation"}
    words |= {"canary-edit", "canary-edited-name", "canary-link", "canary-why"}
    return replace(FULL, id=key22(status), status=status, **canaries, **others), words


def test_nothing_private_is_in_a_public_index(anywhere: World) -> None:
    comments = [filled_with_canaries(status)[0] for status in Status]
    words = filled_with_canaries(Status.PUBLISHED)[1]

    put(anywhere, [item for each in comments for item in (comment_item(each), tombstone_item(each))])

    assert len(words) > 8
    for index in ATTRIBUTES:
        found = json.dumps(entries(anywhere, index))
        assert FULL.name in found
        assert [word for word in words if word in found] == []


def test_the_index_projects_the_public_fields_of_a_comment(anywhere: World) -> None:
    store(anywhere, [FULL])

    [entry] = entries(anywhere, "published")
    [latest] = entries(anywhere, "recent")

    shown = PublicComment.of(FULL)
    assert public_from_entry(entry) == shown
    assert latest_from_entry(latest).model_dump() == shown.model_dump(include=set(LatestComment.model_fields))


def test_what_a_newer_version_stored_is_in_the_indexes_and_is_not_shown(anywhere: World) -> None:
    item = comment_item(FULL)
    newer = {"public": {**item["public"], "verified": True}, "counters": {**item["counters"], "heart": 2}}

    store(anywhere, [FULL])
    put(anywhere, [item | newer])

    assert entries(anywhere, "published")[0] | newer == entries(anywhere, "published")[0]
    assert entries(anywhere, "recent")[0]["public"]["verified"] is True
    assert anywhere.listed()["comments"][0]["id"] == FULL.id
    assert anywhere.get("/v1/latest").json["comments"][0]["id"] == FULL.id
    assert comment_from_item(item | newer) == FULL


def entry_of(index: Index, item: Item) -> Item:
    """The attributes of an item that an index contains."""
    shown = {"pk", "sk", index.partition, index.sort, *index.attributes}
    return {name: value for name, value in item.items() if name in shown}


times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=time.microsecond // 1_000 * 1_000)
)
ulids = st.builds(ulid, times, st.binary(min_size=10, max_size=10))
reasons = st.lists(
    st.builds(Reason, st.text(), st.dictionaries(st.text(min_size=1), st.text() | st.integers(-(10**9), 10**9)))
).map(tuple)
comments = st.builds(
    Comment,
    id=st.text(min_size=1),
    post=st.text(min_size=1),
    status=st.sampled_from(Status),
    path=st.lists(ulids, min_size=1, max_size=6).map("#".join),
    created=times,
    submission_hash=st.text(min_size=1),
    version=st.integers(1),
    parent=st.text(),
    name=st.text(),
    link=st.text(),
    text=st.text(),
    html=st.text(),
    renderer=st.integers(0, 9),
    avatar=st.text(),
    author=st.text(),
    network=st.text(),
    edited=st.none() | times,
    published=ulids,
    up=st.integers(0),
    down=st.integers(0),
    badge=st.booleans(),
    vetted=st.booleans(),
    children=st.integers(0),
    reasons=reasons,
    pending_edit=st.none() | st.builds(PendingEdit, ulids, st.text(min_size=1), st.text(), st.text(), reasons),
    ever_had_pending_edit=st.booleans(),
)


@given(comments.map(lambda one: replace(one, status=Status.PUBLISHED)))
def test_a_published_comment_read_by_the_index_has_the_same_public_fields(one: Comment) -> None:
    assert public_from_entry(entry_of(PUBLISHED, comment_item(one))) == PublicComment.of(one)


@given(comments)
def test_a_comment_is_read_as_it_was_stored(one: Comment) -> None:
    one = one if one.is_public else replace(one, published="")

    assert comment_from_item(item_from_wire(item_to_wire(comment_item(one)))) == one
