"""Writes the hashes in requirements.txt and requirements-run.txt: ``make hashes``, after a pin has changed.

pip installs a requirement only if the downloaded wheel has one of the hashes after its pin.  They cover every
wheel that pip could choose: for Lambda, on both of its architectures, and for the machines of developers.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path

from .bundle.contents import canonical

FILES = ("requirements.txt", "requirements-run.txt")
PIN = re.compile(r"(?P<pin>(?P<name>[\w.-]+)==[^\s\\]+)(?P<rest>(\s*\\\n\s*--hash=sha256:[0-9a-f]{64})*)")
HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
GLIBC = [f"manylinux_2_{minor}" for minor in range(17, 42)]
LINUX = [("manylinux2014", *GLIBC), (*reversed(GLIBC), "manylinux2014")]  # Chalice takes the oldest, pip the newest
MUSL = [("musllinux_1_2", "musllinux_1_1")]
PLATFORMS = [
    *([f"{libc}_{machine}" for libc in libcs] for libcs, machine in product((*LINUX, *MUSL), ("x86_64", "aarch64"))),
    ["macosx_26_0_arm64"],
    ["macosx_26_0_x86_64"],
]
ANYWHERE = re.compile(r".*-none-any\.whl")


class NoWheelError(Exception):
    """pip found no wheel; the message is pip's."""


def hashes_of(requirements: str) -> dict[str, frozenset[str]]:
    """Name → the hashes after each pin of a file."""
    return {canonical(found["name"]): frozenset(HASH.findall(found["rest"])) for found in PIN.finditer(requirements)}


def rewritten(requirements: str, hashes: Mapping[str, Iterable[str]]) -> str:
    """The text of a file with its hashes replaced by these."""

    def hashed(found: re.Match[str]) -> str:
        return " \\\n    ".join(
            [found["pin"], *(f"--hash={each}" for each in sorted(hashes[canonical(found["name"])]))]
        )

    return PIN.sub(hashed, requirements)


def wheels(pins: Iterable[str], python: str, platforms: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name → the file name and the hash of the wheel that pip would choose on a platform.

    Raises:
        NoWheelError: a pin has no wheel for it.
    """
    there = ["--implementation", "cp", "--python-version", python, *(f"--platform={each}" for each in platforms)]
    with tempfile.TemporaryDirectory(prefix="hashes-") as scratch:
        report = Path(scratch) / "report.json"
        only = ["--dry-run", "--ignore-installed", "--no-deps", "--only-binary=:all:", f"--target={scratch}"]
        command = [sys.executable, "-m", "pip", "install", "--quiet", *only, *there, f"--report={report}", *pins]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  pip
        if done.returncode:
            raise NoWheelError(done.stderr)
        return dict(map(_chosen, json.loads(report.read_text(encoding="utf-8"))["install"]))


def _chosen(item: Mapping[str, Mapping[str, str]]) -> tuple[str, tuple[str, str]]:
    about: Mapping[str, Mapping[str, str]] = item["download_info"]  # type: ignore[assignment]
    file = str(item["download_info"]["url"]).rpartition("/")[2]
    return canonical(item["metadata"]["name"]), (file, f"sha256:{about['archive_info']['hashes']['sha256']}")  # type: ignore[index]


def collected(pins: Mapping[str, str]) -> dict[str, set[str]]:
    """Name → the hashes of all wheels that pip could choose for a pin.  ``pins``: name → name==version.

    Raises:
        NoWheelError: a pin has no wheel for Lambda.
    """
    found: dict[str, set[str]] = defaultdict(set)
    first = wheels(pins.values(), PYTHONS[0], PLATFORMS[0])
    for name, (_, sha256) in first.items():
        found[name].add(sha256)
    native = [pins[name] for name, (file, _) in first.items() if not ANYWHERE.fullmatch(file)]
    for python, platforms in product(PYTHONS, PLATFORMS):
        for name, (file, sha256) in _available(native, python, platforms):
            print(f"{python} {platforms[0]:24} {file}")
            found[name].add(sha256)
    return found


def _available(pins: Iterable[str], python: str, platforms: list[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The wheels that exist for a platform: not every package has one."""
    try:
        yield from wheels(pins, python, platforms).items()
    except NoWheelError:
        for pin in pins:
            try:
                yield from wheels([pin], python, platforms).items()
            except NoWheelError:
                print(f"{python} {platforms[0]:24} no wheel for {pin}")


def main() -> int:
    """Write the hashes into both files."""
    for file in map(Path, FILES):
        text = file.read_text(encoding="utf-8")
        pins = {canonical(found["name"]): found["pin"] for found in PIN.finditer(text)}
        file.write_text(rewritten(text, collected(pins)), encoding="utf-8")
        print(f"{file}: {len(pins)} pins with their hashes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
