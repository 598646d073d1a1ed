"""What is installed: every pin of what is deployed has its hashes, and the lists agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

from ops.bundle.contents import canonical, pins
from ops.hashes import FILES, hashes_of, rewritten

ROOT = Path(__file__).parents[2]
HASH = "sha256:" + "0123456789abcdef" * 4
OTHER = "sha256:" + "fedcba9876543210" * 4
SOURCE = "# What is needed.\nboto3==1.44.5\n\nnh3==0.3.8  # cleans HTML\n"


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def without_includes(name: str) -> str:
    """The text of a file, without the lines that include another."""
    return "".join(line for line in text_of(name).splitlines(keepends=True) if not line.startswith("-r "))


def own_pins(name: str) -> dict[str, str]:
    return pins(without_includes(name))


def direct(name: str) -> dict[str, str]:
    """The pins of a file above the heading of indirect dependencies."""
    return pins(re.split(r"# What th\w+ needs? in turn", without_includes(name))[0])


@pytest.mark.parametrize("name", FILES)
def test_every_pin_of_what_is_deployed_has_its_hashes(name: str) -> None:
    hashes = hashes_of(text_of(name))

    assert hashes.keys() == own_pins(name).keys()
    assert [package for package, found in hashes.items() if not found] == [], "make hashes"


def test_the_package_depends_on_what_requirements_pin() -> None:
    declared = tomllib.loads(text_of("pyproject.toml"))["project"]["dependencies"]

    assert pins("\n".join(declared)) == direct("requirements.txt") | direct("requirements-run.txt")


def test_no_package_is_pinned_twice_in_one_environment() -> None:
    lists = [own_pins(name) for name in ("requirements.txt", "requirements-run.txt", "requirements-dev.txt")]

    names = [name for each in lists for name in each]
    assert sorted(names) == sorted(set(names))


def test_a_pin_keeps_its_version_when_it_gets_its_hashes() -> None:
    hashed = rewritten(SOURCE, {"boto3": [HASH], "nh3": [OTHER, HASH]})

    assert pins(hashed) == pins(SOURCE) == {"boto3": "1.44.5", "nh3": "0.3.8"}
    assert hashes_of(hashed) == {"boto3": {HASH}, "nh3": {HASH, OTHER}}
    assert hashed.startswith("# What is needed.\nboto3==1.44.5 \\\n    --hash=sha256:0123")


def test_hashes_replace_those_of_an_older_version() -> None:
    hashed = rewritten(SOURCE, {"boto3": [HASH], "nh3": [HASH]})

    again = rewritten(hashed, {"boto3": [OTHER], "nh3": [HASH]})

    assert hashes_of(again) == {"boto3": {OTHER}, "nh3": {HASH}}
    assert rewritten(again, {"boto3": [HASH], "nh3": [HASH]}) == hashed


def test_a_name_is_compared_as_the_index_compares_it() -> None:
    assert hashes_of(f"Tidy_Words==1.0 \\\n    --hash={HASH}\n") == {canonical("tidy.words"): {HASH}}
