"""The licence of everything in the bundle is named, and none restricts how the service may be used."""

import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.bundle.inventory import inventory
from ops.licences import FILE_LEVEL, JAVASCRIPT, NATIVE, PERMISSIVE, PYTHON, page, python_packages

ROOT = Path(__file__).parents[2]
WORDS = {  # how a licence file of each kind begins, or what it contains
    "Apache-2.0": r"Apache License",
    "BSD-3-Clause": r"Neither the name of|BSD",
    "MIT": r"MIT License|Permission is hereby granted, free of charge",
    "PSF-2.0": r"PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
}


def licence_texts(package: str) -> str:
    """The licence files of an installed package."""
    files = importlib.metadata.distribution(package).files or ()
    about = [each for each in files if each.parts[0].endswith(".dist-info")]
    legal = [each for each in about if re.search(r"licen[cs]e|copying", str(each), re.IGNORECASE)]
    return "\n".join(Path(str(each.locate())).read_text(encoding="utf-8") for each in legal)


def choices(expression: str) -> list[set[str]]:
    """The licences of an SPDX expression: one of each set must be fulfilled."""
    plain = expression.replace(" WITH LLVM-exception", "")
    return [set(re.split(r"\s+OR\s+", part.strip(" ()"))) for part in re.split(r"\s+AND\s+", plain)]


@pytest.mark.parametrize("name", PYTHON)
def test_a_package_has_the_licence_that_its_own_files_contain(name: str) -> None:
    text = licence_texts(name)

    for alternatives in choices(PYTHON[name]):
        assert all(re.search(WORDS[each], text) for each in alternatives)


def test_every_package_in_the_bundle_is_listed_and_no_other() -> None:
    assert {each.name for each in python_packages()} == set(PYTHON)


def crates(package: str) -> Iterator[tuple[str, str]]:
    """Name and licence of each Rust crate in a package."""
    files = importlib.metadata.distribution(package).files or ()
    for file in files:
        if "sboms" in file.parts:
            for each in json.loads(Path(str(file.locate())).read_text(encoding="utf-8"))["components"]:
                yield each["name"], each["licenses"][0]["expression"]


@pytest.mark.parametrize("package", NATIVE)
def test_the_crates_in_native_code_are_permissive_or_unchanged(package: str) -> None:
    found = dict(crates(package))

    assert found
    allowed = PERMISSIVE | FILE_LEVEL
    assert {name: text for name, text in found.items() if not all(each & allowed for each in choices(text))} == {}
    assert {name for name, text in found.items() if not all(each & PERMISSIVE for each in choices(text))} <= {
        "cssparser",
        "cssparser-macros",
        "dtoa-short",
        "selectors",
    }


def test_all_python_packages_are_permissive() -> None:
    assert [
        each for each in python_packages() if not all(each_of & PERMISSIVE for each_of in choices(each.licence))
    ] == []


def test_the_libraries_in_our_scripts_are_listed_with_their_copyright() -> None:
    imported = set()
    for folder in ("widget", "console", "shared"):
        for path in (ROOT / "web" / folder).rglob("*.js"):
            imported.update(re.findall(r"from '((?:@[\w-]+/)?[\w-]+)(?:/[\w./-]+)?'", path.read_text(encoding="utf-8")))

    assert imported == set(JAVASCRIPT)


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs/licences.md").read_text(encoding="utf-8") == page()


def test_the_inventory_names_the_same_licences() -> None:
    files = {"chalice/__init__.py": b""}
    metadata = b"Metadata-Version: 2.4\nName: pyromark\nVersion: 0.10.3\n"
    files |= {"pyromark-0.10.3.dist-info/METADATA": metadata, "pyromark-0.10.3.dist-info/RECORD": b""}

    listed = {each["name"]: each["licenses"] for each in json.loads(inventory(files, "1", "0"))["components"]}

    assert listed["pyromark"] == [{"expression": "MIT"}]
    assert listed["uqr"] == listed["@noble/hashes"] == [{"expression": "MIT"}]
