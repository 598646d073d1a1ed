"""An upgrade adds what a table of an older version lacks, while it is in use, without losing data."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.cli.main import main
from chalicelib.store.engine.schema import INDEXES, table_definition
from chalicelib.store.engine.upgrade import NOT_YET, enable_recovery
from tests.store.test_schema import DIFFERENCES, comparable, use_table, without
from tests.support.world import World, key22


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


UPGRADED = {"index network is missing", "index theirs is not ours", "deletion protection is off"}


def old_table(world: World) -> str:
    """The name of a table of an older version."""
    return f"{world.runtime.settings.table}-old"


def create(world: World, definition: Any) -> Any:
    """Create a table with a definition; returns the function that describes it."""
    describe = use_table(world, old_table(world))
    world.runtime.table.client.create_table(**{**definition, "TableName": old_table(world)})
    return describe


def test_missing_indexes_and_protection_are_added(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    definition = without(without(table_definition(), "network"), "recent")
    describe = create(anywhere, {**definition, "DeletionProtectionEnabled": False})

    assert main(["table", "upgrade"]) == 0

    assert comparable(describe()) == comparable(table_definition())
    assert capsys.readouterr().out.splitlines() == [
        f"{old_table(anywhere)}: deletion protection is now on",
        f"{old_table(anywhere)}: index recent is being built",
        f"{old_table(anywhere)}: index network is being built",
        f"{old_table(anywhere)}: up to date",
    ]


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_added_index_contains_existing_items(anywhere: World, index: Any) -> None:
    create(anywhere, {**without(table_definition(), index.name), "DeletionProtectionEnabled": False})
    client, keys = anywhere.runtime.table.client, {index.partition: {"S": "p"}, index.sort: {"S": "s"}}
    client.put_item(TableName=old_table(anywhere), Item={"pk": {"S": "C#a"}, "sk": {"S": "C"}, **keys})

    assert main(["table", "upgrade"]) == 0

    found = client.scan(TableName=old_table(anywhere), IndexName=index.name)["Items"]
    assert [each["pk"]["S"] for each in found] == ["C#a"]


@pytest.mark.parametrize("message", sorted(DIFFERENCES.keys() - UPGRADED))
def test_other_differences_are_reported_and_left_unchanged(
    world: World, capsys: pytest.CaptureFixture[str], message: str
) -> None:
    describe = create(world, DIFFERENCES[message](table_definition()))
    before = comparable(describe())["indexes"]

    assert main(["table", "upgrade"]) == 1

    assert f"{message}: this has to be changed by hand" in capsys.readouterr().out
    assert before.items() <= comparable(describe())["indexes"].items()


def test_an_index_of_a_newer_version_is_reported_and_has_no_effect(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = table_definition()
    newer = {**definition["GlobalSecondaryIndexes"][0], "IndexName": "newer"}
    create(world, {**definition, "GlobalSecondaryIndexes": [*definition["GlobalSecondaryIndexes"], newer]})

    assert main(["table", "create"]) == 0
    assert main(["table", "upgrade"]) == 0

    assert "  index newer is not ours\n" in capsys.readouterr().out


def test_enabling_point_in_time_recovery_waits_until_a_new_table_is_ready(world: World) -> None:
    client, pauses, answers = world.runtime.table.client, list[float](), iter([NOT_YET, NOT_YET])

    def not_yet(**arguments: Any) -> Any:
        for code in answers:
            raise ClientError({"Error": {"Code": code, "Message": "retry later"}}, "UpdateContinuousBackups")
        return original(**arguments)

    original, client.update_continuous_backups = client.update_continuous_backups, not_yet  # type: ignore[method-assign]
    enable_recovery(client, world.runtime.settings.table, pause=pauses.append)
    client.update_continuous_backups = original  # type: ignore[method-assign]

    found = client.describe_continuous_backups(TableName=world.runtime.settings.table)["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert len(pauses) == 2


def test_an_up_to_date_table_is_left_unchanged(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    describe = create(anywhere, table_definition())
    before = comparable(describe())

    assert main(["table", "upgrade"]) == 0

    assert capsys.readouterr().out == f"{old_table(anywhere)}: up to date\n"
    assert comparable(describe()) == before


def test_an_interrupted_upgrade_continues(world: World) -> None:
    describe = create(world, without(without(table_definition(), "network"), "recent"))
    client = world.runtime.table.client
    original = client.update_table

    def interrupt(**arguments: Any) -> Any:
        if "network" in str(arguments):
            raise KeyboardInterrupt
        return original(**arguments)

    client.update_table = interrupt  # type: ignore[method-assign]
    assert main(["table", "upgrade"]) == 2
    client.update_table = original  # type: ignore[method-assign]

    assert main(["table", "upgrade"]) == 0
    assert comparable(describe()) == comparable(table_definition())


def test_comments_are_readable_after_an_upgrade(world: World) -> None:
    comment = world.published("I was there.", author=key22("Ann"))

    assert main(["table", "upgrade"]) == 0

    assert [each["id"] for each in world.listed()["comments"]] == [comment]
