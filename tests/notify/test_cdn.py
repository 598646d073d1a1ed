"""The CDN is invalidated, once per request, when public content is removed."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError
from moto import mock_aws

from chalicelib.api.assets import STATIC, find_assets
from chalicelib.cli.main import main
from chalicelib.notify.cdn import CONNECT, PATHS, READ
from chalicelib.settings import Settings
from chalicelib.store.invalidations import PER_MINUTE
from ops.cost.prices import PRICES
from tests.support.faults import Fault, FaultKind, Faults
from tests.support.response_checks import counted_calls
from tests.support.world import POST, World, key22, new_world, shared_client

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

BUSY = ClientError({"Error": {"Code": "TooManyInvalidationsInProgress"}}, "CreateInvalidation")
TIMEOUT = ReadTimeoutError(endpoint_url="https://cloudfront.amazonaws.com")


@pytest.fixture
def cloudfront() -> "Iterator[CloudFrontClient]":
    with mock_aws():
        yield boto3.client("cloudfront")


@pytest.fixture
def behind_cdn(cloudfront: "CloudFrontClient") -> Iterator[World]:
    """A service behind a CloudFront distribution."""
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


def invalidations(world: World, cloudfront: "CloudFrontClient") -> int:
    """The number of invalidations of the distribution."""
    listed = cloudfront.list_invalidations(DistributionId=world.runtime.settings.distribution)
    return len(listed["InvalidationList"].get("Items", []))


def break_cdn(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let CloudFront raise an error."""

    def refuse(**_more: object) -> None:
        raise error

    assert world.runtime.cdn
    monkeypatch.setattr(world.runtime.cdn.client, "create_invalidation", refuse)


def remove(world: World, comment_id: str, how: str) -> None:
    if how == "withdraw":
        assert world.withdraw(comment_id, author="ann").status < 300
    elif how == "erase":
        assert world.request("DELETE", "/v1/mine", token=f"aw_author_{key22('ann')}").status == 200
    else:
        assert world.decide(how, comment_id)["results"][0]["outcome"] == "done"


@pytest.mark.parametrize("how", ["reject", "spam", "delete", "withdraw", "erase"])
def test_the_cache_is_invalidated_when_public_content_is_removed(
    behind_cdn: World, cloudfront: "CloudFrontClient", how: str
) -> None:
    comment_id = behind_cdn.published(author="ann")
    assert invalidations(behind_cdn, cloudfront) == 0

    remove(behind_cdn, comment_id, how)

    assert invalidations(behind_cdn, cloudfront) == 1


def test_every_path_that_shows_comments_is_invalidated(behind_cdn: World, cloudfront: "CloudFrontClient") -> None:
    distribution = behind_cdn.runtime.settings.distribution
    behind_cdn.decide("reject", behind_cdn.published())

    [listed] = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    made = cloudfront.get_invalidation(DistributionId=distribution, Id=listed["Id"])["Invalidation"]

    assert made["InvalidationBatch"]["Paths"]["Items"] == ["/*"] == list(PATHS)


def test_a_moderators_edit_and_an_undone_approval_invalidate_the_cache(
    behind_cdn: World, cloudfront: "CloudFrontClient"
) -> None:
    first, second = behind_cdn.published(), behind_cdn.published()
    changes = {"text": "Corrected.", "version": 2}
    path, route = {"comment_id": first}, "/v1/moderation/comments/{comment_id}"

    assert behind_cdn.request("PATCH", route, path=path, json_body=changes, token=behind_cdn.token).status == 200
    assert invalidations(behind_cdn, cloudfront) == 1
    approval = behind_cdn.comment(second)["history"][-1]["id"]
    assert behind_cdn.undo(comment=second, decision=approval).status == 200
    assert invalidations(behind_cdn, cloudfront) == 2


@pytest.mark.parametrize("how", ["reject", "approve", "withdraw", "erase"])
def test_changes_to_unpublished_comments_do_not_invalidate_the_cache(
    behind_cdn: World, cloudfront: "CloudFrontClient", how: str
) -> None:
    comment_id = behind_cdn.submit(author="ann").json["id"]

    remove(behind_cdn, comment_id, how)
    behind_cdn.listed()

    assert invalidations(behind_cdn, cloudfront) == 0


