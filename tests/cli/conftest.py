"""A backup of a site on which everything happened."""

from pathlib import Path

import pytest
from moto import mock_aws

from chalicelib.cli.main import main
from tests.support.populated_site import populate
from tests.support.world import new_world, shared_client


@pytest.fixture(scope="session")
def backup(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a site with items of every kind."""
    file = tmp_path_factory.mktemp("backup") / "lively"
    with mock_aws():
        world = new_world(shared_client())
        with world.open():
            populate(world)
            assert main(["export", str(file)]) == 0
    return file.read_bytes()


@pytest.fixture
def file(backup: bytes, tmp_path: Path) -> Path:
    """A copy of the backup."""
    copy = tmp_path / "backup.jsonl"
    copy.write_bytes(backup)
    return copy
