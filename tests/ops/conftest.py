"""A stage in a folder of its own, and an account in which it may be deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends

from dev.cloud.aws import Stacks
from ops.stages import Stage
from tests.support.aws_account import recorded_stage


@pytest.fixture
def account() -> Iterator[None]:
    cloudformation_backends.backend = Stacks
    with mock_aws():
        yield
    cloudformation_backends.backend = CloudFormationBackend


@pytest.fixture
def stage(account: None, tmp_path: Path) -> Stage:  # noqa: ARG001  it is made in that account
    return recorded_stage(tmp_path)