def test_an_edit_that_waits_or_is_approved_leaves_the_cache_alone_and_an_undone_approval_does_not(
    behind_cdn: World, cloudfront: "CloudFrontClient"
) -> None:
    comment_id = behind_cdn.published(author="ann")

    assert behind_cdn.edit(comment_id, "Other changes.", author="ann").status == 202
    [approval] = behind_cdn.decide("approve", comment_id)["results"]
    assert invalidations(behind_cdn, cloudfront) == 0

    behind_cdn.undo(comment=comment_id, decision=approval["decision"])
    assert invalidations(behind_cdn, cloudfront) == 1


def test_votes_and_flags_do_not_invalidate_the_cache(behind_cdn: World, cloudfront: "CloudFrontClient") -> None:
    comment_id = behind_cdn.published(author="ann")

    behind_cdn.vote(comment_id, 1, author="ben")
    behind_cdn.flag(comment_id, author="ben")
    behind_cdn.decide("approve", comment_id)

    assert invalidations(behind_cdn, cloudfront) == 0


def test_an_authors_edit_that_stays_public_waits_for_the_cache_to_expire(
    behind_cdn: World, cloudfront: "CloudFrontClient"
) -> None:
    behind_cdn.policy(every_comment=False)
    token = behind_cdn.form()
    comment_id = behind_cdn.submit(author="ann", form=token).json["id"]

    assert behind_cdn.edit(comment_id, "Other changes.", author="ann").status == 200

    assert invalidations(behind_cdn, cloudfront) == 0


def test_invalidations_are_limited_to_a_few_a_minute(
    behind_cdn: World, cloudfront: "CloudFrontClient", caplog: pytest.LogCaptureFixture
) -> None:
    for comment_id in [behind_cdn.published() for _ in range(PER_MINUTE + 2)]:
        assert behind_cdn.decide("reject", comment_id)["results"][0]["outcome"] == "done"

    assert invalidations(behind_cdn, cloudfront) == PER_MINUTE
    assert caplog.text.count("InvalidationFailed") == 2

    late = behind_cdn.published()
    behind_cdn.clock.forward(minutes=1)
    behind_cdn.decide("reject", late)
    assert invalidations(behind_cdn, cloudfront) == PER_MINUTE + 1


BRIEF, USUAL = "s-maxage=10, ", "s-maxage=60, "
READS = [
    ("/v1/comments", {"post": POST}),
    ("/v1/counts", {"post": POST}),
    ("/v1/latest", {}),
    ("/v1/feed.atom", {}),
    ("/thread", {"post": POST}),
]


def kept(world: World) -> set[str]:
    """How long public pages are kept in the CDN."""
    found = {world.get(route, query=query).headers["Cache-Control"] for route, query in READS}
    return {each for each in (BRIEF, USUAL) if any(each in caching for caching in found)}


def use_up(world: World, cloudfront: "CloudFrontClient") -> None:
    """Remove comments until the day's invalidations are used up."""
    most = world.runtime.settings.limit_invalidations
    while invalidations(world, cloudfront) < most:
        assert kept(world) == {USUAL}
        world.decide("reject", world.published())
        world.clock.forward(minutes=1)


@pytest.fixture
def frugal(behind_cdn: World) -> World:
    """A service that may invalidate five times a day."""
    object.__setattr__(behind_cdn.runtime.settings, "limit_invalidations", 5)
    return behind_cdn


def test_above_the_days_limit_pages_are_kept_for_a_shorter_time_instead(
    frugal: World, cloudfront: "CloudFrontClient"
) -> None:
    use_up(frugal, cloudfront)

    frugal.decide("reject", frugal.published())

    assert invalidations(frugal, cloudfront) == 5
    assert kept(frugal) == {BRIEF}
    assert "s-maxage=86400" in frugal.get("/widget.js").headers["Cache-Control"]
    assert "immutable" in frugal.get("/assets/{name}", path={"name": asset()}).headers["Cache-Control"]


