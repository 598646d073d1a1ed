"""The widget's build: committed files match the source, are small, and older pages find their lazy parts."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.slow import CHECK

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "web/node_modules"


class Workshop:
    """A copy of the sources and the built files, which tests can change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built = folder / "chalicelib/static/widget"
        shutil.copytree(ROOT / "web", folder / "web", ignore=shutil.ignore_patterns("node_modules"))
        shutil.copytree(ROOT / "chalicelib/static/widget", self.built)
        for file in (ROOT / "chalicelib/static").glob("moderate*"):
            shutil.copy(file, self.built.parent)
        (folder / "web/node_modules").symlink_to(MODULES)

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = ["node", "build.mjs", *options]  # what make widget and make check run
        return subprocess.run(command, cwd=self.folder / "web", capture_output=True, text=True, check=False)  # noqa: S603

    def assets(self) -> set[str]:
        return {file.name for file in (self.built / "assets").iterdir()}

    def change(self, name: str, old: str, new: str) -> None:
        file = self.folder / "web/widget" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    if not MODULES.exists() or not shutil.which("node"):
        reason = "needs Node and what make widget installs"
        pytest.fail(reason) if CHECK in os.environ else pytest.skip(reason)
    return Workshop(tmp_path)


def test_the_committed_build_matches_the_source(workshop: Workshop) -> None:
    done = workshop.build("--check")

    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^(?:widget|count)\.js .* sha384-\S{64}$", done.stdout, re.MULTILINE)) == 2


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("widget/read.css", "comment"),
        ("console/main.js", "pending"),
        ("console/index.html", "comment"),
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in (
                ("widget/composer.js", "comment"),
                ("widget/words/en.json", "comment"),
                ("shared/tokens.css", "0.25rem"),
                ("console/style.css", "44rem"),
                ("console/manifest.webmanifest", "Comments"),
                ("console/words/fr.json", "comment"),
            )
        ),
    ],
)
def test_an_unbuilt_change_is_detected(workshop: Workshop, name: str, old: str) -> None:
    workshop.change(f"../{name}", old, "remark")

    done = workshop.build("--check")

    assert done.returncode == 1
    assert "is not what the source gives" in done.stderr


def test_nothing_stands_beside_what_is_built(workshop: Workshop) -> None:
    (workshop.built.parent / "moderate-extra.css").write_text("p { color: red }", encoding="utf-8")

    done = workshop.build("--check")

    assert done.returncode == 1
    assert "moderate-extra.css is not what the source gives" in done.stderr


def test_a_bundle_that_grew_too_large_is_refused(workshop: Workshop) -> None:
    noise = "".join(str(hash((number, "noise"))) for number in range(300))
    workshop.change("widget.js", "export {load}", f"console.log('{noise}')\nexport {{load}}")

    done = workshop.build()

    assert done.returncode == 1
    assert "widget.js has more than 6144 bytes" in done.stderr


def test_the_files_of_a_release_are_kept_for_a_year_after_the_next_one(workshop: Workshop) -> None:
    first = workshop.assets()
    assert workshop.build("--release").returncode == 0
    workshop.change("words/en.json", "No comments yet", "Nothing yet")
    assert workshop.build("--release").returncode == 0
    assert first < workshop.assets()
    second = workshop.assets() - first
    workshop.change("words/en.json", "Nothing yet", "Still nothing")

    assert workshop.build().returncode == 0
    assert first | second < workshop.assets()
    released = workshop.folder / "web/released.json"
    ends = {name: end and "2000-01-01" for name, end in json.loads(released.read_text(encoding="utf-8")).items()}
    released.write_text(json.dumps(ends), encoding="utf-8")

    assert workshop.build().returncode == 0
    kept = workshop.assets()
    assert second <= kept
    assert not kept & {name for name in first if name.startswith("widget.")}
