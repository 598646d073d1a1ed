"""Clearing the queue quickly and undoing it: by keyboard, in bulk, with two moderators, in the activity log."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.core.accounts import Role
from tests.support.pages import Console, one_prefix

pytestmark = [pytest.mark.browser, one_prefix]

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
GOOD, BAD = 10, 5  # of those that wait
MAX_CLICKS = 10


def waiting(console: Console, count: int = GOOD + BAD) -> list[str]:
    """So many that wait, oldest first: every third is bad."""
    words = [f"{'A bad' if number % 3 == 2 else 'A good'} comment, number {number}." for number in range(count)]
    ids = []
    for number, text in enumerate(words):
        console.world.clock.forward(seconds=20)
        ids.append(console.world.submit(text, name=f"Reader {number}", key=f"key {number}").json["id"])
    return ids


def statuses(console: Console, ids: list[str]) -> list[str]:
    return [console.status(each) for each in ids]


def decided(ids: list[str]) -> list[str]:
    return ["rejected" if number % 3 == 2 else "published" for number in range(len(ids))]


def test_ten_comments_are_approved_and_five_rejected_by_keyboard_and_all_is_undone(console: Console) -> None:
    ids, page = waiting(console), console.page
    console.sign_in()

    page.keyboard.press("j")
    for each in decided(ids):
        page.keyboard.press("a" if each == "published" else "r")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    console.says("is now rejected")
    console.says(f"Reader {GOOD + BAD - 1}")
    assert statuses(console, ids) == decided(ids)

    for _ in ids:
        page.keyboard.press("u")
    expect(page.get_by_role("article")).to_have_count(GOOD + BAD)  # one request after the other
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    assert statuses(console, ids) == ["pending"] * len(ids)


def test_ten_comments_are_approved_and_five_rejected_with_fewer_than_ten_clicks(console: Console) -> None:
    ids, page = waiting(console), console.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/decisions") else None)
    console.sign_in()

    clicks = 0
    for number in range(2, GOOD + BAD, 3):
        page.get_by_label(f"Select the comment of “\u2068Reader {number}\u2069”").click()
        clicks += 1
    page.locator("#selection").get_by_role("button", name="Reject").click()
    console.says("5 comments are now rejected.")
    page.get_by_label("Select all").click()
    page.locator("#selection").get_by_role("button", name="Approve").click()
    clicks += 3

    console.says("10 comments are now published.")
    assert clicks < MAX_CLICKS
    assert len(sent) == 2
    assert statuses(console, ids) == decided(ids)
    page.get_by_role("button", name="Undo").click()
    console.says("Undone: 10 comments are as they were.")
    page.get_by_role("button", name="Undo: 5 comments are now rejected.").click()
    expect(page.get_by_role("article")).to_have_count(GOOD + BAD)
    assert statuses(console, ids) == ["pending"] * len(ids)


def test_shift_selects_a_range(console: Console) -> None:
    waiting(console, 6)
    console.sign_in()

    console.page.get_by_role("checkbox", name="Reader 1").click()
    console.page.get_by_role("checkbox", name="Reader 4").click(modifiers=["Shift"])
    expect(console.page.locator("#selected-count")).to_have_text("4 selected")

    console.page.keyboard.press("Escape")
    expect(console.page.locator("#selection")).to_be_hidden()


def test_no_key_decides_without_a_selection_while_typing_or_on_key_repeat(console: Console) -> None:
    ids, page = waiting(console, 3), console.page
    console.sign_in()

    page.keyboard.press("a")
    page.keyboard.press("/")
    page.keyboard.type("bars")
    expect(page.get_by_label("Search in text and name")).to_have_value("bars")
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Waiting").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    page.keyboard.press("r")
    page.get_by_label("Use these shortcuts on this device").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert statuses(console, ids) == ["pending"] * 3

    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_label("Use these shortcuts on this device").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    page.keyboard.down("a")
    page.keyboard.down("a")  # as a key that is held down comes again
    page.keyboard.up("a")
    console.says("is now published")
    assert statuses(console, ids) == ["published", "pending", "pending"]


def test_a_search_and_an_author_filter_the_queue(console: Console) -> None:
    for number in range(3):
        console.world.submit(f"Ann says {number}.", name="Ann", author="ann", key=f"ann {number}")
    console.world.submit("Bob says pineapple.", name="Bob", author="bob")
    console.sign_in()
    articles = console.page.get_by_role("article")

    console.page.get_by_label("Search in text and name").fill("PINEAPPLE")
    console.page.keyboard.press("Enter")
    expect(articles).to_have_count(1)
    expect(console.card("Bob says")).to_be_visible()

    console.tab("Waiting")
    expect(articles).to_have_count(4)
    console.unfold("Ann says 1")
    console.card("Ann says 1").get_by_role("button", name="All by \u2068Ann\u2069").click()
    expect(articles).to_have_count(3)
    console.page.get_by_label("Select all").check()
    console.page.keyboard.press("s")
    console.says("3 comments are now spam.")
    console.page.get_by_role("button", name="Clear filter").click()
    expect(articles).to_have_count(1)


def test_a_flagged_comment_shows_its_reasons_and_is_kept_or_removed(console: Console) -> None:
    fine, foul = console.world.published("A fine word."), console.world.published("A foul word.", key="foul")
    for number, each in enumerate((fine, foul)):
        assert console.world.flag(each, "abuse", author=f"flagger {number}", note="He is rude.").status == 202
    console.sign_in()

    console.tab("Flagged")
    expect(console.card("A foul word.")).to_contain_text("A reader flagged it:")
    expect(console.card("A foul word.")).to_contain_text("Abuse: \u2068He is rude.\u2069")
    console.decide("A foul word.", "Reject")
    console.decide("A fine word.", "Keep")

    expect(console.page.get_by_text("There is nothing here.")).to_be_visible()
    console.says("is now published")
    assert statuses(console, [fine, foul]) == ["published", "rejected"]


def test_the_second_of_two_moderators_sees_who_decided_first(console: Console, browser: Browser) -> None:
    comment_id = console.world.submit("Seen twice.", name="Ann").json["id"]
    console.sign_in()
    grace, _ = console.world.runtime.accounts_service.invite("Grace", Role.MODERATOR)
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    other = Console(console.world, context.new_page(), console.url, grace.id)
    other.sign_in()
    other.decide("Seen twice.", "Reject")
    other.says("is now rejected")

    console.decide("Seen twice.", "Approve")

    console.says("“\u2068Ann\u2069” is already rejected. Somebody was faster: \u2068Grace\u2069")
    expect(console.page.get_by_role("button", name="Undo")).to_be_hidden()
    assert console.status(comment_id) == "rejected"
    console.tab("Rejected")
    console.unfold("Seen twice.")
    console.card("Seen twice.").get_by_role("button", name="History").click()
    expect(console.page.get_by_role("list", name="History")).to_contain_text("Grace rejected a comment")
    context.close()


def test_the_activity_log_shows_who_did_what_and_can_undo_it(console: Console) -> None:
    ids = waiting(console, 2)
    console.world.decide("approve", ids[0], note="Well said.")
    console.sign_in()
    console.tab("Activity")
    row = console.page.get_by_role("article").filter(has_text="approved a comment")
    expect(row).to_contain_text("waiting → published")
    expect(row).to_contain_text("Well said.")
    expect(row.locator(".excerpt")).to_have_text("“\u2068Reader 0\u2069”: \u2068A good comment, number 0.\u2069")

    row.get_by_role("button", name="Show").click()
    expect(row.locator(".text")).to_have_text("A good comment, number 0.")
    row.get_by_role("button", name="Undo").click()

    expect(row).to_contain_text("Undone")
    assert statuses(console, ids) == ["pending", "pending"]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_axe_finds_nothing_and_nothing_overflows(console: Console, width: int, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: make widget")
    page, flagged = console.page, console.world.published("Flagged.", name="F" * 80, author="ann", key="flagged")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    console.world.flag(flagged, "other", author="bob", note="W" * 300)
    waiting(console, 3)
    page.goto(console.link())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [wrong(console)]
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("checkbox", name="Reader 1").check()
    found.append(wrong(console))
    for name in ("Reply", "Edit", "Note", "More"):
        page.get_by_role("article").first.get_by_role("button", name=name, exact=True).click()
    for name in ("History", "Delete for good"):
        page.get_by_role("article").first.get_by_role("button", name=name).click()
    expect(page.get_by_text("be undone: text, name")).to_be_visible()
    found.append(wrong(console))
    tabs, settings = (
        ("Flagged", "Published", "Rejected", "Spam", "Activity", "Posts", "Insights"),
        ("Screening", "Your devices"),
    )
    for tab in (*tabs, *settings):
        (console.settings if tab in settings else console.tab)(tab)
        expect(page.get_by_text("Loading")).to_be_hidden()
        if tab == "Posts":
            page.get_by_text("Move comments to another post …").first.click()
            page.get_by_label("New address").first.fill("/elsewhere")
            page.get_by_role("button", name="Preview").first.click()
            expect(
                page.get_by_text("comment will move from").or_(page.get_by_text("comments will move from"))
            ).to_be_visible()
        if tab == "Your devices":
            page.get_by_role("button", name="Sign in on my phone").click()
            expect(page.get_by_role("img", name="The address as a QR code")).to_be_visible()
        found.append(wrong(console))
    page.get_by_role("button", name="Shortcuts").click()
    found.append(wrong(console))

    assert [each for each in found if each != ([], True)] == []


def wrong(console: Console) -> tuple[list[Any], bool]:
    """What axe finds, each with the first element that has it; and whether the page fits."""
    found: dict[str, Any] = console.page.evaluate("axe.run()")
    fits = console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]], bool(fits)


def test_a_network_and_a_post_filter_the_queue(console: Console) -> None:
    world, page = console.world, console.page
    world.submit("From here.", post="/one", address="203.0.113.9")
    world.submit("Also from here.", post="/two", address="203.0.113.9")
    world.submit("From there.", post="/two", address="198.51.100.7")
    console.sign_in()

    console.unfold("Also from here.")
    console.card("Also from here.").get_by_role("button", name="From this network").click()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(console.card("From there.")).to_have_count(0)
    page.get_by_role("button", name="Clear filter").click()
    console.unfold("From there.")
    console.card("From there.").get_by_role("button", name="All under this post").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("/two")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("button", name="Clear filter").click()
    expect(page.get_by_role("article")).to_have_count(3)


def test_a_card_shows_its_history_and_automatic_changes(console: Console) -> None:
    comment_id = console.world.submit("A word.").json["id"]
    console.world.decide("reject", comment_id)
    console.sign_in()
    console.tab("Rejected")

    console.unfold("A word.")
    console.card("A word.").get_by_role("button", name="History").click()

    past = console.page.get_by_role("list", name="History").get_by_role("listitem")
    expect(past).to_have_count(2)
    expect(past.first).to_contain_text("Screening set it to waiting (automatic)")
    expect(past.last).to_contain_text("rejected a comment")
    past.last.get_by_role("button", name="Undo").click()
    console.says("Undone.")
    assert console.status(comment_id) == "pending"


def test_the_activity_log_is_filtered_by_moderator_and_day(console: Console) -> None:
    first, second = (console.world.submit(text).json["id"] for text in ("One.", "Two."))
    console.world.decide("reject", first)
    day = f"{console.world.clock():%Y-%m-%d}"
    console.world.clock.forward(seconds=2 * 86_400)
    console.sign_in()
    console.decide("Two.", "Approve")
    console.says("is now published")
    console.tab("Activity")
    rows = console.page.get_by_role("article")
    expect(rows.filter(has_text="rejected a comment")).to_have_count(1)

    console.page.get_by_label("Who").select_option("Ada")
    expect(rows.filter(has_text="rejected a comment")).to_have_count(0)
    expect(rows.filter(has_text="approved a comment")).to_have_count(1)
    console.page.get_by_label("Who").select_option("Everybody")
    for chosen, found in ((day, [1, 0]), (f"{console.world.clock():%Y-%m-%d}", [0, 1])):
        console.page.get_by_label("Day (UTC)").fill(chosen)
        console.page.get_by_label("Day (UTC)").dispatch_event("change")
        expect(rows.filter(has_text="rejected a comment")).to_have_count(found[0])
        expect(rows.filter(has_text="approved a comment")).to_have_count(found[1])
    assert console.status(second) == "published"
