"""The insights page: charts with names, units and a baseline, and equivalent tables."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_the_stats_show_who_decided_how_much_and_how_quickly(owners: Console) -> None:
    ids = [owners.world.submit(f"Number {number}.", key=f"{number}").json["id"] for number in range(4)]
    owners.world.clock.forward(minutes=30)
    owners.world.decide("approve", *ids[:2])
    owners.world.decide("spam", ids[2])
    owners.sign_in()

    owners.tab("Insights")

    expect(owners.page.get_by_text("Waiting: 1, the oldest since")).to_be_visible()
    expect(owners.page.get_by_text("Spam: 33% of what was decided on")).to_be_visible()
    cells = owners.page.get_by_role("table", name="30 days").get_by_role("row").nth(1).locator("td")
    expect(cells).to_have_text(["2", "0", "1", "33%", "30 minutes", "\u2068Ada\u2069: 3", "1"])
    ada = owners.page.get_by_role("table", name="Decisions by moderator").get_by_role("row").nth(1)
    expect(ada).to_have_text("\u2068Ada\u20693")


@pytest.mark.parametrize(
    ("title", "most", "heights"),
    [
        ("Decisions", "3", [66.7, 33.3]),
        ("Still waiting", "1", [100]),
        ("Mean time to decision", "30 minutes", [100]),
        ("Share of spam", "33%", [100]),
    ],
)
def test_each_chart_has_a_name_a_unit_and_a_baseline(
    owners: Console, title: str, most: str, heights: list[float]
) -> None:
    owners.page.set_viewport_size({"width": 375, "height": 700})
    ids = [owners.world.submit(f"Number {number}.", key=f"{number}").json["id"] for number in range(4)]
    owners.world.clock.forward(minutes=30)
    owners.world.decide("approve", *ids[:2])
    owners.world.decide("spam", ids[2])
    owners.sign_in()
    owners.tab("Insights")

    chart = owners.page.get_by_role("img", name=f"{title}: from")

    expect(chart).to_have_accessible_name(re.compile(f"at most {most}$"))
    bars = chart.locator("rect")
    found = bars.evaluate_all("all => all.map(each => each.height.baseVal.value).filter(Boolean)")
    assert [round(each, 1) for each in found] == heights
    bottom = chart.evaluate("each => each.getBoundingClientRect().bottom - each.clientTop - 1")
    ends = bars.evaluate_all(
        "all => all.filter(each => each.height.baseVal.value).map(each => each.getBoundingClientRect().bottom)"
    )
    assert abs(max(ends) - bottom) <= 1


@one_prefix
def test_a_moderator_who_is_not_an_owner_can_see_who_decided(console: Console) -> None:
    console.world.decide("approve", console.world.submit("One.").json["id"])
    [other] = [each.name for each in console.world.runtime.accounts.moderators() if each.id != console.moderator]
    console.sign_in()

    console.tab("Insights")

    expect(console.page.get_by_role("table", name="Decisions by moderator")).to_contain_text(other)
