"""The table is created as defined, and differences are found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import runtime as runtimes
from chalicelib.cli.main import main
from chalicelib.store.engine.schema import table_definition
from tests.support.world import World


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


def use_table(world: World, name: str) -> Any:
    """Let the command line use the table with this name; returns a function that describes it."""
    runtimes.use_runtime(replace(world.runtime, settings=replace(world.runtime.settings, table=name)))
    return lambda: world.runtime.table.client.describe_table(TableName=name)["Table"]


def test_a_table_is_created_once_as_defined(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    describe = use_table(anywhere, "afterword-made")

    assert main(["table", "create"]) == 0
    assert capsys.readouterr().out == "afterword-made: created\n"
    assert main(["table", "create"]) == 0
    assert capsys.readouterr().out == "afterword-made: already exists\n"

    found, client = describe(), anywhere.runtime.table.client
    assert comparable(found) == comparable(table_definition())
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = client.describe_time_to_live(TableName="afterword-made")["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "ttl")
    backups = client.describe_continuous_backups(TableName="afterword-made")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def comparable(table: Any) -> dict[str, Any]:
    """The common parts of a definition and a description, in one order."""
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
    """The definition without attributes that no key uses, which DynamoDB does not allow."""
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
    """The definition with provisioned capacity."""
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    indexes = [{**each, "ProvisionedThroughput": throughput} for each in definition["GlobalSecondaryIndexes"]]
    return {
        **definition,
        "GlobalSecondaryIndexes": indexes,
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": throughput,
    }


DIFFERENCES: dict[str, Callable[[Any], Any]] = {
    "index network is missing": lambda definition: without(definition, "network"),
    "index theirs is not ours": lambda definition: with_index(definition, "network", IndexName="theirs"),
    "index recent has other attributes": lambda definition: with_index(
        definition, "recent", Projection={"ProjectionType": "ALL"}
    ),
    "index author has other keys": lambda definition: without_unused(
        with_index(definition, "author", KeySchema=[{"AttributeName": "npk", "KeyType": "HASH"}])
    ),
    "deletion protection is off": lambda definition: {**definition, "DeletionProtectionEnabled": False},
    "billing is not per request": provisioned,
    "qsk is not a string": lambda definition: {
        **definition,
        "AttributeDefinitions": [
            {**each, "AttributeType": "N"} if each["AttributeName"] == "qsk" else each
            for each in definition["AttributeDefinitions"]
        ],
    },
}


@pytest.mark.parametrize("message", DIFFERENCES)
def test_a_different_table_is_reported_and_left_unchanged(
    world: World, capsys: pytest.CaptureFixture[str], message: str
) -> None:
    describe = use_table(world, "afterword-old")
    world.runtime.table.client.create_table(
        **DIFFERENCES[message]({**table_definition(), "TableName": "afterword-old"})
    )
    before = comparable(describe())

    code = main(["table", "create"])

    assert code == 1
    assert f"  {message}\n" in capsys.readouterr().out
    assert comparable(describe()) == before


def test_a_table_with_other_keys_is_reported_before_use(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    use_table(world, "afterword-old")
    definition = table_definition()
    keys = {**definition, "TableName": "afterword-old", "KeySchema": definition["KeySchema"][:1]}
    attributes = [each for each in definition["AttributeDefinitions"] if each["AttributeName"] != "sk"]
    world.runtime.table.client.create_table(**{**keys, "AttributeDefinitions": attributes})

    assert main(["table", "create"]) == 2
    assert "  key schema is [{'AttributeName': 'pk'" in capsys.readouterr().out


def test_another_ttl_attribute_is_reported(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    use_table(world, "afterword-old")
    client = world.runtime.table.client
    client.create_table(TableName="afterword-old", **table_definition())
    client.update_time_to_live(
        TableName="afterword-old", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )

    assert main(["table", "create"]) == 1
    assert "  items expire by until, not by ttl\n" in capsys.readouterr().out
