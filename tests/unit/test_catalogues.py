"""The widget's catalogues: each says in its language all that English says, with the plurals that it has."""

import json
import re
from pathlib import Path

import pytest

WORDS = Path(__file__).parents[2] / "web" / "widget" / "words"

# What `new Intl.PluralRules(lang).resolvedOptions().pluralCategories` names.
CATEGORIES = {
    "ar": {"zero", "one", "two", "few", "many", "other"},
    "de": {"one", "other"},
    "en": {"one", "other"},
    "es": {"one", "many", "other"},
    "fr": {"one", "many", "other"},
    "it": {"one", "many", "other"},
    "ja": {"other"},
    "nl": {"one", "other"},
    "pl": {"one", "few", "many", "other"},
    "pt-BR": {"one", "many", "other"},
    "ru": {"one", "few", "many", "other"},
    "zh-CN": {"other"},
}
# Where `one` is more than 1: 0 too, or 21.
WIDE_ONE = {"fr", "pt-BR", "ru"}
# What a language says as English does.
SAME = {
    "de": {"write.name", "write.link", "write.optional", "write.address", "write.code", "act.spam"},
    "es": {"act.spam"},
    "fr": {"write.code", "act.spam"},
    "it": {"write.address", "act.spam"},
    "nl": {"read.moderator", "write.link", "write.address", "write.code", "act.spam"},
    "pl": {"act.spam"},
    "pt-BR": {"write.address", "act.spam"},
}

Word = str | dict[str, str]


def catalogue(lang: str) -> dict[str, Word]:
    """Every word by its chapter and key."""
    chapters: dict[str, dict[str, Word]] = json.loads((WORDS / f"{lang}.json").read_text(encoding="utf-8"))
    return {f"{chapter}.{key}": word for chapter, words in chapters.items() for key, word in words.items()}


def forms(word: Word) -> dict[str, str]:
    """By plural category; a word without plurals has one form."""
    return word if isinstance(word, dict) else {"": word}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(.*?)\}", text))


ENGLISH = catalogue("en")
PLURALS = {name for name, word in ENGLISH.items() if isinstance(word, dict)}
every_language = pytest.mark.parametrize("lang", sorted(CATEGORIES))


def test_every_catalogue_is_of_a_language_whose_plurals_are_known() -> None:
    assert {path.stem for path in WORDS.iterdir()} == set(CATEGORIES)


@every_language
def test_a_catalogue_has_every_key_of_english_and_no_other(lang: str) -> None:
    assert list(catalogue(lang)) == list(ENGLISH)


@every_language
def test_a_word_has_plurals_where_english_has_them_and_all_of_its_language(lang: str) -> None:
    plurals = {name: set(word) for name, word in catalogue(lang).items() if isinstance(word, dict)}

    assert plurals == dict.fromkeys(PLURALS, CATEGORIES[lang])


@every_language
def test_a_word_has_the_placeholders_of_english_but_a_plural_of_one_number_needs_no_number(lang: str) -> None:
    single = {"zero", "two"} if lang in WIDE_ONE else {"zero", "one", "two"}
    for name, word in catalogue(lang).items():
        known = set().union(*map(placeholders, forms(ENGLISH[name]).values()))
        assert ("n" in known) == (name in PLURALS)
        for category, text in forms(word).items():
            assert placeholders(text) <= known, (name, category)
            assert category in single or placeholders(text) == known, (name, category)


@every_language
def test_no_word_is_empty_or_has_space_around_it(lang: str) -> None:
    texts = {(name, text) for name, word in catalogue(lang).items() for text in forms(word).values()}

    assert {name for name, text in texts if not text or text != text.strip()} == set()


@pytest.mark.parametrize("lang", sorted(CATEGORIES.keys() - {"en"}))
def test_no_word_is_left_in_english_unless_the_language_says_it_so(lang: str) -> None:
    same = {
        name for name, word in catalogue(lang).items() if set(forms(word).values()) & set(forms(ENGLISH[name]).values())
    }

    assert same == SAME.get(lang, set())
