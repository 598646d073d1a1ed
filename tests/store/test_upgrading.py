"""A table of an older version gets what it lacks, while it is in use, and loses nothing."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.cli.main import main
from chalicelib.store.engine.schema import INDEXES, table_definition
from chalicelib.store.engine.upgrade import NOT_YET, recover
from tests.store.test_schema import OTHERWISE, comparable, use_table, without
from tests.world import World, key22


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


MENDED = {"index network is missing", "index theirs is not ours", "deletion protection is off"}


def old(world: World) -> str:
    """The name of an older table."""
    return f"{world.runtime.settings.table}-old"


def made(world: World, definition: Any) -> Any:
    """A table so defined; what describes it."""
    describe = use_table(world, old(world))
    world.runtime.table.client.create_table(**{**definition, "TableName": old(world)})
    return describe


def test_missing_indexes_and_protection_are_added(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    definition = without(without(table_definition(), "network"), "recent")
    describe = made(anywhere, {**definition, "DeletionProtectionEnabled": False})

    assert main(["table", "upgrade"]) == 0

    assert comparable(describe()) == comparable(table_definition())
    assert capsys.readouterr().out.splitlines() == [
        f"{old(anywhere)}: deletion protection is on now",
        f"{old(anywhere)}: index recent is being built",
        f"{old(anywhere)}: index network is being built",
        f"{old(anywhere)}: as this version wants it",
    ]


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_index_that_is_added_shows_what_was_there_before(anywhere: World, index: Any) -> None:
    made(anywhere, {**without(table_definition(), index.name), "DeletionProtectionEnabled": False})
    client, keys = anywhere.runtime.table.client, {index.partition: {"S": "p"}, index.sort: {"S": "s"}}
    client.put_item(TableName=old(anywhere), Item={"pk": {"S": "C#a"}, "sk": {"S": "C"}, **keys})

    assert main(["table", "upgrade"]) == 0

    found = client.scan(TableName=old(anywhere), IndexName=index.name)["Items"]
    assert [each["pk"]["S"] for each in found] == ["C#a"]


@pytest.mark.parametrize("words", sorted(OTHERWISE.keys() - MENDED))
def test_what_is_otherwise_stays_and_is_told(world: World, capsys: pytest.CaptureFixture[str], words: str) -> None:
    describe = made(world, OTHERWISE[words](table_definition()))
    before = comparable(describe())["indexes"]

    assert main(["table", "upgrade"]) == 1

    assert f"{words}: this needs your own hands" in capsys.readouterr().out
    assert before.items() <= comparable(describe())["indexes"].items()


def test_on_the_way_back_an_index_of_a_newer_version_is_told_and_troubles_nobody(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = table_definition()
    newer = {**definition["GlobalSecondaryIndexes"][0], "IndexName": "newer"}
    made(world, {**definition, "GlobalSecondaryIndexes": [*definition["GlobalSecondaryIndexes"], newer]})

    assert main(["table", "create"]) == 0
    assert main(["table", "upgrade"]) == 0

    assert "  index newer is not ours\n" in capsys.readouterr().out


def test_point_in_time_recovery_is_waited_for_while_a_new_table_is_not_ready(world: World) -> None:
    client, pauses, answers = world.runtime.table.client, list[float](), iter([NOT_YET, NOT_YET])

    def not_yet(**arguments: Any) -> Any:
        for code in answers:
            raise ClientError({"Error": {"Code": code, "Message": "retry later"}}, "UpdateContinuousBackups")
        return plain(**arguments)

    plain, client.update_continuous_backups = client.update_continuous_backups, not_yet  # type: ignore[method-assign]
    recover(client, world.runtime.settings.table, pause=pauses.append)
    client.update_continuous_backups = plain  # type: ignore[method-assign]

    found = client.describe_continuous_backups(TableName=world.runtime.settings.table)["ContinuousBackupsDescription"]
    assert found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert len(pauses) == 2


def test_a_table_that_is_as_it_should_be_is_left_alone(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    describe = made(anywhere, table_definition())
    before = comparable(describe())

    assert main(["table", "upgrade"]) == 0

    assert capsys.readouterr().out == f"{old(anywhere)}: as this version wants it\n"
    assert comparable(describe()) == before


def test_an_upgrade_that_was_cut_off_goes_on(world: World) -> None:
    describe = made(world, without(without(table_definition(), "network"), "recent"))
    client = world.runtime.table.client
    plain = client.update_table

    def cut(**arguments: Any) -> Any:
        if "network" in str(arguments):
            raise KeyboardInterrupt
        return plain(**arguments)

    client.update_table = cut  # type: ignore[method-assign]
    assert main(["table", "upgrade"]) == 2
    client.update_table = plain  # type: ignore[method-assign]

    assert main(["table", "upgrade"]) == 0
    assert comparable(describe()) == comparable(table_definition())


def test_comments_written_before_are_read_after(world: World) -> None:
    comment = world.published("I was there.", author=key22("Ann"))

    assert main(["table", "upgrade"]) == 0

    assert [each["id"] for each in world.listed()["comments"]] == [comment]
