"""The bundle that Lambda runs.

Chalice packages the project, and keeps the package under ``.chalice/deployments``, where ``chalice deploy`` finds it.
Here that package is made smaller, faster to start and reproducible: files that Lambda never loads are removed, bytecode
is added, and order, dates and modes are fixed.  Its inventory is written beside it.
"""

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

from ..errors import BundleError
from . import archive, contents
from .inventory import inventory

ROOT = Path(__file__).parents[2]
MAX_SIZE = 8_000_000  # bytes
GLIBC = range(17, 35)  # minor versions of 2.x; Lambda's Python 3.11 has 2.26, later ones 2.34
PYTHON = f"{sys.version_info.major}{sys.version_info.minor}"
RULES = ("archive.py", "build.py", "contents.py")
NOT_COPIED = ("__pycache__", "deployments", "deployed", "local.json")  # bytecode would change the package's name
COPIED = ("app.py", "chalicelib", "requirements.txt", "pyproject.toml", ".chalice")
UMASK = 0o022


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
        """A summary in one line."""
        return f"{self.path}: {self.architecture}, {self.size:,} bytes, {self.files} files, sha256 {self.sha256}"


def bundle(root: Path, stage: str, architecture: str = "") -> Bundle:
    """Build the bundle of a stage where ``chalice deploy`` finds it, unless it is there already.

    ``architecture``: another than the stage's own.  Such a bundle is built from a copy, and is not deployed.

    Raises:
        BundleError: it is too large, or its contents are wrong.
    """
    own = architecture_of(root, stage)
    if architecture in ("", own):
        return _build(root, stage, own)
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        copy = Path(scratch)
        copy_project(root, copy)
        choose_architecture(copy, stage, architecture)
        built = _build(copy, stage, architecture)
        target = root / ".chalice" / "deployments" / f"other-{architecture}.zip"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(built.path, target)
        return finished(target, root, architecture)


def architecture_of(root: Path, stage: str) -> str:
    """The architecture in a stage's configuration.

    Raises:
        BundleError: there is no such stage.
    """
    config = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))
    if stage not in config["stages"]:
        raise BundleError(f"there is no stage {stage} in .chalice/config.json")
    return str({**config, **config["stages"][stage]}.get("lambda_architecture", "x86_64"))


def choose_architecture(root: Path, stage: str, architecture: str) -> None:
    """Set the architecture in a stage's configuration."""
    path = root / ".chalice" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["stages"][stage]["lambda_architecture"] = architecture
    path.write_text(json.dumps(config), encoding="utf-8")


def copy_project(root: Path, target: Path) -> None:
    """Copy the files that a package is built from."""
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
        else:
            shutil.copyfile(root / name, target / name)


def clean(root: Path) -> None:
    """Remove bytecode, which would change the name of the package in Chalice's cache."""
    for folder in list((root / "chalicelib").rglob("__pycache__")):
        shutil.rmtree(folder, ignore_errors=True)


def _build(root: Path, stage: str, architecture: str) -> Bundle:
    path = packaged(root, stage)
    if archive.comment_of(path) not in ("", fingerprint()):
        path.unlink()  # it was pruned by other rules, and what they removed cannot be restored
        path = packaged(root, stage)
    if archive.comment_of(path) != fingerprint():
        shrink(path, (root / "requirements.txt").read_text(encoding="utf-8"), architecture)
    return finished(path, root, architecture)


def fingerprint() -> str:
    """The bundle's comment: the rules and the Python version that it was built with."""
    rules = b"".join((Path(__file__).parent / name).read_bytes() for name in RULES)
    return f"afterword {PYTHON} {hashlib.sha256(rules).hexdigest()[:16]}"


def packaged(root: Path, stage: str) -> Path:
    """The package that Chalice builds, in its cache.

    Chalice downloads what Lambda's machine needs without a look at hashes.  So it gets no index, only a folder with
    wheels whose hashes were checked; an empty one while its cache will do.

    Raises:
        BundleError: pip or Chalice failed, and said why.
    """
    clean(root)
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        output, wheels = Path(scratch, "output"), Path(scratch, "wheels")
        wheels.mkdir()
        if chalice_package(root, stage, output, wheels).returncode:
            download(root / "requirements.txt", wheels, architecture_of(root, stage))
            _check("chalice package", chalice_package(root, stage, output, wheels))
        copy = output / "deployment.zip"
        cached = (root / ".chalice" / "deployments").glob("*.zip")
        return next(path for path in cached if filecmp.cmp(path, copy, shallow=False))


def chalice_package(root: Path, stage: str, output: Path, wheels: Path) -> "subprocess.CompletedProcess[bytes]":
    """Run ``chalice package`` with the wheels of a folder and no others."""
    command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage, str(output)]
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, **offline, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=root, env=environment, umask=UMASK, capture_output=True, check=False)  # noqa: S603  our own tool


def download(requirements: Path, wheels: Path, architecture: str) -> None:
    """Download what is pinned, for this machine and for Lambda's; pip checks the hashes beside the pins.

    Raises:
        BundleError: something can't be downloaded, or has another hash.
    """
    machine = {"arm64": "aarch64"}.get(architecture, architecture)
    platforms = [*(f"manylinux_2_{minor}_{machine}" for minor in GLIBC), f"manylinux2014_{machine}"]
    there = ["--implementation=cp", f"--python-version={PYTHON}", *(f"--platform={each}" for each in platforms)]
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", str(wheels)]
    for target in ([], there):
        command = [*pip, *target, "--requirement", str(requirements)]
        _check("pip download", subprocess.run(command, capture_output=True, check=False))  # noqa: S603  pip


def _check(what: str, done: "subprocess.CompletedProcess[bytes]") -> None:
    if done.returncode:
        raise BundleError(f"{what} failed:\n{(done.stdout + done.stderr).decode()}")


def shrink(path: Path, requirements: str, architecture: str) -> None:
    """Reduce a package to what Lambda needs, in place.

    Raises:
        BundleError: its contents are wrong; it is deleted.
    """
    files, _ = archive.read(path)
    needed = contents.pruned(files)
    problems = [*contents.problems(files, requirements, architecture, PYTHON)]
    if problems:
        path.unlink()  # otherwise chalice deploy would use it
        raise BundleError("\n".join(problems))
    archive.write(path, contents.recorded(archive.compiled(needed, keep=contents.OWN_CODE)), fingerprint())


def finished(path: Path, root: Path, architecture: str) -> Bundle:
    """The bundle at a path, whose inventory is written beside it.

    Raises:
        BundleError: it is too large.
    """
    data = path.read_bytes()
    if len(data) > MAX_SIZE:
        raise BundleError(f"the bundle has {len(data):,} bytes; {MAX_SIZE:,} are allowed")
    files, _ = archive.read(path)
    sha256, version = hashlib.sha256(data).hexdigest(), version_of(root)
    listing = path.with_suffix(".cdx.json")
    listing.write_text(inventory(files, version, sha256), encoding="utf-8")
    packages = {package.name: package.version for package in contents.packages(files)}
    return Bundle(path.resolve(), listing.resolve(), architecture, len(data), sha256, len(files), packages)


def version_of(root: Path) -> str:
    """The project's version, from pyproject.toml."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
