"""One fixture builds the whole service on an empty table, with a clock that moves only when told."""

import os
from collections.abc import Iterator

import pytest

os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}

from hypothesis import settings
from moto import mock_aws

from tests.wire_guard import guarded
from tests.world import World, new_world, serial_moto, shared_client

pytest_plugins = (
    "tests.thorough",  # first, because others import it
    "tests.engine",
    "tests.quick",
    "tests.counted",
    "tests.invariants",
    "tests.readings",
    "tests.tried",
)
settings.register_profile("afterword", deadline=None, print_blob=True)
settings.load_profile("afterword")
serial_moto()


@pytest.fixture
def world() -> Iterator[World]:
    """The service on an empty table in moto, with nobody in it."""
    with mock_aws(), guarded(shared_client()):
        world = new_world(shared_client())
        with world.open():
            yield world
