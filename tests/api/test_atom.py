"""The feeds are valid Atom (RFC 4287) with any text and any post key."""
# ruff: noqa: RUF001 - letters that are mistaken for others are what hostile words are made of

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring

import feedparser
import pytest

from tests.support.threads import comment, store
from tests.support.world import POST, World

ATOM = "{http://www.w3.org/2005/Atom}"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")  # RFC 4287 §3.3
TAG = re.compile(r"tag:[\w.-]+,\d{4}:(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*")  # RFC 4151
IRI = re.compile(r"(?:[^\s<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})+")
TYPE = "application/atom+xml; charset=utf-8"
FEED = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "link": (1, 2), "entry": (0, 50)}
ENTRY = {
    "id": (1, 1),
    "title": (1, 1),
    "updated": (1, 1),
    "published": (0, 1),
    "author": (1, 1),
    "link": (1, 1),
    "content": (1, 1),
}

HOSTILE = {
    "control characters": "a\x00b\x08c\x0bd\x1be\x7ff\x85g",
    "the end of CDATA": "]]> <![CDATA[ ]]>",
    "quotes": "\"'`&quot;'",
    "tags": "</content></entry></feed><script>alert(1)</script>",
    "entities": "&nbsp; &#0; &#xFFFE; &amp;amp; &bomb;",
    "comments and instructions": "<!-- -- --> <?xml version='1.0'?> <!DOCTYPE x [<!ENTITY bomb 'x'>]>",
    "emoji": "👩‍👩‍👧‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301 \U0001f600",
    "right to left": "\u202eabc\u202c \u2067مرحبا\u2069 \u200f",
    "no characters": "a\ufffeb\uffffc\ufdd0d\U0001fffee\ufefff",
    "private ones": "\ue000 \U000f0000",
    "white space": " \t\u2028\u2029\u00a0\u3000 x",
}
KEYS = (
    "/a b/ü/漢.html",
    "/%EF%BF%BE/%EF%BF%BF%EF%B7%90",
    "noncharacters \ufffe\uffff\ufdd0",
    "/]]>&\"'<x>",
    "a&b=\"'<]]>#?%",
    "/%25%3F%23%FF",
    "tag:x,2020:y",
    "javascript:alert(1)",
    "👻",
    "/" + "漢" * 340,
    "//evil.example/",
    "/\u202edne",
)


def text_of(parent: Element, name: str) -> str:
    found = parent.findtext(ATOM + name)
    assert found is not None, name
    return found


def check_counts(element: Element, allowed: dict[str, tuple[int, int]]) -> None:
    """Check that only allowed elements occur, as often as allowed (RFC 4287 §4.1.1, §4.1.2)."""
    names = [child.tag.removeprefix(ATOM) for child in element]
    assert set(names) <= set(allowed), names
    for name, (least, most) in allowed.items():
        assert least <= names.count(name) <= most, (name, names.count(name))


def check_common(element: Element) -> None:
    """Check the rules for feeds and entries alike."""
    assert TAG.fullmatch(text_of(element, "id")), text_of(element, "id")
    assert text_of(element, "title").strip()
    for name in ("updated", "published"):
        for date in element.findall(ATOM + name):
            assert DATE.fullmatch(date.text or ""), date.text
            datetime.fromisoformat(date.text or "")
    rels = [link.get("rel") for link in element.findall(f"{ATOM}link")]
    assert len(set(rels)) == len(rels)
    for link in element.findall(f"{ATOM}link"):
        check_address(link.get("href") or "")
        assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", link.get("type") or "")


def check_address(href: str) -> None:
    parts = urlsplit(href)
    assert parts.scheme == "https", href
    assert parts.netloc, href
    assert IRI.fullmatch(href), href


def check_entry(entry: Element) -> None:
    check_counts(entry, ENTRY)
    check_common(entry)
    [author] = entry.findall(f"{ATOM}author")
    check_counts(author, {"name": (1, 1), "uri": (0, 1)})
    assert text_of(author, "name").strip()
    if uri := author.findtext(f"{ATOM}uri"):
        assert IRI.fullmatch(uri)
    [content] = entry.findall(f"{ATOM}content")
    assert content.attrib == {"type": "html"}
    assert not list(content)
    assert entry.find(f"{ATOM}link[@rel='alternate']") is not None
    assert text_of(entry, "updated") >= text_of(entry, "published")


