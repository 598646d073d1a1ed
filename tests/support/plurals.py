"""The plural rules of languages, as browsers know them."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

import pytest

from tests.support.slow import CHECK

SCRIPT = """
const [lang] = process.argv.slice(-1)
const rules = new Intl.PluralRules(lang)
const ones = [0, 2, 21].some((number) => rules.select(number) === 'one')
const known = Intl.PluralRules.supportedLocalesOf(lang).length === 1
console.log(JSON.stringify({known, categories: rules.resolvedOptions().pluralCategories, ones}))
"""


@dataclass(frozen=True)
class PluralRules:
    """A language's plural categories, and whether ``one`` has other numbers than 1: 0 too, or 21."""

    categories: frozenset[str]
    wide_one: bool


@cache
def plural_rules(lang: str) -> PluralRules:
    """The plural rules of a language; the test is skipped if there is no Node to ask."""
    if not shutil.which("node"):
        reason = "needs Node, which knows the plural forms of languages"
        pytest.fail(reason) if CHECK in os.environ else pytest.skip(reason)
    done = subprocess.run(["node", "-e", SCRIPT, lang], capture_output=True, text=True, check=True)  # noqa: S603, S607
    found = json.loads(done.stdout)
    assert found["known"], f"{lang} is not a language that browsers know"
    return PluralRules(frozenset(found["categories"]), found["ones"])
