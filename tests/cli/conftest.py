"""A backup of a site on which everything happened."""

from pathlib import Path

import pytest
from moto import mock_aws

from chalicelib.cli.main import main
from tests.cli.lively import live
from tests.world import new_world, shared_client


@pytest.fixture(scope="session")
def backup(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One of a lively world."""
    file = tmp_path_factory.mktemp("backup") / "lively"
    with mock_aws():
        world = new_world(shared_client())
        with world.open():
            live(world)
            assert main(["export", str(file)]) == 0
    return file.read_bytes()


@pytest.fixture
def file(backup: bytes, tmp_path: Path) -> Path:
    """A copy of it."""
    copy = tmp_path / "backup.jsonl"
    copy.write_bytes(backup)
    return copy
