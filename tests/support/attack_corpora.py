"""Loads the attack corpora, which are outside the repository."""

import json
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def load(name: str) -> Any:
    """The rows of one corpus; skips the test if the corpora are missing."""
    if not CORPUS.is_dir():
        pytest.skip("the attack corpora are not here")
    return json.loads((CORPUS / name).read_text(encoding="utf-8"))
