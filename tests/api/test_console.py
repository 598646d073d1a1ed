"""The moderation console and its files, as they are served."""

import hashlib
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from chalicelib.cli.main import main
from tests.support.world import Response, World

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
WORDS = Path(__file__).parents[2] / "web/console/words"
LANGUAGES = sorted(path.stem for path in WORDS.glob("*.json") if path.stem != "en")
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
    """The files that the page refers to."""
    return re.findall(r'(?:src|href|content)="assets/([^"]+)"', world.get("/moderate").text)


def asset(world: World, name: str) -> Response:
    return world.get("/assets/{name}", path={"name": name})


def elements(world: World) -> list[Element]:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(world.get("/moderate").text)
    return [each for each in tree.iter() if isinstance(each.tag, str)]


def test_the_page_is_not_cached_or_framed(world: World) -> None:
    response = world.get("/moderate")

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "ETag" not in response.headers


def test_the_page_opens_with_any_query_that_a_messenger_adds(world: World) -> None:
    assert world.get("/moderate", query={"utm_source": ["chat", "mail"]}).status == 200


def test_the_service_worker_may_control_the_page(world: World) -> None:
    [name] = [name for name in named(world) if name.startswith("moderate-worker.")]

    assert asset(world, name).headers["Service-Worker-Allowed"] == "../moderate"


def test_the_page_is_valid_html(world: World) -> None:
    assert elements(world)  # the strict parser raises at the first mistake


def test_the_page_has_no_inline_scripts_or_styles(world: World) -> None:
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
    fields = [
        each for each in found if each.tag == "input" and "id" in each.attrib
    ]  # the others are inside their labels
    assert labels == {each.attrib["id"] for each in fields}
    for each in found:
        assert set(each.get("aria-labelledby", "").split()) <= set(ids)


def test_the_page_loads_its_files_by_relative_hashed_names(world: World) -> None:
    names = named(world)

    assert sorted(re.sub(r"\.[0-9a-f]{8}\.", ".", name) for name in names) == sorted(FILES)
    for name in names:
        assert hashlib.sha256(asset(world, name).text.encode()).hexdigest().startswith(name.split(".")[1])


def test_every_file_is_served_as_immutable_with_its_type(world: World) -> None:
    for name in named(world):
        response, file = asset(world, name), Path(name)

        assert response.status == 200
        assert response.text == (STATIC / re.sub(r"\.[0-9a-f]{8}\.", ".", name)).read_text(encoding="utf-8")
        assert response.headers["Content-Type"] == MEDIA[file.suffix]
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_no_other_name_is_served_or_cached(world: World, name: str) -> None:
    response = asset(world, name)

    assert response.status == 404
    assert response.json["code"] == "not_found"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_script_writes_no_html_and_contacts_no_other_host() -> None:
    script = (STATIC / "moderate.js").read_text(encoding="utf-8")

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script)
    assert not re.search(r"https?://|^import\b|\bimport\(", script, re.MULTILINE)
    assert script.count("\n") <= 300


def test_the_page_names_an_existing_command_for_getting_a_link(world: World) -> None:
    [words] = re.findall("afterword --stage STAGE ([a-z ]+) <", world.get("/moderate").text)

    with pytest.raises(SystemExit) as left:
        main([*words.split(), "--help"])

    assert left.value.code == 0
