"""The moderator's page and its files, as they are served."""

import hashlib
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from chalicelib.cli.main import main
from tests.world import Reply, World

STATIC = Path(__file__).parents[2] / "chalicelib" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
LANGUAGES = ("ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt-BR", "ru", "zh-CN")
FILES = [
    *(f"moderate-{lang}.json" for lang in LANGUAGES),
    *("moderate-worker.js", "moderate.css", "moderate.js", "moderate.webmanifest"),
]
UNKNOWN = {
    "without a hash": "moderate.js",
    "another hash": "moderate.00000000.js",
    "the page": "moderate.html",
    "above": "../api/console.py",
    "above, encoded": "..%2Fsettings.py",
    "above, encoded twice": "%252e%252e%252fsettings.py",
    "an absolute path": "%2Fetc%2Fpasswd",
    "a zero byte": "moderate.js%00",
    "only a dot": ".",
    "a script of Python's": "console.py",
}


def named(world: World) -> list[str]:
    """The files that the page asks for."""
    return re.findall(r'(?:src|href|content)="assets/([^"]+)"', world.get("/moderate").text)


def asset(world: World, name: str) -> Reply:
    return world.get("/assets/{name}", path={"name": name})


def elements(world: World) -> list[Element]:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(world.get("/moderate").text)
    return [each for each in tree.iter() if isinstance(each.tag, str)]


def test_the_page_is_kept_nowhere_and_framed_nowhere(world: World) -> None:
    reply = world.get("/moderate")

    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Security-Policy"] == POLICY
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "ETag" not in reply.headers


def test_the_page_opens_whatever_a_messenger_adds_to_its_address(world: World) -> None:
    assert world.get("/moderate", query={"utm_source": ["chat", "mail"]}).status == 200


def test_the_page_is_valid_html(world: World) -> None:
    assert elements(world)  # the strict parser raises at the first mistake


def test_the_page_has_nothing_inline(world: World) -> None:
    for each in elements(world):
        assert each.tag != "style"
        assert not [name for name in each.attrib if name == "style" or name.startswith("on")]
        if each.tag == "script":
            assert each.get("src")
            assert not each.text


def test_the_page_labels_its_language_and_its_parts(world: World) -> None:
    found = elements(world)
    ids = [each.attrib["id"] for each in found if "id" in each.attrib]
    labels = {each.attrib["for"] for each in found if each.tag == "label" and "for" in each.attrib}

    assert found[0].attrib["lang"] == "en"
    assert len(ids) == len(set(ids))
    fields = [each for each in found if each.tag == "input" and "id" in each.attrib]  # others stand in their labels
    assert labels == {each.attrib["id"] for each in fields}
    for each in found:
        assert set(each.get("aria-labelledby", "").split()) <= set(ids)


def test_the_page_asks_for_its_files_below_itself_by_the_hash_of_their_content(world: World) -> None:
    names = named(world)

    assert sorted(re.sub(r"\.[0-9a-f]{8}\.", ".", name) for name in names) == sorted(FILES)
    for name in names:
        assert hashlib.sha256(asset(world, name).text.encode()).hexdigest().startswith(name.split(".")[1])


def test_every_file_is_served_for_good_and_as_what_it_is(world: World) -> None:
    for name in named(world):
        reply, file = asset(world, name), Path(name)

        assert reply.status == 200
        assert reply.text == (STATIC / re.sub(r"\.[0-9a-f]{8}\.", ".", name)).read_text(encoding="utf-8")
        assert reply.headers["Content-Type"] == MEDIA[file.suffix]
        assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_no_other_name_is_served_or_kept(world: World, name: str) -> None:
    reply = asset(world, name)

    assert reply.status == 404
    assert reply.json["code"] == "not_found"
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_script_writes_no_html_and_reaches_no_other_host() -> None:
    script = (STATIC / "moderate.js").read_text(encoding="utf-8")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script)
    assert not re.search(r"https?://|^import\b|\bimport\(", script, re.MULTILINE)
    assert script.count("\n") <= 300


def test_the_page_tells_how_to_get_a_link_by_a_command_that_there_is(world: World) -> None:
    [words] = re.findall("python -m chalicelib --stage STAGE ([a-z ]+) <", world.get("/moderate").text)

    with pytest.raises(SystemExit) as left:
        main([*words.split(), "--help"])

    assert left.value.code == 0
