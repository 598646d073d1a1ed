"""Every payload that fires by itself, and every 25th other, down every way that words can take through the service.

Where not all must be tried (`make test`), it is every twelfth of them.

The judge is the static oracle: in no HTML that leaves may anything be alive, and in no page more than
in the same page about harmless words.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from chalicelib.api.html.style import STYLE
from chalicelib.core.posts import post_key
from chalicelib.core.text.sanitize import clean_link, clean_name, clean_note, clean_text, clean_title
from tests.corpus import load
from tests.hostile import batches, fresh_world, judge, wrong_fields
from tests.oracle import flags
from tests.thorough import CHECK
from tests.world import POST, Reply, World, key22

FILES = ("xss_collected.json", "xss_markdown_generated.json")
BATCH = 32  # comments in one world
EVERY = 25
PARTS = 4
MAX_NOTE = 500  # characters
CLEAN = {"text": clean_text, "name": clean_name, "link": clean_link, "post_title": clean_title}
PLAIN_LINK = re.compile(r"https?://[a-z0-9.:-]+/[^\s\"'<>\\`]*")
FORM = "application/x-www-form-urlencoded"
HARMLESS = "Harmless words."

Shape = tuple[Counter[str], frozenset[str]]


@cache
def payloads() -> list[str]:
    """In the order of the files."""
    rows = [row for file in FILES for row in load(file)]
    live = set(load("live_auto_ids.json"))
    others = [row["id"] for row in rows if row["id"] not in live]
    chosen = live | set(others[::EVERY])
    assert (len(live), len(rows)) == (575, 7_238)
    found = [row["payload"] for row in rows if row["id"] in chosen]
    return found if CHECK in os.environ else found[::12]


def taken(field: str, payload: str) -> str | None:
    """What a field makes of a payload, if it is not refused."""
    try:
        return CLEAN[field](payload)
    except ValueError:
        return None


def link_of(payload: str) -> str:
    """A website with the payload in its address, encoded: none of them is one as it stands."""
    return f"https://a.example/?q={quote(payload)}"


def fields_of(payload: str) -> dict[str, str]:
    """The payload in every field that does not refuse it."""
    fields = {**dict.fromkeys(CLEAN, payload), "link": link_of(payload)}
    return {field: words for field, words in fields.items() if taken(field, words) is not None}


@lru_cache(maxsize=4_096)
def is_dead(html: str) -> bool:
    return flags(html) == []


def htmls(value: Any) -> Iterator[str]:
    """Every HTML in a JSON answer, however deep."""
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "html")
        yield from (found for each in value.values() for found in htmls(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in htmls(each))


def dead(reply: Reply) -> Any:
    """The answer's JSON, in which no HTML is alive, no name is markup and no link is a script."""
    found = list(htmls(judge(reply).json))
    assert all(is_dead(html) for html in found), [html for html in found if not is_dead(html)]
    assert reply.headers["Content-Type"] == "application/json"
    return reply.json


def assert_plain(comment: dict[str, Any], payload: str) -> None:
    """A name is the very words that were typed, for whoever shows it to escape; a link is one to a website."""
    assert comment["name"] == taken("name", payload)
    assert comment["link"] == taken("link", link_of(payload))
    assert comment["link"] is None or PLAIN_LINK.fullmatch(comment["link"])


# Pages


def shape(page: str) -> Shape:
    """How many of each active element, and which attributes: whatever a page says, these stay."""
    found = flags(page.replace(STYLE, ""))
    return Counter(flag for flag in found if flag[0] == "<"), frozenset(flag for flag in found if flag[0] != "<")


def assert_no_livelier(reply: Reply, harmless: Shape) -> None:
    elements, attributes = shape(judge(reply, page=True).text)
    assert elements == harmless[0]
    assert attributes <= harmless[1]


def thread(world: World, post: str = POST) -> Reply:
    return world.get("/thread", query={"post": post})


def write(world: World, post: str = POST) -> Reply:
    return world.get("/thread/form", query={"post": post})