def asset() -> str:
    return next(iter(find_assets(STATIC)))


def test_the_next_day_there_are_invalidations_again(frugal: World, cloudfront: "CloudFrontClient") -> None:
    use_up(frugal, cloudfront)

    frugal.clock.forward(days=1)
    frugal.decide("reject", frugal.published())

    assert invalidations(frugal, cloudfront) == 6
    assert kept(frugal) == {USUAL}


def test_whether_they_are_used_up_is_read_once_a_minute_whatever_is_requested(behind_cdn: World) -> None:
    behind_cdn.get("/healthz")
    with counted_calls() as calls:
        for _ in range(20):
            behind_cdn.get("/healthz")
    assert calls.made == []

    behind_cdn.clock.forward(minutes=1)
    with counted_calls() as calls:
        behind_cdn.get("/healthz")
        behind_cdn.get("/healthz")
    assert calls.made == ["GetItem"]


def test_without_a_distribution_it_is_never_read(world: World) -> None:
    with counted_calls() as calls:
        assert USUAL in world.get("/healthz").headers["Cache-Control"]

    assert calls.made == []


def test_reading_goes_on_if_the_counter_cannot_be_read(behind_cdn: World) -> None:
    behind_cdn.published()

    with Faults(shared_client()) as faults, faults.plan(Fault(FaultKind.FAILED, times=100)):
        response = behind_cdn.get("/healthz")

    assert (response.status, USUAL in response.headers["Cache-Control"]) == (200, True)


def test_a_site_that_removes_a_comment_a_minute_stays_within_the_free_invalidations() -> None:
    assert Settings().limit_invalidations * 31 <= PRICES["invalidations"].free


def test_many_decisions_in_one_request_cause_one_invalidation(
    behind_cdn: World, cloudfront: "CloudFrontClient"
) -> None:
    comments = [behind_cdn.published() for _ in range(3)]

    behind_cdn.decide("spam", *comments)

    assert invalidations(behind_cdn, cloudfront) == 1


def test_a_command_causes_one_invalidation_at_its_end(behind_cdn: World, cloudfront: "CloudFrontClient") -> None:
    for _ in range(2):
        behind_cdn.published()

    assert main(["comment", "render", "--all"]) == 0

    assert invalidations(behind_cdn, cloudfront) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BUSY, "TooManyInvalidationsInProgress"),
        (TIMEOUT, "ReadTimeoutError"),
        (NoCredentialsError(), "NoCredentialsError"),
    ],
    ids=["busy", "silent", "no credentials"],
)
def test_a_failed_invalidation_fails_no_request(
    behind_cdn: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    reason: str,
) -> None:
    comment_id = behind_cdn.published()
    break_cdn(behind_cdn, monkeypatch, error)

    [result] = behind_cdn.decide("reject", comment_id)["results"]

    assert result["outcome"] == "done"
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert json.loads(line) == {"mistake": "InvalidationFailed", "reason": reason}


def test_the_next_request_does_not_retry_a_failed_invalidation(
    behind_cdn: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    comment_id = behind_cdn.published()
    break_cdn(behind_cdn, monkeypatch, BUSY)
    behind_cdn.decide("reject", comment_id)
    caplog.clear()

    behind_cdn.listed()

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_an_invalidation_is_tried_once_with_a_short_timeout(behind_cdn: World) -> None:
    assert behind_cdn.runtime.cdn
    config: Any = behind_cdn.runtime.cdn.client.meta.config

    assert (config.connect_timeout, config.read_timeout) == (CONNECT, READ)
    assert config.retries["total_max_attempts"] == 1
    assert CONNECT + READ <= 1.5


def test_without_a_distribution_the_module_is_not_loaded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "chalicelib.notify.cdn")

    world.decide("reject", world.published())

    assert world.runtime.cdn is None
    assert "chalicelib.notify.cdn" not in sys.modules
