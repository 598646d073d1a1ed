"""Every XSS payload that fires by itself, and every 25th other one, through every path that text can take.

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
from tests.support.attack_corpora import load
from tests.support.html_oracle import flags
from tests.support.response_checks import batches, check_response, fresh_world, wrong_fields
from tests.support.slow import CHECK
from tests.support.world import POST, Response, World, key22

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
    """All payloads, in the order of the files."""
    rows = [row for file in FILES for row in load(file)]
    live = set(load("live_auto_ids.json"))
    others = [row["id"] for row in rows if row["id"] not in live]
    chosen = live | set(others[::EVERY])
    assert (len(live), len(rows)) == (575, 7_238)
    found = [row["payload"] for row in rows if row["id"] in chosen]
    return found if CHECK in os.environ else found[::12]


def taken(field: str, payload: str) -> str | None:
    """The stored form of a payload in this field, if it is not refused."""
    try:
        return CLEAN[field](payload)
    except ValueError:
        return None


def link_of(payload: str) -> str:
    """A URL with the encoded payload: no payload is a valid URL by itself."""
    return f"https://a.example/?q={quote(payload)}"


def fields_of(payload: str) -> dict[str, str]:
    """A draft with the payload in every field that does not refuse it."""
    fields = {**dict.fromkeys(CLEAN, payload), "link": link_of(payload)}
    return {field: words for field, words in fields.items() if taken(field, words) is not None}


@lru_cache(maxsize=4_096)
def is_dead(html: str) -> bool:
    return flags(html) == []


def htmls(value: Any) -> Iterator[str]:
    """All HTML in a JSON response, at any depth."""
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "html")
        yield from (found for each in value.values() for found in htmls(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in htmls(each))


def dead(response: Response) -> Any:
    """The JSON of a response, checked: no active HTML, no markup in names, no script in links."""
    found = list(htmls(check_response(response).json))
    assert all(is_dead(html) for html in found), [html for html in found if not is_dead(html)]
    assert response.headers["Content-Type"] == "application/json"
    return response.json


def assert_plain(comment: dict[str, Any], payload: str) -> None:
    """Check that names are as typed, to be escaped by clients, and that links are web URLs."""
    assert comment["name"] == taken("name", payload)
    assert comment["link"] == taken("link", link_of(payload))
    assert comment["link"] is None or PLAIN_LINK.fullmatch(comment["link"])


# Pages


def shape(page: str) -> Shape:
    """The number of each active element with its attributes; texts must not change it."""
    found = flags(page.replace(STYLE, ""))
    return Counter(flag for flag in found if flag[0] == "<"), frozenset(flag for flag in found if flag[0] != "<")


def assert_no_livelier(response: Response, harmless: Shape) -> None:
    elements, attributes = shape(check_response(response, page=True).text)
    assert elements == harmless[0]
    assert attributes <= harmless[1]


def thread(world: World, post: str = POST) -> Response:
    return world.get("/thread", query={"post": post})


def write(world: World, post: str = POST) -> Response:
    return world.get("/thread/form", query={"post": post})


def send_form(world: World, **fields: str) -> Response:
    headers, token = {"Content-Type": FORM}, world.runtime.submission.form_token(fields.get("post", POST))
    return world.request("POST", "/thread", headers=headers, body=urlencode({"post": POST, "form": token, **fields}))


@pytest.fixture(scope="module")
def harmless() -> dict[str, Shape]:
    """Pages with harmless texts: a thread, a form, a form with errors, an error page."""
    with fresh_world() as world:
        world.policy(every_comment=False)
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
            "error_page": world.get("/thread", query=about),
        }
        return {name: shape(check_response(page, page=True).text) for name, page in pages.items()}


# Each way in, and every way out of what came in


def submitted_alone(world: World, batch: list[str]) -> dict[str, str]:
    """Submit each payload in every field of a comment, and check what authors and moderators see.  Id → payload."""
    ids = {}
    for number, payload in enumerate(batch):
        fields: dict[str, Any] = {"text": HARMLESS, **fields_of(payload)}
        comment = dead(world.submit(**fields, author=str(number)))
        assert_plain(comment, payload)
        ids[comment["id"]] = payload
    assert {comment["id"] for comment in queued(world)} == set(ids)
    return ids


def queued(world: World) -> list[dict[str, Any]]:
    """Check the queue and the details of each comment."""
    page = dead(world.get("/v1/moderation/queue", query={"limit": "100"}, token=world.token))
    comments: list[dict[str, Any]] = page["comments"]
    path = {"comment_id": comments[0]["id"]}
    dead(world.get("/v1/moderation/comments/{comment_id}", path=path, token=world.token))
    return comments


def read_back(world: World, ids: set[str], harmless: Shape) -> None:
    """Check the list, a permalink, its replies and the page."""
    listed = dead(world.get("/v1/comments", query={"post": POST, "limit": "100"}))["comments"]
    assert {comment["id"] for comment in listed} == ids
    path = {"comment_id": next(iter(ids))}
    assert len(dead(world.get("/v1/comments/{comment_id}", path=path))["comments"]) == 1
    page = thread(world)
    assert_no_livelier(page, harmless)
    structured = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert [len(json.loads(data)["comment"]) for data in structured] == [min(len(ids), 25)]


def edited_in_fours(world: World, ids: dict[str, str]) -> set[str]:
    """Edit comments to contain other payloads.  Returns the ids of those that changed."""
    changed = set()
    for number, (comment_id, four) in enumerate(zip(ids, batches(ids.values(), 4), strict=False)):
        text = "\n\n".join(payload for payload in four if taken("text", payload))
        words = {field: words for field, words in fields_of(four[-1]).items() if field in {"name", "link"}}
        response = world.edit(comment_id, text or HARMLESS, author=str(number), **words)
        if response.status == 422:
            assert wrong_fields(check_response(response)) == {"text"}  # the four are too long together
        else:
            assert_plain(dead(response), four[-1])
            changed.add(comment_id)
    return changed


def approved_with_notes(world: World, chosen: set[str], notes: list[str]) -> None:
    """Approve comments with payloads as notes, and check them in the audit log."""
    decisions = [
        {"id": comment["id"], "version": comment["version"], "decision": "approve", "note": note[:MAX_NOTE]}
        for comment, note in zip(queued(world), notes, strict=True)
        if comment["id"] in chosen
    ]
    body = {"decisions": decisions}
    decided = dead(world.request("POST", "/v1/moderation/decisions", json_body=body, token=world.token))
    assert {result["outcome"] for result in decided["results"]} == {"done"}
    entries = dead(world.get("/v1/moderation/audit", query={"limit": "100"}, token=world.token))["entries"]
    approved_notes = {entry["note"] for entry in entries if entry["action"] == "approve"}
    assert approved_notes == {clean_note(decision["note"]) for decision in decisions}


@pytest.mark.parametrize("part", range(PARTS))
def test_payloads_submitted_by_the_api_are_inert_wherever_they_are_read(harmless: dict[str, Shape], part: int) -> None:
    for batch in batches(payloads()[part::PARTS], BATCH):
        with fresh_world() as world:
            ids = submitted_alone(world, batch)
            changed = edited_in_fours(world, ids)
            approved_with_notes(world, changed, batch)
            read_back(world, changed, harmless["thread"])


def test_payloads_submitted_by_the_form_are_inert_wherever_they_are_read(harmless: dict[str, Shape]) -> None:
    for batch in batches(batches(payloads(), 4), BATCH):
        with fresh_world() as world:
            world.policy(every_comment=False)
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


def test_no_payload_is_accepted_as_a_link() -> None:
    with fresh_world() as world:
        for payload in payloads():
            response = check_response(
                world.request("POST", "/v1/comments", json_body={"post": POST, "text": "x", "link": payload})
            )
            assert (response.status, wrong_fields(response)) == (422, {"link"})


def test_a_preview_is_inert() -> None:
    with fresh_world() as world:
        for payload in payloads():
            if taken("text", payload):
                dead(world.request("POST", "/v1/preview", json_body={"text": payload}))
            else:
                assert wrong_fields(
                    check_response(world.request("POST", "/v1/preview", json_body={"text": payload}))
                ) == {"text"}


# Pages that repeat what was asked


def keys_of_posts() -> Iterator[str]:
    """The payloads that are valid post keys."""
    for payload in payloads():
        try:
            yield post_key(payload)
        except ValueError:
            continue


def test_a_redisplayed_form_shows_input_as_inert_text(harmless: dict[str, Shape]) -> None:
    with fresh_world() as world:
        for several in batches(payloads(), 4):
            typed = dict.fromkeys(("text", "name", "link", "parent", "form", "trap"), "\n".join(several))
            assert_no_livelier(send_form(world, **typed, key="no key"), harmless["form again"])


@pytest.mark.parametrize("page", ["empty thread", "form", "error_page", "form again"])
def test_a_page_about_a_hostile_post_key_has_no_extra_active_content(harmless: dict[str, Shape], page: str) -> None:
    ask: dict[str, Callable[[World, str], Response]] = {
        "empty thread": thread,
        "form": write,
        "error_page": lambda world, key: world.get("/thread", query={"post": key, "cursor": key, "sort": key}),
        "form again": lambda world, key: send_form(world, post=key, text=key),
    }
    with fresh_world() as world:
        for key in list(keys_of_posts())[:: len(ask)]:
            assert_no_livelier(ask[page](world, key), harmless[page])


def test_the_oracle_detects_every_payload_that_fires_by_itself_in_a_page() -> None:
    """Positive control: a page without escaping is detected."""
    nothing = shape("<p>Harmless words.</p>")
    live, rows = set(load("live_auto_ids.json")), [row for file in FILES for row in load(file)]

    unseen = [row["id"] for row in rows if row["id"] in live and shape(f"<p>{row['payload']}</p>") == nothing]

    assert unseen == []
