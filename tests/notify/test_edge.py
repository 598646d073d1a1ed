"""A distribution in front of the service: told, once a request, when what anybody could read is gone."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError
from moto import mock_aws

from chalicelib.cli.main import main
from chalicelib.notify.cdn import CONNECT, PATHS, READ
from chalicelib.store.limits import INVALIDATIONS
from tests.world import World, key22, new_world, shared_client

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

BUSY = ClientError({"Error": {"Code": "TooManyInvalidationsInProgress"}}, "CreateInvalidation")
SILENT = ReadTimeoutError(endpoint_url="https://cloudfront.amazonaws.com")


@pytest.fixture
def cloudfront() -> "Iterator[CloudFrontClient]":
    with mock_aws():
        yield boto3.client("cloudfront")


@pytest.fixture
def fronted(cloudfront: "CloudFrontClient") -> Iterator[World]:
    """A service behind a distribution."""
    https = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    config: Any = {
        "CallerReference": "one",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [{"Id": "api", "DomainName": "api.example", "CustomOriginConfig": https}]},
        "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
    }
    made = cloudfront.create_distribution(DistributionConfig=config)
    world = new_world(shared_client(), distribution=made["Distribution"]["Id"])
    with world.open():
        yield world


def told(world: World, cloudfront: "CloudFrontClient") -> int:
    """How often the distribution was told."""
    listed = cloudfront.list_invalidations(DistributionId=world.runtime.settings.distribution)
    return len(listed["InvalidationList"].get("Items", []))


def broken(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let CloudFront refuse, or not answer."""

    def refuse(**_more: object) -> None:
        raise error

    assert world.runtime.edge
    monkeypatch.setattr(world.runtime.edge.client, "create_invalidation", refuse)


def take_away(world: World, comment_id: str, how: str) -> None:
    if how == "withdraw":
        assert world.withdraw(comment_id, author="ann").status < 300
    elif how == "edit":
        assert world.edit(comment_id, "Other words.", author="ann").status == 202
    elif how == "erase":
        assert world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").status == 200
    else:
        assert world.decide(how, comment_id)["results"][0]["outcome"] == "done"


@pytest.mark.parametrize("how", ["reject", "spam", "delete", "withdraw", "edit", "erase"])
def test_it_is_told_when_something_public_goes_away(fronted: World, cloudfront: "CloudFrontClient", how: str) -> None:
    comment_id = fronted.published(author="ann")
    assert told(fronted, cloudfront) == 0

    take_away(fronted, comment_id, how)

    assert told(fronted, cloudfront) == 1


def test_it_forgets_every_place_that_shows_comments(fronted: World, cloudfront: "CloudFrontClient") -> None:
    distribution = fronted.runtime.settings.distribution
    fronted.decide("reject", fronted.published())

    [listed] = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    made = cloudfront.get_invalidation(DistributionId=distribution, Id=listed["Id"])["Invalidation"]

    assert made["InvalidationBatch"]["Paths"]["Items"] == ["/*"] == list(PATHS)


def test_a_moderators_edit_of_public_words_and_an_undone_approval_are_told(
    fronted: World, cloudfront: "CloudFrontClient"
) -> None:
    first, second = fronted.published(), fronted.published()
    words = {"text": "Mended.", "version": 2}
    path, route = {"comment_id": first}, "/v1/moderation/comments/{comment_id}"

    assert fronted.request("PATCH", route, path=path, json_body=words, token=fronted.token).status == 200
    assert told(fronted, cloudfront) == 1
    approval = fronted.comment(second)["history"][-1]["id"]
    assert fronted.undo(comment=second, decision=approval).status == 200
    assert told(fronted, cloudfront) == 2


@pytest.mark.parametrize("how", ["reject", "approve", "withdraw", "erase"])
def test_it_is_not_told_of_what_nobody_could_read(fronted: World, cloudfront: "CloudFrontClient", how: str) -> None:
    comment_id = fronted.submit(author="ann").json["id"]

    take_away(fronted, comment_id, how)
    fronted.listed()

    assert told(fronted, cloudfront) == 0


def test_a_vote_and_a_flag_are_no_takedowns(fronted: World, cloudfront: "CloudFrontClient") -> None:
    comment_id = fronted.published(author="ann")

    fronted.vote(comment_id, 1, author="ben")
    fronted.flag(comment_id, author="ben")
    fronted.decide("approve", comment_id)

    assert told(fronted, cloudfront) == 0


def test_an_authors_edit_that_stays_public_waits_out_the_caches(fronted: World, cloudfront: "CloudFrontClient") -> None:
    fronted.hold("never")
    token = fronted.form()
    comment_id = fronted.submit(author="ann", form=token).json["id"]

    assert fronted.edit(comment_id, "Other words.", author="ann").status == 200

    assert told(fronted, cloudfront) == 0


def test_it_is_told_a_few_times_a_minute_at_most(
    fronted: World, cloudfront: "CloudFrontClient", caplog: pytest.LogCaptureFixture
) -> None:
    for comment_id in [fronted.published() for _ in range(INVALIDATIONS + 2)]:
        assert fronted.decide("reject", comment_id)["results"][0]["outcome"] == "done"

    assert told(fronted, cloudfront) == INVALIDATIONS
    assert caplog.text.count("InvalidationFailed") == 2

    late = fronted.published()
    fronted.clock.forward(minutes=1)
    fronted.decide("reject", late)
    assert told(fronted, cloudfront) == INVALIDATIONS + 1


def test_many_decisions_of_one_request_are_told_once(fronted: World, cloudfront: "CloudFrontClient") -> None:
    comments = [fronted.published() for _ in range(3)]

    fronted.decide("spam", *comments)

    assert told(fronted, cloudfront) == 1


def test_a_command_is_told_of_once_at_its_end(fronted: World, cloudfront: "CloudFrontClient") -> None:
    for _ in range(2):
        fronted.published()

    assert main(["comment", "render", "--all"]) == 0

    assert told(fronted, cloudfront) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BUSY, "TooManyInvalidationsInProgress"),
        (SILENT, "ReadTimeoutError"),
        (NoCredentialsError(), "NoCredentialsError"),
    ],
    ids=["busy", "silent", "no credentials"],
)
def test_a_distribution_that_can_not_be_told_fails_no_request(
    fronted: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    reason: str,
) -> None:
    comment_id = fronted.published()
    broken(fronted, monkeypatch, error)

    [result] = fronted.decide("reject", comment_id)["results"]

    assert result["outcome"] == "done"
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert json.loads(line) == {"mistake": "InvalidationFailed", "reason": reason}


def test_it_is_not_asked_again_by_the_next_request(
    fronted: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    comment_id = fronted.published()
    broken(fronted, monkeypatch, BUSY)
    fronted.decide("reject", comment_id)
    caplog.clear()

    fronted.listed()

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_it_is_tried_once_and_not_for_long(fronted: World) -> None:
    assert fronted.runtime.edge
    config: Any = fronted.runtime.edge.client.meta.config

    assert (config.connect_timeout, config.read_timeout) == (CONNECT, READ)
    assert config.retries["total_max_attempts"] == 1
    assert CONNECT + READ <= 1.5


def test_without_a_distribution_nothing_is_loaded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "chalicelib.notify.cdn")

    world.decide("reject", world.published())

    assert world.runtime.edge is None
    assert "chalicelib.notify.cdn" not in sys.modules
