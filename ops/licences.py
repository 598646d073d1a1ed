"""docs/licences.md: the licence of everything in the bundle that is not our own."""

from dataclasses import dataclass
from pathlib import Path

from .bundle.contents import UNUSED, canonical, pins

ROOT = Path(__file__).parents[1]
PERMISSIVE = {  # SPDX identifiers of licences that let anyone use the code, and ask for their text to be passed on
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "PSF-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
}
FILE_LEVEL = {"MPL-2.0"}  # asks for changes of its own files to be published; we change none
FRAMEWORK = "chalice"  # Chalice adds its runtime by itself
PYTHON = {  # as the packages' licence files say; their metadata is often vague, or says nothing
    "annotated-types": "MIT",
    "botocore": "Apache-2.0",
    "chalice": "Apache-2.0",
    "itsdangerous": "BSD-3-Clause",
    "jmespath": "MIT",
    "markupsafe": "BSD-3-Clause",
    "nh3": "MIT",
    "pydantic": "MIT",
    "pydantic-core": "MIT",
    "pyromark": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "six": "MIT",
    "typing-extensions": "PSF-2.0",
    "typing-inspection": "MIT",
    "urllib3": "MIT",
}
NATIVE = ("nh3", "pydantic-core", "pyromark")  # contain Rust crates, which their wheels list in sboms/
JAVASCRIPT = {  # part of files in chalicelib/static
    "uqr": ("MIT", "Project Nayuki; 2023 Anthony Fu", "the console's QR code"),
    "@noble/hashes": ("MIT", "2022 Paul Miller", "the widget's proof of work"),
}

HEAD = """# Licences

Afterword itself is under the [MIT licence](../LICENSE). This page names the licences of everything else in the bundle
that runs on Lambda; it is generated. The bundle contains the licence files of all Python packages, and its
[inventory](decisions/bundle.md) names them too. What only tests and builds need is not deployed.

## Python packages

"""
RUST = """
{names} contain compiled Rust code. Their wheels, and so the bundle, list each crate with its licence (folder sboms).
All are permissive, except the MPL-2.0 crates in nh3 (the CSS and selectors parsers of Servo), which are used unchanged.

## JavaScript

"""


@dataclass(frozen=True)
class Licensed:
    """A package with its licence, as an SPDX expression."""

    name: str
    version: str
    licence: str


def python_packages() -> list[Licensed]:
    """The Python packages of the bundle, with their pinned versions.

    Raises:
        KeyError: the licence of one is not known.
    """
    files = [ROOT / "requirements.txt", ROOT / "requirements-run.txt"]
    texts = [path.read_text(encoding="utf-8").replace("-r requirements.txt\n", "") for path in files]
    needed, others = (pins(text) for text in texts)
    bundled = {name: version for name, version in needed.items() if f"{name}-" not in UNUSED}
    versions = bundled | {FRAMEWORK: others[FRAMEWORK]}
    return [Licensed(name, versions[name], PYTHON[canonical(name)]) for name in sorted(versions)]


def page() -> str:
    """The text of docs/licences.md."""
    rows = [f"| {each.name} | {each.version} | {each.licence} |" for each in python_packages()]
    scripts = [f"| {name} | {licence} | © {holders} | {use} |" for name, (licence, holders, use) in JAVASCRIPT.items()]
    return "\n".join(
        [
            HEAD + "| package | version | licence |",
            "|---|---|---|",
            *rows,
            RUST.format(names=", ".join(NATIVE)) + "| package | licence | copyright | used for |",
            "|---|---|---|---|",
            *scripts,
            "",
        ]
    )
