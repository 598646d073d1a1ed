"""The attack corpora: every row is cleaned and rendered harmlessly."""

import json
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from typing import Any

import pytest

from chalicelib.core.text.lookalikes import skeleton
from chalicelib.core.text.markdown import ATTRIBUTES, MAX_DEPTH, TAGS, to_html
from chalicelib.core.text.sanitize import (
    HIDDEN,
    MAX_NAME,
    MAX_TEXT,
    clean_link,
    clean_name,
    clean_text,
    clip_marks,
    tidy,
)
from tests.support.attack_corpora import load
from tests.support.html_oracle import elements, flags, text_of

CLEAN = {"body": clean_text, "author": clean_name, "any": clean_text}
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
FILES = ("xss_collected.json", "xss_markdown_generated.json")


@cache
def payloads() -> dict[str, str]:
    return {row["id"]: row["payload"] for file in FILES for row in load(file)}


@cache
def rendered() -> dict[str, str]:
    return {name: to_html(tidy(payload)) for name, payload in payloads().items()}


def flagged(pages: Iterable[str]) -> list[tuple[str, list[str]]]:
    return [(html, found) for html in pages if (found := flags(html))]


def outcome(clean: Callable[[str], str], text: str) -> str | None:
    try:
        return clean(text)
    except ValueError:
        return None


def accepted(clean: Callable[[str], str], texts: Iterable[str]) -> list[str]:
    """The cleaned texts, without those that were refused."""
    return [cleaned for text in texts if (cleaned := outcome(clean, text)) is not None]


def test_the_oracle_flags_every_payload_that_runs_by_itself() -> None:
    live = load("live_auto_ids.json")

    harmless = [name for name in live if not flags(payloads()[name])]

    assert len(live) == 575
    assert harmless == []


@pytest.mark.parametrize(
    "html",
    [
        "<b onclick=x>",
        "<script>x</script>",
        "<p style=x>",
        "<a href='java\tscript:x'>",
        "<a href='\u00a0javascript:x'>",
        "<svg><a xlink:href='javascript:x'/></svg>",
        "<!-- <p id=x> --><p id=x>",
        "<a href='data:,x'>",
        "<body onload=x>",
    ],
)
def test_the_oracle_flags_payloads_that_need_a_click(html: str) -> None:
    assert flags(html)


def test_the_oracle_lets_harmless_html_pass() -> None:
    assert flags('<p>x &lt;script&gt; <a href="/x">y</a> <a href="mailto:a@b.c">z</a></p>') == []


def test_no_payload_is_active_after_rendering() -> None:
    assert flagged(rendered().values()) == []


def test_no_payload_is_active_after_rendering_even_without_cleaning() -> None:
    assert flagged(map(to_html, payloads().values())) == []


def test_no_payload_adds_an_element_or_attribute_that_is_not_listed() -> None:
    found = {(tag, name) for html in rendered().values() for tag, names in elements(html) for name in ("", *names)}

    allowed = {(tag, name) for tag in TAGS for name in ("", *ATTRIBUTES.get(tag, ()))} | {("a", "rel")}
    assert found <= allowed


def test_no_payload_survives_in_a_name() -> None:
    names = accepted(clean_name, payloads().values())

    assert len(names) > 1_000
    assert [name for name in names if len(name) > MAX_NAME or "\n" in name or HIDDEN.search(name)] == []
    assert flagged(map(escape, names)) == []


def test_no_payload_survives_as_a_link() -> None:
    links = accepted(clean_link, payloads().values())

    assert flagged(f'<a href="{link}">x</a>' for link in links) == []
    assert all(link.startswith(("https://", "http://")) for link in links)


@pytest.mark.parametrize("clean", [clean_text, clean_name, clean_link])
def test_naughty_strings_are_cleaned_or_refused(clean: Callable[[str], str]) -> None:
    kept = accepted(clean, [*load("blns.json"), *load("uri_fuzz.json")])

    assert [text for text in kept if clean(text) != text] == []
    assert flagged(map(to_html, kept)) == []


def unicode_cases() -> list[tuple[dict[str, Any], str]]:
    rows = load("unicode_cases.json")
    return [(row, row["text"] if "text" in row else json.loads(f'"{row["json_escape"]}"')) for row in rows]


def test_each_unicode_case_that_must_be_refused_is_refused() -> None:
    wrong = [
        row["name"]
        for row, text in unicode_cases()
        if row["expect"].startswith(("reject (", "400")) or row["expect"] == "reject"
        if outcome(CLEAN[row["field"]], text) is not None
    ]

    assert wrong == []


def test_each_unicode_case_that_must_be_kept_is_kept_or_too_long() -> None:
    changed = [
        row["name"]
        for row, text in unicode_cases()
        if row["expect"].startswith("keep") and "strip" not in row["expect"]
        if outcome(CLEAN[row["field"]], text) != (text if len(text) <= MAX_NAME or row["field"] == "body" else None)
    ]

    assert changed == []


def test_each_unicode_case_that_must_be_stripped_loses_its_invisible_characters() -> None:
    stripped = [outcome(CLEAN[row["field"]], text) for row, text in unicode_cases() if "strip" in row["expect"]]

    assert [text for text in stripped if text and HIDDEN.search(text)] == []
    assert {"ab", "a[31mb", "a b"} <= set(stripped)


def test_no_unicode_case_reverses_text_or_exceeds_the_limits() -> None:
    cleaned = [(row["field"], outcome(CLEAN[row["field"]], text)) for row, text in unicode_cases()]

    kept = [(field, text) for field, text in cleaned if text]
    assert [text for _, text in kept if any(unicodedata.bidirectional(char) in BIDI_CONTROLS for char in text)] == []
    assert [text for field, text in kept if len(text) > (MAX_NAME if field == "author" else MAX_TEXT)] == []
    assert [text for _, text in kept if clip_marks(text) != text] == []


def test_each_impersonation_of_the_corpus_has_the_skeleton_of_the_real_name() -> None:
    rows = [row for row in load("unicode_cases.json") if row["name"] == "impersonation"]

    assert len(rows) == 10
    assert [row["text"] for row in rows if skeleton(row["text"]) != skeleton(row["real"])] == []
    assert [row["text"] for row in rows if skeleton(clean_name(row["text"])) != skeleton(row["real"])] == []


def test_pathological_texts_lose_nothing_and_their_nesting_is_limited() -> None:
    for row in load("pathological_markdown.json"):
        text = "".join(part * min(count, 2_000) for part, count in row["parts"])
        html = to_html(text)

        letters = [letter for letter in text_of(html) if letter == "a"]
        assert len(letters) == text.count("a"), row["name"]
        assert html.count("<blockquote>") + html.count("<ol>") <= MAX_DEPTH, row["name"]
