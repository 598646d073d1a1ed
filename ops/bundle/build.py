"""The bundle that Lambda runs: ``python -m ops.bundle.build --stage dev``.

Chalice packages the project, and keeps the package under ``.chalice/deployments`` for ``chalice deploy`` to take.
Here that package becomes smaller, starts faster and is always the same for the same sources: what Lambda never loads
is cut, bytecode is added, order, dates and modes are fixed.  Its inventory is written beside it.
"""

import argparse
import filecmp
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import archive, contents
from .inventory import inventory

ROOT = Path(__file__).parents[2]
MAX_SIZE = 8_000_000  # bytes
PYTHON = f"{sys.version_info.major}{sys.version_info.minor}"
RULES = ("archive.py", "build.py", "contents.py")
COPIED = ("app.py", "chalicelib", "requirements.txt", "pyproject.toml", ".chalice")
UMASK = 0o022


class BundleRefused(Exception):  # noqa: N818  a state of the world
    """The bundle is not fit to be deployed; the message says why, a line for each reason."""


@dataclass(frozen=True)
class Bundle:
    """A finished bundle.  ``size`` is in bytes; ``packages`` is name → version."""

    path: Path
    inventory: Path
    architecture: str
    size: int
    sha256: str
    files: int
    packages: dict[str, str]

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.path}: {self.architecture}, {self.size:,} bytes, {self.files} files, sha256 {self.sha256}"


def bundle(root: Path, stage: str, architecture: str = "") -> Bundle:
    """Make the bundle of a stage, where ``chalice deploy`` finds it, or take the one that is there.

    ``architecture``: another than the stage's own.  Such a bundle is made from a copy, and is not deployed.

    Raises:
        BundleRefused: it is too large, or not what it should be.
    """
    own = architecture_of(root, stage)
    if architecture in ("", own):
        return _made(root, stage, own)
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        copy = Path(scratch)
        copy_project(root, copy)
        choose_architecture(copy, stage, architecture)
        made = _made(copy, stage, architecture)
        kept = root / ".chalice" / "deployments" / f"other-{architecture}.zip"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(made.path, kept)
        return finished(kept, root, architecture)


def architecture_of(root: Path, stage: str) -> str:
    """What the stage's configuration says.

    Raises:
        BundleRefused: there is no such stage.
    """
    config = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))
    if stage not in config["stages"]:
        raise BundleRefused(f"there is no stage {stage} in .chalice/config.json")
    return str({**config, **config["stages"][stage]}.get("lambda_architecture", "x86_64"))


def choose_architecture(root: Path, stage: str, architecture: str) -> None:
    """Change the stage's configuration."""
    path = root / ".chalice" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["stages"][stage]["lambda_architecture"] = architecture
    path.write_text(json.dumps(config), encoding="utf-8")


def copy_project(root: Path, target: Path) -> None:
    """Copy what a package is made of."""
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "deployments"))
        else:
            shutil.copyfile(root / name, target / name)


def clean(root: Path) -> None:
    """Remove bytecode, which would give the same sources another name in Chalice's cache."""
    for folder in list((root / "chalicelib").rglob("__pycache__")):
        shutil.rmtree(folder, ignore_errors=True)


def _made(root: Path, stage: str, architecture: str) -> Bundle:
    path = packaged(root, stage)
    if archive.comment_of(path) not in ("", mark()):
        path.unlink()  # it was cut by other rules: what it lacks is nowhere else
        path = packaged(root, stage)
    if archive.comment_of(path) != mark():
        shrink(path, (root / "requirements.txt").read_text(encoding="utf-8"), architecture)
    return finished(path, root, architecture)


def mark() -> str:
    """What a bundle's comment says: by which rules, and for which Python, it was made."""
    rules = b"".join((Path(__file__).parent / name).read_bytes() for name in RULES)
    return f"afterword {PYTHON} {hashlib.sha256(rules).hexdigest()[:16]}"


def packaged(root: Path, stage: str) -> Path:
    """Let Chalice make a package, and find it in its cache.

    Raises:
        BundleRefused: Chalice failed, and said why.
    """
    clean(root)
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage, scratch]
        environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=root, env=environment, umask=UMASK, capture_output=True, check=False)  # noqa: S603  our own tool
        if done.returncode:
            raise BundleRefused(f"chalice package failed:\n{(done.stdout + done.stderr).decode()}")
        copy = Path(scratch) / "deployment.zip"
        cached = (root / ".chalice" / "deployments").glob("*.zip")
        return next(path for path in cached if filecmp.cmp(path, copy, shallow=False))


def shrink(path: Path, requirements: str, architecture: str) -> None:
    """Rewrite a package in its place, if it holds what it should.

    Raises:
        BundleRefused: it doesn't.
    """
    files, _ = archive.read(path)
    needed = contents.pruned(files)
    found = [*contents.mistakes(files, requirements, architecture, PYTHON)]
    if found:
        path.unlink()  # or chalice deploy would take it
        raise BundleRefused("\n".join(found))
    archive.write(path, contents.recorded(archive.compiled(needed, keep=contents.OWN_CODE)), mark())


def finished(path: Path, root: Path, architecture: str) -> Bundle:
    """A bundle that was written, with its inventory beside it.

    Raises:
        BundleRefused: it is too large.
    """
    data = path.read_bytes()
    if len(data) > MAX_SIZE:
        raise BundleRefused(f"the bundle has {len(data):,} bytes; {MAX_SIZE:,} are allowed")
    files, _ = archive.read(path)
    sha256, version = hashlib.sha256(data).hexdigest(), version_of(root)
    listed = path.with_suffix(".cdx.json")
    listed.write_text(inventory(files, version, sha256), encoding="utf-8")
    packages = {package.name: package.version for package in contents.packages(files)}
    return Bundle(path, listed, architecture, len(data), sha256, len(files), packages)


def version_of(root: Path) -> str:
    """The project's version."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def main() -> int:
    """Make a bundle and say what was made."""
    parser = argparse.ArgumentParser(prog="python -m ops.bundle.build", description="Make the bundle that Lambda runs.")
    parser.add_argument("--stage", default="dev", help="a stage of .chalice/config.json (default: dev)")
    parser.add_argument("--arch", default="", choices=contents.MACHINES, help="another architecture than the stage's")
    parser.add_argument("--out", type=Path, help="copy the bundle and its inventory there")
    options = parser.parse_args()
    try:
        made = bundle(ROOT, options.stage, options.arch)
    except BundleRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    if options.out:
        shutil.copyfile(made.path, options.out)
        shutil.copyfile(made.inventory, options.out.with_suffix(".cdx.json"))
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
