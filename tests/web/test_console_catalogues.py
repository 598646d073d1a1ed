"""The console's message catalogues: every message is in every language; those of a new rule may be missing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import errors as refusals
from chalicelib.core.errors import Refusal
from dev.untranslated import rule_phrases
from tests.support.plurals import plural_rules

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "web/console"
PAGE = SOURCE / "index.html"
LANGUAGES = sorted(path.stem for path in SOURCE.glob("words/*.json"))
NO_WORDS = re.compile(  # selectors, keys, headers, and what the service writes itself
    r"[.#]|command line|a blockquote |noopener |Escape|Enter|Content-Type|Authorization|Idempotency-Key"
)
NEVER_SHOWN = {"Refusal", "KeyMissing", "WorkMissing", "EditWindowClosed", "KeyReused", "ForeignForm"}  # to moderators


def catalogue(lang: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SOURCE / f"words/{lang}.json").read_text(encoding="utf-8"))
    return found


def forms(words: str | dict[str, str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words.values())


def messages_in_scripts() -> set[str]:
    """String literals that look like sentences."""
    found = set[str]()
    for file in SOURCE.rglob("*.js"):
        source = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        source = re.sub(r"(?<=\s)//.*", "", source)
        literals = [one or other for one, other in re.findall(r"'([^'\\\n]+)'|\"([^\"\\\n]+)\"", source)]
        found |= {each for each in literals if re.search(r"^[A-Z(][a-z]|[a-z}] [a-z({]|\} [A-Za-z]|: ?\{", each)}
    return {each for each in found if not NO_WORDS.match(each)}


def messages_on_the_page() -> set[str]:
    source = PAGE.read_text(encoding="utf-8")
    body = re.sub(r"<(code|kbd|span id)\b[^>]*>[^<]*<", "<", source[source.index("<title>") :])
    texts = [*re.findall(r">([^<]+)<", body), *re.findall(r'aria-label="([^"]+)"', body)]
    words = {re.sub(r"\s+", " ", each).strip() for each in texts}
    return {each for each in words if re.search("[A-Za-z]{3}", each) and "chalicelib" not in each}


def refusals_shown() -> set[str]:
    """What moderators are refused."""
    kinds = [each for each in vars(refusals).values() if isinstance(each, type) and issubclass(each, Refusal)]
    return {each.message for each in kinds if each.__name__ not in NEVER_SHOWN}


def test_every_message_is_in_the_catalogues() -> None:
    messages = messages_in_scripts() | messages_on_the_page() | refusals_shown()

    assert messages - set(catalogue("de")) == set()


def test_no_catalogue_has_an_unused_message() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in [*SOURCE.rglob("*.js"), PAGE])
    messages = re.sub(r"\s+", " ", sources)

    known = refusals_shown() | rule_phrases()
    assert [each for each in catalogue("de") if each not in messages and each not in known] == []


def test_the_console_has_the_languages_of_the_widget() -> None:
    assert {path.stem for path in (ROOT / "web/widget/words").glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize("lang", [each for each in LANGUAGES if each != "en"])
def test_every_language_is_complete(lang: str) -> None:
    words = catalogue(lang)

    assert set(words) - rule_phrases() == set(catalogue("de")) - rule_phrases(), "a rule's words may be missing"
    assert all(form.strip() for each in words.values() for form in forms(each))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_placeholders_are_kept_and_plurals_have_the_forms_of_the_language(lang: str) -> None:
    wanted = plural_rules(lang).categories
    for english, messages in catalogue(lang).items():
        named = re.findall(r"\{\w+\}", english)
        holes, counted = set(named), {"{n}"} if "{n}" in named else set(named[:1])
        for form in forms(messages):
            found = re.findall(r"\{\w+\}", form)
            assert len(found) == len(set(found))
            assert set(found) in (holes, holes - counted if isinstance(messages, dict) else holes), (english, form)
        assert isinstance(messages, str) or set(messages) == wanted, english


def test_english_plurals_are_used() -> None:
    assert set(catalogue("en")) <= set(catalogue("de"))
