"""The moderation console on a phone: by touch, installed, offline and back online."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import app
from chalicelib.core.accounts import Role
from dev.server import running
from tests.browser.test_console_queue import decided, statuses, waiting
from tests.support.pages import Console, one_prefix
from tests.support.world import World

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STEPS = 8  # of a finger on its way
STEP = 15  # milliseconds
REST = 120  # milliseconds at the end
PAUSE = 600  # milliseconds between two taps: what follows sooner is the rest of a double tap


@pytest.fixture
def phone(browser: Browser, world: World) -> Iterator[Console]:
    """The page in a hand."""
    moderator, _ = world.runtime.accounts_service.invite("Ada", Role.MODERATOR)
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(error.message))
    with running(app.app, "/api") as url:
        yield Console(world, page, url, moderator.id)
    context.close()
    assert wrong == []


def swipe(card: Locator, *, share: float, along: float = 0) -> None:
    """Push a card aside by a share of its width, to its end if that is above 0."""
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    assert box
    session = card.page.context.new_cdp_session(card.page)
    x, y = box["x"] + box["width"] * (0.1 if share > 0 else 0.9), box["y"] + 6

    def touch(kind: str, *points: dict[str, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, STEPS + 1):
        part = step / STEPS
        touch("touchMove", {"x": x + box["width"] * share * part, "y": y + along * part})
        card.page.wait_for_timeout(STEP)
    card.page.wait_for_timeout(REST)  # else it is a fling, whose end swallows the next tap
    touch("touchEnd")


def test_ten_comments_are_approved_and_five_rejected_by_touch_and_the_last_is_undone(phone: Console) -> None:
    ids, page = waiting(phone), phone.page
    phone.sign_in()

    for number, each in enumerate(decided(ids)):
        first = page.get_by_role("article").first
        if number % 2:
            swipe(first, share=0.6 if each == "published" else -0.6)
        else:
            page.wait_for_timeout(PAUSE)
            first.get_by_role("button", name="Approve" if each == "published" else "Reject", exact=True).tap()
        expect(page.get_by_role("article")).to_have_count(len(ids) - number - 1)
    phone.says("is now rejected")
    assert statuses(phone, ids) == decided(ids)

    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_role("article")).to_have_count(1)


def test_a_swipe_that_turns_back_or_scrolls_decides_nothing(phone: Console) -> None:
    ids = waiting(phone, 3)
    phone.sign_in()

    swipe(phone.page.get_by_role("article").first, share=0.3)
    swipe(phone.page.get_by_role("article").first, share=0.05, along=-120)

    expect(phone.page.get_by_role("article")).to_have_count(3)
    phone.page.wait_for_timeout(200)
    assert statuses(phone, ids) == ["pending"] * 3


def test_the_installed_page_opens_and_decides_offline_and_syncs_later(phone: Console) -> None:
    [first, second, third] = waiting(phone, 3)
    page = phone.page
    phone.sign_in()
    page.evaluate("navigator.serviceWorker.ready")

    page.context.set_offline(True)
    page.route("**/v1/**", lambda route: route.abort())
    phone.decide("number 0.", "Approve")
    phone.says("Offline: 1 decision is stored here and sent later.")
    page.reload()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_text("Offline. Showing the list from")).to_be_visible()
    phone.decide("number 1.", "Reject")
    expect(page.get_by_role("article")).to_have_count(1)
    assert statuses(phone, [first, second, third]) == ["pending"] * 3

    phone.world.decide("reject", third)  # somebody else, meanwhile
    phone.decide("number 2.", "Approve")
    page.unroute("**/v1/**")
    page.context.set_offline(False)
    phone.says("Somebody was faster")
    assert statuses(phone, [first, second, third]) == ["published", "rejected", "rejected"]
    page.reload()
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()


def test_an_offline_decision_can_be_undone_before_it_is_sent(phone: Console) -> None:
    [only] = waiting(phone, 1)
    phone.sign_in()

    phone.page.context.set_offline(True)
    phone.decide("number 0.", "Spam")
    phone.says("Offline")
    phone.page.get_by_role("button", name="Undo").tap()
    phone.says("Undone before it was sent.")
    expect(phone.card("number 0.")).to_be_visible()
    phone.page.context.set_offline(False)

    phone.page.reload()
    expect(phone.card("number 0.")).to_be_visible()
    assert phone.status(only) == "pending"


def kept(page: Page) -> list[str]:
    names: list[str] = page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open('afterword-console', 1)
          opening.onupgradeneeded = () => opening.result.createObjectStore('kept')
          opening.onsuccess = () => {
            const asked = opening.result.transaction('kept').objectStore('kept').getAllKeys()
            asked.onsuccess = () => (opening.result.close(), resolve(asked.result))
          }
        })"""
    )
    return names


@one_prefix
def test_nothing_is_stored_after_signing_out(console: Console) -> None:
    waiting(console, 2)
    console.sign_in()
    console.decide("number 0.", "Approve")
    console.says("is now published")
    assert "list pending" in kept(console.page)

    console.page.get_by_role("button", name="Sign out").click()
    expect(console.page.get_by_text("You are signed out.")).to_be_visible()

    assert kept(console.page) == []


@one_prefix
def test_stored_data_expires_after_a_day_and_is_only_for_its_moderator(console: Console) -> None:
    waiting(console, 2)
    console.page.clock.install()
    console.sign_in()
    expect(console.page.get_by_role("article")).to_have_count(2)
    assert kept(console.page) == ["list pending"]

    console.page.clock.set_system_time(console.page.evaluate("Date.now() + 86_401_000"))
    console.page.route("**/v1/moderation/queue**", lambda route: route.abort())
    console.page.reload()

    expect(console.page.get_by_text("can’t be reached")).to_be_visible()  # noqa: RUF001
    console.page.wait_for_timeout(500)
    assert kept(console.page) == []


@one_prefix
def test_the_page_can_be_installed(console: Console) -> None:
    console.sign_in()
    console.page.evaluate("navigator.serviceWorker.ready")
    session = console.page.context.new_cdp_session(console.page)
    manifest = session.send("Page.getAppManifest")

    assert manifest["errors"] == []
    assert '"standalone"' in manifest["data"]
    wrong = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in wrong if each["errorId"] != "in-incognito"] == []


@one_prefix
def test_a_decision_after_the_session_ended_is_sent_after_the_next_sign_in(console: Console) -> None:
    [first, _] = waiting(console, 2)
    console.sign_in()
    console.world.clock.forward(seconds=13 * 3_600)

    console.decide("number 0.", "Reject")
    expect(console.page.get_by_text("Your session has ended.")).to_be_visible()
    assert console.status(first) == "pending"
    console.sign_in()

    console.says("is now rejected")
    assert console.status(first) == "rejected"
    expect(console.page.get_by_role("article")).to_have_count(1)


@one_prefix
def test_a_decision_after_the_session_ended_is_not_sent_by_another_moderator(console: Console) -> None:
    [first] = waiting(console, 1)
    console.sign_in()
    console.world.clock.forward(seconds=13 * 3_600)
    console.decide("number 0.", "Reject")
    expect(console.page.get_by_text("Your session has ended.")).to_be_visible()

    other, _ = console.world.runtime.accounts_service.invite("Grace", Role.MODERATOR)
    Console(console.world, console.page, console.url, other.id).sign_in()

    expect(console.card("number 0.")).to_be_visible()
    console.page.wait_for_timeout(300)
    assert console.status(first) == "pending"