def send_form(world: World, **fields: str) -> Reply:
    headers = {"Content-Type": FORM}
    return world.request("POST", "/thread", headers=headers, body=urlencode({"post": POST, **fields}))


@pytest.fixture(scope="module")
def harmless() -> dict[str, Shape]:
    """The pages about harmless words: a thread, a form, a form with every field refused, an apology."""
    with fresh_world() as world:
        world.hold("never")
        form = world.form()
        for number in range(3):
            world.submit(HARMLESS, name="Ann", link="https://a.example/", form=form, key=str(number))
        world.clock.forward(seconds=5)
        about = {"post": POST, "cursor": "x"}
        pages = {
            "thread": thread(world),
            "empty thread": thread(world, "/nothing"),
            "form": write(world),
            "form again": send_form(world, text="", name="\u200b", link=":", parent="x", form="x" * 700),
            "form again for its key": send_form(world, text=HARMLESS),
            "outcome": send_form(world, text=HARMLESS, form=form, key=key22("a form")),
            "apology": world.get("/thread", query=about),
        }
        return {name: shape(judge(page, page=True).text) for name, page in pages.items()}


# Each way in, and every way out of what came in


def submitted_alone(world: World, batch: list[str]) -> dict[str, str]:
    """Each payload in every field of a comment of its own, as its author and the moderators see it; id → payload."""
    ids = {}
    for number, payload in enumerate(batch):
        fields: dict[str, Any] = {"text": HARMLESS, **fields_of(payload)}
        comment = dead(world.submit(**fields, author=str(number)))
        assert_plain(comment, payload)
        ids[comment["id"]] = payload
    assert {comment["id"] for comment in queued(world)} == set(ids)
    return ids


def queued(world: World) -> list[dict[str, Any]]:
    """The queue, and what it says of each comment by itself."""
    page = dead(world.get("/v1/moderation/queue", query={"limit": "100"}, token=world.token))
    comments: list[dict[str, Any]] = page["comments"]
    path = {"comment_id": comments[0]["id"]}
    dead(world.get("/v1/moderation/comments/{comment_id}", path=path, token=world.token))
    return comments


def read_back(world: World, ids: set[str], harmless: Shape) -> None:
    """From the list, one permalink, its replies and the page."""
    listed = dead(world.get("/v1/comments", query={"post": POST, "limit": "100"}))["comments"]
    assert {comment["id"] for comment in listed} == ids
    path = {"comment_id": next(iter(ids))}
    assert len(dead(world.get("/v1/comments/{comment_id}", path=path))["comments"]) == 1
    page = thread(world)
    assert_no_livelier(page, harmless)
    structured = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert [len(json.loads(data)["comment"]) for data in structured] == [min(len(ids), 25)]


def edited_in_fours(world: World, ids: dict[str, str]) -> set[str]:
    """Four payloads take the place of what a comment said; the ids of those that changed."""
    changed = set()
    for number, (comment_id, four) in enumerate(zip(ids, batches(ids.values(), 4), strict=False)):
        text = "\n\n".join(payload for payload in four if taken("text", payload))
        words = {field: words for field, words in fields_of(four[-1]).items() if field in {"name", "link"}}
        reply = world.edit(comment_id, text or HARMLESS, author=str(number), **words)
        if reply.status == 422:
            assert wrong_fields(judge(reply)) == {"text"}  # the four are too long together
        else:
            assert_plain(dead(reply), four[-1])
            changed.add(comment_id)
    return changed


