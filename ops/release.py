"""A release: ``make release`` builds its files into ``dist/VERSION``; ``make release TAG=yes`` then tags the commit.

It is built from what is committed.  The first run also changes two files, which are committed before the tag is made:
``web/released.json``, which keeps the widget's files of this release for a year after the next one, and
``tests/upgrade/released/VERSION.tar.xz``, the code with which later versions are tested.
"""

import argparse
import hashlib
import io
import lzma
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .bundle.build import bundle, version_of
from .bundle.contents import MACHINES
from .errors import BundleError
from .stages import ROOT

SECTION = r"^## \[?{version}\]?(?:[ \t][^\n]*)?\n(?P<text>.*?)(?=^## |\Z)"
CODE = ("app.py", "chalicelib", ":(exclude)chalicelib/cli", ":(exclude)chalicelib/static")  # what serves requests
KEPT = "tests/upgrade/released"
SUMS = "SHA256SUMS"
STAGE = "prod"

Builder = Callable[[Path, Path, str], None]


class ReleaseError(Exception):
    """The release can't be built; the message says why."""


def release(root: Path, builders: Sequence[Builder], *, tag: bool = False) -> Path:
    """Build all files of a release, and return their folder.  ``builders`` write files into it.

    Raises:
        ReleaseError: something is not committed, the changelog does not mention the version, or it is released already.
        BundleError: the bundle cannot be deployed.
    """
    version = version_of(root)
    notes = notes_of((root / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    check_committed(root)
    check_new(root, version)

    target = root / "dist" / version
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "RELEASE_NOTES.md").write_text(notes, encoding="utf-8")
    for build in builders:
        build(root, target, version)
    (target / SUMS).write_text(sums(target), encoding="utf-8")
    keep_code(root, version)
    if tag:
        check_committed(root)
        git(root, "tag", "--annotate", f"v{version}", "--file", str(target / "RELEASE_NOTES.md"), "--cleanup=verbatim")
    return target


def notes_of(changelog: str, version: str) -> str:
    """The changelog's section about a version.

    Raises:
        ReleaseError: it is missing or empty.
    """
    found = re.search(SECTION.format(version=re.escape(version)), changelog, re.MULTILINE | re.DOTALL)
    if not found or not found["text"].strip():
        raise ReleaseError(f"CHANGELOG.md has no section “## {version}”, or it is empty.")
    return f"# Afterword {version}\n\n{found['text'].strip()}\n"


def check_committed(root: Path) -> None:
    """Check that everything is committed, so that anyone can check out what is released.

    Raises:
        ReleaseError: something is not committed.
    """
    changed = git(root, "status", "--porcelain").rstrip()
    if changed:
        raise ReleaseError(f"Commit or remove these first:\n{changed}")


def check_new(root: Path, version: str) -> None:
    """Check that the version was not released before.

    Raises:
        ReleaseError: its tag is on another commit.
    """
    tag = f"v{version}"
    if git(root, "tag", "--list", tag).strip() and git(root, "rev-list", "-1", tag) != git(
        root, "rev-list", "-1", "HEAD"
    ):
        raise ReleaseError(f"{tag} is another commit: raise the version in pyproject.toml.")


def widget(root: Path, target: Path, _version: str) -> None:
    """Build the widget's files with their integrity hashes, for sites that serve them themselves."""
    command = ["npm", "run", "--silent", "--prefix", "web", "build", "--", "--release"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603  npm
    if done.returncode:
        raise ReleaseError(f"Building the widget failed:\n{done.stdout}{done.stderr}")
    shutil.copytree(root / "chalicelib/static/widget", target / "widget")
    (target / "widget" / "INTEGRITY.txt").write_text(done.stdout, encoding="utf-8")


def bundles(root: Path, target: Path, version: str) -> None:
    """Build the bundle for each architecture of Lambda, with its inventory."""
    for architecture in MACHINES:
        made = bundle(root, STAGE, architecture)
        name = f"afterword-{version}-{architecture}"
        shutil.copyfile(made.path, target / f"{name}.zip")
        shutil.copyfile(made.inventory, target / f"{name}.cdx.json")


def sums(folder: Path) -> str:
    """The hashes of a folder's files, in the format of ``sha256sum --check``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files]
    return "".join(lines)


def keep_code(root: Path, version: str) -> Path:
    """Archive the code that serves requests, for tests of later versions; the same code gives the same archive."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(git(root, "ls-files", "-z", "--", *CODE).split("\0")[:-1]):
            data = (root / name).read_bytes()
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    path = root / KEPT / f"{version}.tar.xz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(tar.getvalue(), preset=9))
    return path


def git(root: Path, *arguments: str) -> str:
    """The output of a git command.

    Raises:
        ReleaseError: it failed.
    """
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  git
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]} failed: {done.stderr}")
    return done.stdout


def main() -> int:
    """Build a release, and print what is left to do."""
    parser = argparse.ArgumentParser(prog="python -m ops.release", description="Build the files of a release.")
    parser.add_argument("--tag", action="store_true", help="tag the commit, with the release notes")
    chosen = parser.parse_args()
    try:
        target = release(ROOT, (widget, bundles), tag=chosen.tag)
    except (BundleError, ReleaseError) as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"The release is in {target}:\n\n{(target / SUMS).read_text(encoding='utf-8')}")
    left = git(ROOT, "status", "--porcelain")
    if left:
        print(f"Commit these files, which belong to the release, then run `make release TAG=yes`:\n\n{left}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
