"""What a deployment writes into ``.chalice/config.json``: the site's URL and the service's."""

import json
from pathlib import Path

from .stages import CONFIG, Stage, stage_named


def with_variables(stage: Stage, **variables: str) -> Stage:
    """The stage with these environment variables, which are written to the configuration."""
    set_variables(stage.root, stage.name, **variables)
    return stage_named(stage.name, stage.root)


def set_variables(root: Path, stage: str, **variables: str) -> bool:
    """Set environment variables of a stage; true if that changed the configuration."""
    path = root / CONFIG
    text = path.read_text(encoding="utf-8")
    config = json.loads(text)
    config["stages"][stage].setdefault("environment_variables", {}).update(variables)
    changed = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    if changed == text:
        return False
    draft = path.with_suffix(".part")
    draft.write_text(changed, encoding="utf-8")
    draft.replace(path)
    return True
