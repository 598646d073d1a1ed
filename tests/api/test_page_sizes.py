"""Every page ends at 1 MiB and continues by its cursor, however long its comments are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.core.actors import Actor, ActorKind
from chalicelib.core.audit import Action, AuditRow
from chalicelib.core.comments import Comment, Status
from chalicelib.core.ids import sha256, ulid
from chalicelib.core.text.markdown import to_html
from chalicelib.core.text.sanitize import MAX_LINK, MAX_NAME, MAX_NOTE, MAX_TEXT
from chalicelib.core.totals import MAX_HTML
from chalicelib.store.audit import audit_item
from tests.support.threads import comment, in_order, put, store
from tests.support.world import POST, Response, World, key22

pytestmark = pytest.mark.slow

MOST = 1_048_576  # bytes of an answer
AUTHOR = "ann"
SHOWN = re.compile(r'id="comment-([\w-]{22})"')
MORE = re.compile(r'href="thread\?([^"]*)" rel="next"')


def longest(unit: str) -> str:
    """The longest text of repeated units that a comment may have, as source and as HTML."""
    count = MAX_TEXT // len(unit)
    while len(to_html(unit * count).encode()) > MAX_HTML:
        count -= 1 + count // 50
    return unit * count


TEXTS = {
    unit: longest(unit)
    for unit in ("&", "<", '"', "\\\\", "😀", "漢", "[a](https://a.example/) ", "*x* ", "> a\n\n", "\n\n&")
}
HTML = {text: to_html(text) for text in TEXTS.values()}


def long_comment(number: int, parent: Comment | None = None, **more: Any) -> Comment:
    """A comment with texts of maximum length.  Each number has different texts."""
    text = list(TEXTS.values())[number % len(TEXTS)]
    words = {
        "text": text,
        "html": HTML[text],
        "name": "😀" * MAX_NAME,
        "link": "https://a.example/".ljust(MAX_LINK, "&"),
    }
    return comment(number, parent, **words | more)


def forest(shape: Sequence[int | None], **more: Any) -> list[Comment]:
    """Long comments.  ``shape`` has the number of each parent; odd comments have votes."""
    made: list[Comment] = []
    for number, parent in enumerate(shape):
        votes = {"up": number % 7, "down": number % 3}
        made.append(long_comment(number, None if parent is None else made[parent], **votes, **more))
    return made


SHAPES: dict[str, list[int | None]] = {
    "threads of one": [None] * 60,
    "one thread": [None, *[number // 2 for number in range(59)]],
    "long threads and short": [None, *[None if number in {3, 8, 30, 31} else number - 1 for number in range(1, 60)]],
}


def bounded(response: Response) -> Response:
    assert response.status == 200, response.text[:500]
    assert len(response.text.encode()) <= MOST, len(response.text.encode())
    return response


def answers(
    world: World, route: str, *, token: str = "", path: dict[str, str] | None = None, **query: Any
) -> Iterator[Any]:
    """All pages of a list."""
    cursor: dict[str, str] = {}
    while True:
        response = bounded(world.get(route, path=path, query={**query, **cursor}, token=token))
        assert response.json.get("next") != cursor.get("cursor", ""), "it goes round in a circle"
        yield response.json
        if not response.json["next"]:
            return
        cursor = {"cursor": response.json["next"]}


def ids(pages: Iterator[Any], field: str = "comments") -> list[str]:
    return [each["id"] for page in pages for each in page[field]]


def html_ids(world: World, **query: str) -> list[str]:
    """The comment ids on all HTML pages of the thread."""
    found: list[str] = []
    asked = {"post": POST, **query}
    while True:
        page = bounded(world.get("/thread", query=asked)).text
        assert not set(found) & set(SHOWN.findall(page)), "shown twice"
        found += SHOWN.findall(page)
        following = MORE.search(page)
        if following is None:
            return found
        asked = dict(parse_qsl(unescape(following[1])))


@pytest.fixture(params=list(SHAPES))
def grown(request: pytest.FixtureRequest, world: World) -> list[Comment]:
    """A post with comments of maximum length."""
    comments = forest(SHAPES[request.param])
    store(world, comments)
    return comments


def test_the_texts_have_the_maximum_length() -> None:
    sizes = {unit: len(HTML[text].encode()) for unit, text in TEXTS.items()}

    assert all(size > MAX_HTML * 0.9 or len(TEXTS[unit]) > MAX_TEXT * 0.99 for unit, size in sizes.items()), sizes
    assert max(sizes.values()) <= MAX_HTML


def test_lists_show_every_long_comment_once(world: World, grown: list[Comment]) -> None:
    for limit in ("25", "100"):
        for sort in ("newest", "oldest"):
            found = ids(answers(world, "/v1/comments", post=POST, sort=sort, limit=limit))
            assert found == in_order(grown, newest=sort == "newest"), (sort, limit)
    assert world.get("/v1/comments", query={"post": POST, "sort": "top"}).json["code"] == "sort_unavailable"


def test_pages_of_html_show_every_long_comment_once(world: World, grown: list[Comment]) -> None:
    assert html_ids(world) == in_order(grown, newest=True)
    assert html_ids(world, sort="oldest") == in_order(grown, newest=False)
    assert world.get("/thread", query={"post": POST, "sort": "top"}).status == 422


def test_replies_and_permalinks_show_every_long_comment_once(world: World, grown: list[Comment]) -> None:
    root, path = grown[0], {"comment_id": grown[0].id}
    below = [each.id for each in sorted(grown, key=lambda one: one.path) if each.path.startswith(f"{root.path}#")]

    for limit in ("25", "100"):
        assert ids(answers(world, "/v1/comments/{comment_id}/replies", path=path, limit=limit)) == below
    first = bounded(world.get("/v1/comments/{comment_id}", path=path)).json
    rest = (
        []
        if first["next"] is None
        else ids(answers(world, "/v1/comments/{comment_id}/replies", path=path, cursor=first["next"]))
    )
    assert [each["id"] for each in first["comments"]] + rest == [root.id, *below]


def moderated(number: int) -> Comment:
    """A pending comment with every field that moderators see."""
    waits: dict[str, Any] = {"status": Status.PENDING, "published": "", "flags": 1, "author": sha256(key22(AUTHOR))}
    return replace(long_comment(number), **waits)


def test_the_queue_shows_every_long_comment_once(world: World) -> None:
    waiting = [moderated(number) for number in range(30)]
    store(world, waiting)

    for limit in ("25", "100"):
        pages = answers(world, "/v1/moderation/queue", token=world.token, limit=limit)
        assert ids(pages) == [each.id for each in waiting]


def test_an_author_sees_every_long_comment_once_in_the_list_or_by_id(world: World) -> None:
    mine = [moderated(number) for number in range(45)]
    store(world, mine)
    token, named = f"aw_author_{key22(AUTHOR)}", [each.id for each in mine]
    others = [key22("nobody's")] * 2

    for limit in ("25", "100"):
        assert ids(answers(world, "/v1/mine", token=token, limit=limit)) == named[::-1]
    assert ids(answers(world, "/v1/mine", token=token, id=[*others, *named, *named[:3]])) == named


def test_a_cursor_of_ones_own_list_is_valid_only_for_these_ids_and_this_author(world: World) -> None:
    mine = [moderated(number) for number in range(45)]
    store(world, mine)
    named = [each.id for each in mine]
    query: dict[str, Any] = {"id": named}
    cursor = world.get("/v1/mine", query=query, token=f"aw_author_{key22(AUTHOR)}").json["next"]

    for author, wanted in ((AUTHOR, {"id": named[1:]}), ("ben", {"id": named}), (AUTHOR, {})):
        token = f"aw_author_{key22(author)}"
        assert world.get("/v1/mine", query={**wanted, "cursor": cursor}, token=token).status == 422


def test_the_audit_shows_every_long_note_once(world: World) -> None:
    world.published()
    about: dict[str, Any] = {
        "actor": Actor(ActorKind.MODERATOR, "x" * 22),
        "at": world.clock(),
        "comment": key22("one"),
        "post": "/" + "漢" * 340,
    }
    rows = [
        AuditRow(id=ulid(world.clock(), number.to_bytes(10)), action=Action.REJECT, note="😀" * MAX_NOTE, **about)
        for number in range(120)
    ]
    put(world, [{name: value for name, value in audit_item(row).items() if name != "post"} for row in rows])
    named = [row.id for row in rows][::-1]

    found = ids(answers(world, "/v1/moderation/audit", token=world.token, limit="100"), "entries")

    assert [each for each in found if each in named] == named
    assert len(found) == len(set(found))


def test_the_latest_list_and_the_feeds_end_at_the_same_size(world: World) -> None:
    comments = [long_comment(number) for number in range(50)]
    store(world, comments)
    newest = [each.id for each in comments][::-1]

    latest = ids(iter([bounded(world.get("/v1/latest", query={"limit": "50"})).json]))
    feeds = [bounded(world.get("/v1/feed.atom", query=query)).text for query in ({}, {"post": POST})]

    assert 5 < len(latest) < 50
    assert latest == newest[: len(latest)]
    for feed in feeds:
        entries = re.findall(r"<entry><id>[^<]*/([\w-]{22})</id>", feed)
        assert 5 < len(entries) < 50
        assert entries == newest[: len(entries)]
