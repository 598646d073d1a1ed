"""One fixture builds the whole service on an empty table, with a clock that only moves when advanced."""

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

from tests.support.moto_patches import patch_moto
from tests.support.wire_guard import guarded
from tests.support.world import World, new_world, shared_client

pytest_plugins = (
    "tests.support.slow",  # first, because others import it
    "tests.support.engine",
    "tests.support.large_stack",
    "tests.support.counter_invariants",
    "tests.support.invariants",
    "tests.support.read_invariants",
    "tests.support.statistics",
)
settings.register_profile("afterword", deadline=None, print_blob=True)
settings.load_profile("afterword")
patch_moto()


@pytest.fixture
def world() -> Iterator[World]:
    """The service on an empty table in moto."""
    with mock_aws(), guarded(shared_client()):
        world = new_world(shared_client())
        with world.open():
            yield world
