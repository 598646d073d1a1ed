"""``docs``: the files that are made from the code, and whether the committed ones are up to date."""

import argparse
import json
from pathlib import Path

from ops.cost import page as costs
from ops.policies import policy_files
from ops.stages import stages
from ops.templates import table_template

from ..core.backup import LINES
from ..runtime import Runtime
from ..settings import reference

HEAD = "# Settings\n\nEnvironment variables of the function; each stage sets its own in `.chalice/config.json`.\n\n"
SCHEMA_HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One line of a backup of Afterword",
}


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    docs = topics.add_parser("docs", help="write the pages, policies and templates that are made from the code")
    docs.add_argument("--check", action="store_true", help="only say which are out of date")
    docs.set_defaults(run=_docs, anywhere=True)


def pages() -> dict[str, str]:
    """File → what it must hold."""
    from ops.openapi.document import compact_text, document_text  # noqa: PLC0415  the other commands need no Chalice
    from ops.openapi.reference import reference as api_reference  # noqa: PLC0415  likewise

    return {
        "docs/openapi.json": document_text(),
        "chalicelib/static/openapi.json": compact_text(),
        "docs/api.md": api_reference(),
        "docs/settings.md": HEAD + reference(),
        "docs/costs.md": costs.page(),
        "infra/table.json": table_template(),
        "docs/backup.schema.json": json.dumps(SCHEMA_HEAD | LINES.json_schema(), indent=2) + "\n",
        **policy_files(stages()),
    }


def _docs(_runtime: Runtime, chosen: argparse.Namespace) -> int:
    stale = 0
    for name, text in pages().items():
        path = Path(name)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{name} is out of date" if chosen.check else f"{name} written")
        if not chosen.check:
            path.write_text(text, encoding="utf-8")
    return 1 if stale and chosen.check else 0
