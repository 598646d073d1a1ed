"""Every line of the threat model names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == 4]
THREATS = [row for row in ROWS if "**" not in row and not row.startswith("| threat |") and not row.startswith("| |")]


@pytest.mark.parametrize(("file", "name"), NAMED.findall(PAGE))
def test_each_test_that_the_threat_model_names_exists(file: str, name: str) -> None:
    assert re.search(rf"^(?:    )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_each_threat_has_a_protection_and_a_test(row: str) -> None:
    threat, protection, shown = (cell.strip() for cell in row.strip("|").split("|"))

    assert threat.endswith(".")
    assert protection
    assert NAMED.search(shown)


def test_the_threat_model_has_threats() -> None:
    assert len(THREATS) > 30
