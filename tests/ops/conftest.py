"""A stage in a folder of its own, and an account in which it may be deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from ops.stages import Stage
from tests.support.aws_account import recorded_stage


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def stage(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    return recorded_stage(tmp_path)
