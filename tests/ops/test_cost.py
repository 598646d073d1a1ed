"""What a month costs, by AWS's list prices and the service's measured consumption."""

import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from benchmarks.meter import Meter, entry
from benchmarks.operations import deciding, reacting, reading, submitting
from benchmarks.stage import text_of
from benchmarks.units import measured
from chalicelib.api.assets import REVALIDATED
from chalicelib.api.http.caching import PUBLIC
from chalicelib.cli.main import main
from chalicelib.events import hourly
from chalicelib.notify import cdn as edge
from chalicelib.settings import Settings
from chalicelib.store.engine.clients import new_client
from chalicelib.store.engine.schema import INDEXES
from ops.cost import consumption as consumed
from ops.cost.bill import (
    ALARMS,
    LOOK_TIMES,
    LOOKS,
    METRICS,
    PATHS,
    PATHS_A_DAY,
    PUBLIC_ALARMS,
    PUBLIC_SECONDS,
    SCRIPT_SECONDS,
    Site,
    Way,
    bill,
    idle,
    misses,
    paid,
    quantities,
    total,
)
from ops.cost.consumption import Operation
from ops.cost.page import LARGE, SITES, SMALL
from ops.cost.prices import PRICES
from ops.cost.report import dollars
from ops.stages import ROOT
from tests.support.wire_guard import size_of
from tests.support.world import World, key22

LENGTH = 450  # characters
OVERHEAD = 100  # bytes that AWS adds to each item and entry
OPERATIONS = {
    "submit, held, later": consumed.SUBMIT,
    "approve": consumed.APPROVE,
    "reject a waiting comment": consumed.REJECT,
    "vote": consumed.VOTE,
    "list of 25, newest, of 100": consumed.LIST,
    "queue, 25 of 2,000": consumed.QUEUE,
}


