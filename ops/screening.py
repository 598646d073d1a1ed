"""The reference of the screening rules, made from the models of their settings and from their messages."""

from collections.abc import Iterator
from typing import Any

from chalicelib.core.screening.document import rules_schema
from chalicelib.core.screening.rules import RULES

HEAD = """# Screening rules

The sections of the policy, made from the rules in `chalicelib/core/screening/rules`. [screening.md](screening.md)
explains the policy, and how to add a rule.

"""


def reference() -> str:
    """The page, as Markdown."""
    settings = "".join(_row(*each) for each in _settings())
    reasons = "".join(_row(f"`{rule.name}`", rule.message.template) for rule in RULES if rule.message.template)
    return (
        HEAD
        + _row("section", "", "setting", "", "default", "bounds")
        + _row(*["---"] * 6)
        + settings
        + "\nEach of these rules can be the reason why a comment is held:\n\n"
        + _row("rule", "message")
        + _row("---", "---")
        + reasons
    )


def _settings() -> Iterator[tuple[str, ...]]:
    for section, about in rules_schema()["properties"].items():
        for name, setting in about["properties"].items():
            words = f"{about['title']}. {about['description']}" if name == "active" else setting["title"]
            first = f"`{section}`" if name == "active" else ""
            yield first, words, f"`{name}`", setting["type"], f"`{str(setting['default']).lower()}`", _bounds(setting)


def _bounds(setting: dict[str, Any]) -> str:
    return f"{setting['minimum']}–{setting['maximum']}" if "minimum" in setting else ""  # noqa: RUF001  a range


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
