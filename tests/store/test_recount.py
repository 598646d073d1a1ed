"""Counts that have drifted are found and corrected."""

import pytest

from chalicelib.cli.main import main
from chalicelib.store.engine.attributes import item_to_wire
from tests.support.threads import grow_forest, store, tombstoned
from tests.support.wire_guard import Wire, watched
from tests.support.world import World


@pytest.fixture(params=["moto", pytest.param("engine", marks=pytest.mark.engine)])
def anywhere(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue("world" if request.param == "moto" else "engine_world")
    return world


def miscount(world: World, post: str, count: int) -> None:
    world.runtime.table.client.update_item(
        TableName=world.runtime.settings.table,
        Key=item_to_wire({"pk": f"P#{post}", "sk": "M"}),
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": str(count)}},
    )


def test_wrong_counts_are_found_and_corrected(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    right, wrong = grow_forest([None, 0, 1], post="/right"), grow_forest([None, 0, 0, None], post="/wrong")
    store(anywhere, [*right, tombstoned(wrong[0]), *wrong[1:]])
    miscount(anywhere, "/wrong", 17)

    assert main(["table", "check"]) == 1
    assert (
        capsys.readouterr().out == "/wrong: the count is 17, but 3 comments are published\nposts: 2, wrong counts: 1\n"
    )
    assert main(["table", "check", "--fix"]) == 0
    assert capsys.readouterr().out == (
        "/wrong: the count is 17, but 3 comments are published\nposts: 2, wrong counts: 1, corrected: 1\n"
    )
    assert main(["table", "check"]) == 0
    assert capsys.readouterr().out == "posts: 2, wrong counts: 0\n"
    assert anywhere.listed("/wrong")["count"] == 3


def test_a_count_that_changes_meanwhile_is_skipped_and_the_others_are_corrected(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = ["/a", "/b", "/c", "/d"]
    for post in posts:
        store(world, grow_forest([None, 0], post=post))
        miscount(world, post, 17)
    changed: list[str] = []

    def change_count(operation: str, body: Wire) -> None:
        if operation == "UpdateItem" and not changed:
            changed.append(body["Key"]["pk"]["S"].removeprefix("P#"))
            miscount(world, changed[0], 3)

    with watched(world.runtime.table.client, change_count):
        assert main(["table", "check", "--fix"]) == 1

    assert f"{changed[0]}: not corrected, because it was changed at the same time\n" in capsys.readouterr().out
    assert {post: world.listed(post)["count"] for post in posts} == dict.fromkeys(posts, 2) | {changed[0]: 3}
