"""Fixtures on ministack, a DynamoDB engine in its own process, for what moto can't simulate.

moto takes one call at a time and ignores a transaction's token; here requests travel over HTTP.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from chalicelib.store.engine.clients import new_client
from dev.engine_process import Engine, is_installed
from tests.support.slow import CHECK
from tests.support.wire_guard import guarded
from tests.support.world import World, new_world

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def engine_client() -> "Iterator[DynamoDBClient]":
    """A client of an in-memory engine; skips the test if the engine is not installed."""
    if not is_installed() and CHECK not in os.environ:
        pytest.skip("the engine is not installed: make .venv-engine")
    with Engine() as engine:
        yield new_client(engine.url, background=True)  # which is patient on a busy machine


@pytest.fixture
def engine_world(engine_client: "DynamoDBClient") -> Iterator[World]:
    """The service on an empty table of the engine."""
    world = new_world(engine_client)
    with world.open(), guarded(engine_client):
        yield world
    engine_client.delete_table(TableName=world.runtime.settings.table)
