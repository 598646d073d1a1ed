"""The words of the moderator's page: whatever is said there can be said in every language."""

import ast
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import errors as refusals
from chalicelib.core.errors import Refusal
from chalicelib.core.screening.engine import engine as screening

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "web/console"
PAGE = ROOT / "chalicelib/static/moderate.html"
FORMS = {  # the plural categories of the Unicode CLDR
    "ar": "zero one two few many other",
    "de": "one other",
    "es": "one many other",
    "fr": "one many other",
    "it": "one many other",
    "ja": "other",
    "nl": "one other",
    "pl": "one few many other",
    "pt-BR": "one many other",
    "ru": "one few many other",
    "zh-CN": "other",
}
NO_WORDS = re.compile(  # selectors, keys, headers, and what the service writes itself
    r"[.#]|nav button|command line|a blockquote |noopener |Escape|Enter|Content-Type|Authorization|Idempotency-Key"
)
NEVER_SHOWN = {"Refusal", "KeyMissing", "WorkMissing", "EditWindowClosed", "KeyReused"}  # to moderators


def catalogue(lang: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SOURCE / f"words/{lang}.json").read_text(encoding="utf-8"))
    return found


def forms(words: str | dict[str, str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words.values())


def said_in_scripts() -> set[str]:
    """String literals that read like words."""
    found = set[str]()
    for file in SOURCE.glob("*.js"):
        source = re.sub(r"/\*\*.*?\*/|(?<=\s)//.*", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        source = re.sub(r"(?<=\s)//.*", "", source)
        literals = re.findall(r"'([^'\\\n]+)'", source)
        found |= {each for each in literals if re.search(r"^[A-Z(][a-z]|[a-z}] [a-z({]|\} [A-Za-z]|: ?\{", each)}
    return {each for each in found if not NO_WORDS.match(each)}


def said_on_the_page() -> set[str]:
    source = PAGE.read_text(encoding="utf-8")
    body = re.sub(r"<(code|kbd|span id)\b[^>]*>[^<]*<", "<", source[source.index("<title>") :])
    texts = [*re.findall(r">([^<]+)<", body), *re.findall(r'aria-label="([^"]+)"', body)]
    words = {re.sub(r"\s+", " ", each).strip() for each in texts}
    return {each for each in words if re.search("[A-Za-z]{3}", each) and "chalicelib" not in each}


def said_by_the_service() -> set[str]:
    """What moderators are refused, and why comments wait; a number there is ``{n}``."""
    kinds = [each for each in vars(refusals).values() if isinstance(each, type) and issubclass(each, Refusal)]
    found = {each.message for each in kinds if each.__name__ not in NEVER_SHOWN}
    for call in ast.walk(ast.parse(inspect.getsource(screening))):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding" and len(call.args) > 1:
            words = call.args[1]
            parts = words.values if isinstance(words, ast.JoinedStr) else [words]
            found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "{n}" for part in parts))
    return found


def test_whatever_is_said_is_in_the_catalogues() -> None:
    said = said_in_scripts() | said_on_the_page() | said_by_the_service()

    assert said - set(catalogue("de")) == set()


def test_nothing_is_in_the_catalogues_that_is_said_nowhere() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in [*SOURCE.glob("*.js"), PAGE])
    said = re.sub(r"\s+", " ", sources)

    assert [each for each in catalogue("de") if each not in said and each not in said_by_the_service()] == []


@pytest.mark.parametrize("lang", FORMS)
def test_every_language_says_everything(lang: str) -> None:
    words = catalogue(lang)

    assert set(words) == set(catalogue("de"))
    assert all(form.strip() for each in words.values() for form in forms(each))


@pytest.mark.parametrize("lang", [*FORMS, "en"])
def test_what_is_put_in_stays_and_numbers_have_the_forms_of_the_language(lang: str) -> None:
    wanted = set(FORMS.get(lang, "one other").split())
    for english, said in catalogue(lang).items():
        holes = set(re.findall(r"\{\w+\}", english))
        for form in forms(said):
            found = re.findall(r"\{\w+\}", form)
            assert len(found) == len(set(found))
            assert set(found) in (holes, holes - {"{n}"} if isinstance(said, dict) else holes), (english, form)
        assert isinstance(said, str) or set(said) == wanted, english


def test_english_plurals_are_of_words_that_are_said() -> None:
    assert set(catalogue("en")) <= set(catalogue("de"))
