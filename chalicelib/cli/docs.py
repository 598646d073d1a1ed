"""``docs``: generate the files that are made from the code, or check that they are up to date."""

import argparse
import json
from pathlib import Path

from ops import licences
from ops.cost import page as costs
from ops.policies import policy_files
from ops.screening import reference as rules_reference
from ops.stages import stages
from ops.templates import table_template

from ..core.backup import LINES
from ..settings import reference

HEAD = """\
# Settings

Settings are environment variables of the functions. Set them for a stage in `.chalice/local.json`, then run
`make deploy STAGE=…`. Every setting has a default; [deploying](deploying.md) sets those that differ between stages.

```json
{"prod": {"environment_variables": {"AFTERWORD_WORK": "18"}}}
```

"""
SCHEMA_HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One line of a backup of Afterword",
}


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    docs = commands.add_parser("docs", help="generate the pages, policies and templates that are made from the code")
    docs.add_argument("--check", action="store_true", help="only list the files that are out of date")
    docs.set_defaults(run=_docs, needs_runtime=False)


def pages() -> dict[str, str]:
    """File name → content of every generated file."""
    from ops.openapi.document import compact_text, document_text  # noqa: PLC0415  other commands work without Chalice
    from ops.openapi.reference import reference as api_reference  # noqa: PLC0415  likewise

    return {
        "docs/openapi.json": document_text(),
        "chalicelib/static/openapi.json": compact_text(),
        "docs/api.md": api_reference(),
        "docs/settings.md": HEAD + reference(),
        "docs/costs.md": costs.page(),
        "docs/licences.md": licences.page(),
        "docs/screening-rules.md": rules_reference(),
        "infra/table.json": table_template(),
        "docs/backup.schema.json": json.dumps(SCHEMA_HEAD | LINES.json_schema(), indent=2) + "\n",
        **policy_files(stages(local=False)),
    }


def _docs(options: argparse.Namespace) -> int:
    stale = 0
    for name, text in pages().items():
        path = Path(name)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{name} is out of date" if options.check else f"{name} written")
        if not options.check:
            path.write_text(text, encoding="utf-8")
    return 1 if stale and options.check else 0