def approved_with_notes(world: World, chosen: set[str], notes: list[str]) -> None:
    """Approved with payloads for notes, which the audit repeats."""
    decisions = [
        {"id": comment["id"], "version": comment["version"], "decision": "approve", "note": note[:MAX_NOTE]}
        for comment, note in zip(queued(world), notes, strict=True)
        if comment["id"] in chosen
    ]
    body = {"decisions": decisions}
    decided = dead(world.request("POST", "/v1/moderation/decisions", json_body=body, token=world.token))
    assert {result["outcome"] for result in decided["results"]} == {"done"}
    entries = dead(world.get("/v1/moderation/audit", query={"limit": "100"}, token=world.token))["entries"]
    told = {entry["note"] for entry in entries if entry["act"] == "approve"}
    assert told == {clean_note(decision["note"]) for decision in decisions}


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_written_by_the_api_is_dead_wherever_it_is_read(harmless: dict[str, Shape], part: int) -> None:
    for batch in batches(payloads()[part::PARTS], BATCH):
        with fresh_world() as world:
            ids = submitted_alone(world, batch)
            changed = edited_in_fours(world, ids)
            approved_with_notes(world, changed, batch)
            read_back(world, changed, harmless["thread"])


def test_what_is_written_by_the_form_is_dead_wherever_it_is_read(harmless: dict[str, Shape]) -> None:
    for batch in batches(batches(payloads(), 4), BATCH):
        with fresh_world() as world:
            world.hold("never")
            form, ids = world.form(), set[str]()
            for number, several in enumerate(batch):
                fields = {**fields_of(several[number % len(several)]), "post_title": ""}
                fields["text"] = "\n\n".join(payload for payload in several if taken("text", payload)) or HARMLESS
                page = send_form(world, **fields, form=form, key=key22(str(number)))
                if page.status == 201:
                    assert_no_livelier(page, harmless["outcome"])
                    ids.add(re.findall(r"#comment-([\w-]{22})", page.text)[-1])
                else:
                    assert_no_livelier(page, harmless["form again"])
            read_back(world, ids, harmless["thread"])


def test_no_payload_is_a_link_by_itself() -> None:
    with fresh_world() as world:
        for payload in payloads():
            reply = judge(world.request("POST", "/v1/comments", json_body={"post": POST, "text": "x", "link": payload}))
            assert (reply.status, wrong_fields(reply)) == (422, {"link"})


def test_a_preview_is_dead() -> None:
    with fresh_world() as world:
        for payload in payloads():
            if taken("text", payload):
                dead(world.request("POST", "/v1/preview", json_body={"text": payload}))
            else:
                assert wrong_fields(judge(world.request("POST", "/v1/preview", json_body={"text": payload}))) == {
                    "text"
                }


# Pages that repeat what was asked


def keys_of_posts() -> Iterator[str]:
    """The payloads that could be a post's key."""
    for payload in payloads():
        try:
            yield post_key(payload)
        except ValueError:
            continue


def test_a_form_that_comes_back_repeats_what_was_typed_dead(harmless: dict[str, Shape]) -> None:
    with fresh_world() as world:
        for several in batches(payloads(), 4):
            typed = dict.fromkeys(("text", "name", "link", "parent", "form", "trap"), "\n".join(several))
            assert_no_livelier(send_form(world, **typed, key="no key"), harmless["form again"])


@pytest.mark.parametrize("page", ["empty thread", "form", "apology", "form again"])
def test_a_page_about_a_hostile_post_is_no_livelier_than_about_another(harmless: dict[str, Shape], page: str) -> None:
    ask: dict[str, Callable[[World, str], Reply]] = {
        "empty thread": thread,
        "form": write,
        "apology": lambda world, key: world.get("/thread", query={"post": key, "cursor": key, "sort": key}),
        "form again": lambda world, key: send_form(world, post=key, text=key),
    }
    with fresh_world() as world:
        for key in list(keys_of_posts())[:: len(ask)]:
            assert_no_livelier(ask[page](world, key), harmless[page])


def test_the_judge_sees_every_payload_that_fires_by_itself_in_a_page() -> None:
    """The positive control: a page that escaped nothing would be found out."""
    nothing = shape("<p>Harmless words.</p>")
    live, rows = set(load("live_auto_ids.json")), [row for file in FILES for row in load(file)]

    unseen = [row["id"] for row in rows if row["id"] in live and shape(f"<p>{row['payload']}</p>") == nothing]

    assert unseen == []
