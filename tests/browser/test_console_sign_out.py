"""Signing out removes all local data; nothing is lost for those who stay signed in."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from chalicelib.core.accounts import Role
from tests.browser.test_console_offline import kept
from tests.browser.test_console_queue import statuses, waiting
from tests.browser.test_console_undo import hold
from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.slow, pytest.mark.browser, one_prefix]

CACHED = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
  return (await Promise.all(caches_.map((cache) => cache.keys()))).flat().map(({url}) => url)
}"""


def nothing_is_left(page: Page) -> None:
    expect(page.get_by_role("article")).to_have_count(0)
    page.wait_for_timeout(300)  # time for something to be kept late
    assert kept(page) == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert [each for each in page.evaluate(CACHED) if "/v1/" in each] == []


def write_a_note(console: Console, text: str) -> None:
    card = console.card(text)
    card.get_by_role("button", name="Note").click()
    card.get_by_label("A note").fill("A secret.")


def answer_next(page: Page, asked: list[str], *, accept: bool) -> None:
    """Answer the page's next question, and note it."""

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        (dialog.accept if accept else dialog.dismiss)()

    page.once("dialog", answer)


@pytest.mark.parametrize("during", ["**/queue?**", "**/decisions"], ids=["a load", "a decision"])
def test_signing_out_leaves_no_data_even_during_requests(console: Console, during: str) -> None:
    ids = waiting(console, 2)
    console.sign_in()
    write_a_note(console, "number 1.")
    release = hold(console, during)
    if "queue" in during:
        console.tab("Waiting")
    else:
        console.decide("number 0.", "Approve")

    console.page.get_by_role("button", name="Sign out", exact=True).click()
    console.page.wait_for_timeout(100)
    release()

    expect(console.page.get_by_text("You are signed out.")).to_be_visible()
    nothing_is_left(console.page)
    assert console.status(ids[0]) == ("pending" if "queue" in during else "published")


def test_signing_out_everywhere_leaves_no_data_in_this_browser(console: Console) -> None:
    waiting(console, 2)
    console.sign_in(keep=True)
    write_a_note(console, "number 1.")
    console.settings("Your devices")

    console.page.get_by_role("button", name="Sign out everywhere").click()
    console.page.get_by_role("button", name="Sign out everywhere").click()

    expect(console.page.get_by_text("You are signed out.")).to_be_visible()
    nothing_is_left(console.page)


def test_signing_out_offline_asks_before_losing_decisions(console: Console) -> None:
    ids, page, asked = waiting(console, 2), console.page, list[str]()
    console.sign_in()
    page.route("**/v1/**", lambda route: route.abort())
    console.decide("number 0.", "Approve")
    console.says("Offline")

    answer_next(page, asked, accept=False)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_timeout(300)
    expect(page.get_by_text("Signed in as Ada")).to_be_visible()
    answer_next(page, asked, accept=True)
    page.get_by_role("button", name="Sign out", exact=True).click()

    expect(page.get_by_text("You are signed out here.")).to_be_visible()
    assert asked == ["1 decision was not sent yet: sign out and lose it?"] * 2
    nothing_is_left(page)
    assert statuses(console, ids) == ["pending", "pending"]


def test_two_offline_tabs_keep_each_others_decisions(console: Console) -> None:
    ids, first = waiting(console, 3), console.page
    console.sign_in(keep=True)
    second = Console(console.world, first.context.new_page(), console.url, console.moderator)
    second.page.goto(f"{console.url}/moderate")
    expect(second.page.get_by_role("article")).to_have_count(3)
    first.context.route("**/decisions", lambda route: route.abort())
    console.decide("number 0.", "Approve")
    console.says("Offline: 1 decision")
    second.decide("number 1.", "Reject")
    second.says("Offline: 1 decision")

    first.context.unroute("**/decisions")
    first.close()
    second.page.reload()

    second.says("Decisions made offline are done: 1.")
    expect(second.page.get_by_role("article")).to_have_count(1)
    second.page.wait_for_function("async () => (await indexedDB.databases()).length")
    assert statuses(console, ids) == ["published", "rejected", "pending"]
    assert kept(second.page) == ["list pending"]


def test_a_draft_is_not_shown_to_the_next_moderator_or_sent_with_their_work(
    console: Console,
) -> None:
    [only] = waiting(console, 1)
    console.sign_in()
    write_a_note(console, "number 0.")
    console.world.clock.forward(hours=13)
    console.tab("Waiting")
    expect(console.page.get_by_text("Your session has ended.")).to_be_visible()

    grace, _ = console.world.runtime.accounts_service.invite("Grace", Role.MODERATOR)
    Console(console.world, console.page, console.url, grace.id).sign_in()
    expect(console.card("number 0.").get_by_label("A note")).to_have_count(0)
    console.decide("number 0.", "Approve")
    console.says("is now published")

    assert [each["note"] for each in console.world.comment(only)["history"]] == [None, None]
