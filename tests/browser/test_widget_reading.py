"""The widget for readers: threads, pagination, sorting, permalinks."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.blog import Site
from tests.support.page_errors import Traffic
from tests.support.world import POST, key22

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.engine]

FALLBACK = '<afterword-comments><a href="https://blog.example/c">Read the comments there</a></afterword-comments>'


def thread(site: Site, *texts: str) -> list[str]:
    """Each replies to the one before it, a minute later."""
    ids: list[str] = []
    for text in texts:
        ids.append(site.world.published(text, parent=ids[-1] if ids else None, name=f"Reader {len(ids)}"))
        site.world.clock.forward(minutes=1)
    return ids


def answer_of_the_house(site: Site, parent: str, text: str) -> None:
    body, headers = {"post": POST, "parent": parent, "text": text}, {"Idempotency-Key": key22(text)}
    site.world.request("POST", "/v1/moderation/comments", json_body=body, headers=headers, token=site.world.token)


def texts(site: Site) -> list[str]:
    return site.page.locator("afterword-comments .text").all_inner_texts()


def test_a_post_without_comments_invites_the_first_one(site: Site) -> None:
    site.visit()

    expect(site.heading).to_have_text("No comments yet")
    expect(site.page.get_by_text("Be the first to write one.")).to_be_visible()
    expect(site.button("Write a comment")).to_be_visible()
    expect(site.page.get_by_label("Order")).to_be_hidden()


def test_a_thread_is_a_nested_list_below_a_heading_with_the_count(site: Site) -> None:
    thread(site, "At the top", "An answer", "An answer to that")

    site.visit()

    expect(site.page.get_by_role("heading", name="3 comments", level=2)).to_be_visible()
    nested = site.page.locator(".list > li > .replies > li > .replies > li article")
    expect(nested).to_contain_text("An answer to that")
    assert site.page.locator(".list > li").count() == 1


def test_a_comment_shows_its_author_time_and_text(site: Site) -> None:
    site.world.published("I *was* there.", name="Ann", link="https://ann.example/")
    site.world.clock.forward(hours=3)
    site.page.clock.set_fixed_time(site.world.clock())

    site.visit()

    article = site.comment("I was there.")
    expect(article.get_by_role("link", name="Ann")).to_have_attribute("href", "https://ann.example/")
    expect(article.get_by_role("link", name="Ann")).to_have_attribute("rel", re.compile("nofollow"))
    expect(article.locator("em")).to_have_text("was")
    expect(article.locator("time")).to_have_text("3 hours ago")
    expect(article.locator("time")).to_have_attribute("datetime", re.compile("^2030-01-01T12:00"))
    expect(article.locator("time")).to_have_attribute("title", re.compile("January 1, 2030"))


def test_edits_moderators_and_tombstones_are_marked(site: Site) -> None:
    first = site.world.published("First words", author="ann", form=site.world.form())
    answered = site.world.published("Of a reader")
    answer_of_the_house(site, answered, "Of the house")
    site.world.policy(every_comment=False)
    site.world.edit(first, "Second words", author="ann")
    site.world.decide("reject", answered)

    site.visit()

    expect(site.comment("Second words").locator(".edited")).to_have_text("edited")
    expect(site.comment("Of the house").locator(".badge")).to_have_text("Moderator")
    expect(site.page.get_by_text("This comment was removed.")).to_be_visible()
    expect(site.page.get_by_text("Of a reader")).to_have_count(0)


def test_collapsing_a_thread_hides_its_text_and_replies(site: Site) -> None:
    thread(site, "At the top", "An answer")
    site.visit()
    fold = site.page.get_by_role("button", name="Fold the thread").first

    fold.click()

    expect(site.page.get_by_text("At the top")).to_be_hidden()
    expect(site.page.get_by_text("An answer")).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(site.page.get_by_text("An answer")).to_be_visible()


def test_more_comments_are_added_below_and_the_first_one_is_focused(site: Site) -> None:
    for number in range(5):
        thread(site, f"Comment {number}")
    site.visit('<afterword-comments page-size="2"></afterword-comments>')
    assert texts(site) == ["Comment 4", "Comment 3"]

    site.button("More comments").click()

    expect(site.comment("Comment 1")).to_be_visible()
    assert site.page.evaluate("document.querySelector('afterword-comments').shadowRoot.activeElement.innerText").count(
        "Comment 2"
    )
    site.button("More comments").click()
    expect(site.comment("Comment 0")).to_be_visible()
    expect(site.button("More comments")).to_be_hidden()
    assert texts(site) == [f"Comment {number}" for number in (4, 3, 2, 1, 0)]


def test_many_replies_are_hidden_behind_a_button(site: Site) -> None:
    [top] = thread(site, "At the top")
    for number in range(12):
        site.world.published(f"Answer {number}.", parent=top)
        site.world.clock.forward(minutes=1)
    site.visit()
    expect(site.comment("Answer 7.")).to_be_visible()
    expect(site.comment("Answer 8.")).to_be_hidden()

    site.button("Show 4 more replies").click()

    expect(site.comment("Answer 11.")).to_be_visible()
    expect(site.button("Show 4 more replies")).to_have_count(0)


def test_a_thread_too_long_for_one_response_continues_below(site: Site) -> None:
    [top] = thread(site, "At the top")
    for number in range(30):
        site.world.published(f"Long {number}. " + "&" * 9_000, parent=top)
        site.world.clock.forward(minutes=1)
    thread(site, "A newer one")
    tag = '<afterword-comments page-size="1"></afterword-comments>'

    site.visit(tag, at=f"#comment-{top}")

    within = site.page.locator(".list > li", has_text="At the top")
    expect(within).to_be_visible()
    shown = within.locator("article").count()
    assert shown < 31
    while shown < 31:
        within.locator("> .more").last.click()
        expect(within.locator("article")).not_to_have_count(shown)
        shown = within.locator("article").count()
    assert shown == 31


def test_a_post_with_too_many_comments_to_sort_is_shown_newest_first(site: Site) -> None:
    thread(site, "Older")
    thread(site, "Newer")
    refusal = {"status": 422, "headers": {"Access-Control-Allow-Origin": "*"}, "body": '{"code": "sort_unavailable"}'}
    site.page.route("**/v1/comments?*sort=top*", lambda route: route.fulfill(**refusal))

    site.visit('<afterword-comments sort="top"></afterword-comments>')

    assert texts(site) == ["Newer", "Older"]


def test_readers_choose_the_order(site: Site) -> None:
    for words in ("Oldest of all", "Most liked", "Newest of all"):
        [comment] = thread(site, words)
        if words == "Most liked":
            site.world.vote(comment, 1, author="vera")
    site.visit()

    site.page.get_by_label("Order").focus()
    site.page.get_by_label("Order").select_option("oldest")
    expect(site.page.locator(".text").first).to_have_text("Oldest of all")
    site.page.get_by_label("Order").select_option("top")
    expect(site.page.locator(".text").first).to_have_text("Most liked")
    expect(site.page.get_by_label("Order")).to_be_focused()


@pytest.mark.parametrize("size", [25, 1], ids=["on the first page", "on none read yet"])
def test_a_permalink_scrolls_to_its_comment(site: Site, size: int) -> None:
    wanted, _ = thread(site, "The wanted one", "Its answer")
    for number in range(3):
        thread(site, f"Comment {number}")

    site.visit(
        f'<afterword-comments page-size="{size}"></afterword-comments>',
        at=f"#comment-{wanted}",
        before="<p style='height:200vh'>A long essay</p>",
    )

    expect(site.comment("The wanted one")).to_be_in_viewport()
    expect(site.page.locator("li.highlighted > article")).to_contain_text("The wanted one")
    expect(site.comment("Its answer")).to_be_visible()


def test_a_comments_time_is_its_permalink(site: Site) -> None:
    [comment] = thread(site, "A word")
    site.visit()

    site.comment("A word").locator(".time").click()

    assert site.page.url == f"{site.blog.url}{POST}#comment-{comment}"
    expect(site.page.locator("li.highlighted")).to_contain_text("A word")


def test_a_link_to_a_comment_of_another_post_shows_nothing_of_it(site: Site) -> None:
    elsewhere = site.world.published("Said elsewhere", post="/elsewhere.html")

    site.visit(at=f"#comment-{elsewhere}")

    expect(site.heading).to_have_text("No comments yet")
    expect(site.page.get_by_text("Said elsewhere")).to_have_count(0)


def test_new_comments_are_offered_and_not_inserted(site: Site) -> None:
    [first] = thread(site, "There from the start")
    site.visit()
    site.page.clock.run_for(1_000)
    site.world.clock.forward(minutes=5)
    site.world.published("A new one")
    site.world.published("A new answer", parent=first)

    site.page.clock.run_for(30_000)

    offer = site.button("2 new comments")
    expect(offer).to_be_visible()
    expect(site.page.get_by_text("A new one")).to_have_count(0)
    offer.click()
    assert texts(site) == ["A new one", "There from the start", "A new answer"]
    expect(site.heading).to_have_text("3 comments")
    expect(offer).to_be_hidden()


def test_a_comment_approved_late_is_offered_too(site: Site) -> None:
    late = site.world.submit("Written first, approved last").json["id"]
    site.world.clock.forward(minutes=1)
    for number in range(3):
        thread(site, f"Comment {number}")
    site.visit('<afterword-comments page-size="2"></afterword-comments>')
    site.world.clock.forward(minutes=5)
    site.world.decide("approve", late)

    site.page.clock.run_for(30_000)

    site.button("1 new comment").click()
    expect(site.comment("Written first, approved last")).to_be_visible()


def test_polling_slows_down_and_stops_in_a_hidden_tab_and_when_disconnected(site: Site) -> None:
    thread(site, "A word")
    site.visit()
    asked: list[str] = []
    site.page.on("request", lambda request: asked.append(request.url) if "/v1/comments" in request.url else None)

    traffic = Traffic(site.page)
    site.page.clock.run_for(21_000)  # what looks for news is loaded
    traffic.settle()

    def asked_within(minutes: int) -> int:
        asked.clear()
        for _ in range(minutes):
            site.page.clock.run_for(60_000)
            traffic.settle()
        return len(asked)

    assert asked_within(20) in range(5, 11)
    assert asked_within(40) in range(3, 6)
    site.page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    assert asked_within(30) == 0
    site.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    traffic.settle()
    assert asked != []
    site.page.evaluate("document.querySelector('afterword-comments').remove()")
    assert asked_within(30) == 0


def test_when_the_service_is_down_the_fallback_and_a_retry_button_are_shown(site: Site) -> None:
    thread(site, "A word")
    site.page.route("**/v1/comments?**", lambda route: route.abort())
    site.visit(FALLBACK)

    expect(site.page.get_by_role("link", name="Read the comments there")).to_be_visible()
    expect(site.page.get_by_role("alert")).to_contain_text("be loaded now.")
    site.page.unroute("**/v1/comments?**")
    site.button("Try again").click()

    expect(site.comment("A word")).to_be_visible()
    expect(site.page.get_by_role("link", name="Read the comments there")).to_be_hidden()


def test_without_scripts_the_fallback_is_shown(site: Site) -> None:
    site.write_page(FALLBACK)
    site.page.route("**/widget.js", lambda route: route.abort())

    site.page.goto(site.blog.url + POST)

    expect(site.page.get_by_role("link", name="Read the comments there")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "head"),
    [
        (f"{POST}?m=1&fbclid=x", ""),
        ("/anywhere?x=1", f'<link rel="canonical" href="https://blog.example{POST}?utm_source=y">'),
        ("/2024/07/panic.html", ""),
    ],
    ids=["tracking parameters", "a canonical link", "the path"],
)
def test_a_page_without_a_key_is_known_by_its_path(site: Site, path: str, head: str) -> None:
    thread(site, "A word")

    site.visit(path=path.partition("?")[0], at=path[len(path.partition("?")[0]) :], head=head)

    expect(site.comment("A word")).to_be_visible()


def test_several_widgets_on_a_page_follow_their_own_attributes(site: Site) -> None:
    site.world.published("Of the first post", post="/one")
    site.world.published("Of the second post", post="/two")
    tags = (
        '<afterword-comments post="/one"></afterword-comments>',
        '<afterword-comments post="/two"></afterword-comments>',
    )
    site.visit("".join(tags))
    one, two = site.page.locator("afterword-comments").all()
    expect(one).to_contain_text("Of the first post")
    expect(two.locator(".text")).to_have_text("Of the second post")

    one.evaluate("each => each.setAttribute('post', '/two/index.html')")

    expect(one.locator(".text")).to_have_text("Of the second post")
    one.evaluate("each => each.remove()")
    expect(site.page.locator("afterword-comments")).to_have_count(1)


def test_a_closed_post_says_so_and_accepts_no_replies(site: Site) -> None:
    thread(site, "A word")
    site.world.request(
        "PATCH", "/v1/moderation/posts", query={"post": POST}, json_body={"closed": True}, token=site.world.token
    )

    site.visit()

    expect(site.page.get_by_text("Comments are closed.")).to_be_visible()
    expect(site.page.get_by_role("button", name="Reply")).to_have_count(0)
    expect(site.button("Write a comment")).to_have_count(0)


def test_reading_stores_nothing_and_asks_no_other_host(site: Site) -> None:
    thread(site, "A word", "An answer")
    hosts: set[str] = set()
    site.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))

    site.visit()
    site.page.clock.run_for(60_000)

    assert hosts <= {site.blog.url.split("/")[2], site.service.split("/")[2], ""}
    assert (site.kept("localStorage"), site.kept("sessionStorage")) == ({}, {})
    assert site.page.context.cookies() == []


def test_the_comments_load_with_one_script_and_one_request(site: Site) -> None:
    thread(site, "A word")
    asked: list[str] = []
    site.page.on("request", lambda request: asked.append(request.url))

    site.visit()

    expect(site.comment("A word")).to_be_visible()
    ours = [url.removeprefix(site.service).partition("?")[0] for url in asked if url.startswith(site.service)]
    assert ours == ["/widget.js", "/v1/comments"]
