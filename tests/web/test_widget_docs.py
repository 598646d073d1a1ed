"""The widget's attributes, CSS variables, parts and messages are documented, and nothing else is."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "web/widget"
DOCS = (ROOT / "docs/widget.md").read_text(encoding="utf-8")
STYLES = "\n".join(file.read_text(encoding="utf-8") for file in sorted(SRC.glob("*.css")))
SCRIPTS = "\n".join(file.read_text(encoding="utf-8") for file in sorted(SRC.glob("*.js")))


def test_every_attribute_is_documented() -> None:
    [observed] = re.findall(r"observedAttributes = \[(.*)\]", SCRIPTS)
    read = set(re.findall(r"'([a-z-]+)'", observed)) | set(re.findall(r":host\(\[([a-z]+)=", STYLES))

    assert read == set(re.findall(r"^\| `([a-z][a-z-]*)` \|", DOCS, re.MULTILINE))


def test_every_css_variable_is_documented() -> None:
    used = set(re.findall(r"var\((--afterword-[a-z]+)", STYLES))

    assert used == set(re.findall(r"^\| `(--afterword-[a-z]+)` \|", DOCS, re.MULTILINE))


def test_every_documented_part_exists() -> None:
    [parts] = re.findall(r"Among them are (.*?)\n\n", DOCS, re.DOTALL)
    classes = set(re.findall(r"class: [`']([\w ]+)", SCRIPTS)) | set(re.findall(r"button\([`']([\w ]+)", SCRIPTS))

    assert set(re.findall(r"`(\w+)`", parts)) <= {name for each in classes for name in each.split()}


@pytest.mark.parametrize("chapter", ["read", "write", "react"])
def test_every_message_is_used(chapter: str) -> None:
    words = json.loads((SRC / "words/en.json").read_text(encoding="utf-8"))[chapter]

    unused = [word for word in words if not re.search(rf"'{word}'", SCRIPTS)]

    assert unused == []
