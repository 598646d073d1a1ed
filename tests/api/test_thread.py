"""The thread page, for readers without JavaScript and for search engines."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.api.html.pages import article
from chalicelib.core.public import PublicComment
from chalicelib.core.totals import Totals
from tests.support.html_oracle import text_of
from tests.support.plain_browser import HOST, Page, PlainBrowser, close_post, publish_all
from tests.support.world import POST, World, key22

HOSTILE = '"><script>alert(1)</script><!--'


@pytest.fixture(params=["/api", ""], ids=["below a prefix", "at the root"])
def browser(world: World, request: pytest.FixtureRequest) -> PlainBrowser:
    return PlainBrowser(world, request.param)


@pytest.fixture
def reader(world: World) -> PlainBrowser:
    return PlainBrowser(world)


def test_an_empty_thread_says_so_and_invites_comments(reader: PlainBrowser) -> None:
    page = reader.thread(POST)

    assert (page.status, page.heading, page.comments) == (200, "No comments yet", [])
    assert page.link(POST) == f"https://blog.example{POST}"
    assert page.link("Write a comment") == f"{HOST}/api/thread/form?post={POST}"


def test_a_thread_shows_author_time_text_and_parent_of_each_comment(reader: PlainBrowser) -> None:
    world = reader.world
    root = world.published("I was **there**.", name="Ann", link="https://ann.example/")
    reply = world.published("So was I.", parent=root)

    page = reader.thread(POST)

    assert page.heading == "2 comments"
    assert page.comments == [root, reply]
    [name] = page.all("a", href="https://ann.example/")
    assert (name.text, name.get("rel")) == ("Ann", "ugc nofollow noopener")
    assert [each.get("datetime")[:10] for each in page.all("time")] == ["2030-01-01"] * 2
    assert "Anonymous" in page.text
    assert "<strong>there</strong>" in page.reply.text
    assert page.link("Reply to Ann") == f"{HOST}/api/thread/form?post={POST}&parent={root}"
    [item] = page.all("ol", **{"class": "replies"})[0].findall("li")
    assert item.find("article").get("id") == f"comment-{reply}"


def test_a_comment_links_to_itself(reader: PlainBrowser) -> None:
    comment_id = reader.world.published()

    page = reader.thread(POST)

    [time] = page.all("a", href=f"#comment-{comment_id}")
    assert time.find("time") is not None


def test_a_moderators_badge_and_an_edit_are_marked() -> None:
    comment = PublicComment(
        id=key22("one"),
        post=POST,
        moderator=True,
        created="2030-01-01T12:00:00.000Z",
        edited="2030-01-01T12:05:00.000Z",
    )

    assert text_of(article(comment)).split() == [
        "Anonymous",
        "moderator",
        "1",
        "January",
        "2030,",
        "12:00",
        "UTC",
        "edited",
    ]


def test_a_removed_comment_leaves_only_a_tombstone(reader: PlainBrowser) -> None:
    world = reader.world
    root = world.published("Regrettable.", name="Ann")
    reply = world.published("Indeed.", parent=root)
    world.decide("delete", root)

    page = reader.thread(POST)

    assert page.comments == [root, reply]
    assert "This comment was removed." in page.text
    assert "Regrettable" not in page.reply.text
    assert "Ann" not in page.reply.text
    assert [each["text"] for each in page.data["comment"]] == ["Indeed."]


def test_held_comments_are_not_in_the_page(reader: PlainBrowser) -> None:
    reader.world.published("Seen.")
    before = reader.thread(POST).reply.text

    reader.world.submit("Unseen.", name="Canary")

    assert reader.thread(POST).reply.text == before


def test_a_closed_thread_says_so_and_offers_no_form(reader: PlainBrowser) -> None:
    reader.world.published()
    close_post(reader.world)

    page = reader.thread(POST)

    assert "Comments are closed here." in page.text
    assert not any("thread/form" in address for _, address in page.links)
    assert len(page.comments) == 1


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_the_pages_of_a_thread_show_every_comment_once(reader: PlainBrowser, sort: str) -> None:
    roots = publish_all(reader.world, [f"Root {number}." for number in range(15)])
    replies = publish_all(reader.world, [f"Reply {number}." for number in range(45)], parents=roots * 3)
    deeper = publish_all(reader.world, [f"Deeper {number}." for number in range(10)], parents=replies[:10])

    pages = list(all_pages(reader, sort))

    seen = [comment for page in pages for comment in page.comments]
    assert sorted(seen) == sorted(roots + replies + deeper)
    assert len(pages) > 2
    assert [comment["text"] for page in pages for comment in page.data["comment"]].count("Reply 7.") == 1


def all_pages(reader: PlainBrowser, sort: str, post: str = POST) -> Iterator[Page]:
    page = reader.thread(post, sort=sort)
    while True:
        yield page
        following = page.all("a", rel="next")
        if not following:
            return
        page = reader.open(following[0].get("href"))


def test_a_page_of_long_comments_ends_below_a_mebibyte_and_continues(reader: PlainBrowser) -> None:
    post = "/" + "&<é" * 250
    ids = set(publish_all(reader.world, ["<" * 6_000 + str(number) for number in range(24)], post=post))

    pages = list(all_pages(reader, "oldest", post))

    assert all(len(page.reply.text.encode()) <= 1_048_576 for page in pages)
    assert len(pages) > 1
    assert {comment for page in pages for comment in page.comments} == ids


def test_a_continued_thread_says_that_it_began_on_an_earlier_page(reader: PlainBrowser) -> None:
    [root] = publish_all(reader.world, ["Root."])
    publish_all(reader.world, [f"Reply {number}." for number in range(40)], parents=[root] * 40)

    first, second = all_pages(reader, "oldest")

    assert "on an earlier page" not in first.text
    assert second.text.count("In reply to a comment on an earlier page") == len(second.comments)


@pytest.mark.parametrize("post", [f"/{HOSTILE}/é b&c=d+e%25x", HOSTILE, "a key of one's own", "/p'\"`"])
def test_hostile_text_is_shown_as_text(reader: PlainBrowser, post: str) -> None:
    comment_id = reader.world.published(
        f"{HOSTILE} & more", name=HOSTILE, link="https://example.org/?a=(b)&c=d", post=post
    )

    page = reader.thread(post)
    form = reader.open(page.link(f"Reply to {HOSTILE}"))

    assert page.comments == form.comments == [comment_id]
    assert HOSTILE in page.text
    assert page.data["comment"][0]["text"] == f"{HOSTILE} & more"
    assert page.data["comment"][0]["author"]["name"] == HOSTILE
    assert "<script>alert" not in page.reply.text + form.reply.text
    assert form.fields["post"] == post


def test_structured_data_names_the_post_and_each_comment(reader: PlainBrowser) -> None:
    root = reader.world.published("One **two**\nthree.", name="Ann", link="https://ann.example/")
    reader.world.published("`a < b`", parent=root)

    data = reader.thread(POST).data

    address = f"https://abc.execute-api.eu-central-1.amazonaws.com/api/thread?post={POST}#comment-"
    assert (data["url"], data["commentCount"]) == (f"https://blog.example{POST}", 2)
    first, second = data["comment"]
    assert first == {
        "@type": "Comment",
        "url": address + root,
        "author": {"@type": "Person", "name": "Ann", "url": "https://ann.example/"},
        "dateCreated": first["dateCreated"],
        "text": "One two\nthree.",
    }
    assert (second["text"], second["parentItem"]["url"]) == ("a < b", address + root)


def test_a_page_is_the_same_for_everyone_and_cacheable(world: World) -> None:
    plain = world.get("/thread", query={"post": POST})
    marked = world.get("/thread", query={"post": POST, "fbclid": ["1", "2"]}, token=world.token)
    again = world.get("/thread", query={"post": POST}, headers={"If-None-Match": plain.headers["ETag"]})

    assert plain.headers["Cache-Control"].startswith("public")
    assert (marked.text, marked.headers["ETag"]) == (plain.text, plain.headers["ETag"])
    assert (again.status, again.text) == (304, "")
    assert world.request("HEAD", "/thread", query={"post": POST}).text == ""


@pytest.mark.parametrize(
    "query",
    [{}, {"post": ""}, {"post": "a\x00b"}, {"post": ["/a", "/b"]}, {"post": POST, "sort": "loudest"}],
    ids=["no post", "an empty post", "a control character", "two posts", "an unknown order"],
)
def test_an_invalid_link_gets_an_error_page(world: World, query: dict[str, str | list[str]]) -> None:
    page = Page(f"{HOST}/api/thread", world.get("/thread", query=query))

    assert (page.status, page.heading) == (422, "This link is invalid.")
    assert page.broken_rules() == []


@pytest.mark.parametrize("source", ["nonsense", "another post", "by votes", "the queue"])
def test_a_foreign_cursor_leads_to_the_first_page(reader: PlainBrowser, source: str) -> None:
    publish_all(reader.world, [f"Number {number}." for number in range(30)], post="/long")
    cursors = {
        "nonsense": "nonsense",
        "another post": next_of(reader.thread("/long")),
        "by votes": next_of(reader.thread("/long", sort="top")),
        "the queue": waiting_cursor(reader.world),
    }

    post = POST if source == "another post" else "/long"
    page = reader.thread(post, cursor=cursors[source])

    assert page.status == 422
    assert reader.open(page.link("To the first page of comments")).status == 200


def waiting_cursor(world: World) -> str:
    for _ in range(2):
        world.submit()
    return str(world.get("/v1/moderation/queue", query={"limit": "1"}, token=world.token).json["next"])


def next_of(page: Page) -> str:
    [link] = page.all("a", rel="next")
    return str(link.get("href")).rpartition("cursor=")[2]


def test_every_link_works_below_any_prefix(browser: PlainBrowser) -> None:
    root = publish_all(browser.world, [f"Number {number}." for number in range(30)])[0]
    to_see = [browser.thread(POST).address]
    seen = set[str]()

    while to_see:
        address = to_see.pop()
        seen.add(address)
        page = browser.open(address)
        assert page.status == 200
        ours = (link.partition("#")[0] for _, link in page.links if link.startswith(HOST))
        to_see += {link for link in ours if link not in seen} - set(to_see)
    sent = browser.send(browser.open(f"thread/form?post={POST}&parent={root}"), text="Hello.")

    assert len([address for address in seen if "/thread/form?" in address]) == 1 + 30
    assert browser.open(sent.link("Back to the comments")).status == 200


def test_the_json_api_never_loads_the_html_modules() -> None:
    program = (
        "import app, sys, json; print(json.dumps([n for n in sys.modules if 'markupsafe' in n or 'html.pages' in n]))"
    )

    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == []


def test_a_post_with_very_many_comments_is_not_sorted_by_votes(world: World) -> None:
    world.published()
    world.runtime.posts.recount(world.runtime.posts.get(POST), Totals(count=501, size=1))

    page = world.get("/thread", query={"post": POST})

    assert "sort=oldest" in page.text
    assert "sort=top" not in page.text
    assert world.get("/thread", query={"post": POST, "sort": "top"}).status == 422
