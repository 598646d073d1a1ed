"""The widget's files, as pages of other sites request them."""

import re
from pathlib import Path

import pytest

from chalicelib.api.assets import find_assets
from tests.support.world import Response, World

WIDGET = Path(__file__).parents[2] / "chalicelib" / "static" / "widget"
ENTRIES = ("/widget.js", "/count.js")
ASSETS = sorted(file.name for file in (WIDGET / "assets").iterdir())
MEDIA = {".js": "text/javascript; charset=utf-8", ".json": "application/json", ".css": "text/css; charset=utf-8"}
UNKNOWN = {
    "a script with a fixed name": "widget.js",
    "its folder": "widget",
    "the folder's own name": "assets",
    "above": "../widget.js",
    "above, encoded": "..%2Fwidget.js",
    "below": "assets/composer.js",
    "the folder itself": ".",
    "the folder above": "..",
    "nothing": "%20",
}


def asset(world: World, name: str, method: str = "GET") -> Response:
    return world.request(method, "/assets/{name}", path={"name": name})


@pytest.mark.parametrize("route", ENTRIES)
def test_a_script_with_a_fixed_name_is_revalidated_and_allows_any_origin(world: World, route: str) -> None:
    response = world.get(route, headers={"Origin": "https://blog.example"})

    assert response.status == 200
    assert response.text == (WIDGET / route[1:]).read_text(encoding="utf-8")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=300, s-maxage=86400, stale-while-revalidate=86400"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Cross-Origin-Resource-Policy" not in response.headers  # by itself it forbids no site anything


@pytest.mark.parametrize("route", ENTRIES)
def test_a_client_with_the_current_script_gets_304(world: World, route: str) -> None:
    first = world.get(route)

    again = world.get(route, headers={"If-None-Match": first.headers["ETag"]})
    other = world.get(route, headers={"If-None-Match": '"another"'})

    assert (again.status, again.text) == (304, "")
    for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin"):
        assert again.headers[name] == first.headers[name]
    assert (other.status, other.text) == (200, first.text)


@pytest.mark.parametrize("route", ENTRIES)
def test_a_script_may_be_requested_with_any_query_parameter(world: World, route: str) -> None:
    plain, again = world.get(route), world.get(route, query={"again": ["123", "456"], "v": ""})

    assert (again.status, again.text, again.headers["ETag"]) == (200, plain.text, plain.headers["ETag"])


@pytest.mark.parametrize("route", ENTRIES)
def test_a_head_response_of_a_script_matches_a_get(world: World, route: str) -> None:
    get, head = world.get(route), world.request("HEAD", route)

    assert (head.status, head.text, dict(head.headers)) == (200, "", dict(get.headers))


@pytest.mark.parametrize("name", ASSETS)
def test_every_built_file_is_served_as_immutable(world: World, name: str) -> None:
    response = asset(world, name)

    assert response.status == 200
    assert response.text == (WIDGET / "assets" / name).read_text(encoding="utf-8")
    assert response.headers["Content-Type"] == MEDIA[Path(name).suffix]
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ASSETS)
def test_every_built_file_has_a_hash_in_its_name(name: str) -> None:
    assert re.fullmatch(r"[\w-]+\.[0-9A-Za-z]{8,}\.(js|json|css)", name)


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_no_other_name_is_served_or_cached(world: World, name: str) -> None:
    response = asset(world, name)

    assert (response.status, response.json["code"]) == (404, "not_found")
    assert response.headers["Cache-Control"] == "no-store"


def test_only_files_of_known_types_are_listed(tmp_path: Path) -> None:
    built = tmp_path / "widget" / "assets"
    (built / "folder.js").mkdir(parents=True)
    for name in ("composer.3f2a91bc.js", "de.1a2b3c4d.json", "notes.txt", ".hidden", "composer.js.map"):
        (built / name).write_text(name, encoding="utf-8")
    for name in ("widget/widget.js", "page.css", "page.html"):
        (tmp_path / name).write_text(name, encoding="utf-8")

    found = find_assets(tmp_path)

    [page] = [name for name in found if name.startswith("page.")]
    assert re.fullmatch(r"page\.[0-9a-f]{8}\.css", page)
    assert {name: each.media for name, each in found.items()} == {
        "composer.3f2a91bc.js": MEDIA[".js"],
        "de.1a2b3c4d.json": MEDIA[".json"],
        page: MEDIA[".css"],
    }
