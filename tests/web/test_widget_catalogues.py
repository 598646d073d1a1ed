"""The widget's message catalogues: each is complete and has its language's plural forms."""

import json
import re
from pathlib import Path

import pytest

from tests.support.plurals import plural_rules

WORDS = Path(__file__).parents[2] / "web" / "widget" / "words"
LANGUAGES = sorted(path.stem for path in WORDS.glob("*.json"))
# Short words that some languages say as English does.
SAME = {"read.moderator", "write.name", "write.link", "write.optional", "write.url", "write.code", "react.spam"}

Word = str | dict[str, str]


def catalogue(lang: str) -> dict[str, Word]:
    """Every message by its chapter and key."""
    chapters: dict[str, dict[str, Word]] = json.loads((WORDS / f"{lang}.json").read_text(encoding="utf-8"))
    return {f"{chapter}.{key}": word for chapter, words in chapters.items() for key, word in words.items()}


def forms(word: Word) -> dict[str, str]:
    """The forms of a message by plural category; one without plurals has one form."""
    return word if isinstance(word, dict) else {"": word}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(.*?)\}", text))


ENGLISH = catalogue("en")
PLURALS = {name for name, word in ENGLISH.items() if isinstance(word, dict)}
every_language = pytest.mark.parametrize("lang", LANGUAGES)


@every_language
def test_a_catalogue_has_exactly_the_keys_of_english(lang: str) -> None:
    assert list(catalogue(lang)) == list(ENGLISH)


@every_language
def test_a_message_has_all_plural_forms_where_english_has_plurals(lang: str) -> None:
    plurals = {name: set(word) for name, word in catalogue(lang).items() if isinstance(word, dict)}

    assert plurals == dict.fromkeys(PLURALS, plural_rules(lang).categories)


@every_language
def test_a_message_has_the_placeholders_of_english_except_the_number_in_a_singular(lang: str) -> None:
    single = {"zero", "two"} if plural_rules(lang).wide_one else {"zero", "one", "two"}
    for name, word in catalogue(lang).items():
        known = set().union(*map(placeholders, forms(ENGLISH[name]).values()))
        assert ("n" in known) == (name in PLURALS)
        for category, text in forms(word).items():
            assert placeholders(text) <= known, (name, category)
            assert category in single or placeholders(text) == known, (name, category)


@every_language
def test_no_message_is_empty_or_padded(lang: str) -> None:
    texts = {(name, text) for name, word in catalogue(lang).items() for text in forms(word).values()}

    assert {name for name, text in texts if not text or text != text.strip()} == set()


@pytest.mark.parametrize("lang", [each for each in LANGUAGES if each != "en"])
def test_no_message_is_untranslated_unless_it_may_be_the_same_word(lang: str) -> None:
    same = {
        name for name, word in catalogue(lang).items() if set(forms(word).values()) & set(forms(ENGLISH[name]).values())
    }

    assert same - SAME == set()
