"""What a month costs, by AWS's list prices and the service's measured consumption."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.meter import Meter, entry
from benchmarks.operations import deciding, reacting, reading, submitting
from benchmarks.stage import text_of
from benchmarks.units import measured
from chalicelib.api.assets import REVALIDATED
from chalicelib.api.http.endpoints import PUBLIC
from chalicelib.cli.main import main
from chalicelib.events import hourly
from chalicelib.notify import cdn as edge
from chalicelib.store.engine.clients import new_client
from chalicelib.store.engine.schema import INDEXES
from ops.cost import consumption as consumed
from ops.cost.bill import (
    ALARMS,
    METRICS,
    PATHS,
    PUBLIC_SECONDS,
    SCRIPT_SECONDS,
    Site,
    bill,
    idle,
    misses,
    paid,
    quantities,
    total,
)
from ops.cost.consumption import Operation
from ops.cost.page import LARGE, SITES
from ops.cost.prices import PRICES
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

    assert sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in resources) == ALARMS
    assert len(found) == METRICS


def test_cache_lifetimes_match_the_headers() -> None:
    assert f"s-maxage={PUBLIC_SECONDS}," in PUBLIC
    assert f"max-age={SCRIPT_SECONDS}," in REVALIDATED
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

    assert counted["gateway"] == 1_500_000  # a page each, and a script for every second one
    assert counted["reads"] == 1_000_000 * 2.5 + 720 * 30
    assert counted["writes"] == 0
    assert {line.price.part: line.dollars for line in bill(Site(views=1_000_000))}["API Gateway (REST)"] == 5.25


def test_submissions_decisions_and_votes_cost_what_a_calculation_by_hand_says() -> None:
    counted = quantities(Site(comments=1_000, votes=2_000, decisions=1_000, months=1))

    assert counted["writes"] == pytest.approx(1_000 * 7 + 2_000 * 11 + 900 * 17 + 100 * 13)
    assert counted["stored"] == (1_000 * 4_245 + 2_000 * 525) / 10**9


@pytest.mark.parametrize("name", SITES)
def test_an_idle_month_costs_cents(name: str) -> None:
    assert paid(idle(SITES[name])) < 0.10


def test_an_idle_month_of_an_unused_site_costs_nothing() -> None:
    assert paid(idle(Site())) == pytest.approx(0, abs=0.005)


def test_the_free_tier_never_makes_a_price_negative() -> None:
    for line in bill(LARGE):
        assert 0 <= line.off <= line.dollars + 1e-9
    assert paid(bill(LARGE)) < total(bill(LARGE))


def test_with_cloudfront_a_viral_day_costs_cents() -> None:
    viral = SITES["a viral day"]

    assert paid(bill(replace(viral, cdn=True))) < 0.05 * paid(bill(viral))


def test_every_price_is_used_and_names_its_source() -> None:
    used = {line.price for site in (LARGE, replace(LARGE, cdn=True)) for line in bill(site)}

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
