"""Counts that drifted are found and set right."""

import pytest

from chalicelib.cli.main import main
from chalicelib.store.engine.attributes import item_to_wire
from tests.store.trees import gone, grown, store
from tests.wire_guard import Wire, watched
from tests.world import World


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


def test_counts_that_drifted_are_found_and_set_right(anywhere: World, capsys: pytest.CaptureFixture[str]) -> None:
    right, wrong = grown([None, 0, 1], post="/right"), grown([None, 0, 0, None], post="/wrong")
    store(anywhere, [*right, gone(wrong[0]), *wrong[1:]])
    miscount(anywhere, "/wrong", 17)

    assert main(["table", "check"]) == 1
    assert capsys.readouterr().out == "/wrong: counts 17, has 3\n2 posts, 1 wrong\n"
    assert main(["table", "check", "--fix"]) == 0
    assert capsys.readouterr().out == "/wrong: counts 17, has 3\n2 posts, 1 wrong, 1 set right\n"
    assert main(["table", "check"]) == 0
    assert capsys.readouterr().out == "2 posts, 0 wrong\n"
    assert anywhere.listed("/wrong")["count"] == 3


def test_a_count_that_changes_while_it_is_set_right_is_left_and_the_others_go_on(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = ["/a", "/b", "/c", "/d"]
    for post in posts:
        store(world, grown([None, 0], post=post))
        miscount(world, post, 17)
    meddled: list[str] = []

    def meddle(operation: str, body: Wire) -> None:
        if operation == "UpdateItem" and not meddled:
            meddled.append(body["Key"]["pk"]["S"].removeprefix("P#"))
            miscount(world, meddled[0], 3)

    with watched(world.runtime.table.client, meddle):
        assert main(["table", "check", "--fix"]) == 1

    assert f"{meddled[0]}: was changed meanwhile\n" in capsys.readouterr().out
    assert {post: world.listed(post)["count"] for post in posts} == dict.fromkeys(posts, 2) | {meddled[0]: 3}
