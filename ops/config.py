"""What a deployment notes in ``.chalice/config.json``: where the posts are, and where the service is."""

import json
from pathlib import Path

from .stages import CONFIG, Stage, stage_named


def noted(stage: Stage, **variables: str) -> Stage:
    """The stage with these variables, written down."""
    set_variables(stage.root, stage.name, **variables)
    return stage_named(stage.name, stage.root)


def set_variables(root: Path, stage: str, **variables: str) -> bool:
    """Set variables of a stage's function; true if that changed something."""
    path = root / CONFIG
    text = path.read_text(encoding="utf-8")
    found = json.loads(text)
    found["stages"][stage].setdefault("environment_variables", {}).update(variables)
    written = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if written == text:
        return False
    draft = path.with_suffix(".part")
    draft.write_text(written, encoding="utf-8")
    draft.replace(path)
    return True
