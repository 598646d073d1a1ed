"""Names the words of screening rules that the console shows in English because a catalogue lacks them.

``make check`` prints this and does not fail: whoever adds a rule need not know all languages, and the console
falls back to English.  All other words of the console must be in every catalogue, which a test checks.
"""

import json
from pathlib import Path

from chalicelib.core.screening.document import rules_schema
from chalicelib.core.screening.engine import MESSAGES

NOT_SHOWN = "every_comment"  # its reason says nothing about a comment
CATALOGUES = Path(__file__).parents[1] / "web/console/words"


def rule_phrases() -> set[str]:
    """The templates of all reasons, and the titles and descriptions of all settings but the switch of a rule."""
    found = {message.template for rule, message in MESSAGES.items() if rule != NOT_SHOWN}
    for section in rules_schema()["properties"].values():
        settings = [about for name, about in section["properties"].items() if name != "active"]
        found |= {about.get(key, "") for about in (section, *settings) for key in ("title", "description")}
    return found - {""}


def main() -> None:
    """Print each missing phrase with the languages that lack it."""
    known = {path.stem: set(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(CATALOGUES.glob("*.json"))}
    del known["en"]  # holds plurals only
    for phrase in sorted(rule_phrases()):
        if missing := [language for language, words in known.items() if phrase not in words]:
            print(f"shown in English in {', '.join(missing)}: {phrase}")


if __name__ == "__main__":
    main()
