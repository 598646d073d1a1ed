"""The attack corpora, which lie beside the project and not in it."""

import json
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def load(name: str) -> Any:
    """The rows of one corpus; the test that asks is skipped where there is none."""
    if not CORPUS.is_dir():
        pytest.skip("the attack corpora are not here")
    return json.loads((CORPUS / name).read_text(encoding="utf-8"))
