"""A new public attribute is added to ``Comment`` and ``PublicFields``, and to nothing else.

A copy of the service with such an attribute runs on a table made by the service as it is.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.store.engine.schema import table_definition

ROOT = Path(__file__).parents[2]
ADDED = {  # by file: a line of it, and the line that is added below
    "chalicelib/core/comments.py": ("    badge: bool = False\n", "    verified: bool = False\n"),
    "chalicelib/core/public.py": (
        '    moderator: bool = Field(default=False, description="Written by a moderator of this site.")\n',
        '    verified: bool = Field(default=False, description="Its author confirmed an address.")\n',
    ),
}
SCRIPT = """
import json, os, sys
from dataclasses import replace
import tests.conftest
from moto import mock_aws
from chalicelib.store.engine.schema import table_definition
from tests.support.threads import comment, store
from tests.support.world import new_world, shared_client

with mock_aws():
    world = new_world(shared_client())
    with world.open():
        plain = comment(1)
        store(world, [plain, replace(comment(2), verified=True)])
        one = world.get("/v1/comments/{comment_id}", path={"comment_id": comment(2).id}).json
        print("\\n" + json.dumps({
            "definition": table_definition(),
            "list": world.listed(sort="oldest")["comments"],
            "latest": world.get("/v1/latest").json["comments"][::-1],
            "permalink": [world.get("/v1/comments/{comment_id}", path={"comment_id": plain.id}).json["comments"][0],
                          one["comments"][0]],
        }))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the copy with the new attribute says."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("chalicelib", "tests", "dev"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (line, added) in ADDED.items():
        source = (folder / name).read_text(encoding="utf-8")
        assert source.count(line) == 1, f"{name} has no such line any more"
        (folder / name).write_text(source.replace(line, line + added), encoding="utf-8")
    run = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("place", ["list", "latest", "permalink"])
def test_a_new_public_attribute_is_shown_everywhere(shown: dict[str, Any], place: str) -> None:
    assert [each["verified"] for each in shown[place]] == [False, True]


def test_a_new_public_attribute_changes_nothing_in_the_tables_definition(shown: dict[str, Any]) -> None:
    assert shown["definition"] == table_definition()
