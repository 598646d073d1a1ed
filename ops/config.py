"""What the owner chooses for a stage, written to ``.chalice/local.json``, which git ignores."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .stages import FUNCTIONS, LOCAL, VARIABLES, Stage, local_settings, stage_named


def with_variables(stage: Stage, **variables: str) -> Stage:
    """The stage with these environment variables, which are written down."""
    return with_settings(stage, {VARIABLES: {**(stage.local or {}).get(VARIABLES, {}), **variables}})


def with_settings(stage: Stage, settings: Mapping[str, Any]) -> Stage:
    """The stage with these settings, which are written down."""
    set_local(stage.root, stage.name, settings)
    return stage_named(stage.name, stage.root)


def with_function(stage: Stage, function: str, about: Mapping[str, Any] | None) -> Stage:
    """The stage with these settings of one of its functions, or without those that the owner chose for it."""
    functions = {**(stage.local or {}).get(FUNCTIONS, {})}
    functions.pop(function, None)
    if about is not None:
        functions[function] = dict(about)
    return with_settings(stage, {FUNCTIONS: functions})


def set_local(root: Path, stage: str, settings: Mapping[str, Any]) -> bool:
    """Set what the owner chose for a stage; true if that changed the file."""
    path, before = root / LOCAL, local_settings(root)
    after = {**before, stage: {**before.get(stage, {}), **settings}}
    if after == before:
        return False
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(after, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
    return True