@pytest.fixture
def priced(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command."""

    def run(*arguments: str) -> str:
        assert main(["cost", *arguments]) == 0
        return capsys.readouterr().out

    return run


def consumption(meter: Meter, operation: Callable[[], Any]) -> Operation:
    found, _ = measured(meter, operation)
    return Operation(writes=found.write, reads=found.read, calls=found.calls)


def operations(world: World) -> Iterator[tuple[str, Callable[[], Any]]]:
    for kind in (submitting, deciding, reacting):
        yield from ((name, operation) for name, _, operation in kind(world, text_of(LENGTH)))
    yield from ((name, operation) for name, _, operation in reading(world, LENGTH))


def test_the_units_match_the_measured_consumption(engine_world: World) -> None:
    table = engine_world.runtime.table
    meter = Meter(table.client, new_client(table.client.meta.endpoint_url), table.name)

    found = {name: consumption(meter, operation) for name, operation in operations(engine_world)}

    assert {name: found[name] for name in OPERATIONS} == {
        name: replace(operation, ms=0.0) for name, operation in OPERATIONS.items()
    }


def test_reading_ones_own_comment_takes_one_unit(world: World) -> None:
    comment_id = world.submit(text_of(LENGTH), author="ann").json["id"]
    table, token = world.runtime.table, f"aw_author_{key22('ann')}"
    meter = Meter(table.client, new_client(), table.name)

    found = consumption(meter, lambda: world.get("/v1/mine", query={"id": comment_id}, token=token))

    assert found == replace(consumed.OWN_COMMENT, ms=0.0)


def test_stored_sizes_match_the_measured_sizes(world: World) -> None:
    comment_id = world.published(text_of(LENGTH), author="ann", name="Ann Example")
    world.vote(comment_id, 1, author="ben")
    items = world.runtime.table.client.scan(TableName=world.runtime.settings.table)["Items"]
    kinds: dict[str, dict[str, Any]] = {item["sk"]["S"][:1]: item for item in items if comment_id in item["pk"]["S"]}

    def bytes_of(kind: str) -> tuple[int, int]:
        entries = [size_of(found) for index in INDEXES if (found := entry(index, kinds[kind]))]
        return size_of(kinds[kind]) + OVERHEAD, sum(entries) + OVERHEAD * len(entries)

    comment, row = bytes_of("C"), bytes_of("L")
    assert (comment[0] + row[0], comment[1] + row[1]) == (consumed.ITEM_BYTES, consumed.ENTRY_BYTES)
    assert bytes_of("V") == (consumed.VOTE_ITEM_BYTES, consumed.VOTE_ENTRY_BYTES)


def test_logged_bytes_match_the_estimate(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    world.decide("approve", world.submit().json["id"])
    world.listed()

    lines = [record.getMessage() for record in caplog.records if record.name == "afterword"]
    assert all(json.loads(line)["request"] for line in lines)
    assert max(map(len, lines)) == pytest.approx(consumed.LINE_BYTES, abs=15)


def test_every_alarm_and_metric_is_counted() -> None:
    resources = json.loads((ROOT / "infra/watch.json").read_text(encoding="utf-8"))["Resources"].values()
    found = {name for step in hourly.METRICS.values() for name, _ in step.values()} | {hourly.FAILED}

    cdn = json.loads((ROOT / "infra/cdn.json").read_text(encoding="utf-8"))["Resources"].values()
    assert sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in resources) == ALARMS
    assert sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in cdn) == PUBLIC_ALARMS
    assert len(found) == METRICS


def test_cache_lifetimes_match_the_headers() -> None:
    assert f"s-maxage={PUBLIC_SECONDS}," in PUBLIC
    assert f"s-maxage={SCRIPT_SECONDS}," in REVALIDATED
    assert len(edge.PATHS) == PATHS


@pytest.mark.parametrize(
    ("posts", "span", "kept", "passed"),
    [(500, 30, 60, 714_981), (50, 30, 60, 508_300), (500, 30, 600, 403_108), (1, 1, 60, 1_438)],
    ids=["500 posts", "50 posts", "kept for long", "one day"],
)
def test_a_cache_serves_repeated_requests(posts: int, span: int, kept: int, passed: int) -> None:
    assert misses(1_000_000, posts, span, kept) == pytest.approx(passed, abs=1)


def test_a_cache_forwards_at_most_one_request_per_lifetime() -> None:
    assert misses(0, 500, 30, 60) == 0
    assert misses(10, 1, 30, 1) <= 10
    assert misses(10**12, 1, 1, 60) == pytest.approx(timedelta(days=1) / timedelta(minutes=1), rel=0.001)


def test_a_million_views_cost_what_a_calculation_by_hand_says() -> None:
    counted = quantities(Site(views=1_000_000))

    assert counted["gateway"] == 3_500_000  # a page and two looks each, and a script for every second one
    assert counted["reads"] == 3_000_000 * 2.5 + 720 * 30
    assert counted["writes"] == 0
    assert {line.price.part: line.dollars for line in bill(Site(views=1_000_000))}["API Gateway (REST)"] == 12.25


def test_the_widget_looks_for_news_as_the_bill_assumes() -> None:
    view, features = ((ROOT / f"web/widget/{name}.js").read_text(encoding="utf-8") for name in ("view", "features"))
    [first] = re.findall(r"const FIRST_POLL = ([\d_]+)", view)
    [second] = re.findall(r"const FIRST_WAIT = ([\d_]+)", features)

    assert (int(first) / 1_000, (int(first) + int(second)) / 1_000) == LOOK_TIMES
    assert len(LOOK_TIMES) == LOOKS


def test_a_look_within_the_life_of_a_page_hardly_ever_reaches_the_service() -> None:
    views, posts, span = 100_000, 50, 1.0
    chance, whole = Random(1), sum(1 / rank for rank in range(1, posts + 1))  # noqa: S311  not a secret
    passed = 0
    for rank in range(1, posts + 1):
        began = [chance.random() * 86_400 * span for _ in range(int(views / rank / whole))]
        until = 0.0
        for time in sorted(each + look for each in began for look in (0, *LOOK_TIMES)):
            if time >= until:
                passed, until = passed + 1, time + PUBLIC_SECONDS

    estimated = misses(views, posts, span, PUBLIC_SECONDS, LOOK_TIMES[-1])

    assert passed <= estimated <= 1.1 * passed


def test_through_a_function_url_api_gateway_counts_moderators_only() -> None:
    site = Site(views=1_000_000, comments=1_000, votes=2_000, decisions=1_000, way=Way.CDN_URL)

    assert quantities(site)["gateway"] == pytest.approx(1_100)  # a decision each, and a page of the queue for ten
    assert quantities(replace(site, way=Way.CDN_REST))["gateway"] > 700_000


@pytest.mark.parametrize("name", SITES)
def test_each_way_is_cheaper_than_the_one_before(name: str) -> None:
    found = [paid(bill(replace(SITES[name], way=way))) for way in Way]

    assert found == sorted(found, reverse=True)


def test_a_function_url_saves_most_of_the_bill_of_a_popular_site() -> None:
    rest, _, url = (bill(replace(LARGE, way=way)) for way in Way)

    assert total(url) < 0.5 * total(rest)
    assert paid(url) < 0.05 * paid(rest)


def test_the_estimate_counts_no_more_invalidations_than_are_made() -> None:
    busy = Site(comments=1_000_000, way=Way.CDN_URL)

    assert quantities(busy)["invalidations"] == 30 * PATHS_A_DAY == 900
    assert Settings().limit_invalidations == PATHS_A_DAY


def test_submissions_decisions_and_votes_cost_what_a_calculation_by_hand_says() -> None:
    counted = quantities(Site(comments=1_000, votes=2_000, decisions=1_000, months=1))

    assert counted["writes"] == pytest.approx(1_000 * 7 + 2_000 * 11 + 900 * 18 + 100 * 14)
    assert counted["stored"] == (1_000 * 4_267 + 2_000 * 525) / 10**9


@pytest.mark.parametrize("name", SITES)
def test_an_idle_month_costs_cents(name: str) -> None:
    assert paid(idle(SITES[name])) < 0.10 * max(1, SITES[name].comments / 10_000)  # the comments are stored


def test_an_idle_month_of_an_unused_site_costs_nothing() -> None:
    assert paid(idle(Site())) == pytest.approx(0, abs=0.005)


def test_the_free_tier_never_makes_a_price_negative() -> None:
    for line in bill(LARGE):
        assert 0 <= line.off <= line.dollars + 1e-9
    assert paid(bill(LARGE)) < total(bill(LARGE))


def test_with_cloudfront_a_viral_day_costs_cents() -> None:
    viral = SITES["a viral day"]

    assert paid(bill(replace(viral, way=Way.CDN_URL))) < 0.05 * paid(bill(viral))


def test_every_price_is_used_and_names_its_source() -> None:
    used = {line.price for site in (LARGE, replace(LARGE, way=Way.CDN_URL, waf=True)) for line in bill(site)}

    assert used == set(PRICES.values())
    assert all(price.page.startswith("aws.amazon.com/") and price.dated[-4:].isdigit() for price in PRICES.values())


def test_the_command_makes_no_requests(priced: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "AFTERWORD_"))]:
        monkeypatch.delenv(name)

    out = priced("--views", "1_000_000", "--comments", "10,000")

    assert f"total, list prices{total(bill(LARGE)):57,.2f}".replace(" ", "") in out.replace(" ", "").replace("$", "")
    assert "an idle month" in out
    assert "Prices from:" in out


def test_the_output_lists_the_assumed_values(priced: Callable[..., str]) -> None:
    plain, edged = priced("--comments", "10"), priced("--comments", "10", "--votes", "0", "--decisions", "0", "--cdn")

    assert "Zipf" in edged
    assert "Zipf" not in plain
    assert "CloudFront, requests" in edged
    assert re.search(r"API Gateway \(REST\) +0 requests", edged)
    assert "WAF" not in edged
    assert "Data to the internet" not in edged.replace("CloudFront, data to the internet", "")


@pytest.mark.parametrize(
    "wrong",
    [("--views", "-1"), ("--posts", "0"), ("--approved", "1.1"), ("--days", "many")],
    ids=["negative", "no post", "more than all", "no number"],
)
def test_impossible_values_are_refused(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cost", *wrong])

    assert wrong[0] in capsys.readouterr().err


def test_the_readme_names_the_costs_that_are_computed() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if "views" in line and line.startswith("| a ")]

    for row, site in zip(rows, (SMALL, LARGE), strict=True):
        ways = [paid(bill(replace(site, way=way))) for way in (Way.REST, Way.CDN_URL)]
        assert row[1:] == [dollars(each) for each in (*ways, paid(idle(site)))]
    for way in (Way.REST, Way.CDN_URL):
        assert dollars(total(bill(replace(LARGE, way=way)))) in text
