"""The table is made as it is defined, its faults are found, and its public indexes hold nothing private."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from chalicelib.core.comments import Comment, Reason, Status
from chalicelib.core.ids import ulid
from chalicelib.core.public import PublicComment
from chalicelib.store.engine.attributes import Item, item_from_wire, item_to_wire
from chalicelib.store.engine.schema import PUBLISHED, Index, table_definition
from chalicelib.store.items import comment_item, comment_of, public_of
from tests.store.trees import comment, gone, put, store
from tests.world import START, World, key22

ORDER = ulid(START, bytes(10))
SHOWN = {"pk", "sk", "name", "link", "avatar", "html", "parent", "at", "edited", "badge", "rsk"}
PUBLIC = {  # what each public index may hold
    "published": SHOWN | {"ppk", "psk", "gone", "up", "down"},
    "recent": SHOWN | {"rpk", "post"},
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
    reasons=(Reason("hold_by_policy", "Every comment waits."),),
)


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


# The table


def use_table(world: World, name: str) -> Any:
    """Let the command line work on a table of that name; what describes it."""
    runtimes.use(replace(world.runtime, settings=replace(world.runtime.settings, table=name)))
    return lambda: world.runtime.table.client.describe_table(TableName=name)["Table"]


def test_a_table_is_made_once_and_as_it_is_defined(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    describe = use_table(anywhere, "afterword-made")

    assert main(["table", "create"]) == 0
    assert capsys.readouterr().out == "afterword-made: made\n"
    assert main(["table", "create"]) == 0
    assert capsys.readouterr().out == "afterword-made: was there\n"

    found, client = describe(), anywhere.runtime.table.client
    assert comparable(found) == comparable(table_definition())
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = client.describe_time_to_live(TableName="afterword-made")["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "ttl")
    backups = client.describe_continuous_backups(TableName="afterword-made")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def comparable(table: Any) -> dict[str, Any]:
    """What a definition and a description have in common, in one order."""
    attributes = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    indexes = {
        each["IndexName"]: (
            each["KeySchema"],
            each["Projection"]["ProjectionType"],
            sorted(each["Projection"].get("NonKeyAttributes", [])),
        )
        for each in table["GlobalSecondaryIndexes"]
    }
    return {"keys": table["KeySchema"], "attributes": attributes, "indexes": indexes} | {
        "protected": table["DeletionProtectionEnabled"]
    }


def without(definition: Any, name: str) -> Any:
    """The definition without one index."""
    left = [each for each in definition["GlobalSecondaryIndexes"] if each["IndexName"] != name]
    return without_unused({**definition, "GlobalSecondaryIndexes": left})


def without_unused(definition: Any) -> Any:
    """Every attribute that is defined must be a key of something."""
    used = {key["AttributeName"] for each in definition["GlobalSecondaryIndexes"] for key in each["KeySchema"]}
    attributes = [each for each in definition["AttributeDefinitions"] if each["AttributeName"] in {"pk", "sk", *used}]
    return {**definition, "AttributeDefinitions": attributes}


def with_index(definition: Any, name: str, **change: Any) -> Any:
    """The definition with one index changed."""
    indexes = [
        {**each, **change} if each["IndexName"] == name else each for each in definition["GlobalSecondaryIndexes"]
    ]
    return {**definition, "GlobalSecondaryIndexes": indexes}


def provisioned(definition: Any) -> Any:
    """The definition with a price for every hour."""
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    indexes = [{**each, "ProvisionedThroughput": throughput} for each in definition["GlobalSecondaryIndexes"]]
    return {
        **definition,
        "GlobalSecondaryIndexes": indexes,
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": throughput,
    }


OTHERWISE: dict[str, Callable[[Any], Any]] = {
    "index network is missing": lambda definition: without(definition, "network"),
    "index theirs is not ours": lambda definition: with_index(definition, "network", IndexName="theirs"),
    "index recent carries other attributes": lambda definition: with_index(
        definition, "recent", Projection={"ProjectionType": "ALL"}
    ),
    "index author has other keys": lambda definition: without_unused(
        with_index(definition, "author", KeySchema=[{"AttributeName": "npk", "KeyType": "HASH"}])
    ),
    "deletion protection is off": lambda definition: {**definition, "DeletionProtectionEnabled": False},
    "it is not paid by request": provisioned,
    "qsk is no string": lambda definition: {
        **definition,
        "AttributeDefinitions": [
            {**each, "AttributeType": "N"} if each["AttributeName"] == "qsk" else each
            for each in definition["AttributeDefinitions"]
        ],
    },
}


@pytest.mark.parametrize("words", OTHERWISE)
def test_a_table_that_is_otherwise_is_left_so_and_told(
    world: World, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    describe = use_table(world, "afterword-old")
    world.runtime.table.client.create_table(**OTHERWISE[words]({**table_definition(), "TableName": "afterword-old"}))
    before = comparable(describe())

    code = main(["table", "create"])

    assert code == 1
    assert f"  {words}\n" in capsys.readouterr().out
    assert comparable(describe()) == before


def test_a_table_with_other_keys_is_told_before_it_is_used(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    use_table(world, "afterword-old")
    definition = table_definition()
    keys = {**definition, "TableName": "afterword-old", "KeySchema": definition["KeySchema"][:1]}
    attributes = [each for each in definition["AttributeDefinitions"] if each["AttributeName"] != "sk"]
    world.runtime.table.client.create_table(**{**keys, "AttributeDefinitions": attributes})

    assert main(["table", "create"]) == 2
    assert "  key schema is [{'AttributeName': 'pk'" in capsys.readouterr().out


def test_items_that_expire_by_another_attribute_are_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    use_table(world, "afterword-old")
    client = world.runtime.table.client
    client.create_table(TableName="afterword-old", **table_definition())
    client.update_time_to_live(
        TableName="afterword-old", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )

    assert main(["table", "create"]) == 1
    assert "  items expire by until, not by ttl\n" in capsys.readouterr().out


# What the public indexes hold


def entries(world: World, index: str) -> list[Item]:
    """All of an index."""
    found = world.runtime.table.client.scan(TableName=world.runtime.settings.table, IndexName=index)["Items"]
    return [item_from_wire(each) for each in found]


@pytest.mark.parametrize("index", PUBLIC)
def test_a_public_index_holds_public_attributes_only(anywhere: World, index: str) -> None:
    store(anywhere, [FULL, gone(replace(FULL, id=key22("gone"), path=f"{FULL.path}#{ORDER}"))])
    put(
        anywhere,
        [comment_item(replace(FULL, id=key22(status), status=status)) for status in Status if status != "published"],
    )

    found = entries(anywhere, index)

    assert {each["pk"] for each in found if not each.get("gone")} == {f"C#{FULL.id}"}
    assert set().union(*found) <= PUBLIC[index]
    assert len(found) == (2 if index == "published" else 1)


def test_what_the_index_shows_of_a_comment_is_its_public_shape(anywhere: World) -> None:
    store(anywhere, [FULL])

    [entry] = entries(anywhere, "published")

    assert public_of(entry) == PublicComment.of(FULL)


def seen_in(index: Index, item: Item) -> Item:
    """What an index holds of an item."""
    shown = {"pk", "sk", index.partition, index.sort, *index.carries}
    return {name: value for name, value in item.items() if name in shown}


times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=time.microsecond // 1_000 * 1_000)
)
ulids = st.builds(ulid, times, st.binary(min_size=10, max_size=10))
comments = st.builds(
    Comment,
    id=st.text(min_size=1),
    post=st.text(min_size=1),
    status=st.sampled_from(Status),
    path=st.lists(ulids, min_size=1, max_size=6).map("#".join),
    created=times,
    first_hash=st.text(min_size=1),
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
    reasons=st.lists(st.builds(Reason, st.text(), st.text())).map(tuple),
)


@given(comments.map(lambda one: replace(one, status=Status.PUBLISHED)))
def test_every_published_comment_has_the_same_public_shape_by_the_index(one: Comment) -> None:
    assert public_of(seen_in(PUBLISHED, comment_item(one))) == PublicComment.of(one)


@given(comments)
def test_a_comment_comes_back_as_it_was_stored(one: Comment) -> None:
    one = one if one.is_public else replace(one, published="")

    assert comment_of(item_from_wire(item_to_wire(comment_item(one)))) == one
