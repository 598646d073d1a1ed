"""What goes into the bundle was downloaded by its hash."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from ops.bundle.build import download
from ops.errors import BundleError

NAME = "tidy_words-1.2.3-py3-none-any.whl"
FOLDER = "tidy_words-1.2.3.dist-info"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one wheel, in place of the package index."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / NAME, "w") as wheel:
        wheel.writestr("tidy_words.py", "WORDS = 1\n")
        wheel.writestr(f"{FOLDER}/METADATA", "Metadata-Version: 2.1\nName: tidy-words\nVersion: 1.2.3\n")
        wheel.writestr(f"{FOLDER}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{FOLDER}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def requirements(folder: Path, sha256: str) -> Path:
    path = folder / "requirements.txt"
    path.write_text(f"tidy-words==1.2.3 \\\n    --hash=sha256:{sha256}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_a_wheel_with_the_right_hash_is_taken(index: Path, tmp_path: Path, architecture: str) -> None:
    wheels, sha256 = tmp_path / "wheels", hashlib.sha256((index / NAME).read_bytes()).hexdigest()

    download(requirements(tmp_path, sha256), wheels, architecture)

    assert [path.name for path in wheels.iterdir()] == [NAME]


def test_a_wheel_with_another_hash_is_refused(index: Path, tmp_path: Path) -> None:
    assert (index / NAME).is_file()

    with pytest.raises(BundleError, match=r"(?s)pip download failed.*DO NOT MATCH THE HASHES"):
        download(requirements(tmp_path, "0" * 64), tmp_path / "wheels", "arm64")
