"""Folding: texts that look alike are compared as equal."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.text.folding import fold, links_in

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße, CAFÉ", "strasse, cafe"),
        ("\uff56\uff49\uff41gra \U0001d42f\U0001d422\U0001d41agra ﬁne", "viagra viagra fine"),
        ("v\u200bi\u00ada\u2060g\ufeffra", "viagra"),
        ("Z̷a̸l̴g̵o̶", "zalgo"),
        ("ПРИВЕТ, йод", "привет, иод"),
        ("हिन्दी", "हिन्दी"),
        ("が한", "が한"),
        ("שָׁלוֹם", "שָׁלוֹם"),
    ],
    ids=["case", "letters of other kinds", "invisible", "stacked", "Cyrillic", "Hindi", "composed", "Hebrew"],
)
def test_a_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == unicodedata.normalize("NFKC", folded)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_text_folds_the_same_in_every_normalization_form(text: str) -> None:
    forms = {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}

    assert forms == {fold(text)}


def test_every_character_folds_the_same_in_either_case_and_twice() -> None:
    unstable = [letter for letter in EVERY_CHARACTER if fold(fold(letter)) != fold(letter)]
    cased = [letter for letter in EVERY_CHARACTER if fold(letter.casefold()) != fold(letter)]

    assert (unstable, cased) == ([], [])


@given(st.text(max_size=200))
def test_links_are_found_in_any_text_and_are_all_different(text: str) -> None:
    links = links_in(fold(f"{text} http://a.example {text} www.b.example/ http://a.example."))

    assert {"http://a.example", "www.b.example"} <= set(links)
    assert len(set(links)) == len(links)
