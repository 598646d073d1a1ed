"""Administration in the console: posts, team, sessions and tokens."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.core.accounts import Token, TokenKind
from tests.support.pages import Console, one_prefix
from tests.support.tokens import exchange
from tests.support.world import POST

pytestmark = [pytest.mark.slow, pytest.mark.browser]

JSQR = Path(__file__).parents[2] / "web/node_modules/jsqr/dist/jsQR.js"
READ = """() => {
  const image = document.querySelector('.code')
  const [scale, side] = [4, Number(image.getAttribute('viewBox').split(' ')[2]) * 4]
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y] of image.firstElementChild.getAttribute('d').matchAll(/M(\\d+) (\\d+)h1/g)) {
    for (let down = 0; down < scale; down++) {
      const from = ((y * scale + down) * side + x * scale) * 4
      for (let at = from; at < from + scale * 4; at++) if (at % 4 < 3) pixels[at] = 0
    }
  }
  return self.jsQR(pixels, side, side)?.data
}"""


@one_prefix
def test_a_post_is_closed_reopened_and_retitled(console: Console) -> None:
    console.world.published("One.")
    console.sign_in()
    console.tab("Posts")
    row = console.page.get_by_role("article").filter(has_text=POST)
    expect(row).to_contain_text("1 published · open")

    row.get_by_role("button", name="Close").click()
    expect(row).to_contain_text("1 published · closed")
    assert console.world.submit("Too late.", key="late").status == 423
    row.get_by_role("button", name="Reopen").click()
    row.get_by_label("Title that readers see").fill("The <b>panic</b>")  # stays when the answer comes
    expect(row).to_contain_text("1 published · open")
    row.get_by_role("button", name="Save").click()
    console.says("is saved")

    assert console.world.get("/v1/comments", query={"post": [POST]}).json["title"] == "The <b>panic</b>"
    assert console.world.submit("In time.", key="in time").status == 202


@one_prefix
def test_a_post_that_someone_else_just_closed_is_not_reopened_by_mistake(console: Console) -> None:
    console.world.published("One.")
    console.sign_in()
    console.tab("Posts")
    row = console.page.get_by_role("article").filter(has_text=POST)
    row.get_by_role("button", name="Close").click()
    expect(row).to_contain_text("closed")
    path, query = "/v1/moderation/posts", {"post": [POST]}
    console.world.request("PATCH", path, query=query, json_body={"title": "Named"}, token=console.world.token)

    row.get_by_role("button", name="Reopen").click()

    console.says("in the meantime")
    assert console.world.get("/v1/comments", query=query).json["closed"]


def test_an_owner_invites_and_removes_a_moderator_and_creates_and_revokes_a_token(owners: Console) -> None:
    page = owners.page
    owners.sign_in()
    owners.settings("Team")
    page.get_by_label("Name", exact=True).fill("Mary")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("it works once, within 72 hours")).to_be_visible()
    expect(page.get_by_role("button", name="Remove: Mary")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    link = page.locator(".secret code").inner_text()
    other = page.context.new_page()
    other.goto(link.replace(link.partition("/moderate")[0], owners.url))
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_text("Signed in as Mary")).to_be_visible()

    owners.settings("API tokens")
    page.get_by_label("Program").fill("digest")
    page.get_by_role("button", name="Create a token").click()
    token = page.locator(".secret code").filter(has_text="aw_api_").inner_text()
    expect(page.get_by_role("button", name="Revoke: digest")).to_be_visible()
    assert owners.world.get("/v1/moderation/queue", token=token).status == 200

    for view, end in (("Team", "Remove: Mary"), ("API tokens", "Revoke: digest")):
        owners.settings(view)
        page.get_by_role("button", name=end).click()
        assert owners.world.get("/v1/moderation/queue", token=token).status == 200  # the first press ends nothing
        page.get_by_role("button", name=end).click()
        expect(page.get_by_role("button", name=end)).to_be_hidden()
    assert owners.world.get("/v1/moderation/queue", token=token).status == 401
    other.reload()
    expect(other.get_by_text("Your session has ended.")).to_be_visible()


@one_prefix
def test_a_phone_is_signed_in_by_a_code_from_a_signed_in_page(console: Console, browser: Browser) -> None:
    console.sign_in()
    console.settings("Your devices")
    console.page.get_by_role("button", name="Sign in on my phone").click()
    expect(console.page.get_by_role("img", name="The address as a QR code")).to_be_visible()
    address = console.page.locator(".secret code").text_content() or ""
    if not JSQR.exists():
        pytest.skip("what reads the code comes with npm ci")
    console.page.evaluate(JSQR.read_text(encoding="utf-8"))
    assert console.page.evaluate(READ) == address

    phone = browser.new_context()
    page = phone.new_page()
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as Ada")).to_be_visible()
    another = phone.new_page()
    another.goto(address)
    another.get_by_role("button", name="Sign in").click()
    expect(another.get_by_text("This link no longer works")).to_be_visible()
    phone.close()


def valid_tokens(console: Console) -> list[Token]:
    accounts = console.world.runtime.accounts
    return accounts.tokens(accounts.moderator(console.moderator), console.world.clock())


@one_prefix
def test_a_moderator_ends_another_session_then_all(console: Console) -> None:
    page = console.page
    other = page.context.new_page()
    other.goto(console.link())
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_text("Signed in as Ada")).to_be_visible()
    console.sign_in()
    console.settings("Your devices")
    end = page.get_by_role("button", name="Sign out: Another device")
    end.click()
    end.click()
    console.says("It is signed out.")
    other.reload()
    expect(other.get_by_text("Your session has ended.")).to_be_visible()

    page.get_by_role("button", name="Sign out everywhere").click()
    console.says("Sign out everywhere, and revoke all my tokens: are you sure?")
    assert valid_tokens(console)
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert not valid_tokens(console)


@one_prefix
def test_a_moderator_revokes_a_link_that_was_not_used_yet(console: Console) -> None:
    console.sign_in()
    console.settings("Your devices")
    console.page.get_by_role("button", name="Sign in on my phone").click()
    expect(console.page.get_by_text("Signing out here signs out the phone too.")).to_be_visible()
    link = (console.page.locator(".secret code").text_content() or "").rpartition("#")[2]

    pending = len(console.world.runtime.accounts_service.tokens(console.moderator, TokenKind.LINK))

    revoke = console.page.get_by_role("button", name="Revoke: A link that was not used yet")
    for left in reversed(range(pending)):
        expect(revoke).to_have_count(left + 1)
        for _ in range(2):  # the first press asks
            revoke.first.click()
        expect(revoke).to_have_count(left)

    console.says("The link is revoked.")
    assert exchange(console.world, link).status == 401


def test_an_owner_sees_and_revokes_a_pending_invitation(owners: Console) -> None:
    page = owners.page
    owners.sign_in()
    owners.settings("Team")
    page.get_by_label("Name", exact=True).fill("Mary")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("listitem").filter(has_text="Mary").last).to_contain_text("invited · until")
    link = (page.locator(".secret code").text_content() or "").rpartition("#")[2]

    for _ in range(2):
        page.get_by_role("button", name="Remove: Mary").click()

    owners.says("is removed.")
    assert exchange(owners.world, link).status == 401


def moving(console: Console, source: str, target: str) -> None:
    """Preview a move."""
    row = console.page.get_by_role("article").filter(has=console.page.get_by_role("link", name=source, exact=True))
    row.get_by_text("Move comments to another post …").click()
    row.get_by_label("New address").fill(target)
    row.get_by_role("button", name="Preview").click()


@one_prefix
def test_a_posts_comments_are_moved_to_its_new_address_and_back(console: Console) -> None:
    world, page = console.world, console.page
    world.published("Was here.", post="/old")
    world.submit("Waits here.", post="/old")
    world.published("Was there.", post="/new")
    console.sign_in()
    console.tab("Posts")

    moving(console, "/old", "/new/?utm=1")
    expect(page.get_by_text("2 comments will move from")).to_contain_text("published of those: 1.")
    assert world.listed(post="/old")["count"] == 1
    page.get_by_role("button", name="Move", exact=True).click()
    console.says("2 comments are moved. A last check is due.")
    assert {each["closed"] for each in (world.listed(post="/old"), world.listed(post="/new"))} == {True}
    world.clock.forward(seconds=60)
    console.says("is moved.")
    expect(page.get_by_role("article").filter(has_text="moved to")).to_contain_text("/old")
    assert [world.listed(post=post)["count"] for post in ("/old", "/new")] == [0, 2]

    console.tab("Activity")
    moved = page.get_by_role("article").filter(has_text="moved a post").filter(has_text="/old → /new").first
    moved.get_by_role("button", name="Undo").click()
    console.says("A last check is due.")
    world.clock.forward(seconds=60)
    console.says("Everything is moved.")
    assert [world.listed(post=post)["count"] for post in ("/old", "/new")] == [1, 1]
    assert not world.listed(post="/old")["closed"]


@one_prefix
def test_an_unfinished_move_can_be_finished_by_any_moderator(console: Console) -> None:
    console.world.published("Was here.", post="/old")
    console.sign_in()
    console.tab("Posts")
    moving(console, "/old", "/new")
    console.page.get_by_role("button", name="Move", exact=True).click()
    console.says("A last check is due")

    console.page.reload()
    console.world.clock.forward(seconds=60)
    console.tab("Posts")
    expect(console.page.get_by_text("begun by \u2068Ada\u2069")).to_be_visible()
    console.page.get_by_role("button", name="Continue").click()
    expect(console.page.get_by_text("begun by")).to_have_count(0)
    assert console.world.listed(post="/new")["count"] == 1


@one_prefix
def test_a_post_is_not_moved_to_itself(console: Console) -> None:
    console.world.published("Was here.", post="/old")
    console.sign_in()
    console.tab("Posts")

    moving(console, "/old", "/old/index.html")

    expect(console.page.get_by_role("button", name="Move", exact=True)).to_be_disabled()


@one_prefix
def test_held_comments_of_a_post_are_counted_and_linked(console: Console) -> None:
    console.world.submit("Waits here.", post="/here")
    console.world.submit("Waits there.", post="/there")
    console.sign_in()
    console.tab("Posts")
    row = console.page.get_by_role("article").filter(has_text="/here")
    expect(row).to_contain_text("0 published")

    row.get_by_role("button", name="1 waiting").click()

    expect(console.page.get_by_role("heading", name="Waiting: all under")).to_be_visible()
    expect(console.page.locator(".content")).to_have_text(["Waits here."])


@one_prefix
def test_posts_are_found_by_a_word_in_their_key_or_title(console: Console) -> None:
    for post, title in (("/apples", "Fruit"), ("/pears", "More fruit"), ("/stones", "Granite")):
        console.world.submit(post=post, post_title=title)
    console.sign_in()
    console.tab("Posts")
    rows = console.page.locator("#list article:visible .post")
    expect(rows).to_have_count(3)

    for word, found in (
        ("FRUIT", ["/apples", "/pears"]),
        ("ston", ["/stones"]),
        ("", ["/apples", "/pears", "/stones"]),
    ):
        console.page.get_by_label("Search in key and title").fill(word)
        expect(rows).to_have_text(found)


@one_prefix
def test_the_current_session_is_marked_as_in_use_now(console: Console) -> None:
    console.sign_in()

    console.settings("Your devices")

    expect(console.page.locator(".rows li")).to_contain_text("in use now")