def check_by_hand(text: str) -> Element:
    """Check the MUSTs of RFC 4287 that apply to our feeds."""
    feed = fromstring(text.encode())  # noqa: S314  our own
    assert feed.tag == f"{ATOM}feed"
    check_counts(feed, FEED)
    check_common(feed)
    assert {"self", "alternate"} == {link.get("rel") for link in feed.findall(f"{ATOM}link")}
    entries = feed.findall(f"{ATOM}entry")
    for entry in entries:
        check_entry(entry)
    ids = [text_of(each, "id") for each in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    assert text_of(feed, "updated") == max(
        [text_of(each, "updated") for each in entries], default="1970-01-01T00:00:00.000Z"
    )
    return feed


def check_by_a_reader(text: str, feed: Element) -> Any:
    """Check that an independent feed parser sees the same, without warnings."""
    seen = feedparser.parse(text.encode(), response_headers={"content-type": TYPE}, sanitize_html=False)
    assert not seen.bozo, seen.bozo_exception
    assert seen.version == "atom10"
    assert [each.id for each in seen.entries] == [text_of(each, "id") for each in feed.findall(f"{ATOM}entry")]
    assert all(each.updated_parsed and each.published_parsed and each.link for each in seen.entries)
    return seen


def feed_of(world: World, **query: str) -> Any:
    """A feed as a feed reader parses it, after its validation."""
    response = world.get("/v1/feed.atom", query=query)
    assert response.status == 200, response.text
    assert response.headers["Content-Type"] == TYPE
    return check_by_a_reader(response.text, check_by_hand(response.text))


def published_by_hand(world: World, words: Sequence[str], **more: Any) -> None:
    """Stored comments, one per second, with these texts as names and texts."""
    made = [comment(number, html=f"<p>{number}</p>\n", name=name, **more) for number, name in enumerate(words)]
    store(world, made)


@pytest.fixture(params=["https://blog.example", ""], ids=["on a site", "without a site"])
def sited(request: pytest.FixtureRequest, world: World) -> World:
    """A service with the URL of the site, and one without."""
    object.__setattr__(world.runtime.settings, "site", request.param)
    return world


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_feed_is_valid_with_any_text(world: World, words: str) -> None:
    world.published(f"{words}\n\n> {words}\n\n`{words}`", name=words, link=f"https://example.org/?{'&' * 9}")

    [entry] = feed_of(world).entries
    [same] = feed_of(world, post=POST).entries

    assert entry.content == same.content
    assert entry.content[0].type == "text/html"
    assert "<script" not in entry.content[0].value


def test_a_feed_reader_gets_a_comment_as_it_is_shown(world: World) -> None:
    comment_id = world.published("*Fish* & `<chips>` ]]>", name="Ann & <Ben>", link="https://example.org/?a=1&b=2")

    [entry] = feed_of(world).entries

    [shown] = world.listed()["comments"]
    assert entry.content[0].value.strip() == shown["html"].strip()
    assert (entry.author_detail.name, entry.author_detail.href) == ("Ann & <Ben>", "https://example.org/?a=1&b=2")
    assert entry.link == f"https://blog.example{POST}#comment-{comment_id}"
    assert entry.published == shown["published"]


@pytest.mark.parametrize("key", KEYS)
def test_a_feed_is_valid_with_any_post_key(sited: World, key: str) -> None:
    sited.published(post=key)

    assert len(feed_of(sited).entries) == len(feed_of(sited, post=key).entries) == 1


def test_an_empty_feed_is_valid(sited: World) -> None:
    assert feed_of(sited).entries == []
    assert feed_of(sited, post=KEYS[1]).entries == []


def test_entry_ids_stay_when_the_service_moves_and_texts_change(world: World) -> None:
    comment_id = world.published("First.", name="Ann")
    before = feed_of(world, post=POST)
    world.clock.forward(minutes=1)
    change, path = {"version": 2, "text": "Better.", "name": "Ben"}, {"comment_id": comment_id}
    world.request("PATCH", "/v1/moderation/comments/{comment_id}", path=path, json_body=change, token=world.token)

    object.__setattr__(world.runtime.settings, "url", "https://elsewhere.example/comments")
    after = feed_of(world, post=POST)

    assert (before.feed.id, before.entries[0].id) == (after.feed.id, after.entries[0].id)
    assert before.entries[0].published == after.entries[0].published
    assert before.entries[0].updated < after.entries[0].updated == after.feed.updated
    assert after.feed.links[0].href.startswith("https://elsewhere.example/comments/v1/feed.atom?post=")


def test_a_comment_edited_while_held_is_new_when_published(world: World) -> None:
    comment_id = world.submit("First.", author="ann").json["id"]
    world.clock.forward(minutes=1)
    world.edit(comment_id, "Better.", author="ann")
    world.clock.forward(days=1)
    seen = feed_of(world).feed.updated

    world.decide("approve", comment_id)

    feed = feed_of(world)
    assert feed.entries[0].updated == feed.entries[0].published == feed.feed.updated > seen
    assert datetime.fromisoformat(feed.feed.updated) > world.clock() - timedelta(minutes=1)


def test_a_full_feed_is_valid_and_newest_first(world: World) -> None:
    published_by_hand(world, ["😀" * 80, "<&\"']]>" * 10, ""] * 20)

    for query in ({}, {"post": POST}):
        entries = feed_of(world, **query).entries
        assert len(entries) == 50
        assert [each.published for each in entries] == sorted((each.published for each in entries), reverse=True)
