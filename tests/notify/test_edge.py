"""A distribution in front of the service: told, once a request, when what anybody could read is gone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from chalicelib.cli.main import main
from chalicelib.notify.edge import PATHS, Edge
from chalicelib.runtime import Runtime
from tests.world import World, new_world, shared_client

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

REFUSED = ClientError({"Error": {"Code": "TooManyInvalidationsInProgress"}}, "CreateInvalidation")
SILENT = ReadTimeoutError(endpoint_url="https://cloudfront.amazonaws.com")


@pytest.fixture
def cloudfront() -> Iterator["CloudFrontClient"]:
    with mock_aws():
        yield boto3.client("cloudfront")


@pytest.fixture
def fronted(cloudfront: "CloudFrontClient") -> Iterator[World]:
    """A service behind a distribution."""
    origin = {"Id": "api", "DomainName": "api.example", "CustomOriginConfig": HTTPS}
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "one",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},  # type: ignore[list-item]  as little as moto wants
            "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
        }
    )
    world = new_world(shared_client(), distribution=made["Distribution"]["Id"])
    with world.open():
        yield world


HTTPS = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}


def told(world: World, cloudfront: "CloudFrontClient") -> int:
    """How often the distribution was told."""
    listed = cloudfront.list_invalidations(DistributionId=world.runtime.settings.distribution)
    return int(listed["InvalidationList"]["Quantity"])


def taken_away(world: World, comment_id: str, how: str) -> None:
    if how == "withdraw":
        assert world.withdraw(comment_id, author="ann").status == 204
    elif how == "edit":
        assert world.edit(comment_id, "Other words.", author="ann").status == 200
    elif how == "erase":
        token = f"aw_author_{world_key('ann')}"
        assert world.request("DELETE", "/v1/mine", token=token).status == 200
    else:
        assert world.decide(how, comment_id)["results"][0]["outcome"] == "done"


def world_key(name: str) -> str:
    from tests.world import key22  # noqa: PLC0415

    return key22(name)


@pytest.mark.parametrize("how", ["reject", "spam", "delete", "withdraw", "edit", "erase"])
def test_it_is_told_when_something_public_goes_away(
    fronted: World, cloudfront: "CloudFrontClient", how: str
) -> None:
    comment_id = fronted.published(author="ann")
    assert told(fronted, cloudfront) == 0

    taken_away(fronted, comment_id, how)

    assert told(fronted, cloudfront) == 1
