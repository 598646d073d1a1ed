"""Reproducible zip files: the same files give the same archive at any time and on any machine."""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can hold
MODE, UNIX, LEVEL = 0o100644, 3, 9
TASK = "/var/task"  # where Lambda unpacks a bundle: the paths in tracebacks


def read(path: Path) -> tuple[dict[str, bytes], str]:
    """The files of an archive, and its comment."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        return {name: archive.read(name) for name in names}, archive.comment.decode()


def comment_of(path: Path) -> str:
    """An archive's comment."""
    with zipfile.ZipFile(path) as archive:
        return archive.comment.decode()


def write(path: Path, files: Mapping[str, bytes], comment: str) -> None:
    """Write an archive atomically, sorted, with one date and mode for all files."""
    unfinished = path.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w") as archive:
        archive.comment = comment.encode()
        for name in sorted(files):
            about = zipfile.ZipInfo(name, DATE)
            about.external_attr, about.create_system, about.compress_type = MODE << 16, UNIX, zipfile.ZIP_DEFLATED
            archive.writestr(about, files[name], compresslevel=LEVEL)
    unfinished.replace(path)


def compiled(files: Mapping[str, bytes], *, keep: re.Pattern[str]) -> dict[str, bytes]:
    """The files with bytecode, which Python loads without checking its source.

    Modules that match ``keep`` keep their source too, for tracebacks; the others have bytecode alone.
    """
    modules = {name: data for name, data in files.items() if name.endswith(".py")}
    kept = {name: data for name, data in modules.items() if keep.fullmatch(name)}
    alone = {name: data for name, data in modules.items() if name not in kept}
    rest = {name: data for name, data in files.items() if name not in alone}
    return {**rest, **_bytecode(kept), **_bytecode(alone, "-b")}


def _bytecode(modules: Mapping[str, bytes], *options: str) -> dict[str, bytes]:
    """Compile in a separate process with fixed hashes: the output depends on the state of the process."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        for name, data in modules.items():
            path = Path(scratch, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        arguments = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", scratch, "-p", TASK, *options, scratch]
        environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-S", "-m", "compileall", *arguments]
        subprocess.run(command, env=environment, check=True)  # noqa: S603  our own interpreter
        return {path.relative_to(scratch).as_posix(): path.read_bytes() for path in Path(scratch).rglob("*.pyc")}
