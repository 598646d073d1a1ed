"""The documentation is complete: every link and path in it exists, and every page can be found from its index."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INDEX = ROOT / "docs/index.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)|<img [^>]*\bsrc=\"([^\"]+)\"")
PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w-]+\.(?:py|js|mjs|css|html|json|md|toml))?)`")
BASES = [ROOT, ROOT / "chalicelib", ROOT / "web", ROOT / "web/console"]  # what paths in the text may be relative to
CREATED_LATER = (
    ".chalice/deployments/",
    ".chalice/deployed/",
    ".chalice/local.json",
    ".afterword/",
    "chalicelib/importers/",
    "tests/importers/",
)
ELSEWHERE = ("layouts/", "_includes/", "wp-content/")  # folders of a site, in the examples
PLACEHOLDER = re.compile(r"\b(?:NAME|LANG|VERSION)\b")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    """The page without code blocks."""
    return CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page links to or shows, each with the linked heading."""
    for found in LINK.finditer(text_of(page)):
        target = found[1] or found[2]
        if not re.match(r"[a-z]+:", target):
            name, _, heading = target.partition("#")
            yield (page.parent / name).resolve() if name else page, heading


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub names them."""
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    dead = [
        f"{target}#{heading}"
        for target, heading in links(page)
        if not target.exists() or (heading and heading not in headings(target))
    ]

    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_path_that_a_page_mentions_exists(page: Path) -> None:
    paths = [path for path in PATH.findall(text_of(page)) if not path.startswith(CREATED_LATER + ELSEWHERE)]

    missing = [
        path for path in paths if not PLACEHOLDER.search(path) and not any((base / path).exists() for base in BASES)
    ]

    assert missing == []


def test_every_page_can_be_found_from_the_index() -> None:
    assert INDEX in {target for target, _ in links(ROOT / "README.md")}
    found, new = {INDEX}, [INDEX]
    while new:
        reached = {target for target, _ in links(new.pop()) if target in PAGES} - found
        found |= reached
        new += reached

    assert [named(page) for page in PAGES if page not in found] == []
